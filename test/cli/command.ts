import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEndpoint } from '../../infra/local/attach.ts'
import { demoSecrets, madeSecrets } from '../../infra/local/demo-secrets.ts'
import { writeEndpointFile } from '../../infra/local/endpoint-file.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { openStorage, type Storage } from '../../infra/local/storage.ts'
import { runCli } from '../../lib/cli/main.ts'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { createDocumentClient } from '../../lib/store/client.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'

export type Ended = { readonly code: number | null; readonly out: string; readonly error: string }
export type Desk = {
  readonly data: string
  readonly table: Table
  readonly storage: Storage
  readonly simulators: Simulators
  readonly file: string
  /** Writes a configuration file, the demo's with a piece replaced, and gives its path. */
  readonly write: (name: string, before?: string, after?: string) => string
  /** As a process of its own. */
  readonly run: (...args: readonly string[]) => Promise<Ended>
  /** The same command within this process: a start costs a second. */
  readonly call: (...args: readonly string[]) => Promise<Ended>
  /** Nobody serves the data any more. */
  readonly leave: () => Promise<void>
  readonly close: () => Promise<void>
}

const command = fileURLToPath(new URL('../../scripts/rolecall.mjs', import.meta.url))
const demo = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')

/** The command as a person runs it: a process of its own. */
export const runCommand = (
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { PATH: process.env.PATH ?? '', ROLECALL_OPERATOR: 'tester', ...variables },
    })
    const [out, error]: [string[], string[]] = [[], []]
    child.stdout.on('data', (chunk) => out.push(String(chunk)))
    child.stderr.on('data', (chunk) => error.push(String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out: out.join(''), error: error.join('') }))
  })

export const callCommand = async (args: readonly string[]): Promise<Ended> => {
  const [out, error]: [string[], string[]] = [[], []]
  const terminal = {
    out: (text: string) => void out.push(`${text}\n`),
    error: (text: string) => void error.push(`${text}\n`),
    colour: { out: false, error: false },
  }
  const code = await runCli(args, terminal, openEndpoint)
  return { code, out: out.join(''), error: error.join('') }
}

/** The embedded engine, served as `npm start` serves it, and the platform's simulator. */
export const openDesk = async (): Promise<Desk> => {
  const data = mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
  const storage: Storage = await openStorage(data)
  writeEndpointFile(data, { ...storage, pid: process.pid })
  const simulators = await startSimulators({ port: 0 })
  const credentials = { accessKeyId: storage.secret, secretAccessKey: storage.secret }
  const client = createDocumentClient({ endpoint: storage.endpoint, region: 'eu-west-1', credentials })
  const table = createTable({ client, name: storage.table, clock: systemClock, ids: createIds() })
  for (const [name, secret] of demoSecrets) writeFileSync(join(data, name), secret)
  for (const [name, make] of madeSecrets) writeFileSync(join(data, name), make())
  // Asked often, as nobody in front of a terminal would: without the demo's pace.
  const text = demo
    .replaceAll(/^ {4}platform: .*$/gm, '$&\n    requestsPerSecond: 50')
    .replaceAll('http://127.0.0.1:8081', simulators.url)
    .replaceAll('file:.rolecall/secrets/', `file:${data}/`)
  const write = (name: string, before = '', after = ''): string => {
    if (!text.includes(before)) throw new Error(`"${before}" does not occur`)
    writeFileSync(join(data, name), before === '' ? text : text.replaceAll(before, after))
    return join(data, name)
  }
  let served = true
  const leave = async (): Promise<void> => {
    if (!served) return
    served = false
    client.destroy()
    await storage.close()
  }
  return {
    data,
    table,
    storage,
    simulators,
    file: write('rolecall.yaml'),
    write,
    run: (...args) => runCommand(args, { ROLECALL_DATA: data }),
    call: (...args) => callCommand([...args, '--data', data]),
    leave,
    close: async () => {
      await leave()
      await simulators.close()
      rmSync(data, { recursive: true })
    },
  }
}
