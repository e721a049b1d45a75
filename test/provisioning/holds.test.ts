import { afterEach, expect, test } from 'vitest'
import type { Configuration, Mode } from '../../lib/core/configuration.ts'
import type { Member } from '../../lib/core/member.ts'
import { foresee, holdForeseen } from '../../lib/provisioning/push.ts'
import { type Bench, day, demo, openBench, soc } from './bench.ts'

const budgets = {
  departures: { fraction: 0.2, floor: 5 },
  revocations: { fraction: 0.2, floor: 5 },
}

let bench: Bench
afterEach(() => bench.close())

const staffed = async (count: number): Promise<readonly Member[]> => {
  const people: Member[] = []
  for (let n = 0; n < count; n++) people.push(await bench.provider.person(`p${n}`))
  await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  return people
}
const count = (status: string): number =>
  Object.values(bench.seen()).filter((one) => one.status === status).length
const heldEvents = () => bench.events.filter(({ type }) => type === 'plan.held')

test('thirty people deactivated one by one: the budget’s worth suspended, the rest held, joiners served, approved and done', async () => {
  bench = await openBench()
  const people = await staffed(30)
  for (const person of people) {
    await bench.provider.setActive(person, false)
    await bench.settle()
  }
  // A fifth of thirty.
  expect(count('disabled')).toBe(6)
  const [hold] = await bench.desk.list()
  expect(hold?.held).toHaveLength(24)
  expect(hold?.held.every(({ change }) => change.kind === 'suspend')).toBe(true)

  const joiner = await bench.provider.person('newcomer')
  await bench.provider.group('SOC-Tier1', [joiner])
  await bench.settle()
  expect(bench.seen().newcomer).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  expect(count('disabled')).toBe(6)

  const [last] = people.slice(-1)
  if (last === undefined) throw new Error('nobody')
  expect(await bench.deps.outcomes.outcomesOf(demo, last.id)).toMatchObject([{ state: 'held' }])
  expect((await bench.explain(last)).communities).toMatchObject([{ held: [{ change: { kind: 'suspend' } }] }])

  const [again] = await bench.desk.list()
  if (again === undefined) throw new Error('nothing held')
  await bench.desk.approve({ community: soc, digest: again.digest, by: 'olive', reason: 'site closed' })
  await bench.settle()
  expect(count('disabled')).toBe(30)
  expect(await bench.desk.list()).toEqual([])
  expect(await bench.deps.safety.approvals(soc, bench.clock.now())).toEqual([])
  // What was approved is used up and counts for no budget.
  expect((await bench.history()).departures).toHaveLength(6)
  const trail = await bench.deps.audit.about({ kind: 'community', id: soc }, 500)
  expect(trail.filter(({ event }) => event.kind === 'approved')).toHaveLength(1)
  expect(
    trail.filter(({ event }) => event.kind === 'changeApplied' && event.change.startsWith('suspend/')),
  ).toHaveLength(30)
})

test('an emptied directory is held as a whole at the reconciliation, and a joiner still gets in', async () => {
  bench = await openBench()
  const people = await staffed(4)
  const group = await bench.provider.group('SOC-Tier1')
  for (const person of people) await bench.provider.setActive(person, false)
  // The stream delivered nothing: the scheduled look finds a directory in which nobody is wanted any more.
  await bench.deps.work.finishDue(await bench.deps.work.dueBefore(bench.later(60), 100))
  await bench.reconcile()
  expect(count('disabled')).toBe(0)
  const [hold] = await bench.desk.list()
  expect(hold?.held).toHaveLength(4)
  expect(hold?.held[0]?.reason).toEqual({ kind: 'emptyDesired', owned: 4 })
  const joiner = await bench.provider.person('newcomer')
  await bench.provider.change(group, { add: [joiner] })
  await bench.settle()
  expect(bench.seen().newcomer?.roles).toEqual(['SOC tier 1'])
  expect(count('disabled')).toBe(0)
})

test('people who come back shrink the hold until nothing is held', async () => {
  bench = await openBench()
  const people = await staffed(9)
  for (const person of people.slice(1)) await bench.provider.setActive(person, false)
  await bench.settle()
  const before = await bench.desk.list()
  expect(before[0]?.held.length).toBe(3)
  for (const person of people.slice(1)) await bench.provider.setActive(person, true)
  await bench.settle()
  expect(await bench.desk.list()).toEqual([])
  expect(count('enabled')).toBe(10)
})

test('a rejected set stays silent until it changes', async () => {
  bench = await openBench()
  const people = await staffed(8)
  for (const person of people.slice(0, 7)) await bench.provider.setActive(person, false)
  await bench.settle()
  const [hold] = await bench.desk.list()
  if (hold === undefined) throw new Error('nothing held')
  await bench.desk.reject({ community: soc, digest: hold.digest, by: 'olive', reason: 'not true' })
  const told = heldEvents().length
  await bench.reconcile()
  await bench.reconcile()
  expect(heldEvents()).toHaveLength(told)
  expect(await bench.desk.list()).toMatchObject([
    { state: 'rejected', digest: hold.digest, decidedBy: 'olive' },
  ])
  expect(count('disabled')).toBe(5)
  const [, , , , , , , eighth] = people
  if (eighth === undefined) throw new Error('nobody')
  await bench.provider.setActive(eighth, false)
  await bench.settle()
  const [next] = await bench.desk.list()
  expect(next).toMatchObject({ state: 'waiting' })
  expect(next?.digest).not.toBe(hold.digest)
  expect(heldEvents().length).toBeGreaterThan(told)
})

