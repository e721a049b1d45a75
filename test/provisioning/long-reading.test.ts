import { afterEach, expect, test } from 'vitest'
import { createOverdue } from '../../lib/provisioning/overdue.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { soc } from './bench.ts'
import { openPressed, type Pressed } from './pressed.ts'

let pressed: Pressed
afterEach(() => pressed.bench.close())

/** So many by hand, so that the list is long. */
const crowded = async (count: number) => {
  pressed = await openPressed({ community: { requestsPerSecond: 4 } })
  const { bench } = pressed
  const leaver = await bench.provider.person('leaver')
  const joiner = await bench.provider.person('joiner')
  await bench.provider.group('SOC-Analysts', [leaver])
  await bench.settle()
  bench.activateAll()
  await bench.settle()
  const world = bench.sekoia.world()
  const [user, avatar] = [world.users[0], world.avatars[0]]
  if (user === undefined || avatar === undefined) throw new Error('nobody is there')
  const many = Array.from(
    { length: count },
    (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
  )
  bench.sekoia.reset({
    ...world,
    users: [...world.users, ...many.map((uuid) => ({ ...user, uuid, email: `hand${uuid}@other.test` }))],
    avatars: [
      ...world.avatars,
      ...many.map((uuid) => ({ ...avatar, uuid, user: uuid, builtin: null, roles: [] })),
    ],
  })
  return { bench, leaver, joiner }
}
test('a long list is read on in the next run, gives way to who leaves, and serves those who join until it is dear no more', async () => {
  const { bench, leaver, joiner } = await crowded(2400)
  const provisioner = createProvisioner(bench.deps)
  await createReconciliation(bench.deps).request()
  pressed.plan(1, () => pressed.leaves(leaver))
  // Some 25 pages at four a second, and five seconds for each run.
  const endings: string[] = []
  for (let turn = 0; turn < 6 && endings.at(-1) !== 'done'; turn += 1) {
    endings.push((await provisioner.run(soc, bench.later(5))).ending)
    bench.clock.advance(1)
  }
  expect(endings).toEqual(expect.arrayContaining(['outOfTime', 'done']))
  expect(pressed.waits()).toHaveLength(1)
  expect(Math.max(...pressed.waits())).toBeLessThan(8)
  expect(await bench.deps.readings.reading(soc)).toBeUndefined()
  const stored = await bench.deps.runs.latestPlan(soc)
  expect(stored?.plan.scope).toBe('community')
  expect(stored?.plan.unmanaged.filter(({ kind }) => kind === 'account').length).toBeGreaterThanOrEqual(2400)
  expect(stored?.plan.changes).toEqual([])

  // Each page once: 25 of them, and what the leaver and two looks at the roles took.
  expect(bench.sekoia.requests().length).toBeLessThan(45)

  // The list was dear: whoever joins a minute later is looked for in it.
  bench.clock.advance(60)
  const before = bench.sekoia.requests().length
  await bench.provider.group('SOC-Tier1', [joiner])
  await pressed.dispatch()
  expect((await provisioner.run(soc, bench.later(60))).ending).toBe('done')
  expect(bench.sekoia.requests().length - before).toBeLessThan(12)
  expect(bench.seen()).toMatchObject({ joiner: { status: 'pending', roles: ['SOC tier 1'] } })
})

test('a reading that is too old, or of another place, is begun anew', async () => {
  const { bench } = await crowded(1500)
  const provisioner = createProvisioner(bench.deps)
  await createReconciliation(bench.deps).request()
  expect((await provisioner.run(soc, bench.later(3))).ending).toBe('outOfTime')
  expect(await bench.deps.readings.reading(soc)).toMatchObject({ data: { state: { total: 1502 } } })
  bench.clock.advance(900)
  expect(await bench.deps.readings.reading(soc)).toBeUndefined()
  // What stands on pages read before is seen as it is now.
  const seen = bench.sekoia.world()
  bench.sekoia.reset({ ...seen, avatars: seen.avatars.filter(({ uuid }) => !uuid.startsWith('00000001-')) })
  expect((await provisioner.run(soc, bench.later(60))).ending).toBe('done')
  const plan = (await bench.deps.runs.latestPlan(soc))?.plan
  expect(plan?.unmanaged.some(({ account }) => account.startsWith('00000001-'))).toBe(false)
})

test('who left a minute ago and is still in is told of by the sweep, and again only after a quarter of an hour', async () => {
  pressed = await openPressed()
  const { bench } = pressed
  const leaver = await bench.provider.person('leaver')
  await bench.provider.group('SOC-Analysts', [leaver])
  await bench.settle()
  const overdue = createOverdue(bench.deps)
  const told = () => bench.events.filter(({ type }) => type === 'departure.overdue')
  await pressed.leaves(leaver)
  expect(await overdue.tell()).toEqual([])
  bench.clock.advance(61)
  const since = (await bench.deps.work.take(soc, bench.clock.now(), 1))[0]?.since
  expect(await overdue.tell()).toEqual([soc])
  expect(told()).toMatchObject([{ community: soc, count: 1, since }])
  bench.clock.advance(60)
  await overdue.tell()
  expect(told()).toHaveLength(1)
  bench.clock.advance(900)
  await overdue.tell()
  expect(told()).toHaveLength(2)
  await bench.run()
  expect(await overdue.tell()).toEqual([])
})
