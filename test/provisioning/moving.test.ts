import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { roleId, ruleId } from '../../lib/core/ids.ts'
import { createAdoptionDesk } from '../../lib/provisioning/adoption.ts'
import { type Bench, netographyCredentials, openBench, soc } from './bench.ts'

// Where an account has one role and its address is who somebody is: the whole way from the directory to the platform.
let bench: Bench

const roles: readonly RoleDefinition[] = [
  { id: roleId('operator'), kind: 'builtin', name: 'operational_manager' },
  { id: roleId('reader'), kind: 'builtin', name: 'readonly' },
  {
    id: roleId('off'),
    kind: 'custom',
    name: 'rolecall_off',
    contents: { description: 'Gives nothing', permissions: [], intakes: [] },
  },
]
const asNetography = (before: Community): Community => ({
  ...before,
  platform: 'netography',
  tenant: demoShortname,
  baseUrl: before.baseUrl.replace('/sekoia', '/netography'),
  credentials: netographyCredentials,
  fallbackRole: roleId('off'),
  roles,
})

beforeEach(async () => {
  bench = await openBench()
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map(asNetography),
    rules: [
      ['operators', 'Net-Operators', 'operator'],
      ['readers', 'Net-Readers', 'reader'],
    ].map(([id = '', group = '', role = '']) => ({
      id: ruleId(id),
      when: { group: { equals: group } },
      grant: [{ community: soc, role: roleId(role) }],
    })),
  }))
})
afterEach(() => bench.close())

const users = (): Readonly<Record<string, string>> => {
  const account = bench.netography.world().accounts.find(({ shortname }) => shortname === demoShortname)
  const ours = (account?.users ?? []).filter(({ email }) => email !== 'owner@demo.test')
  return Object.fromEntries(ours.map(({ email, roles: held }) => [email, held.join()]))
}
const record = async (member: { readonly id: string }) =>
  (await bench.deps.ownership.ownerships(soc, 10)).items.find((one) => one.member === member.id)

const must = async (member: { readonly id: string }) => {
  const found = await record(member)
  if (found === undefined) throw new Error('nothing is owned')
  return found
}

describe('somebody known under another address', () => {
  test('has the new account and no longer the old one, in one go', async () => {
    const anna = await bench.provider.person('anna')
    await bench.provider.group('Net-Readers', [anna])
    await bench.settle()
    expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
    await bench.provider.readdress(anna, 'countess@demo.test')
    await bench.settle()
    expect(users()).toEqual({ 'countess@demo.test': 'readonly' })
    expect(await record(anna)).toMatchObject({ email: 'countess@demo.test', grants: [{ role: 'reader' }] })
    expect((await record(anna))?.former).toBeUndefined()
    expect(await bench.deps.ownership.ownedCount(soc)).toBe(1)
  })

  test('keeps the old one while the platform refuses the new, and has one in the end', async () => {
    const anna = await bench.provider.person('anna')
    await bench.provider.group('Net-Readers', [anna])
    await bench.settle()
    bench.netography.faults([{ kind: 'status', status: 500, method: 'POST', path: '/user', times: 9 }])
    await bench.provider.readdress(anna, 'countess@demo.test')
    await bench.settle()
    expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
    bench.netography.faults([])
    bench.clock.advance(7200)
    await bench.settle()
    await bench.reconcile()
    expect(users()).toEqual({ 'countess@demo.test': 'readonly' })
    expect((await record(anna))?.former).toBeUndefined()
  })
})

test('refused under the new address, everything is as it was', async () => {
  const anna = await bench.provider.person('anna')
  await bench.provider.group('Net-Readers', [anna])
  await bench.settle()
  const before = await record(anna)
  bench.netography.faults([{ kind: 'status', status: 403, method: 'POST', path: '/user', times: 1 }])
  await bench.provider.readdress(anna, 'countess@demo.test')
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
  const content = (one: Awaited<ReturnType<typeof record>>) => ({ ...one, version: 0, touchedAt: undefined })
  expect(content(await record(anna))).toEqual(content(before))
})

test('taken over by an operator in the middle of a move that went no further: it is in use again, and stays', async () => {
  const anna = await bench.provider.person('anna')
  await bench.provider.group('Net-Readers', [anna])
  await bench.settle()
  const { account: former, ...rest } = await must(anna)
  if (former === undefined) throw new Error('no account')
  await bench.deps.ownership.saveOwnership({ ...rest, former, email: 'other@demo.test' })
  await createAdoptionDesk(bench.deps).adopt({
    community: soc,
    connection: anna.connection,
    subject: { by: 'id', id: anna.id },
    roles: false,
    by: 'olive',
    reason: 'it is hers',
  })
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
  const after = await must(anna)
  expect(after).toMatchObject({ account: former, email: 'anna@demo.test' })
  expect(after.former).toBeUndefined()
})

test('without a fallback role nobody who leaves is touched, and that is what their outcome says', async () => {
  const anna = await bench.provider.person('anna')
  await bench.provider.group('Net-Readers', [anna])
  await bench.settle()
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({
      ...one,
      roles: one.roles.map((role) =>
        role.id === 'off' ? { id: role.id, kind: 'custom', name: 'not_made_yet' } : role,
      ),
    })),
  }))
  await bench.provider.setActive(anna, false)
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
  const [outcome] = await bench.deps.outcomes.outcomesOf(anna.connection, anna.id)
  expect(outcome).toMatchObject({ state: 'failed', detail: expect.stringContaining('off') })
})

test('promoted, suspended by the fallback role, back again: one role at every moment', async () => {
  const anna = await bench.provider.person('anna')
  const readers = await bench.provider.group('Net-Readers', [anna])
  await bench.settle()
  await bench.provider.group('Net-Operators', [anna])
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'operational_manager' })
  await bench.provider.setActive(anna, false)
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'rolecall_off' })
  expect(await record(anna)).toMatchObject({ suspended: { reason: 'departed' } })
  await bench.reconcile()
  expect(users()).toEqual({ 'anna@demo.test': 'rolecall_off' })
  await bench.provider.setActive(anna, true)
  await bench.provider.change(readers, { remove: [anna] })
  await bench.settle()
  expect(users()).toEqual({ 'anna@demo.test': 'operational_manager' })
  expect((await record(anna))?.suspended).toBeUndefined()
  expect(bench.events.filter(({ type }) => type === 'drift.found')).toEqual([])
})
