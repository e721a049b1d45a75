import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountId, type CommunityId, later, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Ownership, RoleOwnership } from '../../lib/core/ownership.ts'
import type { OwnershipStore } from '../../lib/core/ports/ownership.ts'
import { createOutcomeStore } from '../../lib/store/outcomes.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { firstOfMay } from '../support/clock.ts'
import { freshCommunity, freshConnection, freshMember, type Opened, openStore } from './opened.ts'

let opened: Opened
let store: OwnershipStore
beforeAll(async () => {
  opened = await openStore()
  store = createOwnershipStore(opened.table)
})
afterAll(() => opened.test.close())

const freshAccount = () => accountId(randomUUID())
const drafted = (community: CommunityId, more: Partial<Ownership> = {}): Ownership => ({
  community,
  connection: freshConnection(),
  member: freshMember(),
  email: 'ada@acme.example',
  origin: 'created',
  since: firstOfMay,
  grants: [],
  version: 0,
  ...more,
})
const saved = async (next: Ownership): Promise<Ownership> => {
  const result = await store.saveOwnership(next)
  if (result.kind !== 'saved') throw new Error(`not saved: ${result.kind}`)
  return result.ownership
}

describe('an ownership', () => {
  it('is found by member, by account and in its community, and is counted once it has an account', async () => {
    const k = freshCommunity()
    const account = freshAccount()
    const intended = await saved(drafted(k))
    expect(intended.version).toBe(1)
    expect(await store.ownedCount(k)).toBe(0)
    const bound = await saved({ ...intended, account })
    expect(await store.ownership(k, bound.connection, bound.member)).toEqual(bound)
    expect(await store.ownershipOfAccount(k, account)).toEqual(bound)
    expect(await store.ownershipsOf(bound.connection, bound.member)).toEqual([bound])
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('is saved on the version that was read only', async () => {
    const k = freshCommunity()
    const first = await saved(drafted(k))
    expect(await store.saveOwnership({ ...first, version: 0 })).toEqual({ kind: 'stale' })
    await saved({ ...first, email: 'countess@acme.example' })
    expect(await store.saveOwnership(first)).toEqual({ kind: 'stale' })
    expect(await store.ownership(k, first.connection, first.member)).toMatchObject({
      email: 'countess@acme.example',
      version: 2,
    })
  })

  it('cannot claim an account that is owned: the owner is named and nothing is written', async () => {
    const k = freshCommunity()
    const account = freshAccount()
    const owner = await saved(drafted(k, { account }))
    const rival = drafted(k, { account })
    expect(await store.saveOwnership(rival)).toEqual({ kind: 'conflict', owner })
    expect(await store.ownership(k, rival.connection, rival.member)).toBeUndefined()
    expect(await store.ownershipsOf(rival.connection, rival.member)).toEqual([])
    expect(await store.ownedCount(k)).toBe(1)
    await saved(drafted(freshCommunity(), { account }))
  })

  it('keeps the account it follows from everybody else until that one is gone, and counts once', async () => {
    const k = freshCommunity()
    const [one, two] = [freshAccount(), freshAccount()]
    const { account: _one, ...between } = await saved(drafted(k, { account: one }))
    const announced = await saved({ ...between, former: one })
    expect(await store.ownershipOfAccount(k, one)).toEqual(announced)
    expect(await store.ownedCount(k)).toBe(1)
    const both = await saved({ ...announced, account: two })
    expect(await store.saveOwnership(drafted(k, { account: one }))).toEqual({ kind: 'conflict', owner: both })
    expect(await store.ownedCount(k)).toBe(1)
    const { former: _former, ...moved } = both
    await saved(moved)
    expect(await store.ownershipOfAccount(k, one)).toBeUndefined()
    const rival = await saved(drafted(k, { account: one, former: freshAccount() }))
    expect(await store.ownedCount(k)).toBe(2)
    await store.deleteOwnership(rival)
    expect(await store.ownershipOfAccount(k, one)).toBeUndefined()
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('moves to another account, which frees the first', async () => {
    const k = freshCommunity()
    const [one, two] = [freshAccount(), freshAccount()]
    const moved = await saved({ ...(await saved(drafted(k, { account: one }))), account: two })
    expect(await store.ownershipOfAccount(k, one)).toBeUndefined()
    expect(await store.ownershipOfAccount(k, two)).toEqual(moved)
    expect(await store.ownedCount(k)).toBe(1)
    const { account: _two, ...unbound } = moved
    await saved(unbound)
    expect(await store.ownedCount(k)).toBe(0)
    await saved(drafted(k, { account: two }))
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('is deleted whole, and not when it changed since', async () => {
    const k = freshCommunity()
    const read = await saved(drafted(k, { account: freshAccount() }))
    const now = await saved({ ...read, email: 'new@acme.example' })
    await expect(store.deleteOwnership(read)).rejects.toMatchObject({ code: 'storeConflict' })
    await store.deleteOwnership(now)
    await store.deleteOwnership(now)
    expect(await store.ownership(k, now.connection, now.member)).toBeUndefined()
    expect(await store.ownershipsOf(now.connection, now.member)).toEqual([])
    expect(now.account && (await store.ownershipOfAccount(k, now.account))).toBeUndefined()
    expect(await store.ownedCount(k)).toBe(0)
  })

  it('goes to exactly one of many who claim an account at once', async () => {
    const k = freshCommunity()
    const account = freshAccount()
    const claims = Array.from({ length: 12 }, () => drafted(k, { account }))
    const results = await Promise.all(
      claims.map((claim) => createOwnershipStore(opened.another()).saveOwnership(claim)),
    )
    expect(results.filter((result) => result.kind === 'saved')).toHaveLength(1)
    expect(results.filter((result) => result.kind === 'conflict')).toHaveLength(11)
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('passes whole to whom its person came back as, in one step', async () => {
    const k = freshCommunity()
    const [account, former] = [freshAccount(), freshAccount()]
    const suspended = { at: firstOfMay, reason: 'departed' } as const
    const from = await saved(drafted(k, { account, former, suspended }))
    const { member, connection } = drafted(k)
    const passed = await store.transferOwnership(from, { ...from, member, connection, version: 0 })
    if (passed.kind !== 'saved') throw new Error(passed.kind)
    expect(passed.ownership).toMatchObject({ member, connection, account, former, suspended, version: 1 })
    expect(await store.ownershipOfAccount(k, account)).toEqual(passed.ownership)
    expect(await store.ownershipOfAccount(k, former)).toEqual(passed.ownership)
    expect(await store.ownershipsOf(connection, member)).toEqual([passed.ownership])
    expect(await store.ownership(k, from.connection, from.member)).toBeUndefined()
    expect(await store.ownershipsOf(from.connection, from.member)).toEqual([])
    expect(await store.ownedCount(k)).toBe(1)
    // Deleting what the one before had takes nothing from the one after.
    await store.deleteOwnership(from)
    expect(await store.ownershipOfAccount(k, account)).toEqual(passed.ownership)
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('passes into a beginning of the other, and drops what neither claims any more', async () => {
    const k = freshCommunity()
    const [account, former] = [freshAccount(), freshAccount()]
    const from = await saved(drafted(k, { account, former }))
    const begun = await saved(drafted(k))
    const passed = await store.transferOwnership(from, { ...begun, account })
    expect(passed).toMatchObject({ kind: 'saved', ownership: { account, version: 2 } })
    expect(await store.ownershipOfAccount(k, former)).toBeUndefined()
    expect(await store.ownershipsOf(begun.connection, begun.member)).toHaveLength(1)
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('passes only as both were read, and to one of many', async () => {
    const k = freshCommunity()
    const account = freshAccount()
    const from = await saved(drafted(k, { account }))
    const later = await saved({ ...from, email: 'new@acme.example' })
    const { member } = drafted(k)
    expect(await store.transferOwnership(from, { ...from, member, version: 0 })).toEqual({ kind: 'stale' })
    const begun = await saved(drafted(k))
    const stale = { ...begun, account, version: 0 }
    expect(await store.transferOwnership(later, stale)).toEqual({ kind: 'stale' })
    expect(await store.ownershipOfAccount(k, account)).toEqual(later)
    const results = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.transferOwnership(later, { ...later, member: drafted(k).member, version: 0 }),
      ),
    )
    expect(results.filter(({ kind }) => kind === 'saved')).toHaveLength(1)
    expect(await store.ownedCount(k)).toBe(1)
  })

  it('says when it was last written', async () => {
    const first = await saved(drafted(freshCommunity()))
    expect(first.touchedAt).toBe(opened.table.clock.now())
  })

  it('is counted exactly when many come and go at once', async () => {
    const k = freshCommunity()
    const drafts = Array.from({ length: 20 }, () => drafted(k, { account: freshAccount() }))
    const all = await Promise.all(drafts.map(saved))
    await Promise.all(all.slice(0, 8).map((one) => store.deleteOwnership(one)))
    expect(await store.ownedCount(k)).toBe(12)
    const first = await store.ownerships(k, 5)
    const second = await store.ownerships(k, 50, first.next)
    expect(first.items).toHaveLength(5)
    expect([...first.items, ...second.items].map((one) => one.account).sort()).toEqual(
      all
        .slice(8)
        .map((one) => one.account)
        .sort(),
    )
    expect(second.next).toBeUndefined()
  })

  it('is listed for its member over all communities', async () => {
    const one = drafted(freshCommunity())
    const two = { ...drafted(freshCommunity()), connection: one.connection, member: one.member }
    const both = [await saved(one), await saved(two)]
    const listed = await store.ownershipsOf(one.connection, one.member)
    expect(new Set(listed.map((o) => o.community))).toEqual(new Set(both.map((o) => o.community)))
  })
})

it('role ownerships are kept per role, on the version that was read', async () => {
  const k = freshCommunity()
  const role: RoleOwnership = {
    community: k,
    role: roleId('tier1'),
    name: 'SOC tier 1',
    applied: { description: 'Triage only, no changes', permissions: ['A'], intakes: [] },
    since: firstOfMay,
    version: 0,
  }
  const first = await store.saveRoleOwnership(role)
  expect(first).toEqual({ kind: 'saved', ownership: { ...role, version: 1 } })
  expect(await store.saveRoleOwnership(role)).toEqual({ kind: 'stale' })
  const bound = { ...role, version: 1, platformRole: platformRoleId('r-1') }
  expect(await store.saveRoleOwnership(bound)).toMatchObject({ kind: 'saved' })
  expect(await store.roleOwnerships(k)).toEqual([{ ...bound, version: 2 }])
})

it('a role ownership is deleted on the version that was read, and a second time nothing is left to do', async () => {
  const k = freshCommunity()
  const saveRole = async (next: RoleOwnership): Promise<RoleOwnership> => {
    const result = await store.saveRoleOwnership(next)
    if (result.kind !== 'saved') throw new Error('not saved')
    return result.ownership
  }
  const role: RoleOwnership = {
    community: k,
    role: roleId('tier1'),
    name: 'SOC tier 1',
    applied: { description: 'Triage only, no changes', permissions: ['A'], intakes: [] },
    since: firstOfMay,
    version: 0,
  }
  const [read, other] = [await saveRole(role), await saveRole({ ...role, role: roleId('tier2') })]
  const now = await saveRole({ ...read, platformRole: platformRoleId('r-1') })
  await expect(store.deleteRoleOwnership(read)).rejects.toMatchObject({ code: 'storeConflict' })
  expect(await store.roleOwnerships(k)).toHaveLength(2)
  await store.deleteRoleOwnership(now)
  await store.deleteRoleOwnership(now)
  expect(await store.roleOwnerships(k)).toEqual([other])
  expect((await saveRole(role)).version).toBe(1)
})

it('the later outcome of a member in a community stays, whoever writes last', async () => {
  const outcomes = createOutcomeStore(opened.table)
  const [k, connection, member] = [freshCommunity(), freshConnection(), freshMember()]
  const base = { community: k, connection, member, detail: 'one role' }
  const late = { ...base, state: 'assigned', at: firstOfMay } as const
  await outcomes.saveOutcome(late)
  await outcomes.saveOutcome({
    ...base,
    state: 'pending',
    at: later(firstOfMay, -1),
  })
  const elsewhere = { ...late, community: freshCommunity(), state: 'failed' } as const
  await outcomes.saveOutcome(elsewhere)
  await store.saveOwnership(drafted(k, { connection, member }))
  const found = await outcomes.outcomesOf(connection, member)
  expect(found).toHaveLength(2)
  expect(found).toEqual(expect.arrayContaining([late, elsewhere]))
})

it('members whose outcome is open are listed with their community until it is closed, by nobody who was overtaken', async () => {
  const outcomes = createOutcomeStore(opened.table)
  const [k, connection, member, other] = [freshCommunity(), freshConnection(), freshMember(), freshMember()]
  const failed = {
    community: k,
    connection,
    member,
    state: 'failed',
    detail: 'no role',
    at: firstOfMay,
  } as const
  const assigned = { ...failed, state: 'assigned', detail: 'one role' } as const
  await outcomes.saveOutcome(failed)
  await outcomes.saveOutcome({ ...assigned, member: other })
  const listed = { connection, member, state: 'failed', detail: 'no role' }
  expect(await outcomes.openOutcomes(k)).toEqual({ open: [listed] })
  await outcomes.closeOutcome({ ...assigned, at: later(firstOfMay, -1) })
  expect((await outcomes.openOutcomes(k)).open).toEqual([listed])
  const checked = { configuration: 3, at: firstOfMay }
  await outcomes.markChecked(k, checked)
  await outcomes.saveOutcome(assigned)
  await outcomes.closeOutcome(assigned)
  expect(await outcomes.openOutcomes(k)).toEqual({ open: [], checked })
})
