import { describe, expect, test } from 'vitest'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { RoleOwnership } from '../../lib/core/ownership.ts'
import { planRoles } from '../../lib/core/plan-roles.ts'
import type { PlatformRole, PlatformTraits, Snapshot } from '../../lib/core/snapshot.ts'
import { account, builtins, community, emptyWorld, noon, sekoiaLike, soc } from '../support/examples.ts'
import { snapshotOf } from '../support/world.ts'

type Custom = Extract<RoleDefinition, { readonly kind: 'custom' | 'restricted' | 'intakeRestricted' }>
const contents = (permissions: readonly string[] = ['READ']) => ({
  description: 'What they may do',
  permissions,
  intakes: [],
})
const definition = (id: string, more: Partial<Custom> = {}): Custom => ({
  id: roleId(id),
  kind: 'custom',
  name: `Role ${id}`,
  contents: contents(),
  ...more,
})
const existing = (id: string, name: string, more: Partial<Custom> = {}): RoleDefinition => ({
  id: roleId(id),
  kind: 'custom',
  name,
  ...more,
})
const builtin = (name: string): RoleDefinition => ({ id: roleId('b'), kind: 'builtin', name })
const there = (id: string, more: Partial<PlatformRole> = {}): PlatformRole => ({
  id: platformRoleId(`p-${id}`),
  name: `Role ${id}`,
  kind: 'custom',
  ...contents(),
  admin: false,
  ...more,
})
const record = (id: string, more: Partial<RoleOwnership> = {}): RoleOwnership => ({
  community: soc,
  role: roleId(id),
  platformRole: platformRoleId(`p-${id}`),
  name: `Role ${id}`,
  applied: contents(),
  since: noon,
  version: 1,
  ...more,
})
/** Announced, and never seen on the platform. */
const announced = (id: string): RoleOwnership => {
  const { platformRole: _unseen, ...rest } = record(id)
  return rest
}

type Given = {
  readonly roles: readonly RoleDefinition[]
  readonly records?: readonly RoleOwnership[]
  readonly there?: readonly PlatformRole[]
  readonly snapshot?: Partial<Snapshot>
  readonly traits?: Partial<PlatformTraits>
  readonly more?: Partial<Community>
}
const planned = (given: Given) =>
  planRoles({
    community: { ...community, roles: given.roles, ...given.more },
    traits: { ...sekoiaLike, ...given.traits },
    roleOwnership: given.records ?? [],
    snapshot: { ...snapshotOf(emptyWorld), roles: given.there ?? [], ...given.snapshot },
  })
const stateOf = (given: Given, id: string) => planned(given).states.get(roleId(id))
const holder = (id: string, more = {}) => account('ada', [], { roles: [platformRoleId(`p-${id}`)], ...more })

describe('the names a managed role holds', () => {
  const permissions = [
    { name: 'view', grants: ['computers:list', 'computers:read'] },
    { name: 'computers:read', grants: ['computers:read'] },
    { name: 'manage', grants: ['computers:write', 'computers:read'] },
  ]
  test('stand for what the platform grants by them, together and in order', () => {
    const plan = planned({
      roles: [definition('a', { contents: contents(['view', 'manage', 'computers:read']) })],
      snapshot: { permissions },
    })
    expect(plan.changes).toMatchObject([
      {
        kind: 'createRole',
        contents: { permissions: ['computers:list', 'computers:read', 'computers:write'] },
      },
    ])
  })

  test('are compared as what they stand for', () => {
    const roles = [definition('a', { contents: contents(['view']) })]
    const present = there('a', { permissions: ['computers:list', 'computers:read'] })
    const plan = planned({ roles, records: [record('a')], there: [present], snapshot: { permissions } })
    expect(plan.changes).toEqual([])
    const more = { ...present, permissions: ['computers:read'] }
    const repaired = planned({ roles, records: [record('a')], there: [more], snapshot: { permissions } })
    expect(repaired.changes).toMatchObject([{ id: 'repair-role/a/+computers:list' }])
  })

  test('block the role where the platform does not know one, and name each', () => {
    const given = {
      roles: [definition('a', { contents: { ...contents(['view', 'fly', 'swim']), intakes: ['Nowhere'] } })],
      snapshot: { permissions },
    }
    expect(planned(given).problems).toEqual([
      { kind: 'permissionMissing', role: 'a', permission: 'fly' },
      { kind: 'permissionMissing', role: 'a', permission: 'swim' },
      { kind: 'intakeMissing', role: 'a', intake: 'Nowhere' },
    ])
    expect(planned(given).changes).toEqual([])
    expect(stateOf(given, 'a')).toEqual({ kind: 'blocked' })
  })

  test('stand for themselves where the platform expands none', () => {
    const plan = planned({ roles: [definition('a', { contents: contents(['WRITE', 'READ', 'READ']) })] })
    expect(plan.changes).toMatchObject([{ contents: { permissions: ['READ', 'WRITE'] } }])
  })
})

