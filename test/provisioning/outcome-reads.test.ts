import { afterEach, expect, test } from 'vitest'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
let read: string[] = []
afterEach(() => bench.close())

/** Whose outcome was read. */
const watched = (deps: Provisioning): Provisioning => ({
  ...deps,
  outcomes: {
    ...deps.outcomes,
    outcomesOf: (connection, member) => {
      read.push(member)
      return deps.outcomes.outcomesOf(connection, member)
    },
  },
})

/** Four analysts, of whom Dora has not accepted yet, and everything looked at once. */
const staffed = async () => {
  bench = await openBench({ wrap: watched })
  const people: Member[] = []
  for (const name of ['anna', 'bert', 'carl']) people.push(await bench.provider.person(name))
  const group = await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  const dora = await bench.provider.person('dora')
  await bench.provider.change(group, { add: [dora] })
  await bench.settle()
  await bench.reconcile()
  const [anna, bert, carl] = people
  if (anna === undefined || bert === undefined || carl === undefined) throw new Error('nobody')
  return { anna, bert, carl, dora, group }
}
const outcomeOf = async ({ id }: Member) => (await bench.deps.outcomes.outcomesOf(demo, id))[0]?.state
const lookAgain = async (): Promise<readonly string[]> => {
  bench.clock.advance(60)
  read = []
  await bench.reconcile()
  return read.toSorted()
}
const open = async () => (await bench.deps.outcomes.openOutcomes(soc)).open.map(({ member }) => member)

test('a look at everybody in which nothing is new reads nobody’s outcome, not even of who is awaited', async () => {
  const { dora } = await staffed()
  await lookAgain()
  expect(await open()).toEqual([dora.id])
  expect(await lookAgain()).toEqual([])
  expect(await outcomeOf(dora)).toBe('pending')
})

test('what only the platform shows is put down: who accepted, and what came in the way and went', async () => {
  const { anna, dora } = await staffed()
  await lookAgain()
  bench.activateAll()
  expect(await lookAgain()).toEqual([dora.id])
  expect(await outcomeOf(dora)).toBe('assigned')
  expect(await open()).toEqual([])
  bench.sekoia.edit({
    kind: 'editMember',
    community: demoCommunity,
    email: 'anna@demo.test',
    status: 'disabled',
  })
  expect(await lookAgain()).toEqual([anna.id])
  expect(await outcomeOf(anna)).toBe('failed')
  expect(await lookAgain()).toEqual([])
  bench.sekoia.edit({
    kind: 'editMember',
    community: demoCommunity,
    email: 'anna@demo.test',
    status: 'enabled',
  })
  expect(await lookAgain()).toEqual([anna.id])
  expect(await outcomeOf(anna)).toBe('assigned')
  expect(await lookAgain()).toEqual([])
})

test('under another configuration everybody is read once', async () => {
  await staffed()
  await lookAgain()
  bench.configure((before) => ({ ...before, number: 2 }))
  expect(await lookAgain()).toHaveLength(4)
  expect(await lookAgain()).toEqual([])
})

test('whose record a run touched that died before it could tell is read again', async () => {
  const { bert } = await staffed()
  await lookAgain()
  const record = await bench.deps.ownership.ownership(soc, demo, bert.id)
  if (record === undefined) throw new Error('no record')
  bench.clock.advance(1)
  await bench.deps.ownership.saveOwnership(record)
  expect(await lookAgain()).toEqual([bert.id])
  expect(await lookAgain()).toEqual([])
})

test('who was asked about in the same look is read, although nothing was done for them', async () => {
  const { anna, carl } = await staffed()
  await lookAgain()
  read = []
  bench.clock.advance(60)
  const since = bench.clock.now()
  await bench.deps.work.add([
    {
      community: soc,
      priority: 'join',
      subject: { kind: 'member', connection: demo, member: carl.id },
      since,
    },
    { community: soc, priority: 'reconciliation', subject: { kind: 'community' }, since },
  ])
  await bench.run()
  expect(read).toContain(carl.id)
  expect(read).not.toContain(anna.id)
})
