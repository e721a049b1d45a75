import { afterEach, expect, test } from 'vitest'
import type { Configuration } from '../../lib/core/configuration.ts'
import type { Member } from '../../lib/core/member.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { tellStranded } from '../../lib/provisioning/reconcile.ts'
import { type Bench, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const staffed = async (count: number) => {
  const people: Member[] = []
  for (let n = 0; n < count; n++) people.push(await bench.provider.person(`p${n}`))
  const group = await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  return { people, group }
}
const disabled = (): number =>
  Object.values(bench.seen()).filter(({ status }) => status === 'disabled').length
const heldKinds = async (): Promise<readonly string[]> => {
  const [hold] = await bench.desk.list()
  return [...new Set(hold?.held.map(({ reason }) => reason.kind))].sort()
}
const without = (rule: string) => (before: Configuration) => ({
  ...before,
  rules: before.rules.filter(({ id }) => id !== rule),
})

test('a rule taken out is counted and held like any other revocation', async () => {
  bench = await openBench()
  const { people } = await staffed(12)
  await bench.provider.group('SOC-Tier1', people.slice(0, 1))
  await bench.settle()
  bench.configure(without('analysts'))
  await bench.reconcile()
  expect(disabled()).toBe(5)
  expect(await heldKinds()).toEqual(['budget'])
  const { departures, revocations } = await bench.history()
  expect([departures.length, revocations.length]).toEqual([0, 5])
})

test('a rule that matches nobody after a slip of the pen takes nothing from anybody', async () => {
  bench = await openBench()
  await staffed(4)
  bench.configure((before) => ({
    ...before,
    rules: before.rules.map((rule) => ({ ...rule, when: { group: { equals: 'SOC-Anlaysts' } } })),
  }))
  await bench.reconcile()
  expect(disabled()).toBe(0)
  expect(await heldKinds()).toEqual(['emptyDesired'])
})

test('a group renamed at the identity provider is held beyond the budget, and nothing is left of it when the name comes back', async () => {
  bench = await openBench()
  const { people, group } = await staffed(9)
  await bench.provider.group('SOC-Tier1', people.slice(0, 1))
  await bench.settle()
  await bench.provider.change(group, { rename: 'Analysts' })
  await bench.settle()
  expect(disabled()).toBe(5)
  expect(await heldKinds()).toEqual(['budget'])
  await bench.provider.change(group, { rename: 'SOC-Analysts' })
  await bench.settle()
  expect(disabled()).toBe(0)
  expect(await bench.desk.list()).toEqual([])
})

test('a community taken out is told of and left as it is; when it comes back, who left meanwhile goes', async () => {
  bench = await openBench()
  const { people } = await staffed(3)
  const before = bench.seen()
  let whole: Configuration | undefined
  bench.configure((configuration) => {
    whole = configuration
    return { ...configuration, communities: [], rules: [] }
  })
  await bench.provider.setActive(people[0] as Member, false)
  await bench.reconcile()
  await tellStranded(bench.deps)
  expect(bench.seen()).toEqual(before)
  expect(bench.events).toContainEqual(
    expect.objectContaining({
      type: 'problem.found',
      community: soc,
      kind: 'communityNotConfigured',
      count: 3,
    }),
  )
  bench.configure((configuration) => whole ?? configuration)
  await bench.reconcile()
  expect(bench.seen().p0?.status).toBe('disabled')
  expect(disabled()).toBe(1)
})

test('a connection taken out loses nobody, lets nobody in, and is told of', async () => {
  bench = await openBench()
  const { people, group } = await staffed(3)
  const before = bench.seen()
  bench.configure((configuration) => ({ ...configuration, connections: [] }))
  const newcomer = await bench.provider.person('newcomer')
  await bench.provider.change(group, { add: [newcomer] })
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen()).toEqual(before)
  expect(bench.events).toContainEqual(
    expect.objectContaining({ type: 'problem.found', kind: 'connectionNotConfigured', count: 3 }),
  )
  // Who leaves is still taken out.
  await bench.provider.setActive(people[0] as Member, false)
  await bench.settle()
  expect(bench.seen().p0?.status).toBe('disabled')
})

test('somebody whose removal is held already asks for no further look at everybody', async () => {
  bench = await openBench()
  const { people } = await staffed(7)
  for (const person of people.slice(0, 6)) await bench.provider.setActive(person, false)
  await bench.settle()
  expect(await heldKinds()).toEqual(['budget'])
  const [hold] = await bench.desk.list()
  const change = hold?.held[0]?.change
  const held = people.find(
    ({ id }) => change !== undefined && 'subject' in change && change.subject.member === id,
  )
  if (held === undefined) throw new Error('nobody held')
  const lists = () => bench.sekoia.requests().filter(({ path }) => path.endsWith('/avatars/')).length
  const asked = lists()
  expect(asked).toBeGreaterThan(0)
  await bench.deps.work.add([
    {
      community: soc,
      priority: 'departure',
      subject: { kind: 'member', connection: held.connection, member: held.id },
      since: bench.clock.now(),
    },
  ])
  await createDispatcher(bench.deps).sweep()
  await bench.run()
  // Just their own account is read.
  expect(lists()).toBe(asked + 1)
  expect((await bench.desk.list())[0]?.digest).toBe(hold?.digest)
})