describe('scopes', () => {
  const paris = there('help', { id: platformRoleId('12@paris'), scope: 'tenant:Paris' })
  const everywhere = there('help', { id: platformRoleId('12@everything'), scope: 'everything' })
  test('a role is meant by name and scope', () => {
    const roles = [
      existing('h', 'role HELP', { scope: 'tenant:Paris' }),
      existing('e', 'Role help', { scope: 'everything' }),
    ]
    const plan = planned({ roles, there: [everywhere, paris] })
    expect([...plan.states.values()]).toEqual([
      { kind: 'present', role: paris },
      { kind: 'present', role: everywhere },
    ])
  })

  test('a role that is there for others only is missing in that scope', () => {
    const given = {
      roles: [existing('h', 'Role help', { scope: 'tenant:Lyon' })],
      there: [paris, everywhere],
    }
    expect(planned(given).problems).toEqual([{ kind: 'scopeMissing', role: 'h', scope: 'tenant:Lyon' }])
    expect(stateOf(given, 'h')).toEqual({ kind: 'blocked' })
  })

  test('a role of ours that is given a new scope stays the role it is', () => {
    const plan = planned({
      roles: [definition('help', { scope: 'everything' })],
      records: [record('help', { platformRole: paris.id })],
      there: [everywhere],
    })
    expect(plan.problems).toEqual([])
    expect(plan.changes).toMatchObject([{ kind: 'repairRole', platformRole: '12@everything' }])
  })
})

describe('older names', () => {
  const traits = {
    roleAliases: { oc_viewer: ['Viewer', 'Guest'], oc_admin: ['Admin'], oc_twins: ['Twin', 'Guest'] },
  }
  test('are looked for only when no role bears them, best first, and are warned of', () => {
    const plan = planned({ roles: [builtin('OC_Viewer')], there: builtins, traits })
    expect(plan.states.get(roleId('b'))).toMatchObject({ kind: 'present', role: { name: 'Guest' } })
    expect(plan.warnings).toEqual([{ kind: 'roleAlias', role: 'b', name: 'OC_Viewer', used: 'Guest' }])
  })

  test('are names like any other where the platform has them', () => {
    const legacy = there('x', { name: 'oc_viewer', kind: 'builtin' })
    const plan = planned({ roles: [builtin('oc_viewer')], there: [...builtins, legacy], traits })
    expect(plan.states.get(roleId('b'))).toEqual({ kind: 'present', role: legacy })
    expect(plan.warnings).toEqual([])
  })

  test.each<[string, Given]>([
    [
      'when a role of another kind bears the older one',
      {
        roles: [builtin('oc_admin')],
        there: [...builtins, there('x', { name: 'OC_Admin' })],
      },
    ],
    ['when the newer one is another kind of role', { roles: [existing('b', 'oc_admin')], there: builtins }],
    [
      'when two roles bear the newer one',
      {
        roles: [builtin('oc_twins')],
        there: [
          ...builtins,
          there('1', { name: 'Twin', kind: 'builtin' }),
          there('2', { name: 'Twin', kind: 'builtin' }),
        ],
      },
    ],
    ['when the platform has no older names', { roles: [builtin('oc_nobody')], there: builtins }],
  ])('lead nowhere %s', (_, given) => {
    const plan = planned({ ...given, traits })
    expect(plan.problems).toMatchObject([{ kind: 'roleMissing' }])
    expect(plan.states.get(roleId('b'))).toEqual({ kind: 'blocked' })
  })

  test('are never those of a managed role: it is made under the name it is given', () => {
    const roles = [definition('m', { name: 'oc_viewer' })]
    const plan = planned({ roles, there: [there('g', { name: 'Guest' })], traits })
    expect(plan.changes).toMatchObject([{ kind: 'createRole' }])
  })
})

