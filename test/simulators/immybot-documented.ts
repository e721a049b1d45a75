/**
 * What the two vendor specifications document, written down apart from the simulator: every route, with the fields of its body and of its query,
 * and a request that is answered by 200 in `preparedFor`.
 */
export type Documented = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Numbers are ids of the prepared world. */
  readonly path: string
  readonly generation: 'legacy' | 'rbac' | 'both'
  readonly query?: readonly (readonly [name: string, value: string])[]
  readonly body?: Readonly<Record<string, unknown>>
}

/** In the prepared world: user 100 (person 10), user 101 (person 31), group 102, role 103, assignment 104, person 11 asks for access. */
export const ids = { user: 100, other: 101, group: 102, role: 103, assignment: 104 } as const

const sieve = [
  ['Filters', 'id>0'],
  ['Sorts', '-id'],
  ['Page', '1'],
  ['PageSize', '2'],
] as const
const dx = [
  ['Skip', '0'],
  ['Take', '1'],
  ['RequireTotalCount', 'true'],
  ['Sort', '[]'],
] as const

const both: readonly Omit<Documented, 'generation'>[] = [
  { method: 'GET', path: '/auth' },
  { method: 'GET', path: '/users', query: sieve },
  { method: 'GET', path: '/users/100' },
  {
    method: 'POST',
    path: '/users/100',
    body: { id: 100, isAdmin: false, tenantId: 1, canManageCrossTenantDeployments: false },
  },
  { method: 'DELETE', path: '/users/100' },
  { method: 'DELETE', path: '/users/bulk-delete', query: [['userIds', '100']] },
  { method: 'POST', path: '/users/update-expiration', body: { personIds: [10], expiresIn: 'OneHour' } },
  { method: 'POST', path: '/users/invalidate-cache', query: [['userId', '100']] },
  { method: 'POST', path: '/users/100/impersonate' },
  { method: 'POST', path: '/users/stop-impersonating' },
  { method: 'GET', path: '/users/claims' },
  { method: 'GET', path: '/roles' },
  { method: 'GET', path: '/roles/permissions' },
  { method: 'GET', path: '/roles/103' },
  { method: 'DELETE', path: '/roles/103' },
  { method: 'POST', path: '/roles/103/clone', body: { newName: 'Copy' } },
  { method: 'GET', path: '/persons', query: sieve },
  {
    method: 'GET',
    path: '/persons/dx',
    query: [...dx, ['personType', 'User'], ['includeTenant', 'true'], ['includeUserData', 'true']],
  },
  {
    method: 'POST',
    path: '/persons',
    body: {
      tenantId: 1,
      azurePrincipalId: null,
      firstName: 'New',
      lastName: 'Person',
      emailAddress: 'new@demo.test',
      onPremisesSecurityIdentifier: null,
    },
  },
  { method: 'GET', path: '/persons/10' },
  {
    method: 'PUT',
    path: '/persons/10',
    body: {
      id: 10,
      tenantId: 1,
      azurePrincipalId: null,
      firstName: 'New',
      lastName: 'Name',
      emailAddress: 'new@demo.test',
    },
  },
  { method: 'DELETE', path: '/persons/10' },
  { method: 'GET', path: '/persons/requesting-access' },
  { method: 'POST', path: '/persons/11/deny-access' },
  { method: 'GET', path: '/tenants', query: sieve },
  {
    method: 'POST',
    path: '/tenants',
    body: {
      name: 'Lyon',
      ownerTenantId: 1,
      principalId: null,
      partnerPrincipalId: null,
      limitToDomains: [],
      slug: 'lyon',
      parentTenantId: null,
      isMsp: false,
    },
  },
  { method: 'GET', path: '/tenants/2' },
  { method: 'PATCH', path: '/tenants/activate/2' },
  { method: 'PATCH', path: '/tenants/deactivate/2' },
  { method: 'GET', path: '/tenants/2/azure-groups', query: [['search', 'x']] },
]

const legacy: readonly Omit<Documented, 'generation'>[] = [
  { method: 'POST', path: '/users/create-from-person', body: { personId: 12, hasManagementAccess: true } },
  {
    method: 'POST',
    path: '/users/grant-access',
    body: { personIds: [12], roleIds: [103], expiresIn: 'OneDay' },
  },
  { method: 'POST', path: '/users/add-roles', body: { personIds: [10], roleIds: [103] } },
  { method: 'POST', path: '/users/remove-roles', body: { personIds: [10], roleIds: [103] } },
  {
    method: 'POST',
    path: '/persons/11/grant-access',
    body: { isAdmin: false, hasManagementAccess: false, expirationTime: 'OneDay' },
  },
  {
    method: 'POST',
    path: '/roles',
    body: { name: 'New', description: 'New', grantedPermissionIds: ['software:view'] },
  },
  {
    method: 'PUT',
    path: '/roles/103',
    body: { name: 'New', description: 'New', grantedPermissionIds: ['software:view'] },
  },
  {
    method: 'PUT',
    path: '/tenants/2',
    body: { id: 2, name: 'P', slug: null, parentTenantId: 1, isMsp: false },
  },
]

