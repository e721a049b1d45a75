import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { builtinRoles, demoTag, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import type { Scope } from '../../infra/local/simulators/immybot/world.ts'
import { type Instance, openInstance } from './immybot-client.ts'

let instance: Instance
beforeEach(() => {
  instance = openInstance()
})

type Row = Readonly<Record<string, unknown>>
const rows = (path: string): readonly Row[] => instance.get<readonly Row[]>(path)
const refused = (method: string, path: string, body?: unknown, status = 400) => {
  const before = instance.world()
  expect(instance.call(method, `/api/v1${path}`, body)).toMatchObject({ status, html: false })
  expect(instance.world()).toEqual(before)
}
const idOf = (made: unknown): number => Number((made as Row).id)
const user = (person: number): number => {
  const made = instance.done('POST', '/users/bulk-create', { personIds: [person], expirationTime: 3 })
  return (made as { createdUserIds: readonly number[] }).createdUserIds[0] ?? 0
}
const group = (name: string, tenantId?: number | null): number =>
  idOf(instance.done('POST', '/groups', { name, description: name, ...(tenantId && { tenantId }) }))
const role = (name: string, ...grantedPermissionIds: readonly string[]): number =>
  idOf(
    instance.done('POST', '/roles', {
      name,
      description: name,
      ownerTenantId: null,
      grantedPermissionIds,
    }),
  )
const assign = (kind: string, dto: Row) =>
  instance.done('POST', `/user-role-assignments/${kind}/create`, { dtos: [{ isAllow: true, ...dto }] })
const holds = (userId: number, tenantId: number, permission: string): unknown => {
  const path = `/effective-permissions/users/${userId}/evaluate/tenant`
  const body = instance.done('POST', path, { tenantId, permissions: [permission] })
  return (body as { permissions: readonly Row[] }).permissions[0]?.isAllow
}

describe('roles', () => {
  const whole = {
    name: 'Mine',
    description: 'Made by a test',
    grantedPermissionIds: ['scripts:manage', 'scripts:view'],
    ownerTenantId: null,
  }

  it('are made, changed, copied and deleted', () => {
    const id = idOf(instance.done('POST', '/roles', whole))
    expect(instance.get(`/roles/${id}`)).toMatchObject({
      name: 'Mine',
      roleTypeName: 'Custom',
      userCount: 0,
      ownerTenantId: null,
      roleClaims: [{ claimValue: 'scripts:manage' }, { claimValue: 'scripts:view' }],
    })
    const change = {
      ...whole,
      description: 'Other',
      ownerTenantId: 2,
      grantedPermissionIds: ['software:view'],
    }
    expect(instance.done('PUT', `/roles/${id}`, change)).toMatchObject({
      description: 'Other',
      ownerTenantName: 'Paris',
      roleClaims: [{ claimValue: 'software:view' }],
    })
    const copy = instance.done('POST', `/roles/${builtinRoles.user}/clone`, { newName: 'Copy' })
    expect(copy).toMatchObject({ name: 'Copy', roleTypeName: 'Custom' })
    instance.done('DELETE', `/roles/${idOf(copy)}`)
    instance.done('DELETE', `/roles/${id}`)
    expect(rows('/roles')).toHaveLength(9)
  })

  it.each([
    [{ name: '' }, 400],
    [{ name: ' script manager ' }, 400],
    [{ grantedPermissionIds: ['nothing:view'] }, 400],
    [{ grantedPermissionIds: ['scripts:manage'] }, 400],
    [{ ownerTenantId: 99 }, 400],
    [{ ownerTenantId: undefined }, 400],
    [{ description: null }, 400],
  ] as const)('cannot be made with %j', (own, status) => {
    refused('POST', '/roles', { ...whole, ...own }, status)
  })

  it('that are built in are read-only', () => {
    refused('PUT', `/roles/${builtinRoles.scriptManager}`, whole)
    refused('DELETE', `/roles/${builtinRoles.scriptManager}`)
  })

  it('in use stay, or leave whoever holds them, as the switch says', () => {
    const id = role('Mine')
    assign('owner', { userId: demoUsers.owner, roleId: id, assignmentType: 'Owner' })
    expect(instance.get(`/roles/${id}`)).toMatchObject({ userCount: 1 })
    refused('DELETE', `/roles/${id}`)
    instance.control.switches({ roleInUse: 'unassigned' })
    instance.done('DELETE', `/roles/${id}`)
    expect(rows(`/user-role-assignments/users/${demoUsers.owner}`)).toHaveLength(1)
  })

  it('have no owner in the legacy generation, and permissions without what they depend on where allowed', () => {
    instance.control.switches({ generation: 'legacy', dependencies: 'free', sameName: 'allowed' })
    refused('POST', '/roles', whole)
    const { ownerTenantId: _, ...legacy } = whole
    const id = idOf(instance.done('POST', '/roles', { ...legacy, grantedPermissionIds: ['scripts:manage'] }))
    instance.done('POST', '/roles', legacy)
    expect(instance.get(`/roles/${id}`)).not.toHaveProperty('ownerTenantId')
  })
})

describe('groups', () => {
  it('have members, who are in it once', () => {
    const id = group('G')
    const [ada, alan] = [user(10), user(11)]
    instance.done('POST', `/groups/${id}/members`, { userId: ada })
    instance.done('POST', `/groups/${id}/members/bulk`, { userIds: [ada, alan] })
    expect(rows(`/groups/${id}/members`)).toMatchObject([
      { userId: ada, groupId: id, userName: 'Ada Byron', userEmail: 'ada@demo.test', groupName: 'G' },
      { userId: alan },
    ])
    expect(rows(`/users/${ada}/groups`)).toMatchObject([{ groupId: id }])
    instance.done('DELETE', `/groups/${id}/members/${ada}`)
    refused('DELETE', `/groups/${id}/members/${ada}`, undefined, 404)
    refused('POST', `/groups/${id}/members`, { userId: 99 })
    expect(rows(`/users/${ada}/groups`)).toEqual([])
  })

  it('of a tenant take users of that tenant only', () => {
    const id = group('Paris only', 2)
    const [ada, paula] = [user(10), user(31)]
    refused('POST', `/groups/${id}/members`, { userId: ada })
    refused('POST', `/groups/${id}/members/bulk`, { userIds: [paula, ada] })
    instance.done('POST', `/groups/${id}/members`, { userId: paula })
    refused('PUT', `/groups/${id}`, { id, name: 'Paris only', description: '', tenantId: 1 })
    instance.done('PUT', `/groups/${id}`, { id, name: 'All', description: '', tenantId: null })
    instance.done('POST', `/groups/${id}/members`, { userId: ada })
  })

  it('take what they gave along', () => {
    const id = group('G')
    const ada = user(10)
    instance.done('POST', `/groups/${id}/members`, { userId: ada })
    assign('specific-tenant', {
      groupId: id,
      roleId: builtinRoles.scriptManager,
      assignmentType: 4,
      tenantId: 2,
    })
    expect(holds(ada, 2, 'scripts:manage')).toBe(true)
    expect(holds(ada, 1, 'scripts:manage')).toBe(false)
    instance.control.switches({ groupFields: true })
    expect(instance.get(`/users/${ada}`)).toMatchObject({ groupCount: 1, groups: ['G'], directRoleCount: 0 })
    instance.done('DELETE', `/groups/${id}`)
    expect(holds(ada, 2, 'scripts:manage')).toBe(false)
    expect(rows('/user-role-assignments')).toHaveLength(2)
  })

  it('have names of their own, unless the switch allows two', () => {
    group('G')
    refused('POST', '/groups', { name: ' g', description: '' })
    instance.control.switches({ sameName: 'allowed' })
    group('G')
  })
})

describe('assignments', () => {
  const roleId = builtinRoles.scriptManager
  const kinds = [
    ['owner', 'Owner', 1, {}, 'Owner', []],
    ['msp', 'Msp', 2, { mspTenantId: 1 }, 'Demo MSP', ['1']],
    ['tenant-tag', 'TenantTag', 3, { tagId: demoTag }, 'France', ['1']],
    ['specific-tenant', 'SpecificTenant', 4, { tenantId: 2 }, 'Paris', ['2']],
    ['user-tenant', 'UserTenant', 5, {}, "User's Tenant", []],
    [
      'tag-resource',
      'TagResource',
      6,
      { tagId: demoTag, resourceType: 'Computer' },
      'France',
      ['1', 'Computer'],
    ],
    [
      'specific-resource',
      'SpecificResource',
      7,
      { resourceId: 5, resourceType: 1 },
      'Resource 5',
      ['5', '1'],
    ],
    [
      'category-resource',
      'CategoryResource',
      8,
      { resourceType: 1, resourceCategory: 'Server' },
      'Server',
      ['1', 'Server'],
    ],
  ] as const

  it.each(kinds)(
    'of kind %s take name or number, and answer a count only',
    (kind, name, number, own, scope, values) => {
      const dto = { groupId: group('G'), roleId, isAllow: true, ...own }
      const path = `/user-role-assignments/${kind}/create`
      const body = (assignmentType: unknown) => ({ dtos: [{ ...dto, assignmentType }] })
      expect(instance.done('POST', path, body(name))).toEqual({ recordCount: 1 })
      expect(instance.done('POST', path, body(number))).toEqual({ recordCount: 1 })
      const shown = rows(`/groups/${dto.groupId}/role-assignments`)
      expect(shown).toHaveLength(2)
      expect(shown[0]).toMatchObject({
        userId: null,
        groupId: dto.groupId,
        groupName: 'G',
        roleId,
        roleName: 'Script Manager',
        isAllow: true,
        assignmentType: number,
        assignmentTypeName: name,
        scope,
        claimValues: values,
      })
      for (const wrong of [0, 9, 'Nothing', number === 1 ? 'Msp' : 'Owner', null, undefined])
        refused('POST', path, body(wrong))
      for (const field of Object.keys(own))
        refused('POST', path, { dtos: [{ ...dto, assignmentType: name, [field]: undefined }] })
      refused('POST', path, { dtos: [{ ...dto, assignmentType: name, note: 'x' }] })
      refused('POST', path, { dtos: [{ ...dto, assignmentType: name, userId: demoUsers.owner }] })
      refused('POST', path, { dtos: [{ ...dto, assignmentType: name, groupId: undefined }] })
    },
  )

  it.each([
    ['msp', 2, { mspTenantId: 2 }],
    ['msp', 2, { mspTenantId: 99 }],
    ['specific-tenant', 4, { tenantId: 99 }],
    ['tenant-tag', 3, { tagId: 99 }],
    ['owner', 1, { roleId: 99 }],
    ['owner', 1, { userId: 99 }],
    ['owner', 1, { userId: null, groupId: 99 }],
  ] as const)('%s cannot be made with what is not there: %j %j', (kind, assignmentType, own) => {
    const dto = { userId: demoUsers.owner, roleId, isAllow: true, assignmentType, ...own }
    const good = { userId: demoUsers.owner, roleId, isAllow: true, assignmentType: 1 }
    refused('POST', `/user-role-assignments/${kind}/create`, { dtos: [dto] })
    if (kind === 'owner') refused('POST', '/user-role-assignments/owner/create', { dtos: [good, dto] })
  })

  it('are read back, counted and deleted by their ids', () => {
    const ada = user(10)
    assign('user-tenant', { userId: ada, roleId, assignmentType: 5, tenantId: 1 })
    assign('owner', { userId: ada, roleId, assignmentType: 1, isAllow: false })
    expect(instance.get(`/user-role-assignments/users/${ada}/count`)).toBe(2)
    expect(rows(`/roles/${roleId}/assignments`)).toHaveLength(2)
    const ids = rows(`/user-role-assignments/users/${ada}`).map(({ id }) => id)
    refused('DELETE', `/user-role-assignments/delete?userRoleAssignmentIds=${ids[0]}&userRoleAssignmentIds=x`)
    const query = ids.map((id) => `userRoleAssignmentIds=${id}`).join('&')
    instance.done('DELETE', `/user-role-assignments/delete?${query}`)
    expect(rows('/user-role-assignments')).toHaveLength(2)
  })

  it('show enumerations, ids and lists as the switches say', () => {
    instance.control.switches({ enumsAs: 'name', claimValues: 'empty', dx: 'object', userTenantNamed: true })
    refused('POST', '/user-role-assignments/user-tenant/create', {
      dtos: [{ userId: 1, roleId, isAllow: true, assignmentType: 5 }],
    })
    expect(instance.get('/user-role-assignments?Take=1&RequireTotalCount=true')).toMatchObject({
      data: [{ id: 1, assignmentType: 'Owner', claimValues: [] }],
      totalCount: 2,
    })
  })

  it('that say the same are kept twice, or refused', () => {
    const dto = { userId: demoUsers.owner, roleId, isAllow: true, assignmentType: 1 }
    assign('owner', dto)
    assign('owner', dto)
    expect(rows(`/user-role-assignments/users/${demoUsers.owner}`)).toHaveLength(3)
    instance.control.switches({ sameAssignment: 'refused' })
    refused('POST', '/user-role-assignments/owner/create', { dtos: [dto] })
    refused('POST', '/user-role-assignments/msp/create', {
      dtos: [1, 2].map(() => ({ ...dto, assignmentType: 2, mspTenantId: 1 })),
    })
  })

  it('beyond a tenant, or of system permissions, take a right of their own', () => {
    instance.control.edit(
      { kind: 'removeAssignments', email: 'rolecall@demo.test' },
      {
        kind: 'addRole',
        name: 'Assigner',
        permissions: ['roles:view', 'roles:assign', 'users:view', 'persons:view'],
      },
      {
        kind: 'assign',
        to: { userId: demoUsers.rolecall },
        role: 'Assigner',
        scope: { kind: 'specific-tenant', tenantId: 2 },
      },
    )
    const dto = { userId: demoUsers.owner, roleId, isAllow: true }
    const path = (kind: string) => `/user-role-assignments/${kind}/create`
    const dtos = (own: Row) => ({ dtos: [{ ...dto, ...own }] })
    refused('POST', path('owner'), dtos({ assignmentType: 1 }), 403)
    refused('POST', path('specific-tenant'), dtos({ assignmentType: 4, tenantId: 1 }), 403)
    const system = { assignmentType: 4, tenantId: 2, roleId: builtinRoles.systemAdministrator }
    refused('POST', path('specific-tenant'), dtos(system), 403)
    instance.done('POST', path('specific-tenant'), dtos({ assignmentType: 4, tenantId: 2 }))
  })
})

describe('the last administrator', () => {
  it('goes or stays as the switch says; we ourselves do not count', () => {
    instance.control.switches({ lastAdmin: 'refused' })
    refused('DELETE', `/users/${demoUsers.owner}`)
    refused('DELETE', '/user-role-assignments/delete?userRoleAssignmentIds=1')
    instance.control.switches({ lastAdmin: 'allowed' })
    instance.done('DELETE', '/user-role-assignments/delete?userRoleAssignmentIds=1')
  })

  it('in the legacy generation, too', () => {
    instance.control.switches({ generation: 'legacy', lastAdmin: 'refused' })
    refused('POST', '/users/1', { id: 1, isAdmin: false })
    instance.control.edit({ kind: 'addUser', email: 'ada@demo.test', set: { isAdmin: true } })
    instance.done('POST', '/users/1', { id: 1, isAdmin: false })
  })
})

describe('effective permissions', () => {
  it('are believed for a minute, or until the cache is dropped', () => {
    instance.control.switches({ staleRoles: true })
    const ada = user(10)
    const id = group('G')
    assign('owner', { groupId: id, roleId: builtinRoles.scriptManager, assignmentType: 1 })
    expect(holds(ada, 1, 'scripts:view')).toBe(false)
    instance.done('POST', `/groups/${id}/members`, { userId: ada })
    expect(holds(ada, 1, 'scripts:view')).toBe(false)
    instance.pass(59)
    expect(holds(ada, 1, 'scripts:view')).toBe(false)
    instance.pass(1)
    expect(holds(ada, 1, 'scripts:view')).toBe(true)
    instance.done('DELETE', `/groups/${id}/members/${ada}`)
    expect(holds(ada, 1, 'scripts:view')).toBe(true)
    instance.done('POST', `/users/invalidate-cache?userId=${ada}`)
    expect(holds(ada, 1, 'scripts:view')).toBe(false)
  })

  it('of the system cannot be limited to a tenant', () => {
    const ada = user(10)
    const own = { userId: ada, roleId: builtinRoles.crossTenantDeploymentManager }
    assign('specific-tenant', { ...own, assignmentType: 4, tenantId: 2 })
    expect(holds(ada, 2, 'deployments:manage')).toBe(true)
    expect(holds(ada, 2, 'deployments:manage-cross-tenant')).toBe(false)
    assign('msp', { ...own, assignmentType: 2, mspTenantId: 1 })
    expect(holds(ada, 2, 'deployments:manage-cross-tenant')).toBe(true)
  })

  it('are counted, explained, and told for all scopes or one resource', () => {
    const ada = user(10)
    const own = { userId: ada, roleId: builtinRoles.computerTerminalUser }
    assign('specific-resource', { ...own, assignmentType: 7, resourceId: 5, resourceType: 1 })
    const path = `/effective-permissions/users/${ada}/evaluate`
    const all = instance.get<readonly { permissions: readonly Row[] }[]>('/roles/permissions')
    const count = all.flatMap(({ permissions }) => permissions).length
    expect(instance.done('POST', `${path}/tenant`, { tenantId: 2 })).toMatchObject({
      tenantName: 'Paris',
      allowedCount: 0,
      deniedCount: count,
      errorCount: 0,
    })
    const asked = { permissions: ['scripts:run', 'nothing:view'] }
    expect(instance.done('POST', `${path}/all-assignments`, asked)).toMatchObject({
      permissions: [
        { permission: 'scripts:run', isAllow: false, contributingAssignments: [{ userId: ada }] },
      ],
      errorCount: 1,
    })
    const resource = { ...asked, resourceId: 5, resourceType: 1 }
    expect(instance.done('POST', `${path}/resource`, resource)).toMatchObject({ allowedCount: 1 })
    expect(instance.done('POST', `${path}/resource`, { ...resource, resourceId: 6 })).toMatchObject({
      allowedCount: 0,
    })
    expect(rows('/auth/me/permissions/users:manage/tenants')).toEqual([
      { id: 1, name: 'Demo MSP' },
      { id: 2, name: 'Paris' },
    ])
  })
})

/** The guide's rules, once more and in other words: allowed where an allow reaches and no deny does. */
describe('allow and deny', () => {
  type Given = { readonly scope: Scope; readonly allow: boolean; readonly by: 'user' | 'group' }
  const scopes: readonly (readonly [Scope, ReadonlySet<number>])[] = [
    [{ kind: 'owner' }, new Set([1, 2, 50])],
    [{ kind: 'msp', mspTenantId: 1 }, new Set([1, 2])],
    [{ kind: 'tenant-tag', tagId: demoTag }, new Set([2])],
    [{ kind: 'specific-tenant', tenantId: 50 }, new Set([50])],
    [{ kind: 'user-tenant' }, new Set([1])],
    [{ kind: 'specific-resource', resourceId: 1, resourceType: 1 }, new Set()],
  ]
  const given: fc.Arbitrary<Given> = fc.record({
    scope: fc.constantFrom(...scopes.map(([scope]) => scope)),
    allow: fc.boolean(),
    by: fc.constantFrom('user', 'group'),
  })
  const reach = (scope: Scope): ReadonlySet<number> => scopes.find(([one]) => one === scope)?.[1] ?? new Set()

  it('add up, and one deny wins, whoever it reaches us by', () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 5 }), (all) => {
        instance = openInstance()
        const { control } = instance
        const other = { name: 'Elsewhere', id: 50, isMsp: false, ownerTenantId: null, tagIds: [] }
        const world = control.world()
        const paris = world.tenants[1]
        control.reset({
          ...world,
          tenants: [...world.tenants, ...(paris === undefined ? [] : [{ ...paris, ...other }])],
        })
        control.edit(
          { kind: 'addUser', email: 'ada@demo.test' },
          { kind: 'addGroup', name: 'G' },
          { kind: 'addGroupMember', group: 'G', email: 'ada@demo.test' },
          ...all.map(({ scope, allow, by }) => ({
            kind: 'assign' as const,
            to: by === 'user' ? { email: 'ada@demo.test' } : { group: 'G' },
            role: 'Script Manager',
            scope,
            deny: !allow,
          })),
        )
        for (const tenant of [1, 2, 50]) {
          const reaching = all.filter(({ scope }) => reach(scope).has(tenant))
          const expected = reaching.some(({ allow }) => allow) && !reaching.some(({ allow }) => !allow)
          expect(holds(100, tenant, 'scripts:manage')).toBe(expected)
          expect(holds(100, tenant, 'software:view')).toBe(false)
        }
      }),
      { numRuns: Math.min(2_000, Number(process.env.FUZZ_BUDGET ?? 60)) },
    )
  })
})
