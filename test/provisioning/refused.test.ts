import { afterEach, expect, test } from 'vitest'
import type { Fault } from '../../infra/local/simulators/faults.ts'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Member } from '../../lib/core/member.ts'
import { type Bench, openBench } from './bench.ts'

// What the platform refused was not done: our announcement of it is taken back, and gives no claim to what people do by hand afterwards.
let bench: Bench
afterEach(() => bench.close())

const refusedOnce = (method: string, path: string): void => {
  const fault: Fault<never> = { kind: 'status', status: 400, method, path, times: 1 }
  bench.sekoia.faults([fault])
}
const later = async (): Promise<void> => {
  bench.sekoia.faults([])
  bench.clock.advance(7200)
  await bench.settle()
  await bench.reconcile()
}

test('after a refused invitation, an account made by hand is not ours', async () => {
  bench = await openBench()
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Analysts', [bert])
  await bench.settle()
  refusedOnce('POST', '/invitations')
  await bench.provider.group('SOC-Tier1', [anna])
  await bench.settle()
  expect(bench.seen().anna).toBeUndefined()
  const byHand = {
    kind: 'addMember',
    community: demoCommunity,
    email: 'anna@demo.test',
    builtin: builtinRoles.admin,
  } as const
  bench.sekoia.edit(byHand)
  await later()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Admin'] })
  await bench.provider.setActive(anna, false)
  await later()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Admin'] })
})

test('after a refused creation, a role made by hand under the same name is not ours', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  refusedOnce('POST', '/roles')
  await bench.provider.group('SOC-Tier1', [anna])
  await bench.settle()
  const permissions = bench.sekoia
    .world()
    .permissions.slice(0, 3)
    .map(({ uuid }) => uuid)
  bench.sekoia.edit({
    kind: 'addRole',
    role: {
      uuid: '99999999-9999-4999-8999-999999999999',
      community: demoCommunity,
      name: 'SOC tier 1',
      description: 'made by hand by somebody',
      permissions,
      intakes: [],
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    },
  })
  await later()
  const role = bench.sekoia.world().roles.find(({ name }) => name === 'SOC tier 1')
  expect(role?.permissions).toEqual(permissions)
  expect(role?.description).toBe('made by hand by somebody')
})

test('after a refused suspension, an account that somebody disabled by hand is not enabled again', async () => {
  bench = await openBench()
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  refusedOnce('PUT', '/avatars/')
  await bench.provider.setActive(anna, false)
  await bench.settle()
  expect(bench.seen().anna?.status).toBe('enabled')
  bench.sekoia.faults([])
  bench.sekoia.edit({
    kind: 'editMember',
    community: demoCommunity,
    email: 'anna@demo.test',
    status: 'disabled',
  })
  await bench.provider.setActive(anna, true)
  await later()
  expect(bench.seen().anna?.status).toBe('disabled')
})

test('a successor whom the platform does not let administer: whoever was to go stays an administrator', async () => {
  const safety = {
    departures: { fraction: 0.2, floor: 5 },
    revocations: { fraction: 0.2, floor: 5 },
    window: 86_400,
    // The hand-made owner, and one of ours.
    minimumAdmins: 2,
    requiredAdmins: [],
    whileHeld: 'goOn' as const,
    protected: [],
  }
  bench = await openBench({ community: { safety } })
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  const admins = await bench.provider.group('SOC-Admins', [anna])
  const analysts = await bench.provider.group('SOC-Analysts', [bert])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  bench.sekoia.faults([
    { kind: 'status', status: 400, method: 'POST', path: `/roles/${builtinRoles.admin}`, times: 99 },
  ])
  await bench.provider.change(admins, { add: [bert], remove: [anna] })
  await bench.provider.change(analysts, { add: [anna], remove: [bert] })
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Admin'] })
  await later()
  expect(bench.seen()).toMatchObject({
    anna: { status: 'enabled', roles: ['Analyst'] },
    bert: { status: 'enabled', roles: ['Admin'] },
  })
})

test('a role that could not be made: whoever was to have it keeps the one they have', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  const analysts = await bench.provider.group('SOC-Analysts', [anna])
  const knowing = (known: (role: string) => boolean) =>
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((one) => ({ ...one, roles: all.filter(({ id }) => known(id)) })),
    }))
  const all = (await bench.deps.configuration()).communities.flatMap(({ roles }) => roles)
  knowing((role) => role !== 'tier1')
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  refusedOnce('POST', '/roles')
  knowing(() => true)
  await bench.provider.group('SOC-Tier1', [anna])
  await bench.provider.change(analysts, { remove: [anna] })
  await bench.settle()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  await later()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
})

test('a role that nobody can be given takes the old one from a few at most, however many there are', async () => {
  bench = await openBench()
  await bench.reconcile()
  const names = Array.from({ length: 5 }, (_, n) => `p${n}`)
  const people: Member[] = []
  for (const name of names) people.push(await bench.provider.person(name))
  const analysts = await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  bench.sekoia.faults([{ kind: 'status', status: 403, method: 'POST', path: '/roles/', times: 99 }])
  await bench.provider.group('SOC-Tier1', people)
  await bench.provider.change(analysts, { remove: people })
  await bench.settle()
  const left = () => names.filter((name) => bench.seen()[name]?.roles.length === 0)
  expect(left()).toHaveLength(3)
  await bench.reconcile()
  expect(left()).toHaveLength(3)
  bench.sekoia.faults([])
  bench.clock.advance(7200)
  await bench.settle()
  for (const name of names) expect(bench.seen()[name]?.roles).toEqual(['SOC tier 1'])
})
