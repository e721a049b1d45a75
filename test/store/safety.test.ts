import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountId, type CommunityId, connectionId, later, memberId } from '../../lib/core/ids.ts'
import type { SafetyStore } from '../../lib/core/ports/safety.ts'
import type { Approval, HeldChange, Hold } from '../../lib/core/verdict.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { firstOfMay as now } from '../support/clock.ts'
import { freshCommunity, freshConnection, freshMember, type Opened, openStore } from './opened.ts'

let opened: Opened
let store: SafetyStore
beforeAll(async () => {
  opened = await openStore()
  store = createSafetyStore(opened.table)
})
afterAll(() => opened.test.close())

const hour = 3600
const day = 24 * hour
const departures = (...changes: readonly string[]) =>
  changes.map((change) => ({ kind: 'departure' as const, change }))
const revocations = (...changes: readonly string[]) =>
  changes.map((change) => ({ kind: 'revocation' as const, change }))

const own = (community: CommunityId, account: string) =>
  createOwnershipStore(opened.table).saveOwnership({
    community,
    connection: freshConnection(),
    member: freshMember(),
    account: accountId(account),
    email: `${account}@acme.example`,
    origin: 'created',
    since: now,
    grants: [],
    version: 0,
  })

describe('the history of removals', () => {
  it('counts each change id once per kind, over all hours of the window', async () => {
    const k = freshCommunity()
    await store.recordRemovals(k, now, [...departures('suspend/a', 'suspend/b'), ...revocations('revoke/a')])
    await store.recordRemovals(k, now, departures('suspend/a'))
    await store.recordRemovals(k, later(now, 3 * hour), departures('suspend/b', 'suspend/c'))
    expect(await store.history(k, day, later(now, 4 * hour))).toEqual({
      ownedAtStart: 0,
      departures: ['suspend/a', 'suspend/b', 'suspend/c'],
      revocations: ['revoke/a'],
    })
    expect(await store.history(k, hour, later(now, 3.5 * hour))).toMatchObject({
      departures: ['suspend/b', 'suspend/c'],
      revocations: [],
    })
    expect(await store.history(k, day, later(now, 3 * day))).toMatchObject({
      departures: [],
      revocations: [],
    })
  })

  it('remembers how many accounts were owned when the window began', async () => {
    const k = freshCommunity()
    await own(k, 'one')
    await own(k, 'two')
    expect(await store.history(k, day, now)).toEqual({ ownedAtStart: 2, departures: [], revocations: [] })
    await store.recordRemovals(k, now, departures('suspend/one'))
    await own(k, 'three')
    await store.recordRemovals(k, later(now, 2 * hour), departures('suspend/two'))
    expect((await store.history(k, day, later(now, 2 * hour))).ownedAtStart).toBe(2)
    expect((await store.history(k, hour, later(now, 2 * hour))).ownedAtStart).toBe(3)
  })

  it('holds more ids of one hour than an item can, and each repetition once', async () => {
    const k = freshCommunity()
    const ids = Array.from(
      { length: 6000 },
      (_, n) => `suspend/${String(n).padStart(6, '0')}/${'x'.repeat(90)}`,
    )
    await store.recordRemovals(k, now, departures(...ids))
    await store.recordRemovals(k, now, [...departures(...ids.slice(0, 3000)), ...revocations('revoke/z')])
    const history = await store.history(k, day, now)
    expect(history.departures).toEqual(ids)
    expect(history.revocations).toEqual(['revoke/z'])
  })

  it('loses nothing when several workers record at once', async () => {
    const k = freshCommunity()
    const ids = Array.from({ length: 30 }, (_, n) => `suspend/${String(n).padStart(2, '0')}`)
    await Promise.all(
      ids.map((id) => createSafetyStore(opened.another()).recordRemovals(k, now, departures(id))),
    )
    expect((await store.history(k, day, now)).departures).toEqual(ids)
  })

  it('refuses a window longer than its memory', async () => {
    await expect(store.history(freshCommunity(), 91 * day, now)).rejects.toMatchObject({
      code: 'configurationInvalid',
      field: 'safety.window',
    })
  })
})

const heldChange = (name: string): HeldChange => ({
  change: {
    id: `suspend/${name}/departed`,
    kind: 'suspend',
    reason: 'departed',
    subject: {
      connection: connectionId('acme'),
      member: memberId(name),
      email: `${name}@acme.example`,
      account: accountId(name),
    },
  },
  reason: { kind: 'budget', removal: 'departure', limit: 5, used: 5, wanted: 30 },
})
const holdOf = (community: CommunityId, names: readonly string[], more: Partial<Hold> = {}): Hold => ({
  community,
  digest: `digest-of-${names.length}`,
  held: names.map(heldChange),
  since: now,
  state: 'waiting',
  version: 0,
  ...more,
})
const approvalOf = (hold: Hold, more: Partial<Approval> = {}): Approval => ({
  community: hold.community,
  digest: hold.digest,
  changes: hold.held.map(({ change }) => change.id),
  by: 'cli:ada',
  reason: 'they left',
  at: now,
  expiresAt: later(now, day),
  ...more,
})

