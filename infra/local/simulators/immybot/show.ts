import {
  emailOf,
  isExpired,
  isMsp,
  nameOf,
  personById,
  tenantById,
  userById,
  userOfPerson,
} from './lookup.ts'
import { type Permission, permissionById, type Subject } from './permissions.ts'
import { assignmentTypes, scopeName, scopeValues } from './scopes.ts'
import type { Assignment, Group, Member, Person, Role, Tenant, User, World } from './world.ts'

/** How the platform writes its objects. */
export type Shown = Readonly<Record<string, unknown>>

const roleNameOf = (world: World, id: number): string | null =>
  world.roles.find((role) => role.id === id)?.name ?? null

/** Fields only one generation has; the older ones keep their default in the newer. */
const generationFields = (world: World, user: User): Shown => {
  const { generation, groupFields } = world.switches
  if (generation === 'legacy')
    return {
      isAdmin: user.isAdmin,
      canManageCrossTenantDeployments: user.canManageCrossTenantDeployments,
      hasManagementAccess: user.hasManagementAccess,
      roles: user.roleIds.flatMap((id) => roleNameOf(world, id) ?? []),
    }
  const defaults = { isAdmin: false, canManageCrossTenantDeployments: false }
  if (!groupFields) return defaults
  const groups = world.members.filter(({ userId }) => userId === user.id)
  return {
    ...defaults,
    groupCount: groups.length,
    groups: groups.map(({ groupId }) => world.groups.find(({ id }) => id === groupId)?.name ?? ''),
    directRoleCount: world.assignments.filter(({ userId }) => userId === user.id).length,
  }
}

export const showUser = (world: World, user: User, now: string): Shown => ({
  id: user.id,
  email: emailOf(world, user),
  name: nameOf(world, user),
  tenantId: user.tenantId,
  isMsp: isMsp(world, user),
  companyName: tenantById(world, user.tenantId)?.name ?? null,
  type: user.type,
  azurePrincipalId: personById(world, user.personId)?.azurePrincipalId ?? null,
  isExpired: isExpired(user, now),
  expirationDateUTC: user.expiresAt,
  personId: user.personId,
  ...generationFields(world, user),
  ...(world.switches.enabledToggle ? { enabled: user.enabled } : {}),
})

export const showPerson = (world: World, person: Person): Shown => {
  const user = userOfPerson(world, person.id)
  return {
    id: person.id,
    firstName: person.firstName,
    lastName: person.lastName,
    emailAddress: person.emailAddress,
    azurePrincipalId: person.azurePrincipalId,
    tenantName: tenantById(world, person.tenantId)?.name ?? null,
    tenantId: person.tenantId,
    fullName: `${person.firstName} ${person.lastName}`,
    updatedDateUTC: person.updatedAt,
    createdDateUTC: person.createdAt,
    updatedBy: null,
    personTagIds: [],
    onPremisesSecurityIdentifier: person.onPremisesSecurityIdentifier,
    userId: user?.id ?? null,
    expirationDateUTC: user?.expiresAt ?? null,
    ...(world.switches.generation === 'legacy'
      ? { roleIds: user?.roleIds ?? [] }
      : { userCreatedDateUTC: user?.createdAt ?? null, userCreatedBy: null }),
  }
}

export const showTenant = (world: World, tenant: Tenant): Shown => ({
  id: tenant.id,
  name: tenant.name,
  slug: tenant.slug,
  parentTenantId: tenant.parentTenantId,
  ownerTenantId: tenant.ownerTenantId,
  active: tenant.active,
  azureTenantLink: null,
  isMsp: tenant.isMsp,
  tenantTagIds: tenant.tagIds,
  tenantTagNames: tenant.tagIds.map((id) => world.tags.find((tag) => tag.id === id)?.name ?? ''),
  markedForDeletionAtUtc: tenant.markedForDeletionAt,
  createdDateUTC: tenant.createdAt,
  updatedDateUTC: tenant.updatedAt,
  createdBy: null,
  updatedBy: null,
})

