import { afterEach, describe, expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import type { Member } from '../../lib/core/member.ts'
import { createAdoptionDesk } from '../../lib/provisioning/adoption.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

// Somebody who left comes back as another record of the directory, with the same address.
let bench: Bench
afterEach(() => bench.close())

const byDomain: Partial<Community> = { adopt: 'domain' }
const owned = (member: Member) => bench.deps.ownership.ownership(soc, demo, member.id)
const takeovers = async (member: Member) =>
  (await bench.deps.audit.about({ kind: 'member', id: member.id, connection: demo }, 50)).filter(
    ({ event }) => event.kind === 'accountTakenOver',
  )
const deactivated = (one: Member) => bench.provider.setActive(one, false)
const deleted = (one: Member) => bench.provider.remove(one)

/** Joined, accepted, and gone: suspended by us. */
const departed = async (
  leave: (member: Member) => Promise<unknown> = deactivated,
  group = 'SOC-Analysts',
): Promise<Member> => {
  const ada = await bench.provider.person('ada')
  await bench.provider.group(group, [ada, await bench.provider.person('bert')])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  expect(bench.seen().ada?.status).toBe('enabled')
  await leave(ada)
  await bench.settle()
  expect(bench.seen().ada?.status).toBe('disabled')
  return ada
}

const problemsOf = async () =>
  (await bench.preview()).plan.problems.map((one) => ({
    kind: one.kind,
    ...('why' in one ? { why: one.why } : {}),
    ...('from' in one ? { from: one.from?.member } : {}),
    ...('with' in one ? { with: one.with } : {}),
  }))
/** The newcomer waits, and a person decides. */
const decide = (member: Member) =>
  createAdoptionDesk(bench.deps).adopt({
    community: soc,
    connection: demo,
    subject: { by: 'id', id: member.id },
    roles: false,
    by: 'olive',
    reason: 'she is back',
  })

describe.each([
  ['switched off', deactivated],
  ['deleted', deleted],
])('%s and made anew', (_, leave) => {
  test('the account is theirs again, with what the new record is to have', async () => {
    bench = await openBench({ community: byDomain })
    const before = await departed(leave)
    const record = await owned(before)
    const again = await bench.provider.person('ada', 'ada.l@demo.test')
    await bench.provider.group('SOC-Tier1', [again])
    await bench.settle()
    expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect(await owned(before)).toBeUndefined()
    const taken = { connection: demo, member: before.id }
    const after = await owned(again)
    expect(after).toMatchObject({ account: record?.account, origin: 'created', takenOver: { from: taken } })
    expect(after?.grants.map(({ role }) => role)).toEqual(['tier1'])
    expect(after).not.toHaveProperty('suspended')
    for (const member of [before, again])
      expect((await takeovers(member)).map(({ event }) => event)).toEqual([
        {
          kind: 'accountTakenOver',
          community: soc,
          member: again.id,
          account: record?.account,
          from: taken,
          roles: ['analyst'],
        },
      ])
    expect((await bench.explain(again)).communities).toMatchObject([{ takenOver: { from: taken } }])
    // What comes of the old record is nothing to the account any more.
    if (leave === deactivated) await bench.provider.remove(before)
    bench.clock.advance(40 * 86_400)
    await bench.reconcile()
    expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect((await bench.preview()).plan).toMatchObject({ changes: [], problems: [], unmanaged: [{}] })
  })
})

test('within the grace period the same record gets its roles back, and passes on nothing', async () => {
  bench = await openBench({ community: byDomain })
  const ada = await departed()
  await bench.provider.setActive(ada, true)
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect(await owned(ada)).not.toHaveProperty('takenOver')
})

test('where accounts are adopted by hand, it waits for a person, who then takes it over', async () => {
  bench = await openBench()
  const before = await departed()
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Analysts', [again])
  await bench.settle()
  expect(await problemsOf()).toEqual([{ kind: 'adoptionNeeded', why: 'explicit', from: before.id }])
  expect(bench.seen().ada?.status).toBe('disabled')
  expect(await decide(again)).toMatchObject({ from: { connection: demo, member: before.id }, owned: false })
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect(await owned(before)).toBeUndefined()
  expect((await takeovers(again))[0]).toMatchObject({
    actor: { kind: 'operator', label: 'olive' },
    event: { from: { member: before.id }, reason: 'she is back' },
  })
  // The old record comes back, too: somebody has to say who she is.
  await bench.provider.setActive(before, true)
  await bench.provider.group('SOC-Tier1', [before])
  await bench.settle()
  expect(await problemsOf()).toEqual([{ kind: 'duplicateEmail', with: again.id }])
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
})

test('an administrator’s and a protected account only by hand', async () => {
  bench = await openBench({ community: byDomain })
  const before = await departed(deactivated, 'SOC-Admins')
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Analysts', [again])
  await bench.settle()
  expect(await problemsOf()).toEqual([{ kind: 'adoptionNeeded', why: 'admin', from: before.id }])
  bench.configure((given) => ({
    ...given,
    communities: given.communities.map((one) => ({
      ...one,
      safety: { ...one.safety, protected: ['ada@demo.test'] },
    })),
  }))
  expect(await problemsOf()).toEqual([{ kind: 'adoptionNeeded', why: 'protected', from: before.id }])
  expect(bench.seen().ada?.status).toBe('disabled')
})

test('of two newcomers with one address one takes it over, and the other is told of', async () => {
  bench = await openBench({ community: byDomain })
  const before = await departed()
  const two = [
    await bench.provider.person('ada', 'ada.l@demo.test'),
    await bench.provider.person('ada', 'ada.m@demo.test'),
  ]
  await bench.provider.group('SOC-Tier1', two)
  await bench.settle()
  const owners = await Promise.all(two.map(owned))
  expect(owners.filter((one) => one !== undefined)).toHaveLength(1)
  expect(await owned(before)).toBeUndefined()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  expect(await problemsOf()).toMatchObject([{ kind: 'duplicateEmail' }])
})

test('gone and back between two looks: nobody is suspended in between, and what was given is as the new record says', async () => {
  bench = await openBench({ community: byDomain })
  const ada = await bench.provider.person('ada')
  await bench.provider.group('SOC-Analysts', [ada])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  await bench.provider.remove(ada)
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Tier1', [again])
  const { plan } = await bench.preview()
  expect(plan.changes.filter((one) => 'subject' in one).map(({ kind }) => kind)).toEqual([
    'adopt',
    'revoke',
    'grant',
  ])
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
})

test('somebody else disabled it meanwhile: it is not taken over, and its end is not put off', async () => {
  bench = await openBench({ community: byDomain })
  const before = await departed()
  const record = await owned(before)
  if (record === undefined) throw new Error('nothing is owned')
  const { suspended: _suspended, ...rest } = record
  await bench.deps.ownership.saveOwnership(rest)
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Analysts', [again])
  await bench.settle()
  expect(await problemsOf()).toEqual([{ kind: 'duplicateEmail', with: before.id }])
  bench.clock.advance(31 * 86_400)
  await bench.reconcile()
  await bench.reconcile()
  expect(await owned(before)).toBeUndefined()
  expect(await owned(again)).toMatchObject({ origin: 'created' })
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
})

const configureCommunity = (change: (before: Community) => Partial<Community>): void =>
  bench.configure((given) => ({
    ...given,
    communities: given.communities.map((one) => ({ ...one, ...change(one) })),
  }))

test.each([
  ['the mode takes nothing', () => configureCommunity(() => ({ mode: 'upsertOnly' }))],
  [
    'a person has to decide',
    () => {
      bench.configure((given) => ({ ...given, rules: given.rules.filter(({ id }) => id !== 'analysts') }))
      configureCommunity(({ roles }) => ({ roles: roles.filter(({ id }) => id !== 'analyst') }))
    },
  ],
  [
    'the platform refuses it',
    () => bench.sekoia.faults([{ method: 'DELETE', kind: 'status', status: 403, times: 100 }]),
  ],
])('nobody is let in to a role of the record before: it cannot be taken, for %s', async (_, hinder) => {
  bench = await openBench({ community: byDomain })
  await departed(deleted)
  hinder()
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Tier1', [again])
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen().ada).toEqual({ status: 'disabled', roles: ['Analyst'] })
  expect(await owned(again)).toMatchObject({ suspended: { reason: 'departed' } })
})

