import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import { mainCommunity, mainKey } from '../../infra/local/simulators/sekoia/mssp.ts'
import type { Configuration } from '../../lib/core/configuration.ts'
import { explanationText } from '../../lib/core/explanation-text.ts'
import { communityId, roleId, ruleId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { planText } from '../../lib/core/plan-text.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { createAccessReader } from '../../lib/provisioning/access.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { testClock, testPace } from '../platforms/clock.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

const main = communityId('demo-main')
let bench: Bench
let anna: Member
let above: Group

/** The demo community under a main community, each with one role by one group. */
const withParent = (before: Configuration): Configuration => ({
  ...before,
  communities: before.communities.flatMap((one) => {
    const roles = one.roles.filter(({ kind }) => kind === 'builtin')
    return [
      { ...one, roles, parent: main },
      { ...one, roles, id: main, tenant: mainCommunity, credentials: 'env:MAIN' },
    ]
  }),
  rules: [
    ...before.rules.filter(({ id }) => id !== 'tier1'),
    {
      id: ruleId('main'),
      when: { group: { equals: 'MSSP' } },
      grant: [{ community: main, role: roleId('analyst') }],
    },
  ],
})

const withBothKeys = (deps: Provisioning): Provisioning => ({
  ...deps,
  platforms: createPlatforms({
    secrets: async (reference) => (reference === 'env:MAIN' ? mainKey : demoKey),
    pace: testPace(testClock()),
    clock: deps.clock,
    allowLoopback: true,
    timeout: 1,
    random: () => 0.5,
  }),
})

beforeEach(async () => {
  bench = await openBench({ wrap: withBothKeys })
  bench.sekoia.edit({ kind: 'manage' })
  bench.configure(withParent)
  anna = await bench.provider.person('anna')
  above = await bench.provider.group('MSSP', [anna])
})
afterEach(() => bench.close())

const work = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) {
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    for (const id of [soc, main]) await createProvisioner(bench.deps).run(id, bench.later(600))
  }
}
const join = async (): Promise<void> => {
  await work()
  bench.activateAll()
  await createReconciliation(bench.deps).request()
  await work()
}
const communitiesOf = async () => (await bench.explain(anna)).communities

describe('somebody who is given a role above', () => {
  test('is shown with it below, where nothing is theirs', async () => {
    await join()
    const roles = [{ role: 'analyst', name: 'Analyst', state: 'given' }]
    expect(await communitiesOf()).toMatchObject([
      { community: soc, roles: [], inherited: [{ community: main, roles }] },
      { community: main, roles: [{ role: 'analyst', state: 'given' }] },
    ])
    const [below] = await communitiesOf()
    expect(below && explanationText(below)).toContain(
      '  inherited from demo-main: analyst "Analyst": given there, holds here, too',
    )
  })

  test('has it in the access the identity provider reads, marked with where it comes from', async () => {
    const access = async () => {
      const members = await bench.directory.members(demo, [anna.id])
      return (await createAccessReader(bench.deps).accessOf(demo, members)).get(anna.id)
    }
    const inherited = { community: soc, role: 'analyst', inheritedFrom: main }
    expect(await access()).toMatchObject([
      { community: main, role: 'analyst', status: 'pending' },
      { ...inherited, status: 'pending' },
    ])
    // Invited above, and not there before the invitation is accepted: no more so below.
    await work()
    expect(await access()).toMatchObject([
      { community: main, status: 'pending' },
      { ...inherited, status: 'pending', because: [expect.anything(), 'pending there'] },
    ])
    await join()
    expect((await access())?.find(({ community }) => community === soc)).toEqual({
      ...inherited,
      status: 'assigned',
      because: ['a role of demo-main, which holds here, too'],
    })
  })

  test('is no part of the plan below; the plan above says how far it reaches', async () => {
    const below = await previewPlan(bench.deps, soc)
    expect(below.plan).toMatchObject({ changes: [], inheritsFrom: main })
    expect(planText(below.plan, below.verdict)).toContain('Who gets in by way of demo-main is a member there')
    const { plan, verdict } = await previewPlan(bench.deps, main)
    expect(plan.reach?.changes).toHaveLength(1)
    expect(planText(plan, verdict)).toContain('1 of these changes takes effect in Demo SOC, Demo Lyon, too.')
    await join()
    expect((await previewPlan(bench.deps, soc)).plan.changes).toEqual([])
  })
})

describe('somebody who leaves', () => {
  test('is looked at wherever they have something, above and below', async () => {
    await bench.provider.group('SOC-Analysts', [anna])
    await join()
    await bench.provider.setActive(anna, false)
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    expect([...(await bench.deps.work.waiting(bench.clock.now()))].toSorted()).toEqual([main, soc].toSorted())
  })

  test('is said to be present wherever they still get in, until they are shut out above and below', async () => {
    await bench.provider.group('SOC-Analysts', [anna])
    await join()
    await bench.provider.setActive(anna, false)
    const everywhere = [
      { community: soc, by: [soc, main] },
      { community: main, by: [main] },
    ]
    const stillPresent = async () => (await communitiesOf()).find(({ community }) => community === main)
    expect(await stillPresent()).toMatchObject({ stillPresent: everywhere })
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    await createProvisioner(bench.deps).run(main, bench.later(600))
    const shutAbove = (await communitiesOf()).find(({ community }) => community === soc)
    expect(shutAbove).toMatchObject({ stillPresent: [{ community: soc, by: [soc] }] })
    expect(shutAbove && explanationText(shutAbove)).toContain('  departed, still present in demo-soc\n')
    await createProvisioner(bench.deps).run(soc, bench.later(600))
    for (const one of await communitiesOf()) expect(one).not.toHaveProperty('stillPresent')
  })

  test('above only by a group has nothing left below', async () => {
    await join()
    await bench.provider.change(above, { remove: [anna] })
    await work()
    expect((await communitiesOf()).map(({ community }) => community)).toEqual([main])
  })
})
