import { afterEach, expect, test } from 'vitest'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

/** The platform says that whoever is suspended here still gets in below. */
const reachingBelow = (deps: Provisioning): Provisioning => {
  const below = (platform: Platform): Platform => ({
    ...platform,
    apply: async (change, roles) => {
      const applied = await platform.apply(change, roles)
      return change.kind === 'suspend' && applied.kind === 'account'
        ? { ...applied, remains: ['Paris', 'Lyon'] }
        : applied
    },
  })
  const { platforms } = deps
  return {
    ...deps,
    platforms: { ...platforms, open: async (community) => below(await platforms.open(community)) },
  }
}

test('access that remains below is told once and stands in explain until the person is wanted again', async () => {
  bench = await openBench({ wrap: reachingBelow })
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Tier1', [anna, bert])
  await bench.settle()
  bench.activateAll()
  await bench.provider.setActive(anna, false)
  await bench.settle()
  const told = bench.events.filter(({ type }) => type === 'access.remains')
  expect(told).toMatchObject([{ community: soc, communities: ['Paris', 'Lyon'] }])
  const outcome = async () => (await bench.deps.outcomes.outcomesOf(demo, anna.id))[0]
  const remaining = { state: 'failed', remains: ['Paris', 'Lyon'] }
  expect(await outcome()).toMatchObject(remaining)
  expect((await outcome())?.detail).toContain('access remains below, in Paris, Lyon')
  await bench.reconcile()
  expect(await outcome()).toMatchObject(remaining)
  expect((await bench.explain(anna)).communities[0]?.outcome).toMatchObject(remaining)
  expect(bench.events.filter(({ type }) => type === 'access.remains')).toHaveLength(1)
  await bench.provider.setActive(anna, true)
  await bench.settle()
  expect(await outcome()).toMatchObject({ state: 'assigned' })
  expect((await outcome())?.remains).toBeUndefined()
})
