import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { connectionId, instant } from '../../lib/core/ids.ts'
import type { ConfigurationStore, CredentialStore } from '../../lib/core/ports/configuration.ts'
import { createCredential } from '../../lib/scim/tokens.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { demoSecrets, madeSecrets } from './demo-secrets.ts'
import { inMemory, type Storage, withTable } from './storage.ts'

export type FirstStartOptions = {
  readonly data: string
  readonly simulatorsUrl: string
  readonly demoToken?: string
  readonly configuration?: string
}
export type FirstStart = {
  /** The demo connection's token, when it was made or given now; it is stored nowhere. */
  readonly token?: string
  readonly close: () => void
}

const example = new URL('../../rolecall.yaml', import.meta.url)
/** As the example writes them; a house puts its own in. */
const exampleSimulators = 'http://127.0.0.1:8081'
const exampleSecrets = 'file:.rolecall/secrets/'
const demoConnection = connectionId('demo')

/** Puts the demo world's side of things into an empty table: configuration, platform secrets, a credential. Does nothing the second time. */
export const prepare = async (storage: Storage, options: FirstStartOptions): Promise<FirstStart> => {
  const secrets = openSecrets(options.data)
  const token = await withTable(storage, async (table) => {
    await pushExample(createConfigurationStore(table), options, secrets.folder)
    return giveToken(createCredentialStore(table), options.demoToken)
  })
  return { ...(token !== undefined && { token }), close: secrets.close }
}

const openSecrets = (data: string): { readonly folder: string; readonly close: () => void } => {
  const temporary = data === inMemory
  const folder = temporary ? mkdtempSync(join(tmpdir(), 'rolecall-secrets-')) : resolve(data, 'secrets')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { folder, close: () => temporary && rmSync(folder, { recursive: true, force: true }) }
}

const pushExample = async (
  store: ConfigurationStore,
  options: FirstStartOptions,
  secrets: string,
): Promise<void> => {
  const current = await store.current()
  const source = options.configuration ?? readFileSync(example, 'utf8')
  const text = source
    .replaceAll(exampleSimulators, options.simulatorsUrl)
    .replaceAll(exampleSecrets, `file:${secrets}/`)
  writeSecrets(text, secrets)
  if (current === undefined) await store.push(text, 0, 'npm start', 'the example of this repository')
  else if (current.text !== text && sameBut(current.text, text))
    await store.push(text, current.number, 'npm start', 'the simulators moved')
}

/** Our own example, pushed by an earlier start with other ports or in another place: nobody else's configuration is ever touched. */
const sameBut = (before: string, after: string): boolean => {
  const plain = (text: string): string =>
    text
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, exampleSimulators)
      .replaceAll(/\bfile:\S*\//g, exampleSecrets)
  return plain(before) === plain(after)
}

/** Those of the demo world that the configuration refers to; a file that is there already is somebody's own. */
const writeSecrets = (text: string, folder: string): void => {
  const known = [...demoSecrets].map(([name, secret]) => [name, () => secret] as const)
  for (const [name, make] of [...known, ...madeSecrets]) {
    const path = join(folder, name)
    const named = text.split(/\s+/).includes(`file:${path}`)
    if (named && !existsSync(path)) writeFileSync(path, make(), { mode: 0o600 })
  }
}

const giveToken = async (
  store: CredentialStore,
  demoToken: string | undefined,
): Promise<string | undefined> => {
  const { token, credential } = createCredential({
    connection: demoConnection,
    scope: 'scim',
    label: 'npm start',
    createdBy: 'npm start',
    at: instant(Date.now()),
    ...(demoToken !== undefined && { token: demoToken }),
  })
  const known = await store.credentials(demoConnection)
  if (demoToken === undefined && known.length > 0) return undefined
  if (!known.some((one) => one.id === credential.id)) await store.saveCredential(credential)
  return token
}
