import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoSecrets, madeSecrets } from '../../infra/local/demo-secrets.ts'
import { type FirstStart, type FirstStartOptions, prepare } from '../../infra/local/first-start.ts'
import { openStorage, type Storage, withTable } from '../../infra/local/storage.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { presentedToken } from '../../lib/scim/tokens.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'

const configuration = `communities:
  - baseUrl: http://127.0.0.1:8081/sekoia
    credentials: file:.rolecall/secrets/demo-sekoia-key
`
let data: string
let storage: Storage
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'rolecall-first-'))
  storage = await openStorage(data)
})
afterEach(async () => {
  await storage.close()
  rmSync(data, { recursive: true })
})

const start = (options: Partial<FirstStartOptions> = {}): Promise<FirstStart> =>
  prepare(storage, { data, simulatorsUrl: 'http://127.0.0.1:9001', configuration, ...options })
const current = () => withTable(storage, (table) => createConfigurationStore(table).current())
const credentials = () =>
  withTable(storage, (table) => createCredentialStore(table).credentials(connectionId('demo')))

test('the first start pushes the example, writes the platform secret and makes one token', async () => {
  const { token = '' } = await start()
  const secret = join(data, 'secrets', 'demo-sekoia-key')
  expect(await current()).toEqual({
    number: 1,
    text: configuration
      .replace('http://127.0.0.1:8081', 'http://127.0.0.1:9001')
      .replace('.rolecall/secrets/demo-sekoia-key', secret),
  })
  expect(readFileSync(secret, 'utf8')).toBe('demo-sekoia-key')
  expect(statSync(secret).mode & 0o777).toBe(0o600)
  const [credential] = await credentials()
  expect(credential).toMatchObject({ ...presentedToken(token), scope: 'scim' })
  expect(JSON.stringify(credential)).not.toContain(token)
})

test('each platform’s secret is in the file its community names, and no other file is made', async () => {
  const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const folder = join(data, 'secrets')
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'demo-sekoia-key'), 'a key of one’s own')
  await start({ configuration: `${example}# file:.rolecall/secrets/another\n` })
  expect(readdirSync(folder).toSorted()).toEqual([...demoSecrets.keys(), ...madeSecrets.keys()].toSorted())
  const written = (name: string): string => readFileSync(join(folder, name), 'utf8')
  expect(written('demo-sekoia-key')).toBe('a key of one’s own')
  expect(JSON.parse(Buffer.from(written('demo-netosecret'), 'base64').toString())).toMatchObject({
    appname: 'rolecall',
    shortname: 'demo',
  })
  expect(JSON.parse(written('demo-immybot'))).toMatchObject({
    tenant: '22222222-2222-4222-8222-222222222222',
    clientId: 'rolecall',
  })
  const { keys } = JSON.parse(written('demo-saml-keys')) as {
    readonly keys: readonly { readonly privateKey: string; readonly certificate: string }[]
  }
  const [own] = keys
  expect(keys).toHaveLength(1)
  const certificate = new X509Certificate(own?.certificate ?? '')
  expect(certificate.checkPrivateKey(createPrivateKey(own?.privateKey ?? ''))).toBe(true)
})

test('our own SAML keys are made once, and for one house only', async () => {
  const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const path = join(data, 'secrets', 'demo-saml-keys')
  await start({ configuration: example })
  const made = readFileSync(path, 'utf8')
  await start({ configuration: example })
  expect(readFileSync(path, 'utf8')).toBe(made)
  rmSync(path)
  await start({ configuration: example })
  expect(readFileSync(path, 'utf8')).not.toBe(made)
})

test('the second start changes nothing and shows no token', async () => {
  await start()
  const before = await credentials()
  expect(await start()).not.toHaveProperty('token')
  expect((await current())?.number).toBe(1)
  expect(await credentials()).toEqual(before)
})

test('a chosen token is good beside the first one, however often the house starts with it', async () => {
  await start()
  expect((await start({ demoToken: 'chosen-by-me' })).token).toBe('chosen-by-me')
  await start({ demoToken: 'chosen-by-me' })
  expect(await credentials()).toHaveLength(2)
})

test('simulators on another port are followed, a configuration of somebody’s own is not touched', async () => {
  await start()
  await start({ simulatorsUrl: 'http://127.0.0.1:9002' })
  const moved = await current()
  expect(moved?.number).toBe(2)
  expect(moved?.text).toContain('http://127.0.0.1:9002/sekoia')

  const own = 'communities: []\n'
  await withTable(storage, (table) => createConfigurationStore(table).push(own, 2, 'me', 'mine'))
  await start({ simulatorsUrl: 'http://127.0.0.1:9003' })
  expect(await current()).toEqual({ number: 3, text: own })
})

test('in memory, the secrets are gone with the house', async () => {
  const { close } = await start({ data: 'memory' })
  const [, secret = ''] = /file:(\S+)/.exec((await current())?.text ?? '') ?? []
  expect(readFileSync(secret, 'utf8')).toBe('demo-sekoia-key')
  close()
  expect(() => statSync(secret)).toThrow('ENOENT')
})
