import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from 'aws-lambda'
import { monotonicFactory } from 'ulid'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../../lib/config/clock.ts'
import type { AuditEntry } from '../../../lib/core/audit.ts'
import { type ConnectionId, connectionId } from '../../../lib/core/ids.ts'
import { usableCertificates } from '../../../lib/saml/trust/follow.ts'
import { createConfigurationStore } from '../../../lib/store/configuration.ts'
import { auditPartition } from '../../../lib/store/keys.ts'
import { recordOf } from '../../../lib/store/records.ts'
import { createTable, type Table } from '../../../lib/store/table-client.ts'
import { createMetadataFailures, createTrustStore } from '../../../lib/store/trust.ts'
import { loadFunction } from '../../support/functions.ts'
import { openTestTable, type TestTable } from '../../support/table.ts'
import { certificate, entity, keyDescriptor, type Made } from './metadata-text.ts'

type Event = { readonly type: string; readonly data: Readonly<Record<string, string>> }
type Answer = (response: ServerResponse) => void

let [store, server]: readonly [TestTable | undefined, Server | undefined] = [undefined, undefined]
let table: Table
let base = ''
let sweep: () => Promise<unknown>
/** By path: what the identity providers' hosts answer. */
const hosts = new Map<string, Answer>()
const asked: string[] = []
const events: Event[] = []
let version = 0