test.each([
  ['before the record passes', false],
  ['after it passed', true],
])('killed %s: one owner at any time, and the next run finishes it', async (_, passed) => {
  bench = await openBench({ community: byDomain })
  const before = await departed(deleted)
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Tier1', [again])
  let dead = false
  const { ownership, ...deps } = bench.depsFor('mortal')
  const transferOwnership: typeof ownership.transferOwnership = async (...given) => {
    if (passed) await ownership.transferOwnership(...given)
    dead = true
    throw new Error('killed')
  }
  const open: typeof deps.platforms.open = (...given) =>
    dead ? Promise.reject(new Error('killed')) : deps.platforms.open(...given)
  const platforms = { ...deps.platforms, open }
  const mortal = { ...deps, platforms, ownership: { ...ownership, transferOwnership } }
  bench.clock.advance(6)
  await createDispatcher(mortal).sweep()
  await createProvisioner(mortal).run(soc, bench.later(600))
  expect(dead).toBe(true)
  const owners = await Promise.all([before, again].map(owned))
  expect(owners.map((one) => one !== undefined)).toEqual([!passed, passed])
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(2)
  expect(bench.seen().ada?.status).toBe('disabled')
  bench.clock.advance(60)
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  expect(await owned(before)).toBeUndefined()
  expect(await owned(again)).toMatchObject({ takenOver: { from: { member: before.id } } })
  expect(await takeovers(again)).toHaveLength(passed ? 1 : 2)
})

test('who waits for the account of somebody who departed is invited as soon as that one is removed', async () => {
  bench = await openBench()
  await departed(deleted)
  const again = await bench.provider.person('ada', 'ada.l@demo.test')
  await bench.provider.group('SOC-Tier1', [again])
  await bench.settle()
  expect(await problemsOf()).toMatchObject([{ kind: 'adoptionNeeded', why: 'explicit' }])
  bench.clock.advance(40 * 86_400)
  await bench.reconcile()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
})