export const showRole = (world: World, role: Role): Shown => ({
  id: role.id,
  name: role.name,
  description: role.description,
  roleTypeId: role.builtin === null ? 2 : 1,
  roleTypeName: role.builtin === null ? 'Custom' : world.switches.builtinTypeName,
  userCount: holdersOf(world, role.id),
  createdDate: role.createdAt,
  updatedDate: role.updatedAt,
  updatedBy: null,
  roleClaims: role.permissions.map((id) => ({ claimType: 'permission', claimValue: id })),
  ...(world.switches.generation === 'legacy'
    ? {}
    : {
        ownerTenantId: role.ownerTenantId,
        ownerTenantName: tenantById(world, role.ownerTenantId)?.name ?? null,
      }),
})

const holdersOf = (world: World, roleId: number): number => {
  if (world.switches.generation === 'legacy')
    return world.users.filter(({ roleIds }) => roleIds.includes(roleId)).length
  const giving = world.assignments.filter((one) => one.roleId === roleId)
  const groups = giving.map(({ groupId }) => groupId)
  return new Set([
    ...giving.flatMap(({ userId }) => userId ?? []),
    ...world.members.filter(({ groupId }) => groups.includes(groupId)).map(({ userId }) => userId),
  ]).size
}

const showPermission = (world: World, permission: Permission, index: number): Shown => ({
  id: permission.id,
  permissionName: permission.id.split(':')[1],
  displayName: permission.displayName,
  description: permission.displayName,
  category: permission.category,
  sortOrder: index,
  hasGreatPower: permission.hasGreatPower,
  dependencies: permission.dependencies.map((id) => {
    const known = permissionById(id)
    return world.switches.dependenciesAs === 'ids' || known === undefined
      ? id
      : showPermission(world, known, 0)
  }),
  isMspOnly: permission.isMspOnly,
  isSystemManaged: permission.isSystemManaged,
  allowClaim: `allow:${permission.id}`,
})

export const showSubject = (world: World, subject: Subject, index: number): Shown => ({
  id: subject.id,
  name: subject.id,
  displayName: subject.name,
  description: subject.name,
  sortOrder: index,
  isMspOnly: subject.permissions.every(({ isMspOnly }) => isMspOnly),
  isResourceBased: subject.isResourceBased,
  isSystemManaged: subject.permissions.every(({ isSystemManaged }) => isSystemManaged),
  permissions: subject.permissions.map((one, place) => showPermission(world, one, place)),
})

export const showGroup = (world: World, group: Group): Shown => ({
  id: group.id,
  groupTypeId: 1,
  name: group.name,
  description: group.description,
  tenantId: group.tenantId,
  tenantName: tenantById(world, group.tenantId)?.name ?? null,
  createdDate: group.createdAt,
  updatedDate: group.updatedAt,
  updatedBy: null,
})

export const showMember = (world: World, member: Member): Shown => {
  const user = userById(world, member.userId)
  const group = world.groups.find(({ id }) => id === member.groupId)
  return {
    userId: member.userId,
    groupId: member.groupId,
    userName: user === undefined ? null : nameOf(world, user),
    userEmail: user === undefined ? null : emailOf(world, user),
    groupName: group?.name ?? null,
    groupDescription: group?.description ?? null,
    addedDate: member.addedAt,
    addedBy: null,
  }
}

export const showAssignment = (world: World, one: Assignment): Shown => {
  const user = one.userId === null ? undefined : userById(world, one.userId)
  const type = assignmentTypes[one.scope.kind]
  return {
    id: one.id,
    userId: one.userId,
    groupId: one.groupId,
    roleId: one.roleId,
    isAllow: one.isAllow,
    assignmentType: world.switches.enumsAs === 'number' ? type.number : type.name,
    createdDateTimeUtc: one.createdAt,
    createdBy: null,
    userName: user === undefined ? null : nameOf(world, user),
    groupName: world.groups.find(({ id }) => id === one.groupId)?.name ?? null,
    roleName: roleNameOf(world, one.roleId),
    assignmentTypeName: type.name,
    userEmail: user === undefined ? null : emailOf(world, user),
    companyName: user === undefined ? null : (tenantById(world, user.tenantId)?.name ?? null),
    scope: scopeName(world, one.scope),
    claimValues: world.switches.claimValues === 'ids' ? scopeValues(one.scope) : [],
  }
}
