import { afterEach, expect, test } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { communityId, connectionId, roleId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Directory } from '../../lib/core/ports/directory.ts'
import { createAccessReader } from '../../lib/provisioning/access.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const accessOf = async (member: Member, deps: Provisioning = bench.deps) => {
  const [read] = await bench.directory.members(demo, [member.id])
  if (read === undefined) throw new Error('the member is gone')
  return (await createAccessReader(deps).accessOf(demo, [read])).get(member.id)
}
const refusals = [{ kind: 'status', status: 422, method: 'POST', path: '/invitations', times: 1000 }] as const

test('from the wish to the role: pending, invited, assigned, and by which way', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  expect(await accessOf(anna)).toEqual([])
  const team = await bench.provider.group('Team', [anna])
  const analysts = await bench.provider.group('SOC-Analysts', [team])
  const why =
    `rule analysts (configuration 1): group "SOC-Analysts" (${analysts.id}) ` +
    `through group "Team" (${team.id}), pushed by SCIM`
  const entry = { community: soc, role: 'analyst' }
  const waits = (detail: string) => ({ ...entry, status: 'pending', because: [why, detail], detail })
  expect(await accessOf(anna)).toEqual([waits('not carried out yet')])
  await bench.settle()
  expect(await accessOf(anna)).toEqual([waits('invited; the person has not accepted yet')])
  bench.activateAll()
  await bench.reconcile()
  expect(await accessOf(anna)).toEqual([{ ...entry, status: 'assigned', because: [why] }])
})

test('what the platform refuses has failed, for that person alone', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  const group = await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  bench.sekoia.faults(refusals)
  await bench.provider.change(group, { add: [bert] })
  await bench.settle()
  const [failed] = (await accessOf(bert)) ?? []
  expect(failed).toMatchObject({ role: 'analyst', status: 'failed' })
  expect(failed?.because[0]).toMatch(/^rule analysts /)
  expect(failed?.because.at(-1)).toBe('the platform refused it (platformRefused); tried again later')
  expect(await accessOf(anna)).toMatchObject([{ role: 'analyst', status: 'assigned' }])
})

test('who waits for a person’s decision is held; approved, what remains says that the account is off', async () => {
  const nothing = { fraction: 0, floor: 0 }
  const safety = {
    departures: nothing,
    revocations: nothing,
    window: 86_400,
    minimumAdmins: 0,
    requiredAdmins: [],
    whileHeld: 'goOn' as const,
    protected: ['bert@demo.test'],
  }
  bench = await openBench({ community: { safety } })
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  const group = await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  await bench.provider.change(group, { remove: [anna] })
  await bench.settle()
  const [held] = (await accessOf(anna)) ?? []
  expect(held).toMatchObject({ role: 'analyst', status: 'held' })
  expect(held?.because.at(-1)).toMatch(/^1 revocation wanted on top of 0 in the window, and the budget is 0$/)
  // Of the same hold, each is told their own.
  expect((await accessOf(bert))?.map(({ because }) => because.at(-1))).toEqual(['the account is protected'])
  await bench.desk.approve({ community: soc, by: 'olga', reason: 'moved' })
  await bench.settle()
  const [suspended] = (await accessOf(anna)) ?? []
  expect(suspended?.because.at(-1)).toMatch(/^the account is suspended since .* \(unassigned\)$/)
})

test('many members cost one look at the groups; what is stored of each is read beside', async () => {
  bench = await openBench()
  const people = await Promise.all(Array.from({ length: 12 }, (_, n) => bench.provider.person(`p${n}`)))
  await bench.provider.group('SOC-Analysts', people)
  let looks = 0
  const directory: Directory = {
    ...bench.directory,
    membershipsOf: (...given) => {
      looks += 1
      return bench.directory.membershipsOf(...given)
    },
  }
  const members = await bench.directory.members(
    demo,
    people.map(({ id }) => id),
  )
  const found = await createAccessReader({ ...bench.deps, directory }).accessOf(demo, members)
  expect([...found.values()].map((entries) => entries.map(({ status }) => status))).toEqual(
    people.map(() => ['pending']),
  )
  expect(looks).toBe(1)
})

test('without a configuration nobody is wanted anywhere, and a connection that was taken out wants nobody', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  const group = await bench.provider.group('SOC-Analysts', [anna])
  const configuration = () => Promise.reject(new ConnectorError('configurationMissing', 'push one'))
  expect(await accessOf(anna, { ...bench.deps, configuration })).toEqual([])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  bench.configure((before) => ({ ...before, connections: [{ id: connectionId('other'), domains: [] }] }))
  await bench.provider.change(group, { add: [bert] })
  expect(await accessOf(bert)).toEqual([])
  expect(await accessOf(anna)).toMatchObject([{ role: 'analyst', status: 'assigned' }])
})

test('what we own in a community that was taken out is still shown', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  bench.configure((before) => ({ ...before, communities: [], rules: [] }))
  expect(await accessOf(anna)).toMatchObject([
    { community: communityId('demo-soc'), role: 'analyst', status: 'assigned' },
  ])
})

test('a role that is called otherwise since is still in place', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Tier1', [anna])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  const triage = roleId('triage')
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({
      ...one,
      roles: one.roles.map((role) =>
        role.id === 'tier1' && role.kind !== 'builtin'
          ? { ...role, id: triage, previously: ['tier1'] }
          : role,
      ),
    })),
    rules: before.rules.map((rule) =>
      rule.id === 'tier1' ? { ...rule, grant: [{ community: soc, role: triage }] } : rule,
    ),
  }))
  await bench.reconcile()
  expect(await accessOf(anna)).toMatchObject([{ role: 'triage', status: 'assigned' }])
  const { communities } = await bench.explain(anna)
  expect(communities[0]?.roles).toMatchObject([{ role: 'triage', state: 'given' }])
  expect((await bench.preview()).plan.changes).toEqual([])
})
