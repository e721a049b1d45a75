import { describe, expect, test } from 'vitest'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, communityId, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Change, Plan } from '../../lib/core/plan.ts'
import { planMarkdown, planText } from '../../lib/core/plan-text.ts'
import { planChanges } from '../../lib/core/planning.ts'
import type { PlatformRole, PlatformTraits, Snapshot } from '../../lib/core/snapshot.ts'
import {
  account,
  builtins,
  community,
  emptyWorld,
  left,
  manageds,
  owned,
  target,
} from '../support/examples.ts'
import { snapshotOf, type World } from '../support/world.ts'

const withPermissions = (role: PlatformRole): PlatformRole =>
  role.name === 'Admin' ? { ...role, permissions: ['ADMIN', 'READ', 'WRITE'] } : role

const custom = (id: string, permissions?: readonly string[], more = {}): RoleDefinition => ({
  id: roleId(id),
  kind: 'custom',
  name: `Role ${id}`,
  ...more,
  ...(permissions === undefined
    ? {}
    : { contents: { description: `What ${id} may do`, permissions, intakes: [] } }),
})
type Given = {
  readonly roles?: readonly RoleDefinition[]
  readonly traits?: Partial<PlatformTraits>
  readonly snapshot?: Partial<Snapshot>
  readonly world?: Partial<World>
  readonly community?: Partial<Community>
}
const planned = (given: Given): Plan => {
  const world = { ...emptyWorld, ...given.world }
  return planChanges({
    ...world,
    community: { ...community, roles: given.roles ?? community.roles, ...given.community },
    traits: { ...world.traits, ...given.traits },
    configuration: 1,
    directoryAt: world.now,
    snapshot: { ...snapshotOf(world), ...given.snapshot },
  })
}
const warnings = (given: Given) => planned(given).warnings.filter(({ kind }) => kind === 'roleEqualsAdmin')

describe('a role that equals an administrator’s', () => {
  const traits = { adminPermissions: ['ADMIN', 'MASQUERADE'] }
  test('by a permission that makes administrators, declared or expanded', () => {
    const permissions = [
      { name: 'all', grants: ['ADMIN', 'READ'] },
      { name: 'READ', grants: ['READ'] },
    ]
    const roles = [custom('x', ['all']), custom('y', ['READ'])]
    expect(warnings({ roles, traits, snapshot: { permissions } })).toEqual([
      { kind: 'roleEqualsAdmin', role: 'x', by: ['ADMIN'] },
    ])
  })

  test('by everything the administrator’s may do', () => {
    const snapshot = { roles: [...builtins.map(withPermissions), ...manageds] }
    const roles = [custom('x', ['ADMIN', 'READ', 'WRITE', 'MORE']), custom('y', ['ADMIN', 'READ'])]
    expect(warnings({ roles, snapshot })).toEqual([
      { kind: 'roleEqualsAdmin', role: 'x', by: ['everything "Admin" may do'] },
    ])
  })

  test('by the platform’s word, of a role that is only named', () => {
    const roles = [custom('tier2'), custom('tier1')]
    expect(warnings({ roles })).toEqual([
      { kind: 'roleEqualsAdmin', role: 'tier2', by: ['the platform counts its holders as administrators'] },
    ])
    expect(warnings({ roles, traits })).toMatchObject([{ role: 'tier2', by: ['ADMIN'] }])
  })

  test('is no built-in one, and no role that somebody made so by hand and the plan repairs', () => {
    const [tier1, ...others] = manageds
    const edited = { ...(tier1 as PlatformRole), permissions: ['ADMIN', 'READ', 'WRITE'], admin: true }
    const roles = community.roles.filter(({ id }) => ['admin', 'tier1'].includes(id))
    const given = { roles, traits, snapshot: { roles: [...builtins, edited, ...others] } }
    expect(warnings(given)).toEqual([])
    expect(planned(given).changes).toMatchObject([
      { kind: 'repairRole' },
      ...others.map(() => ({ kind: 'deleteRole' })),
    ])
  })
})

