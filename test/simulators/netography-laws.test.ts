import fc from 'fast-check'
import { expect, it } from 'vitest'
import { demoApp, demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import { type Account, accountOf, type Switches } from '../../infra/local/simulators/netography/world.ts'
import { type Client, openClient } from './netography-client.ts'

/** Whatever people ask for, in whatever order: what the vendor says always holds, does. */
const numRuns = Math.min(3000, Number(process.env.FUZZ_BUDGET ?? 60))

const roleNames = ['admin', 'readonly', 'neto_flow', 'soc_l1', 'soc_l2', 'nobody']
const roleName = fc.constantFrom(...roleNames)
const person = fc.constantFrom('ada@acme.example', 'ADA@acme.example', 'bert@acme.example', 'owner@demo.test')
const place = fc.nat(9)
const grants = fc.array(fc.constantFrom('devices', 'users', 'overview', 'starships'), { maxLength: 3 })

type Act = (client: Client, account: Account) => number
const config = (email: string, roles: readonly string[]) => ({
  given_name: 'A',
  family_name: 'B',
  email,
  roles,
})
const roleConfig = (name: string, resources: readonly string[], masquerades: boolean) => ({
  name,
  canMasquerade: masquerades,
  permissions: resources.map((resource) => ({ resource, fetch: true })),
})
const at = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)]

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(person, fc.array(roleName, { maxLength: 2 })).map(
    ([email, roles]): Act =>
      (client) =>
        client.call('POST', '/user', config(email, roles)).status,
  ),
  fc.tuple(place, person, roleName).map(
    ([index, email, role]): Act =>
      (client, { users }) =>
        client.call('PUT', `/user/${at(users, index)?.id}`, config(email, [role])).status,
  ),
  place.map(
    (index): Act =>
      (client, { users }) =>
        client.call('DELETE', `/user/${at(users, index)?.id}`).status,
  ),
  fc.tuple(roleName, grants, fc.boolean()).map(
    ([name, resources, masquerades]): Act =>
      (client) =>
        client.call('POST', '/roles', roleConfig(name, resources, masquerades)).status,
  ),
  fc.tuple(place, roleName, grants).map(
    ([index, name, resources]): Act =>
      (client, { roles }) =>
        client.call('PUT', `/roles/${at(roles, index)?.id}`, roleConfig(name, resources, false)).status,
  ),
  place.map(
    (index): Act =>
      (client, { roles }) =>
        client.call('DELETE', `/roles/${at(roles, index)?.id}`).status,
  ),
  fc.tuple(fc.constantFrom('sensor', 'robot'), roleName).map(
    ([appname, role]): Act =>
      (client) =>
        client.call('POST', '/api-keys', { appname, roles: [role] }).status,
  ),
)

const switches: fc.Arbitrary<Partial<Switches>> = fc.record({
  lastAdmin: fc.constantFrom(400, 409),
  emailChange: fc.constantFrom('ignored', 'refused'),
  duplicateEmail: fc.constantFrom(400, 409),
  emptyPermissions: fc.constantFrom('accepted', 'listRefused', 'refused'),
})

const laws = (before: Account, now: Account): void => {
  const known = now.roles.map(({ name }) => name)
  for (const holder of [...now.users, ...now.keys]) {
    expect(holder.roles).toHaveLength(1)
    expect(known).toContain(holder.roles[0])
  }
  expect(now.users.some(({ roles }) => roles.includes('admin'))).toBe(true)
  expect(new Set(now.users.map(({ email }) => email.toLowerCase())).size).toBe(now.users.length)
  expect(new Set(known.map((name) => name.toLowerCase())).size).toBe(known.length)
  expect(now.roles.filter(({ system }) => system)).toEqual(before.roles.filter(({ system }) => system))
  for (const role of before.roles) {
    const after = now.roles.find(({ id }) => id === role.id)
    if (after !== undefined) expect(after.name).toBe(role.name)
  }
  for (const user of before.users) {
    const after = now.users.find(({ id }) => id === user.id)
    if (after !== undefined) expect(after.email).toBe(user.email)
  }
}

it('keeps one role each, an administrator, the system roles, names and addresses, whatever is asked', () => {
  const outcomes = new Set<number>()
  fc.assert(
    fc.property(switches, fc.array(act, { maxLength: 25 }), (given, acts) => {
      const client = openClient()
      client.control.switches(given)
      client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
      client.logIn()
      const account = (): Account => {
        const found = accountOf(client.control.world(), demoShortname)
        if (found === undefined) throw new Error('no such account')
        return found
      }
      for (const one of acts) {
        const before = account()
        const status = one(client, before)
        outcomes.add(status)
        if (status >= 400) expect(account()).toEqual(before)
        laws(before, account())
      }
    }),
    { numRuns },
  )
  expect([...outcomes].toSorted()).toEqual(expect.arrayContaining([200, 201, 204, 400, 403, 409]))
})
