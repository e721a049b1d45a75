import { afterEach, expect, test } from 'vitest'
import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Edit } from '../../infra/local/simulators/sekoia/edits.ts'
import { type Bench, openBench, soc } from './bench.ts'

// A change of several requests that is refused at the second one has been done in part: what was made or taken by it stays ours.
let bench: Bench
afterEach(() => bench.close())

const refusing = (status: number, method: string, path: string, times = 1): Fault<Edit> => ({
  kind: 'status',
  status,
  method,
  path,
  times,
})
const later = async (): Promise<void> => {
  bench.sekoia.faults([])
  bench.clock.advance(7200)
  await bench.settle()
  await bench.reconcile()
}
const record = async (member: { readonly id: string }) =>
  (await bench.deps.ownership.ownerships(soc, 10)).items.find((one) => one.member === member.id)

test.each([400, 403, 429])(
  'somebody whose invitation brought no role, and whose role was refused with %i, is ours and gets it later',
  async (status) => {
    bench = await openBench()
    bench.sekoia.switches({ invitationRoles: 'ignored' })
    const anna = await bench.provider.person('anna')
    // The first is the role itself, the second its assignment.
    bench.sekoia.faults([refusing(status, 'POST', '/roles/', 3)])
    await bench.provider.group('SOC-Tier1', [anna])
    await bench.settle()
    expect(bench.seen().anna?.roles).toEqual([])
    await later()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    expect(await record(anna)).toMatchObject({ origin: 'created', grants: [{ role: 'tier1' }] })
    await bench.provider.setActive(anna, false)
    await later()
    expect(bench.seen().anna?.status ?? 'gone').not.toBe('enabled')
  },
)

const below = '55555555-5555-4555-8555-555555555555'
const managing = {
  kind: 'addCommunity',
  community: { uuid: below, name: 'Below', parent: demoCommunity, createdAt: '' },
} as const
/** Anna and Bert work in a community that manages another. */
const annaInside = async () => {
  bench = await openBench()
  bench.sekoia.edit(managing)
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  return anna
}

test.each([429, 503])(
  'whoever is suspended while a managed community answers %i is suspended by us, and comes back',
  async (status) => {
    const anna = await annaInside()
    bench.sekoia.faults([refusing(status, 'GET', `${below}/avatars/`, 3)])
    await bench.provider.setActive(anna, false)
    await bench.settle()
    expect(bench.seen().anna?.status).toBe('disabled')
    await later()
    expect(await record(anna)).toMatchObject({ suspended: { reason: 'departed' } })
    const [outcome] = await bench.deps.outcomes.outcomesOf(anna.connection, anna.id)
    expect(outcome).toMatchObject({ state: 'failed', remains: [`${below} (unknown)`] })
    await bench.provider.setActive(anna, true)
    await later()
    expect(bench.seen().anna?.status).toBe('enabled')
  },
)

test('whoever still gets in below is said to, until their removal shows otherwise', async () => {
  const anna = await annaInside()
  const outcome = async () => (await bench.deps.outcomes.outcomesOf(anna.connection, anna.id))[0]
  bench.sekoia.switches({ inherited: 'stale' })
  await bench.provider.setActive(anna, false)
  await bench.settle()
  expect(await outcome()).toMatchObject({ state: 'failed', remains: [below] })
  await later()
  expect(await outcome()).toMatchObject({ state: 'failed', remains: [below] })
  bench.sekoia.switches({ inherited: 'live' })
  bench.clock.advance(31 * 24 * 3600)
  await bench.reconcile()
  expect(bench.seen().anna).toBeUndefined()
  expect(await outcome()).toMatchObject({ state: 'none' })
  expect((await outcome())?.remains).toBeUndefined()
})