test('what the adapter saw is warned of, in a look at everybody only', () => {
  const notices: Snapshot['notices'] = [
    { kind: 'denied', account: accountId('a-ada'), roleName: 'Technician' },
    { kind: 'portalOnly', role: platformRoleId('p-tier1'), names: ['View Audit Logs'] },
  ]
  const plan = planned({ snapshot: { notices } })
  expect(plan.warnings.slice(-2)).toEqual([
    { kind: 'denied', account: 'a-ada', roleName: 'Technician' },
    { kind: 'portalOnly', platformRole: 'p-tier1', names: ['View Audit Logs'] },
  ])
  expect(planned({ snapshot: { notices, scope: 'targeted' } }).warnings).toEqual([])
  const verdict = { allowed: plan.changes, held: [], withheld: [] }
  for (const text of [planText(plan, verdict), planMarkdown(plan, verdict)]) {
    expect(text).toContain('Warnings')
    expect(text).toContain('role p-tier1: View Audit Logs was set in the portal')
    expect(text).toContain('account a-ada: somebody denied role "Technician" by hand')
  }
})

describe('how far a plan reaches', () => {
  const child = (name: string) => ({ tenant: name.toLowerCase(), name })
  const children = ['Paris', 'Lyon', 'Nice', 'Lille', 'Metz'].map(child)
  const world: Partial<World> = {
    accounts: [account('ada', ['tier1']), account('bea', ['tier2']), account('cid', ['tier2'])],
    ownership: [owned('ada', ['tier1']), owned('bea', ['tier2']), owned('cid', ['tier2'])],
    targets: [
      target('ada', ['tier1', 'tier2']),
      target('bea', ['tier1']),
      left('cid'),
      target('dan', ['admin']),
      target('eve', ['guest']),
    ],
  }
  const reach = (given: Given) => planned({ world, snapshot: { children }, ...given }).reach

  test('is every change of access, where every role holds below', () => {
    const plan = planned({ world, snapshot: { children }, traits: { inherited: 'allRoles' } })
    expect(plan.reach).toEqual({ communities: children, changes: plan.changes.map(({ id }) => id) })
    expect(plan.changes.length).toBeGreaterThan(5)
  })

  test('is what gives or takes administrators, where only those hold below', () => {
    expect(reach({ traits: { inherited: 'adminRoles' } })?.changes).toEqual([
      'grant/a-ada/tier2',
      'suspend/a-cid/departed',
      'revoke/a-bea/tier2/p-tier2',
      'invite/acme/dan/1/admin',
    ])
  })

  test('is a role edited that administrates, before or after', () => {
    const edited = manageds.map(
      (role): PlatformRole =>
        ['p-tier1', 'p-tier2'].includes(role.id) ? { ...role, description: 'edited' } : role,
    )
    const snapshot = { children, roles: [...builtins, ...edited] }
    const given = { snapshot, world: {}, traits: { inherited: 'adminRoles' as const } }
    expect(reach(given)?.changes).toEqual(['repair-role/tier2'])
    const traits = { ...given.traits, adminPermissions: ['WRITE'] }
    expect(reach({ ...given, traits })?.changes).toEqual(['repair-role/tier1', 'repair-role/tier2'])
  })

  test.each<[string, Given]>([
    ['nothing is below', { snapshot: {}, traits: { inherited: 'allRoles' } }],
    ['no role holds below', { snapshot: { children } }],
    ['nothing changes', { snapshot: { children }, world: {}, traits: { inherited: 'allRoles' } }],
  ])('is not spoken of when %s', (_, given) => {
    expect(planned({ world, ...given })).not.toHaveProperty('reach')
  })

  test('is one line, however many communities there are', () => {
    const text = (count: number, changes: readonly string[]) => {
      const plan: Plan = {
        ...planned({}),
        reach: { communities: children.slice(0, count), changes },
        inheritsFrom: communityId('main'),
      }
      return planText(plan, { allowed: [] as Change[], held: [], withheld: [] }).split('\n')
    }
    expect(text(2, ['a', 'b'])[1]).toBe('  2 of these changes take effect in Paris, Lyon, too.')
    expect(text(4, ['a'])[1]).toBe(
      '  1 of these changes takes effect in Paris, Lyon, Nice and 1 more community, too.',
    )
    expect(text(5, ['a'])[1]).toContain('and 2 more communities, too.')
    expect(text(5, ['a'])[2]).toBe(
      '  Who gets in by way of main is a member there, and no part of this plan.',
    )
  })

  test('upwards is told where the configuration names a parent and roles of it hold here', () => {
    const parent = communityId('main')
    expect(planned({ community: { parent }, traits: { inherited: 'adminRoles' } }).inheritsFrom).toBe('main')
    expect(planned({ community: { parent } })).not.toHaveProperty('inheritsFrom')
  })
})