describe('a hold', () => {
  it('is one per community, replaced and deleted on the version that was read', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a', 'b'])
    expect(await store.saveHold(hold)).toBe('saved')
    expect(await store.saveHold(hold)).toBe('stale')
    const read = await store.hold(k)
    expect(read).toEqual({ ...hold, version: 1 })
    if (!read) return
    expect(await store.saveHold({ ...read, state: 'rejected', decidedBy: 'cli:ada', decidedAt: now })).toBe(
      'saved',
    )
    await store.deleteHold(read)
    expect(await store.hold(k)).toMatchObject({ state: 'rejected', decidedBy: 'cli:ada', version: 2 })
    expect((await store.holds()).filter((one) => one.community === k)).toHaveLength(1)
    await store.deleteHold({ ...read, version: 2 })
    expect(await store.hold(k)).toBeUndefined()
  })

  it('may be larger than an item, and shrink again', async () => {
    const k = freshCommunity()
    const many = Array.from({ length: 12_000 }, () => freshMember())
    const large = holdOf(k, many)
    await store.saveHold(large)
    expect(await store.hold(k)).toEqual({ ...large, version: 1 })
    await store.saveHold(holdOf(k, ['a'], { version: 1 }))
    expect(await store.hold(k)).toEqual(holdOf(k, ['a'], { version: 2 }))
  })

  it('is as large as it has to be, and so is the consent to it', async () => {
    const k = freshCommunity()
    const size = Number(process.env.DISASTER_MEMBERS ?? 45_000)
    const large = holdOf(k, Array.from({ length: size }, freshMember))
    expect(await store.saveHold(large)).toBe('saved')
    expect((await store.hold(k))?.held).toHaveLength(size)
    expect(await store.approve(approvalOf(large))).toBe('approved')
    expect(await store.hold(k)).toBeUndefined()
    expect((await store.approvals(k, now))[0]?.changes).toHaveLength(size)
  })
})

describe('an approval', () => {
  it('takes the place of the hold whose digest it names, and of no other', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a', 'b'])
    await store.saveHold(hold)
    expect(await store.approve(approvalOf(hold, { digest: 'another' }))).toBe('stale')
    expect(await store.hold(k)).toBeDefined()
    expect(await store.approvals(k, now)).toEqual([])
    expect(await store.approve(approvalOf(hold))).toBe('approved')
    expect(await store.hold(k)).toBeUndefined()
    expect(await store.approvals(k, now)).toEqual([approvalOf(hold)])
    expect(await store.approve(approvalOf(hold))).toBe('stale')
  })

  it('is given once when two people approve at the same time', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a', 'b'])
    await store.saveHold(hold)
    const results = await Promise.all(
      ['ada', 'bea', 'cid'].map((by) =>
        createSafetyStore(opened.another()).approve(approvalOf(hold, { by })),
      ),
    )
    expect(results.filter((result) => result === 'approved')).toHaveLength(1)
    expect(await store.approvals(k, now)).toHaveLength(1)
  })

  it('expires, whether or not the service has deleted it', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a'])
    await store.saveHold(hold)
    await store.approve(approvalOf(hold, { expiresAt: later(now, 60) }))
    expect(await store.approvals(k, later(now, 59))).toHaveLength(1)
    expect(await store.approvals(k, later(now, 60))).toEqual([])
  })

  it('lets each change through once', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a', 'b', 'c'])
    const approval = approvalOf(hold)
    const [a = '', b = '', c = ''] = approval.changes
    await store.saveHold(hold)
    await store.approve(approval)
    await store.useApproval(approval, [a, b])
    expect(await store.approvals(k, now)).toEqual([{ ...approval, changes: [c] }])
    await expect(store.useApproval(approval, [b, c])).rejects.toMatchObject({ code: 'storeConflict' })
    expect(await store.approvals(k, now)).toEqual([{ ...approval, changes: [c] }])
    await store.useApproval(approval, [c])
    expect(await store.approvals(k, now)).toEqual([])
  })

  it('is used by one of many who try at once', async () => {
    const k = freshCommunity()
    const hold = holdOf(k, ['a'])
    const approval = approvalOf(hold)
    await store.saveHold(hold)
    await store.approve(approval)
    const uses = Array.from({ length: 8 }, () =>
      createSafetyStore(opened.another()).useApproval(approval, approval.changes),
    )
    const results = await Promise.allSettled(uses)
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })

  it('of thousands of changes is stored and used whole', async () => {
    const k = freshCommunity()
    const hold = holdOf(
      k,
      Array.from({ length: 6000 }, () => freshMember()),
    )
    const approval = approvalOf(hold)
    await store.saveHold(hold)
    expect(await store.approve(approval)).toBe('approved')
    const [open] = await store.approvals(k, now)
    expect(open?.changes).toEqual([...approval.changes].sort())
    await store.useApproval(approval, approval.changes.slice(0, 5999))
    expect((await store.approvals(k, now))[0]?.changes).toEqual(approval.changes.slice(5999))
  })
})
