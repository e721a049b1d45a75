import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import { type Bench, day, openBench, soc } from './bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

const endsIn = (days: number): string => {
  const expiresAt = bench.later(days * day)
  bench.sekoia.edit({ kind: 'editKey', key: demoKey, changes: { expiresAt } })
  return expiresAt
}
const told = () => bench.events.filter(({ type }) => type === 'credential.expiring')

test('a key that ends within thirty days is told of by every reconciliation, until there is a new one', async () => {
  const expiresAt = endsIn(29)
  await bench.reconcile()
  expect(told()).toMatchObject([{ community: soc }])
  const [event] = told()
  expect(event?.type === 'credential.expiring' && Date.parse(event.expiresAt)).toBe(Date.parse(expiresAt))
  await bench.reconcile()
  expect(told()).toHaveLength(2)
  endsIn(365)
  await bench.reconcile()
  expect(told()).toHaveLength(2)
})

test('a key that ends later, or never, is not told of', async () => {
  await bench.reconcile()
  endsIn(32)
  await bench.reconcile()
  expect(told()).toEqual([])
})

test('a look at one person asks for no expiry', async () => {
  endsIn(3)
  await bench.provider.group('SOC-Analysts', [await bench.provider.person('anna')])
  await bench.settle()
  expect(told()).toEqual([])
})

test('a platform that does not say when its key ends is reconciled all the same', async () => {
  endsIn(3)
  bench.sekoia.faults([{ kind: 'status', status: 500, path: '/api-keys', times: 1000 }])
  const reports = await bench.reconcile()
  expect(reports).toMatchObject([{ ending: 'done', finished: 1, failed: 0 }])
  expect(told()).toEqual([])
})