const serve = async (): Promise<void> => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? ''
    if (path === '/events') {
      events.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.writeHead(204).end()
      return
    }
    asked.push(path)
    const answer = hosts.get(path)
    if (answer === undefined) response.writeHead(404).end()
    else answer(response)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server?.address() as AddressInfo | undefined)?.port}`
}

beforeAll(async () => {
  store = await openTestTable()
  await serve()
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: 'SILENT',
    TABLE_NAME: store.name,
    DYNAMODB_ENDPOINT: store.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    WAKE_QUEUE_URL: `${base}/queue`,
    TRUST_HOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  })
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  table = createTable({ client: store.client, name: store.name, clock: systemClock, ids })
  // The clock alone: the world goes on.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2096-05-01T08:00:00Z') })
  const handler = await loadFunction<(event: object, context: Context) => Promise<unknown>>('reconcile')
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context
  sweep = () => handler({ kind: 'sweep' }, context)
})
afterAll(async () => {
  vi.useRealTimers()
  server?.closeAllConnections()
  server?.close()
  await store?.close()
})
beforeEach(() => {
  asked.length = 0
  events.length = 0
})

const minutes = (count: number): void => void vi.setSystemTime(Date.now() + count * 60_000)
const push = async (lines: readonly string[]): Promise<void> => {
  const text = `version: 1\nconnections:\n${lines.map((line) => `  - { domains: [a.test], ${line} }\n`).join('')}communities: []\nrules: []\nwebhooks: [{ id: hook, url: "${base}/events", secret: "env:TRUST_HOOK" }]\n`
  await createConfigurationStore(table).push(text, version, 'olive', 'test')
  version += 1
}
const metadata = (made: readonly Made[], entityId = 'urn:idp'): Answer => {
  const text = entity({ entityId, keys: made.map(({ base64 }) => keyDescriptor(base64)).join('') })
  return (response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(text)
}
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end('x')

const trusted = async (connection: ConnectionId): Promise<readonly string[]> => {
  const provider = await createTrustStore(table).identityProvider(connection)
  return provider === undefined
    ? []
    : usableCertificates(provider, systemClock.now()).map(({ fingerprint }) => fingerprint)
}
const trail = async (connection: ConnectionId) =>
  (await table.query({ pk: auditPartition('system', 'trust', connection) })).items.map(
    (item) => recordOf<AuditEntry>(item).event,
  )
const told = () => events.map(({ type, data }) => [type.split('.').slice(-3, -1).join('.'), data])

const [one, two, three] = [certificate('one'), certificate('two'), certificate('three')]

test('read at first sight, then once an hour; a rotation is followed, told and kept in the trail', async () => {
  const acme = connectionId('acme')
  hosts.set('/acme', metadata([one]))
  await push([`id: acme, saml: { metadata: "${base}/acme" }`])
  await sweep()
  expect(await trusted(acme)).toEqual([one.fingerprint])
  expect(told()).toEqual([['certificate.trusted', { connection: 'acme', fingerprint: one.fingerprint }]])
  for (let minute = 0; minute < 59; minute += 20) {
    minutes(19)
    await sweep()
  }
  expect(asked).toEqual(['/acme'])
  hosts.set('/acme', metadata([two]))
  minutes(3)
  await sweep()
  expect(asked).toEqual(['/acme', '/acme'])
  expect(await trusted(acme)).toEqual([one.fingerprint, two.fingerprint])
  minutes(60)
  await sweep()
  expect(asked).toHaveLength(3)
  expect(told().map(([type]) => type)).toEqual([
    'certificate.trusted',
    'certificate.trusted',
    'certificate.gone',
  ])
  expect(await trail(acme)).toEqual([
    { kind: 'certificateTrusted', fingerprint: one.fingerprint },
    { kind: 'certificateTrusted', fingerprint: two.fingerprint },
    { kind: 'certificateGone', fingerprint: one.fingerprint },
  ])
  minutes(7 * 24 * 60)
  expect(await trusted(acme)).toEqual([two.fingerprint])
})

test('a host that is away is tried again after one, two, four minutes and told once; what was trusted stays', async () => {
  const acme = connectionId('acme')
  const failures = createMetadataFailures(table)
  const before = await trusted(acme)
  hosts.set('/acme', status(503))
  await sweep()
  await sweep()
  expect(asked).toHaveLength(1)
  expect(await failures.metadataFailure(acme)).toMatchObject({ code: 'fetch.status', attempts: 1 })
  expect(events).toEqual([])
  for (const wait of [1, 2, 4]) {
    minutes(wait)
    await sweep()
  }
  expect(asked).toHaveLength(4)
  expect(told()).toEqual([
    ['metadata.failed', expect.objectContaining({ connection: 'acme', code: 'fetch.status' })],
  ])
  minutes(8)
  hosts.set('/acme', status(302, { location: `${base}/elsewhere` }))
  await sweep()
  expect(await failures.metadataFailure(acme)).toMatchObject({ code: 'fetch.redirect', attempts: 5 })
  expect(asked).not.toContain('/elsewhere')
  expect(events).toHaveLength(1)
  expect(await trusted(acme)).toEqual(before)
  hosts.set('/acme', metadata([two]))
  minutes(16)
  await sweep()
  expect(await failures.metadataFailure(acme)).toBeUndefined()
  expect(events).toHaveLength(1)
})

test('metadata that may not be believed are told at once, and nothing of them counts', async () => {
  const acme = connectionId('acme')
  hosts.set('/acme', metadata([three], 'urn:other'))
  minutes(61)
  await sweep()
  expect(told()).toEqual([['metadata.failed', expect.objectContaining({ code: 'trust.otherEntity' })]])
  expect(await trusted(acme)).toEqual([two.fingerprint])
  hosts.set('/acme', (response) => void response.end('x'.repeat(1024 * 1024 + 1)))
  minutes(61)
  await sweep()
  expect(await createMetadataFailures(table).metadataFailure(acme)).toMatchObject({ code: 'fetch.size' })
  expect(await trusted(acme)).toEqual([two.fingerprint])
  hosts.set('/acme', metadata([two]))
  minutes(61)
  await sweep()
})

test('pinned and stored ones are left alone; another address is read at once', async () => {
  hosts.set('/new', metadata([two, three]))
  hosts.set('/pinned', metadata([three]))
  await push([
    `id: acme, saml: { metadata: "${base}/new" }`,
    `id: pinned, saml: { metadata: "${base}/pinned", pinned: true }`,
    'id: stored, saml: { metadata: stored }',
    'id: plain',
  ])
  await sweep()
  expect(asked).toEqual(['/new'])
  expect(await trusted(connectionId('acme'))).toEqual([two.fingerprint, three.fingerprint])
  expect(await trusted(connectionId('pinned'))).toEqual([])
})

test('four at a time, whoever waited longest first: none is left out, and one that hangs up stops no other', async () => {
  const names = Array.from({ length: 10 }, (_, n) => `c${n}`)
  for (const name of names) hosts.set(`/${name}`, metadata([one], `urn:${name}`))
  hosts.set('/c1', (response) => void response.destroy())
  await push(names.map((name) => `id: ${name}, saml: { metadata: "${base}/${name}" }`))
  await sweep()
  expect(asked).toHaveLength(4)
  await sweep()
  await sweep()
  expect(asked.toSorted()).toEqual(names.map((name) => `/${name}`))
  for (const name of names)
    expect(await trusted(connectionId(name))).toEqual(name === 'c1' ? [] : [one.fingerprint])
  expect(await createMetadataFailures(table).metadataFailure(connectionId('c1'))).toMatchObject({
    code: 'fetch.unreachable',
  })
})

test('a configured entityID decides from the first reading on, and moves the trust when it changes', async () => {
  const moved = connectionId('moved')
  hosts.set('/moved', metadata([one], 'urn:old'))
  const line = (entityId: string) => [
    `id: moved, saml: { metadata: "${base}/moved", entityId: "${entityId}" }`,
  ]
  await push(line('urn:old'))
  await sweep()
  expect(await trusted(moved)).toEqual([one.fingerprint])
  hosts.set('/moved', metadata([two], 'urn:new'))
  minutes(61)
  await sweep()
  expect(await createMetadataFailures(table).metadataFailure(moved)).toMatchObject({
    code: 'trust.otherEntity',
  })
  await push(line('urn:new'))
  await sweep()
  expect(await trusted(moved)).toEqual([two.fingerprint])
  expect(await createTrustStore(table).identityProvider(moved)).toMatchObject({
    entityId: 'urn:new',
    edition: 2,
  })
})