const assignment = { groupId: 102, roleId: 103, isAllow: true }
const kinds: readonly (readonly [string, number, Readonly<Record<string, unknown>>])[] = [
  ['owner', 1, {}],
  ['msp', 2, { mspTenantId: 1 }],
  ['tenant-tag', 3, { tagId: 1 }],
  ['specific-tenant', 4, { tenantId: 2 }],
  ['user-tenant', 5, { tenantId: 1 }],
  ['tag-resource', 6, { tagId: 1, resourceType: 1 }],
  ['specific-resource', 7, { resourceId: 1, resourceType: 1 }],
  ['category-resource', 8, { resourceType: 1, resourceCategory: 1 }],
]
const evaluate = '/effective-permissions/users/100/evaluate'

const rbac: readonly Omit<Documented, 'generation'>[] = [
  { method: 'POST', path: '/users/bulk-create', body: { personIds: [12], expirationTime: 'OneDay' } },
  { method: 'GET', path: '/users/100/groups' },
  { method: 'GET', path: '/tenants', query: [['mspOnly', 'true']] },
  { method: 'POST', path: '/persons/11/grant-access', body: { expirationTime: 'OneDay' } },
  {
    method: 'POST',
    path: '/roles',
    body: { name: 'New', description: 'New', grantedPermissionIds: ['software:view'], ownerTenantId: null },
  },
  {
    method: 'PUT',
    path: '/roles/103',
    body: { name: 'New', description: 'New', grantedPermissionIds: ['software:view'], ownerTenantId: 2 },
  },
  { method: 'PUT', path: '/tenants/2', body: { name: 'P', slug: null, parentTenantId: 1, isMsp: false } },
  { method: 'GET', path: '/groups' },
  { method: 'POST', path: '/groups', body: { name: 'New', description: 'New', tenantId: null } },
  { method: 'GET', path: '/groups/102' },
  { method: 'PUT', path: '/groups/102', body: { id: 102, name: 'New', description: 'New', tenantId: null } },
  { method: 'DELETE', path: '/groups/102' },
  { method: 'GET', path: '/groups/102/members' },
  { method: 'POST', path: '/groups/102/members', body: { userId: 101 } },
  { method: 'POST', path: '/groups/102/members/bulk', body: { userIds: [100, 101] } },
  { method: 'DELETE', path: '/groups/102/members/100' },
  { method: 'GET', path: '/groups/102/role-assignments', query: dx },
  { method: 'GET', path: '/roles/103/assignments', query: dx },
  { method: 'GET', path: '/user-role-assignments', query: dx },
  { method: 'GET', path: '/user-role-assignments/users/100', query: dx },
  { method: 'GET', path: '/user-role-assignments/users/100/count', query: dx },
  ...kinds.map(([kind, assignmentType, own]) => ({
    method: 'POST' as const,
    path: `/user-role-assignments/${kind}/create`,
    body: { dtos: [{ ...assignment, assignmentType, ...own }] },
  })),
  {
    method: 'DELETE',
    path: '/user-role-assignments/delete',
    query: [['userRoleAssignmentIds', '104']],
  },
  { method: 'POST', path: `${evaluate}/tenant`, body: { tenantId: 2, permissions: ['users:view'] } },
  { method: 'POST', path: `${evaluate}/all-assignments`, body: { permissions: null } },
  {
    method: 'POST',
    path: `${evaluate}/resource`,
    body: { resourceId: 1, resourceType: 1, permissions: ['users:view'] },
  },
  { method: 'GET', path: '/auth/me/permissions/users:view/tenants' },
]

const of = (generation: Documented['generation'], rows: readonly Omit<Documented, 'generation'>[]) =>
  rows.map((row): Documented => ({ ...row, generation }))

export const documentedIn = (generation: 'legacy' | 'rbac'): readonly Documented[] => [
  ...of('both', both),
  ...(generation === 'legacy' ? of('legacy', legacy) : of('rbac', rbac)),
]
