import { afterEach, describe, expect, test } from 'vitest'
import { roleId } from '../../lib/core/ids.ts'
import { type Bench, day, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const outcomeOf = async (id: Parameters<Bench['deps']['outcomes']['outcomesOf']>[1]) =>
  (await bench.deps.outcomes.outcomesOf(demo, id)).find(({ community }) => community === soc)

describe('one person, from joining to leaving', () => {
  test('a joiner is invited with the role of their group, and waits until they accept', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    await bench.provider.group('SOC-Analysts', [anna])
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'pending', roles: ['Analyst'] })
    expect(await outcomeOf(anna.id)).toMatchObject({ state: 'pending' })
    const [owned] = await bench.deps.ownership.ownershipsOf(demo, anna.id)
    expect(owned).toMatchObject({ origin: 'created', email: 'anna@demo.test', invitation: { attempts: 1 } })
    expect(owned?.grants.map(({ role }) => role)).toEqual([roleId('analyst')])
  })

  test('a promotion gives the new role, creates it first when it is ours to keep, and takes the old one', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    const analysts = await bench.provider.group('SOC-Analysts', [anna])
    const tier1 = await bench.provider.group('SOC-Tier1')
    await bench.settle()
    bench.activateAll()
    await bench.provider.change(analysts, { remove: [anna] })
    await bench.provider.change(tier1, { add: [anna] })
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect(await outcomeOf(anna.id)).toMatchObject({ state: 'assigned' })
    const role = bench.sekoia.world().roles.find(({ name }) => name === 'SOC tier 1')
    expect(role?.permissions).toHaveLength(2)
  })

  test('renaming a group takes its role from everybody in it and gives the new name’s', async () => {
    bench = await openBench()
    const people = [await bench.provider.person('anna'), await bench.provider.person('bert')]
    const group = await bench.provider.group('SOC-Analysts', people)
    await bench.settle()
    bench.activateAll()
    await bench.provider.change(group, { rename: 'SOC-Tier1' })
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect(bench.seen().bert).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  })

  test('a leaver is suspended at once and comes back with the roles they had', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    await bench.provider.group('SOC-Analysts', [anna])
    await bench.settle()
    bench.activateAll()
    await bench.provider.setActive(anna, false)
    await bench.settle()
    expect(bench.seen().anna?.status).toBe('disabled')
    expect(await outcomeOf(anna.id)).toMatchObject({
      state: 'none',
      detail: expect.stringContaining('departed'),
    })
    expect((await bench.history()).departures).toHaveLength(1)
    await bench.provider.setActive(anna, true)
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  })

  test('a deleted person is suspended, and removed once the grace period is over', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    await bench.provider.group('SOC-Analysts', [anna, await bench.provider.person('bert')])
    await bench.settle()
    bench.activateAll()
    await bench.provider.remove(anna)
    await bench.settle()
    expect(bench.seen().anna?.status).toBe('disabled')
    bench.clock.advance(29 * day)
    await bench.reconcile()
    expect(bench.seen().anna?.status).toBe('disabled')
    bench.clock.advance(2 * day)
    await bench.reconcile()
    expect(bench.seen().anna).toBeUndefined()
    expect(await bench.deps.ownership.ownershipsOf(demo, anna.id)).toEqual([])
    expect(await bench.deps.ownership.ownedCount(soc)).toBe(1)
  })

  test('who is in no rule’s group any more is suspended as unassigned, counted as a revocation and explained', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    const group = await bench.provider.group('SOC-Analysts', [anna])
    await bench.settle()
    bench.activateAll()
    await bench.provider.change(group, { remove: [anna] })
    await bench.settle()
    expect(bench.seen().anna?.status).toBe('disabled')
    expect((await bench.history()).revocations).toHaveLength(1)
    expect((await bench.history()).departures).toHaveLength(0)
    const { communities } = await bench.explain(anna)
    expect(communities).toMatchObject([
      { community: soc, standing: 'unassigned', suspended: { reason: 'unassigned' } },
    ])
  })

  test('a deleted group takes its role from everybody who was in it', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    const group = await bench.provider.group('SOC-Analysts', [anna])
    await bench.provider.group('SOC-Tier1', [anna])
    await bench.settle()
    bench.activateAll()
    await bench.provider.removeGroup(group)
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  })
})

describe('what somebody did by hand', () => {
  test('an account that is not ours is left alone and reported', async () => {
    bench = await openBench()
    await bench.reconcile()
    expect(bench.seen().owner).toEqual({ status: 'enabled', roles: ['Admin'] })
    const { plan } = await bench.preview()
    expect(plan.unmanaged).toMatchObject([{ kind: 'account', email: 'owner@demo.test', admin: true }])
  })

  test('a role taken and an account enabled by hand are repaired by the reconciliation', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    const bert = await bench.provider.person('bert')
    await bench.provider.group('SOC-Tier1', [anna, bert])
    await bench.settle()
    bench.activateAll()
    await bench.provider.setActive(bert, false)
    await bench.settle()
    const community = '11111111-1111-4111-8111-111111111111'
    bench.sekoia.edit({ kind: 'editMember', community, email: 'anna@demo.test', roles: [] })
    bench.sekoia.edit({ kind: 'editMember', community, email: 'bert@demo.test', status: 'enabled' })
    bench.sekoia.edit({ kind: 'editRole', name: 'SOC tier 1', permissions: ['SIC_READ_ALERTS'] })
    await bench.reconcile()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect(bench.seen().bert?.status).toBe('disabled')
    expect(bench.sekoia.world().roles.find(({ name }) => name === 'SOC tier 1')?.permissions).toHaveLength(2)
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'drift.found', count: 3 }))
  })

  test('in report mode the plan is stored and nothing is written', async () => {
    bench = await openBench({ community: { mode: 'report' } })
    const anna = await bench.provider.person('anna')
    await bench.provider.group('SOC-Analysts', [anna])
    await bench.settle()
    await bench.reconcile()
    expect(bench.seen()).toEqual({ owner: { status: 'enabled', roles: ['Admin'] } })
    const stored = await bench.deps.runs.latestPlan(soc)
    expect(stored?.plan.changes.map(({ kind }) => kind)).toContain('invite')
    expect(stored?.verdict.allowed).toEqual([])
    expect(await outcomeOf(anna.id)).toMatchObject({ state: 'pending' })
  })
})
