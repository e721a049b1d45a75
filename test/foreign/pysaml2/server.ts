import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What pysaml2 is to say of a person, and how it is to be protected. */
export type Wanted = {
  readonly nameId: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly sign: 'assertion' | 'response' | 'both'
  readonly encrypt?: string
  readonly signature?: string
  readonly digest?: string
}
export type PySaml = {
  readonly metadataUrl: string
  /** Our metadata, before the first login. */
  readonly trust: (metadata: string) => void
  /** Who logs in next. */
  readonly says: (wanted: Wanted) => void
  readonly close: () => void
}

const program = new URL('idp.py', import.meta.url).pathname

const makeKey = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem')]
  const certificate = ['-x509', '-sha256', '-days', '3650', '-out', join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', ...key, ...certificate, '-subj', '/CN=pysaml2.test'], { stdio: 'ignore' })
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
const page = (destination: string, message: string, relayState: string | null): string => {
  const fields = [['SAMLResponse', Buffer.from(message).toString('base64')]]
  if (relayState !== null) fields.push(['RelayState', relayState])
  const inputs = fields.map(
    ([name, value = '']) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  )
  return `<form method="post" action="${escaped(destination)}">${inputs.join('')}</form>`
}

type Reply =
  | { readonly metadata: string }
  | { readonly error: string }
  | { readonly destination: string; readonly relayState: string | null; readonly message: string }

/** The program answers line by line. */
const openProgram = (python: string, folder: string, entityId: string, signOn: string) => {
  const child = spawn(python, [program, folder, entityId, signOn], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Reply> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`pysaml2 ended with ${child.exitCode}`)
    return JSON.parse(value) as Reply
  }
  return {
    next,
    ask: (question: object): Promise<Reply> => {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      return next()
    },
    end: () => {
      child.kill('SIGKILL')
    },
  }
}

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** pysaml2 writes and reads the messages; the way to it by HTTP is put around it here. */
export const startPySaml = async (interpreter: string, folder: string): Promise<PySaml> => {
  makeKey(folder)
  let wanted: Wanted | undefined
  let metadata = ''
  const answerTo = async (query: string): Promise<string> => {
    const reply = await python.ask({ ...wanted, request: query })
    if (!('message' in reply)) throw new Error('error' in reply ? reply.error : 'no message')
    return page(reply.destination, reply.message, reply.relayState)
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://idp')
    if (url.pathname === '/metadata') return void response.end(metadata)
    answerTo(url.search.slice(1)).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  const url = await listening(server)
  const python = openProgram(interpreter, folder, `${url}/metadata`, `${url}/sso`)
  const first = await python.next()
  if (!('metadata' in first)) throw new Error('pysaml2 made no metadata')
  metadata = first.metadata
  return {
    metadataUrl: `${url}/metadata`,
    trust: (text) => writeFileSync(join(folder, 'sp.xml'), text),
    says: (next) => {
      wanted = next
    },
    close: () => {
      python.end()
      server.close()
      server.closeAllConnections()
    },
  }
}
