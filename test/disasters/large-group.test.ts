import { afterEach, expect, test } from 'vitest'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { openSettled } from '../bench/reconcile/settled.ts'
import { crowdGroup, rowsBehind } from '../bench/reconcile/settled-rows.ts'
import { typedRows } from '../bench/scim/rows.ts'
import { type Bench, demo, openBench, soc } from '../provisioning/bench.ts'

/** Of a crowd that is there from the beginning: `DISASTER_CROWD=100000` takes minutes. */
const crowd = Number(process.env.DISASTER_CROWD ?? 600)

test('a group of a whole crowd is deleted: one hold, nobody asked for alone, cost that grows with the crowd and no faster', async () => {
  const settled = await openSettled(crowd, { revocations: { fraction: 0, floor: 5 } })
  bench = settled.bench
  await bench.engine?.load(bench.tableName, typedRows(rowsBehind(crowd)))
  const group = await bench.directory.group(demo, crowdGroup)
  if (group === undefined) throw new Error('the crowd has no group')
  const stays = await bench.provider.person('stays')
  await bench.provider.change(group, { add: [stays] })
  settled.asked()

  await bench.provider.removeGroup(group)
  await bench.settle()
  const [hold, ...more] = await bench.desk.list()
  expect(more).toEqual([])
  expect(hold?.held).toHaveLength(crowd)
  expect(
    hold?.held.every(({ change, reason }) => change.kind === 'suspend' && reason.kind === 'emptyDesired'),
  ).toBe(true)
  expect(await bench.deps.work.take(soc, bench.clock.now(), 10)).toEqual([])
  expect(settled.platform.requests().filter((request) => !request.startsWith('GET '))).toEqual([])

  const pages = Math.ceil(crowd / 99)
  const looks = 2 + Math.ceil(crowd / 20_000)
  expect(settled.platform.requests().length).toBeLessThanOrEqual(looks * (pages + 8) + 120)
  const asked = Object.values(settled.asked()).reduce((sum, n) => sum + n, 0)
  // Six to find each of them and put down that they have to be looked at, seven to look and write down what was found.
  expect(asked / crowd).toBeLessThan(14)
}, 3_600_000)

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
