import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoleDefinition } from '../../../lib/core/configuration.ts'
import { roleId } from '../../../lib/core/ids.ts'
import { dialectOf, isResource } from '../../../lib/platforms/netography/dialect.ts'
import {
  grantsOf,
  permissionNames,
  portalOnly,
  roleBody,
} from '../../../lib/platforms/netography/permissions.ts'
import { isAdminRole } from '../../../lib/platforms/netography/roles.ts'
import type { PermissionShape } from '../../../lib/platforms/netography/shapes.ts'

const numRuns = Math.min(5000, Number(process.env.FUZZ_BUDGET ?? 200))

const flags = fc.record({
  fetch: fc.boolean(),
  create: fc.boolean(),
  update: fc.boolean(),
  delete: fc.boolean(),
})
const resource = fc.constantFrom('users', 'roles', 'api-keys', 'devices', 'flow_tags', 'dashboards')
const catalogue = fc.uniqueArray(
  fc
    .record({ resource, flags })
    .map(({ resource: name, flags: given }): PermissionShape => ({ resource: name, ...given })),
  { minLength: 1, selector: (entry) => entry.resource },
)
const role: RoleDefinition = { id: roleId('soc'), kind: 'custom', name: 'soc' }
const contents = (permissions: readonly string[]) => ({ description: 'd', permissions, intakes: [] })

/** A catalogue, and some of the names it knows. */
const wishes = fc.record({ catalogue, reseller: fc.boolean() }).chain(({ catalogue: entries, reseller }) => {
  const names = permissionNames(entries, reseller)
  return fc.record({
    entries: fc.constant(entries),
    reseller: fc.constant(reseller),
    names: fc.constant(names),
    wanted: fc.subarray([...names]),
  })
})

describe('names of permissions', () => {
  it('are unique, sorted, and stand for what exists', () => {
    fc.assert(
      fc.property(wishes, ({ entries, names }) => {
        const plain = names.map(({ name }) => name)
        expect(plain).toEqual([...new Set(plain)].toSorted())
        for (const { name, grants } of names) {
          expect(grants).toEqual([...new Set(grants)].toSorted())
          expect(grants.length).toBeGreaterThan(0)
          for (const grant of grants.filter((one) => !one.startsWith('can'))) {
            const [of, action] = grant.split(':')
            const entry = entries.find((one) => one.resource === of)
            expect([name, entry?.[action as 'fetch']]).toEqual([name, true])
          }
        }
      }),
      { numRuns },
    )
  })

  it('become a role that gives exactly what they stand for, and names every resource', () => {
    fc.assert(
      fc.property(wishes, ({ entries, reseller, wanted }) => {
        const body = roleBody(role, contents(wanted.map(({ name }) => name)), entries, reseller)
        expect(body.permissions.map((one) => one.resource)).toEqual(entries.map((one) => one.resource))
        const wished = new Set(wanted.flatMap(({ grants }) => grants))
        expect(grantsOf({ id: 'x', system: false, ...body, permissions: [...body.permissions] })).toEqual(
          [...wished].toSorted(),
        )
      }),
      { numRuns },
    )
  })

  it('that do not exist make no role', () => {
    fc.assert(
      fc.property(wishes, fc.string(), ({ entries, reseller, names }, unknown) => {
        fc.pre(!names.some(({ name }) => name === unknown))
        expect(() => roleBody(role, contents([unknown]), entries, reseller)).toThrow(/soc/)
      }),
      { numRuns },
    )
  })

  it('offer masquerading to resellers only', () => {
    fc.assert(
      fc.property(catalogue, (entries) => {
        const has = (reseller: boolean) =>
          permissionNames(entries, reseller).some(({ name }) => name === 'canMasquerade')
        expect([has(true), has(false)]).toEqual([true, false])
        expect(() => roleBody(role, contents(['canMasquerade']), entries, false)).toThrow(/reseller/)
      }),
      { numRuns },
    )
  })

  it('spell one resource in many ways', () => {
    for (const spelling of ['api_keys', 'api-keys', 'apiKeys', 'APIKEYS'])
      expect(isResource(spelling, dialectOf({}).apiKeysResource)).toBe(true)
    expect(isResource('users_audit', 'users')).toBe(false)
    const writes = { id: 'x', name: 'x', permissions: [{ resource: 'people', create: true }] }
    expect(isAdminRole(writes, dialectOf({}))).toBe(false)
    expect(isAdminRole(writes, dialectOf({ usersResource: 'People' }))).toBe(true)
  })
})

it('what only the portal sets is every true field no document knows', () => {
  const shown = {
    id: 'x',
    name: 'x',
    system: true,
    canSendFlow: true,
    canSendNetoDNS: true,
    audit: false,
    zeal: true,
    note: 'true',
  }
  expect(portalOnly(shown)).toEqual(['canSendNetoDNS', 'zeal'])
})