test('the same digest is told once, however often it is found', async () => {
  bench = await openBench()
  const people = await staffed(7)
  for (const person of people.slice(0, 6)) await bench.provider.setActive(person, false)
  await bench.settle()
  const told = heldEvents().length
  await bench.reconcile()
  await bench.reconcile()
  expect(heldEvents()).toHaveLength(told)
})

test('an approval that nobody used in a day lets nothing through', async () => {
  bench = await openBench()
  const people = await staffed(7)
  for (const person of people.slice(0, 6)) await bench.provider.setActive(person, false)
  await bench.settle()
  expect(count('disabled')).toBe(5)
  bench.sekoia.faults([{ kind: 'status', status: 500, times: 1000 }])
  await bench.desk.approve({ community: soc, by: 'olive', reason: 'site closed' })
  await bench.run()
  bench.sekoia.faults([])
  bench.clock.advance(2 * day)
  // A day later the window is empty again; whoever is not approved still waits for a person.
  await bench.reconcile()
  expect(await bench.deps.safety.approvals(soc, bench.clock.now())).toEqual([])
})

test('deciding about another set than the held one is refused', async () => {
  bench = await openBench()
  const people = await staffed(7)
  for (const person of people.slice(0, 6)) await bench.provider.setActive(person, false)
  await bench.settle()
  const decision = { community: soc, digest: 'f'.repeat(64), by: 'olive', reason: 'typo' }
  await expect(bench.desk.approve(decision)).rejects.toMatchObject({
    code: 'versionMismatch',
    field: 'digest',
  })
  await expect(bench.desk.reject(decision)).rejects.toMatchObject({ code: 'versionMismatch' })
  expect(count('disabled')).toBe(5)
})

test('the last administrator is not suspended without approval', async () => {
  bench = await openBench({
    community: {
      safety: {
        ...budgets,
        minimumAdmins: 2,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        window: day,
        protected: [],
      },
    },
  })
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  await bench.provider.group('SOC-Admins', [anna])
  await bench.provider.group('SOC-Analysts', [bert])
  await bench.settle()
  bench.activateAll()
  await bench.provider.setActive(anna, false)
  await bench.settle()
  expect(bench.seen().anna?.status).toBe('enabled')
  expect(await bench.desk.list()).toMatchObject([{ held: [{ reason: { kind: 'minimumAdmins' } }] }])
})

const lookAtOne = async ({ id: member }: Member): Promise<void> => {
  const subject = { kind: 'member', connection: demo, member } as const
  await bench.deps.work.add([{ community: soc, priority: 'revocation', subject, since: bench.clock.now() }])
  await bench.run()
}
const holdNow = async () => (await bench.desk.list()).map(({ state, held }) => [state, held.length])
const setMode = (mode: Mode): void =>
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({ ...one, mode })),
  }))

test.each([
  ['report', 'waiting'],
  ['report', 'rejected'],
  ['upsertOnly', 'waiting'],
  ['upsertOnly', 'rejected'],
] as const)(
  'a hold outlives the mode %s, and is %s when everything is enforced again',
  async (mode, state) => {
    bench = await openBench()
    const people = await staffed(9)
    for (const person of people.slice(0, 8)) await bench.provider.setActive(person, false)
    await bench.settle()
    const [hold] = await bench.desk.list()
    if (hold === undefined) throw new Error('nothing held')
    expect(hold.held).toHaveLength(3)
    const { digest } = hold
    if (state === 'rejected')
      await bench.desk.reject({ community: soc, digest, by: 'olive', reason: 'not true' })
    const told = heldEvents().length
    setMode(mode)
    await bench.reconcile()
    const [last] = hold.held.flatMap(({ change }) => ('subject' in change ? [change.subject.member] : []))
    const person = people.find(({ id }) => id === last)
    if (person === undefined) throw new Error('nobody')
    await lookAtOne(person)
    expect(await bench.desk.list()).toMatchObject([{ digest, state }])
    bench.clock.advance(2 * day)
    setMode('enforce')
    await bench.reconcile()
    expect(count('disabled')).toBe(5)
    expect(await bench.desk.list()).toMatchObject([{ digest, state }])
    expect(heldEvents()).toHaveLength(told)
    // Who comes back leaves it, whatever the mode.
    setMode(mode)
    await bench.provider.setActive(person, true)
    await bench.settle()
    expect(await holdNow()).toEqual([[state, 2]])
  },
)

