import { afterEach, expect, test } from 'vitest'
import { type Bench, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

test('a community that only adds does not give the custom role that would switch the built-in one off', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  const analysts = await bench.provider.group('SOC-Analysts', [anna])
  const tier1 = await bench.provider.group('SOC-Tier1')
  await bench.settle()
  bench.activateAll()
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => (one.id === soc ? { ...one, mode: 'upsertOnly' } : one)),
  }))
  await bench.provider.change(analysts, { remove: [anna] })
  await bench.provider.change(tier1, { add: [anna] })
  await bench.settle()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
})
