import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { roleId, ruleId } from '../../lib/core/ids.ts'
import { type Bench, netographyCredentials, openBench, soc } from './bench.ts'

// Where nobody is suspended and whoever leaves is deleted: the whole way from the directory to a platform with one role per user.
let bench: Bench

const roles: readonly RoleDefinition[] = [
  { id: roleId('admin'), kind: 'builtin', name: 'admin' },
  { id: roleId('operator'), kind: 'builtin', name: 'operational_manager' },
  { id: roleId('reader'), kind: 'builtin', name: 'readonly' },
]
const leaving = { then: 'remove' } as unknown as Community['onDeparture']
const asNetography = (before: Community): Community => ({
  ...before,
  platform: 'netography',
  tenant: demoShortname,
  baseUrl: before.baseUrl.replace('/sekoia', '/netography'),
  credentials: netographyCredentials,
  onDeparture: leaving,
  onUnassigned: leaving,
  roles,
})

beforeEach(async () => {
  bench = await openBench()
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map(asNetography),
    rules: ['admin', 'operator', 'reader'].map((role) => ({
      id: ruleId(role),
      when: { group: { equals: `Net-${role}` } },
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
const settle = async () => {
  await bench.settle()
  bench.clock.advance(7200)
  await bench.reconcile()
}
const two = async () => {
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  const readers = await bench.provider.group('Net-reader', [anna, bert])
  await settle()
  return { anna, bert, readers }
}

test('whoever leaves is deleted, and is somebody new on coming back', async () => {
  const { anna } = await two()
  await bench.provider.setActive(anna, false)
  await settle()
  expect(users()).toEqual({ 'bert@demo.test': 'readonly' })
  await bench.provider.setActive(anna, true)
  await settle()
  expect(users()).toEqual({ 'anna@demo.test': 'readonly', 'bert@demo.test': 'readonly' })
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(2)
})

test('whoever loses the last role is deleted, and promoted in one write', async () => {
  const { anna, readers } = await two()
  const operators = await bench.provider.group('Net-operator', [anna])
  await settle()
  expect(users()['anna@demo.test']).toBe('operational_manager')
  await bench.provider.change(readers, { remove: [anna] })
  await bench.provider.change(operators, { remove: [anna] })
  await settle()
  expect(users()).toEqual({ 'bert@demo.test': 'readonly' })
})

test('whoever leaves under another address leaves nothing behind', async () => {
  const { anna } = await two()
  const renamed = await bench.provider.readdress(anna, 'countess@demo.test')
  await bench.provider.setActive(renamed, false)
  await settle()
  expect(users()).toEqual({ 'bert@demo.test': 'readonly' })
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(1)
})

test('who left while the new account stood and the old one could not be deleted, is deleted twice', async () => {
  const { anna } = await two()
  bench.netography.faults([{ kind: 'status', status: 503, method: 'DELETE', times: 99 }])
  const renamed = await bench.provider.readdress(anna, 'countess@demo.test')
  await bench.settle()
  expect(Object.keys(users()).toSorted()).toEqual(['anna@demo.test', 'bert@demo.test', 'countess@demo.test'])
  await bench.provider.setActive(renamed, false)
  await bench.settle()
  bench.netography.faults([])
  bench.clock.advance(7200)
  await settle()
  expect(users()).toEqual({ 'bert@demo.test': 'readonly' })
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(1)
})

test('the address of somebody who moved on may be another person’s at the same moment', async () => {
  const { anna, bert } = await two()
  await bench.provider.group('Net-operator', [anna])
  await settle()
  await bench.provider.readdress(anna, 'elsewhere@demo.test')
  await bench.provider.readdress(bert, 'anna@demo.test')
  await settle()
  expect(users()).toEqual({ 'elsewhere@demo.test': 'operational_manager', 'anna@demo.test': 'readonly' })
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(2)
})

test('two who exchange their addresses are told of, and get nothing by it', async () => {
  const { anna, bert } = await two()
  const away = await bench.provider.readdress(anna, 'elsewhere@demo.test')
  await bench.provider.readdress(bert, 'anna@demo.test')
  await bench.provider.readdress(away, 'bert@demo.test')
  await bench.provider.group('Net-operator', [anna])
  await settle()
  const { plan } = await bench.preview()
  expect(plan.problems.map(({ kind }) => kind)).toEqual(['duplicateEmail', 'duplicateEmail'])
  expect(users()).toEqual({ 'anna@demo.test': 'readonly', 'bert@demo.test': 'readonly' })
})

test('the address of somebody who left may be another person’s', async () => {
  const { anna, bert } = await two()
  await bench.provider.remove(anna)
  await settle()
  await bench.provider.readdress(bert, 'anna@demo.test')
  await settle()
  expect(users()).toEqual({ 'anna@demo.test': 'readonly' })
  expect(await bench.deps.ownership.ownedCount(soc)).toBe(1)
})

test('the only administrator stays, renamed too, and never two roles or none on the way', async () => {
  const { anna } = await two()
  await bench.provider.group('Net-admin', [anna])
  await settle()
  bench.netography.edit({ kind: 'removeUser', email: 'owner@demo.test' })
  const renamed = await bench.provider.readdress(anna, 'countess@demo.test')
  await settle()
  expect(users()).toEqual({ 'countess@demo.test': 'admin', 'bert@demo.test': 'readonly' })
  await bench.provider.setActive(renamed, false)
  await settle()
  expect(users()).toEqual({ 'countess@demo.test': 'admin', 'bert@demo.test': 'readonly' })
})