/** The analysts' rule names a group that nobody is in, and the limits would let that pass. */
const typoOf = (current: Configuration): Configuration => ({
  ...current,
  number: 2,
  communities: current.communities.map((one) => ({
    ...one,
    safety: { ...one.safety, revocations: { fraction: 1, floor: 100 } },
  })),
  rules: current.rules.map((rule) =>
    rule.id === 'analysts' ? { ...rule, when: { group: { equals: 'SOC-Analist' } } } : rule,
  ),
})

test.each([
  ['stored', 'at everybody', 'whole'],
  ['about to be stored', 'at everybody', 'whole'],
  ['stored', 'at one of them', 'targeted'],
] as const)(
  'a version %s while a look %s is not over: what it will hold is not for that look to forget',
  async (when, _, scope) => {
    let push: (() => Promise<void>) | undefined
    const pushAt = async (moment: typeof when): Promise<void> => {
      const pushed = when === moment ? push : undefined
      if (pushed !== undefined) push = undefined
      await pushed?.()
    }
    bench = await openBench({
      wrap: (deps) => ({
        ...deps,
        // Stored before anything is read, by a worker that knows the version before; about to be when everything is read.
        platforms: {
          ...deps.platforms,
          open: async (...values) => {
            await pushAt('stored')
            return deps.platforms.open(...values)
          },
        },
        quarantine: {
          ...deps.quarantine,
          quarantine: async (community) => {
            await pushAt('about to be stored')
            return deps.quarantine.quarantine(community)
          },
        },
      }),
    })
    const people = await staffed(8)
    await bench.provider.group('SOC-Tier1', [await bench.provider.person('stays')])
    await bench.settle()
    const current = await bench.deps.configuration()
    const candidate = typoOf(current)
    const foreseen = await foresee(bench.deps, candidate, current)
    const looked: string[] = []
    push = async () => {
      looked.push(scope)
      bench.clock.advance(1)
      await holdForeseen(bench.deps, foreseen)
      if (when === 'stored') bench.configure(() => candidate)
    }
    if (scope === 'whole') await bench.reconcile()
    else {
      const ids = foreseen.flatMap(({ newlyHeld }) => newlyHeld.map(({ change }) => change))
      const last = people.find(({ id }) => ids.some((one) => 'subject' in one && one.subject.member === id))
      if (last === undefined) throw new Error('nobody')
      await lookAtOne(last)
    }
    expect(looked).toEqual([scope])
    expect(await holdNow()).toEqual([['waiting', 3]])
    bench.configure(() => candidate)
    await bench.reconcile()
    expect(count('disabled')).toBe(5)
    expect(await holdNow()).toEqual([['waiting', 3]])
    // Taken back, nothing of it is wanted any more.
    bench.configure(() => current)
    await bench.reconcile()
    expect(await bench.desk.list()).toEqual([])
  },
)

test('a version that loosens the limits is judged by today’s, and what they hold waits for a person all the same', async () => {
  bench = await openBench()
  await staffed(8)
  const current = await bench.deps.configuration()
  const candidate = typoOf(current)
  // Somebody stays: it is no empty directory.
  await bench.provider.group('SOC-Tier1', [await bench.provider.person('stays')])
  await bench.settle()
  const foreseen = await foresee(bench.deps, candidate, current)
  expect(foreseen.map(({ newlyHeld }) => newlyHeld.length)).toEqual([3])
  expect(foreseen[0]?.newlyHeld[0]?.reason).toMatchObject({ kind: 'budget', removal: 'revocation', limit: 5 })
  expect((await foresee(bench.deps, candidate, candidate))[0]?.newlyHeld).toEqual([])
  expect(await bench.desk.list()).toEqual([])

  await holdForeseen(bench.deps, foreseen)
  expect(heldEvents()).toMatchObject([{ changes: 3, reasons: ['budget'] }])
  bench.configure(() => candidate)
  await bench.reconcile()
  expect(count('disabled')).toBe(5)
  const [hold] = await bench.desk.list()
  if (hold === undefined) throw new Error('nothing held')
  expect([hold.held.length, heldEvents().length]).toEqual([3, 1])
  // Held already, so it is nothing new to a second push of the same.
  expect((await foresee(bench.deps, candidate, current))[0]?.newlyHeld).toEqual([])
  await bench.desk.approve({ community: soc, digest: hold.digest, by: 'olive', reason: 'meant' })
  await bench.settle()
  expect(count('disabled')).toBe(8)
})

test('a look at everybody for the sake of one administrator counts nobody else’s removal', async () => {
  bench = await openBench()
  const people = await staffed(6)
  const [admin, other] = [await bench.provider.person('admin'), await bench.provider.person('other')]
  await bench.provider.group('SOC-Admins', [admin, other])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  for (const person of people.slice(0, 3)) await bench.provider.setActive(person, false)
  // Their dispatch was lost: only a look at everybody sees what is to be done.
  const due = await bench.deps.work.dueBefore(bench.later(60), 1000)
  await bench.deps.work.finishDue(due)
  await bench.provider.setActive(admin, false)
  await bench.settle()
  expect(bench.seen()).toMatchObject({ admin: { status: 'disabled' }, p0: { status: 'enabled' } })
  expect((await bench.history()).departures).toHaveLength(1)
})
