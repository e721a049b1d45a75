import { afterEach, expect, test } from 'vitest'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { type Bench, openBench } from '../provisioning/bench.ts'

// A large group is deleted. `DISASTER_GROUP` sets its size: a hundred thousand take the embedded engine hours to fill, a thousand seconds.
const size = Number(process.env.DISASTER_GROUP ?? 120)
let bench: Bench
afterEach(() => bench.close())

const count = (status: string): number =>
  Object.entries(bench.seen()).filter(([name, one]) => name !== 'owner' && one.status === status).length

test('a large group is deleted: the budget’s worth is suspended, the rest is one hold, and the sweep comes to its end', async () => {
  bench = await openBench({ community: { requestsPerSecond: 1_000 } })
  const people = []
  for (let n = 0; n < size; n++) people.push(await bench.provider.person(`p${n}`))
  await bench.provider.group('SOC-Tier1', [await bench.provider.person('stays')])
  const group = await bench.provider.group('SOC-Analysts', people)
  const converge = async (): Promise<void> => {
    await bench.reconcile()
    if (count('pending') + count('enabled') + count('disabled') <= size) await converge()
  }
  await converge()
  bench.activateAll()
  await bench.reconcile()
  expect(count('enabled')).toBe(size + 1)

  const asked = bench.sekoia.requests().length
  await bench.provider.removeGroup(group)
  await bench.settle()
  await bench.reconcile()
  const budget = Math.floor((size + 1) * 0.2)
  expect(count('disabled')).toBe(budget)
  expect(count('enabled')).toBe(size + 1 - budget)
  // A suspension is two requests, a list one per hundred, and the first hundred are asked for by their ids: of those held behind them nobody is.
  const lists = 8 * (4 + Math.ceil(size / 99))
  expect(bench.sekoia.requests().length - asked).toBeLessThanOrEqual(100 + 2 * budget + lists)
  const [hold] = await bench.desk.list()
  expect(hold?.held).toHaveLength(size - budget)
  expect(hold?.held.every(({ change }) => change.kind === 'suspend')).toBe(true)
  const events = bench.events.filter(({ type }) => type === 'plan.held')
  // One hold; told when it grew, not for each person.
  expect(events.length).toBeLessThanOrEqual(3)
  expect(await createDispatcher(bench.deps).sweep()).toMatchObject({ finished: 0, left: 0, woken: 0 })

  // Another look asks the platform for its lists and nothing else, and finds the same.
  const before = bench.events.length
  await bench.reconcile()
  expect(await bench.desk.list()).toEqual([hold])
  expect(bench.events.slice(before).filter(({ type }) => type === 'plan.held')).toEqual([])
})