describe('a role that cannot be brought in line is given as it is', () => {
  test('because our own key lives by it', () => {
    const own = there('a', { untouchable: 'ownKey', permissions: ['READ', 'MORE'] })
    const given = { roles: [definition('a')], records: [record('a')], there: [own] }
    expect(planned(given).problems).toEqual([{ kind: 'roleOfOwnKey', role: 'a', name: 'Role a' }])
    expect(planned(given).changes).toEqual([])
    expect(stateOf(given, 'a')).toEqual({ kind: 'present', role: own })
    const same = { ...given, there: [{ ...own, permissions: ['READ'] }] }
    expect(planned(same).problems).toEqual([])
  })

  test('because the platform renames no role', () => {
    const given = {
      roles: [definition('a', { name: 'New name', contents: contents(['MORE']) })],
      records: [record('a')],
      there: [there('a')],
      traits: { roleNamesFixed: true } as const,
    }
    expect(planned(given).problems).toEqual([
      { kind: 'roleNameFixed', role: 'a', name: 'New name', present: 'Role a' },
    ])
    expect(planned(given).changes).toEqual([])
    expect(stateOf(given, 'a')).toEqual({ kind: 'present', role: there('a') })
  })

  test('because somebody else’s role bears the name it is to have', () => {
    const given = {
      roles: [definition('a', { name: 'Taken' })],
      records: [record('a')],
      there: [there('a'), there('x', { name: 'Taken' })],
    }
    expect(planned(given).problems).toEqual([{ kind: 'roleNotOurs', role: 'a', name: 'Taken' }])
    expect(planned(given).changes).toEqual([])
    expect(stateOf(given, 'a')).toEqual({ kind: 'present', role: there('a') })
  })
})

