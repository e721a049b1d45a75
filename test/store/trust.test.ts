import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry, Stamp } from '../../lib/core/audit.ts'
import type { ConnectionId } from '../../lib/core/ids.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { unaddressed } from '../../lib/core/ports/events.ts'
import type { IdentityProvider, MetadataFailure } from '../../lib/core/ports/logins.ts'
import { auditPartition } from '../../lib/store/keys.ts'
import { createEventOutbox } from '../../lib/store/outbox.ts'
import { recordOf } from '../../lib/store/records.ts'
import { createMetadataFailures, createTrustStore } from '../../lib/store/trust.ts'
import { freshConnection, type Opened, openStore } from './opened.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const stampOf = (connection: ConnectionId): Stamp => ({
  connection,
  actor: { kind: 'operator', label: 'olive' },
  requestId: 'request-1',
  at: opened.clock.now(),
})
const providerOf = (connection: ConnectionId, edition = 0, fingerprints = ['aa']): IdentityProvider => ({
  connection,
  entityId: 'https://idp.example/',
  signOn: { redirect: 'https://idp.example/sso' },
  wantsSignedRequests: false,
  certificates: fingerprints.map((fingerprint) => ({
    fingerprint,
    certificate: 'MII',
    since: opened.clock.now(),
    notAfter: opened.clock.now(),
  })),
  readAt: opened.clock.now(),
  edition,
})
const trail = async (connection: ConnectionId) => {
  const pk = auditPartition('system', 'trust', connection)
  return (await opened.table.query({ pk })).items.map((item) => recordOf<AuditEntry>(item))
}
/** As the next sweep finds it, whatever became of whoever wrote it. */
const news = async (connection: ConnectionId) => {
  const due = await createEventOutbox(opened.table).due(unaddressed, opened.clock.now(), 100)
  return due
    .map(({ event }) => event)
    .filter((event) => 'connection' in event && event.connection === connection)
}

test('nobody is trusted before the first write; afterwards it is read as it was written, one edition on', async () => {
  const connection = freshConnection()
  const store = createTrustStore(opened.table)
  expect(await store.identityProvider(connection)).toBeUndefined()
  const provider = providerOf(connection)
  const note = { kind: 'certificateTrusted', fingerprint: 'aa' } as const
  expect(await store.saveIdentityProvider(stampOf(connection), provider, [note])).toBe('saved')
  expect(await store.identityProvider(connection)).toEqual({ ...provider, edition: 1 })
  expect(await trail(connection)).toEqual([
    {
      at: opened.clock.now(),
      requestId: 'request-1',
      actor: { kind: 'operator', label: 'olive' },
      connection,
      event: note,
    },
  ])
  expect(await news(connection)).toEqual([
    { type: 'certificate.trusted', connection, fingerprint: 'aa', at: opened.clock.now() },
  ])
})

test('whoever writes what they read before another write changes nothing, and leaves no trail', async () => {
  const connection = freshConnection()
  const store = createTrustStore(opened.table)
  const other = createTrustStore(opened.another())
  const stamp = stampOf(connection)
  expect(await store.saveIdentityProvider(stamp, providerOf(connection), [])).toBe('saved')
  const revoked = { kind: 'certificateRevoked', fingerprint: 'aa', reason: 'lost' } as const
  expect(await other.saveIdentityProvider(stamp, providerOf(connection, 1, []), [revoked])).toBe('saved')
  for (const edition of [0, 1, 3])
    expect(
      await store.saveIdentityProvider(stamp, providerOf(connection, edition, ['bb']), [
        { kind: 'certificateTrusted', fingerprint: 'bb' },
      ]),
    ).toBe('stale')
  expect(await store.identityProvider(connection)).toEqual(providerOf(connection, 2, []))
  expect((await trail(connection)).map(({ event }) => event)).toEqual([revoked])
  expect((await news(connection)).map(({ type }) => type)).toEqual(['certificate.revoked'])
})

test('of two who write at once one is told so', async () => {
  const connection = freshConnection()
  const store = createTrustStore(opened.table)
  const results = await Promise.all(
    ['aa', 'bb', 'cc'].map((name) =>
      store.saveIdentityProvider(stampOf(connection), providerOf(connection, 0, [name]), []),
    ),
  )
  expect(results.toSorted()).toEqual(['saved', 'stale', 'stale'])
})

test('the most news one reading can bring are kept, and told', async () => {
  const connection = freshConnection()
  const store = createTrustStore(opened.table)
  const notes = Array.from({ length: 24 }, (_, n) => ({
    kind: 'certificateTrusted' as const,
    fingerprint: `c${n}`,
  }))
  expect(await store.saveIdentityProvider(stampOf(connection), providerOf(connection), notes)).toBe('saved')
  expect(await trail(connection)).toHaveLength(24)
  expect(await news(connection)).toHaveLength(24)
})

test('connections never see each other’s', async () => {
  const store = createTrustStore(opened.table)
  const [a, b] = [freshConnection(), freshConnection()]
  await store.saveIdentityProvider(stampOf(a), providerOf(a), [])
  expect(await store.identityProvider(b)).toBeUndefined()
  expect(await store.identityProvider(connectionId(`${a}x`))).toBeUndefined()
})

test('a failure is kept beside the trust, replaced by the next and forgotten', async () => {
  const connection = freshConnection()
  const failures = createMetadataFailures(opened.table)
  const failure: MetadataFailure = {
    connection,
    url: 'https://idp.example/m',
    since: opened.clock.now(),
    code: 'fetch.status',
    attempts: 1,
    again: opened.clock.now(),
  }
  expect(await failures.metadataFailure(connection)).toBeUndefined()
  await failures.saveMetadataFailure(failure)
  await failures.saveMetadataFailure({ ...failure, attempts: 2, told: 'fetch.status' })
  expect(await failures.metadataFailure(connection)).toEqual({
    ...failure,
    attempts: 2,
    told: 'fetch.status',
  })
  expect(await createTrustStore(opened.table).identityProvider(connection)).toBeUndefined()
  await failures.forgetMetadataFailure(connection)
  await failures.forgetMetadataFailure(connection)
  expect(await failures.metadataFailure(connection)).toBeUndefined()
})
