import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createIdentityProvider, type IdentityProviderControl } from './idp/idp.ts'
import { createImmybot, type ImmybotControl } from './immybot/immybot.ts'
import { createNetography, type NetographyControl } from './netography/netography.ts'
import { createSekoia, type SekoiaControl } from './sekoia/sekoia.ts'
import { jsonAnswer, type SimulatedAnswer, type Simulator } from './simulator.ts'

/** The platforms and an identity provider on one machine, under one port: `/sekoia` and so on are their base URLs. */
export type Simulators = {
  readonly url: string
  readonly port: number
  readonly sekoia: SekoiaControl
  readonly netography: NetographyControl
  readonly immybot: ImmybotControl
  readonly idp: IdentityProviderControl
  readonly close: () => Promise<void>
}

export type SimulatorOptions = {
  /** 0: any free port. */
  readonly port: number
  /** File that keeps the platforms' state over a restart; absent: memory only. */
  readonly statePath?: string
  /** Milliseconds since the epoch, for tests that own the clock. */
  readonly now?: () => number
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Where a login ends. Nobody logs in here: what the platform thinks of a person is asked for at its API. */
const loginPage = (name: string): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><h1>Simulated ${name}</h1><p>Here the platform’s own login page would open.</p></html>`,
  fate: 'answer',
})

const send = (response: ServerResponse, answer: SimulatedAnswer): void => {
  switch (answer.fate) {
    case 'hang':
      return
    case 'lose':
      response.destroy()
      return
    case 'answer':
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body)
  }
}

const load = (path: string | undefined): Readonly<Record<string, unknown>> =>
  path !== undefined && existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>)
    : {}

export const startSimulators = async (options: SimulatorOptions): Promise<Simulators> => {
  const { statePath: path } = options
  const saved = load(path)
  const changed = (): void => {
    if (path === undefined) return
    const state = Object.fromEntries(Object.entries(platforms).map(([name, one]) => [name, one.state()]))
    // Written beside and renamed, so that a killed process leaves a whole file.
    writeFileSync(`${path}.new`, JSON.stringify(state))
    renameSync(`${path}.new`, path)
  }
  const common = { changed, ...(options.now === undefined ? {} : { now: options.now }) }
  const sekoia = createSekoia({ ...common, state: saved.sekoia })
  const netography = createNetography({ ...common, state: saved.netography })
  const immybot = createImmybot({ ...common, state: saved.immybot })
  const idp = createIdentityProvider({ ...common, state: saved.idp })
  const platforms: Readonly<Record<string, Simulator>> = { sekoia, netography, immybot, idp }

  const handle = async (request: IncomingMessage): Promise<SimulatedAnswer> => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    const name = url.pathname.split('/')[1] ?? ''
    const platform = Object.hasOwn(platforms, name) ? platforms[name] : undefined
    if (platform === undefined)
      return jsonAnswer(404, { message: `simulated: ${Object.keys(platforms).join(', ')}` })
    if (request.method === 'GET' && url.pathname === `/${name}/login`) return loginPage(name)
    return platform.handle({
      method: request.method ?? 'GET',
      path: url.pathname.slice(name.length + 1),
      query: url.searchParams,
      headers: request.headers as Readonly<Record<string, string | undefined>>,
      body: await bodyOf(request),
    })
  }

  const server = createServer((request, response) => {
    handle(request).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, jsonAnswer(500, { message: String(error) })),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sekoia: sekoia.control,
    netography: netography.control,
    immybot: immybot.control,
    idp: idp.control,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