describe('a managed role under another name or id', () => {
  test('of the same id is renamed, and a role renamed by hand gets its name back', () => {
    const renamed = planned({
      roles: [definition('a', { name: 'Better' })],
      records: [record('a')],
      there: [there('a')],
    })
    expect(renamed.changes).toMatchObject([
      { id: 'repair-role/a', kind: 'repairRole', platformRole: 'p-a', formerly: 'Role a' },
    ])
    expect(renamed.drift).toEqual([])
    const byHand = planned({
      roles: [definition('a')],
      records: [record('a')],
      there: [there('a', { name: 'Mine!' })],
    })
    expect(byHand.changes).toMatchObject([{ id: 'repair-role/a' }])
    expect(byHand.changes[0]).not.toHaveProperty('formerly')
    expect(byHand.drift).toMatchObject([{ kind: 'roleEdited' }])
  })

  test.each([
    ['by the id it had', ['a']],
    ['by the name it had', ['role A']],
  ])('is known %s', (_, previously) => {
    const plan = planned({
      roles: [definition('b', { name: 'Better', previously })],
      records: [record('a')],
      there: [there('a')],
    })
    expect(plan.changes).toMatchObject([
      {
        id: 'repair-role/b',
        kind: 'repairRole',
        platformRole: 'p-a',
        formerly: 'Role a',
        takesOver: 'a',
      },
    ])
    expect(plan.states.get(roleId('b'))).toEqual({ kind: 'present', role: there('a') })
  })

  test('of another id and the same name is the same role: only the record moves', () => {
    const plan = planned({
      roles: [definition('b', { name: 'Role a' })],
      records: [record('a')],
      there: [there('a')],
    })
    expect(plan.changes).toMatchObject([
      { kind: 'repairRole', platformRole: 'p-a', takesOver: 'a', widens: [] },
    ])
    expect(plan.changes[0]).not.toHaveProperty('formerly')
    expect(plan.problems).toEqual([])
  })

  test('takes over from the first of its former selves that is still there, and leaves those the configuration has', () => {
    const roles = [definition('c'), definition('d', { previously: ['gone', 'c', 'a', 'b'] })]
    const plan = planned({
      roles,
      records: [record('gone'), record('a'), record('b'), record('c')],
      there: [there('a'), there('b'), there('c')],
    })
    expect(plan.states.get(roleId('d'))).toEqual({ kind: 'present', role: there('a') })
    expect(plan.changes.map(({ id }) => id)).toEqual([
      'repair-role/d',
      'delete-role/b/p-b',
      'forget-role/gone',
    ])
  })

  test('whose move was cut off half-way: the record that is left over goes, and the role stays', () => {
    const plan = planned({
      roles: [definition('b', { previously: ['a'] })],
      records: [record('a'), record('b', { platformRole: platformRoleId('p-a'), name: 'Role a' })],
      there: [there('a')],
    })
    expect(plan.changes).toMatchObject([
      { id: 'repair-role/b', formerly: 'Role a' },
      { id: 'forget-role/a', kind: 'forgetRole' },
    ])
  })

  test('and back again after a move that was cut off: of two records of one role the first has it', () => {
    const both = [record('a'), record('b', { platformRole: platformRoleId('p-a') })]
    const plan = planned({ roles: [definition('a'), definition('b')], records: both, there: [there('a')] })
    expect(plan.changes.map(({ id }) => id)).toEqual(['create-role/b'])
  })

  test('a rename that widens is a gain like any other', () => {
    const plan = planned({
      roles: [definition('b', { previously: ['a'], contents: contents(['READ', 'WRITE']) })],
      records: [record('a')],
      there: [there('a')],
      snapshot: { accounts: [holder('a')] },
    })
    expect(plan.changes).toMatchObject([{ id: 'repair-role/b/+WRITE', widens: ['WRITE'], holders: 1 }])
  })
})

describe('a role of ours that is no longer configured', () => {
  const dropped = (more: Partial<Given> = {}) =>
    planned({ roles: [], records: [record('a')], there: [there('a')], ...more })

  test('is deleted when nobody holds it', () => {
    expect(dropped().changes).toEqual([
      { id: 'delete-role/a/p-a', kind: 'deleteRole', role: 'a', name: 'Role a', platformRole: 'p-a' },
    ])
  })

  test.each<[string, Partial<Snapshot>]>([
    ['a person', { accounts: [holder('a')] }],
    ['an API key or a service account', { accounts: [holder('a', { service: true })] }],
    ['somebody suspended', { accounts: [holder('a', { status: 'disabled' })] }],
    ['somebody invited', { accounts: [holder('a', { status: 'pending' })] }],
    [
      'somebody in another scope',
      {
        roles: [there('a', { scope: 'everything' }), there('a', { id: platformRoleId('p-a@2') })],
        accounts: [account('ada', [], { roles: [platformRoleId('p-a@2')] })],
      },
    ],
  ])('is left and told of while %s holds it', (_, snapshot) => {
    const plan = dropped({ snapshot })
    expect(plan.changes).toEqual([])
    expect(plan.warnings).toEqual([{ kind: 'droppedRoleHeld', role: 'a', name: 'Role a', holders: 1 }])
  })

  test('is never deleted when our own key lives by it', () => {
    const plan = dropped({ there: [there('a', { untouchable: 'ownKey' })] })
    expect(plan.changes).toEqual([])
    expect(plan.warnings).toMatchObject([{ kind: 'droppedRoleHeld', holders: 1 }])
  })

  test.each<[string, Partial<Snapshot>]>([
    ['a list that is not whole', { complete: false, accounts: [] }],
    ['a look at some', { scope: 'targeted' }],
  ])('is not judged by %s', (_, snapshot) => {
    const plan = dropped({ snapshot })
    expect([...plan.changes, ...plan.warnings]).toEqual([])
  })

  test('and no longer there is forgotten', () => {
    expect(dropped({ there: [] }).changes).toEqual([
      { id: 'forget-role/a', kind: 'forgetRole', role: 'a', name: 'Role a' },
    ])
  })

  test('and announced only: what appeared exactly so is ours, anything else is not', () => {
    expect(dropped({ records: [announced('a')] }).changes).toMatchObject([{ kind: 'deleteRole' }])
    const otherwise = there('a', { permissions: ['OTHER'] })
    expect(dropped({ records: [announced('a')], there: [otherwise] }).changes).toMatchObject([
      { kind: 'forgetRole' },
    ])
  })

  test.each<[string, RoleDefinition]>([
    ['under the same id', existing('a', 'Role a')],
    ['under another id', existing('z', 'role a')],
    ['as another kind of role', existing('a', 'Role a', { kind: 'restricted' })],
  ])('but still named, %s, stays and is no longer ours', (_, one) => {
    expect(dropped({ roles: [one] }).changes).toEqual([
      { id: 'forget-role/a', kind: 'forgetRole', role: 'a', name: 'Role a' },
    ])
  })

  test('is deleted even when its id names another role from now on', () => {
    const plan = dropped({ roles: [existing('a', 'Role x')], there: [there('a'), there('x')] })
    expect(plan.changes).toMatchObject([{ kind: 'deleteRole', platformRole: 'p-a' }])
  })

  test('of which a move that was cut off left two records is one role: one of them goes at once', () => {
    const both = [record('a'), record('b', { platformRole: platformRoleId('p-a') })]
    const held = dropped({ records: both, snapshot: { accounts: [holder('a')] } })
    expect(held.changes.map(({ id }) => id)).toEqual(['forget-role/b'])
    expect(held.warnings).toMatchObject([{ kind: 'droppedRoleHeld', role: 'a' }])
    const free = dropped({ records: both }).changes.map(({ id }) => id)
    expect(free).toEqual(['delete-role/a/p-a', 'forget-role/b'])
  })

  test('of which we have no record was made by somebody else', () => {
    expect(planned({ roles: [], there: [there('a')] }).changes).toEqual([])
  })

  test('is not held by who holds another of the same name', () => {
    const twin = there('a', { id: platformRoleId('p-twin') })
    const accounts = [account('ada', [], { id: accountId('x'), roles: [twin.id] })]
    expect(dropped({ there: [there('a'), twin], snapshot: { accounts } }).changes).toMatchObject([
      { kind: 'deleteRole', platformRole: 'p-a' },
    ])
  })

  test('in one scope stays while the configuration means it in another', () => {
    const [here, elsewhere] = [
      there('a', { scope: 'tenant:Paris' }),
      there('a', { id: platformRoleId('p-b'), scope: 'tenant:Lyon' }),
    ]
    const plan = dropped({
      roles: [definition('b', { name: 'Role a', scope: 'tenant:Lyon' })],
      records: [record('a'), record('b', { name: 'Role a' })],
      there: [here, elsewhere],
    })
    expect(plan.changes).toMatchObject([{ id: 'forget-role/a' }])
  })
})
