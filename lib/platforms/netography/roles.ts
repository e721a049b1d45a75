import type { Community, RoleDefinition } from '../../core/configuration.ts'
import { platformRoleId } from '../../core/ids.ts'
import type { PermissionName, PlatformRole } from '../../core/snapshot.ts'
import { type Dialect, isResource } from './dialect.ts'
import { grantsOf } from './permissions.ts'
import { actions, type RoleShape } from './shapes.ts'

const isSystem = (role: RoleShape): boolean => role.system === true

/** Whoever may change who belongs here, what roles are, or make keys that can, counts as an administrator. */
export const isAdminRole = (role: RoleShape, dialect: Dialect): boolean => {
  if (role.canMasquerade === true || (isSystem(role) && role.name === 'admin')) return true
  const managed = [dialect.usersResource, dialect.rolesResource, dialect.apiKeysResource]
  return (role.permissions ?? []).some(
    (permission) =>
      managed.some((meant) => isResource(permission.resource, meant)) &&
      actions.some((action) => action !== 'fetch' && permission[action] === true),
  )
}

/** The same, by the names a configuration writes: whoever holds one of them counts as an administrator. */
export const adminPermissions = (
  names: readonly PermissionName[],
  { usersResource, rolesResource, apiKeysResource }: Dialect,
): readonly string[] => {
  const managed = [usersResource, rolesResource, apiKeysResource]
  return [...new Set(names.flatMap(({ grants }) => grants))].filter((grant) => {
    const [resource = '', action] = grant.split(':')
    const changes = action !== undefined && action !== 'fetch'
    return changes && managed.some((meant) => isResource(resource, meant))
  })
}

/** What our key cannot do without: only such a role can be the one it lives by. */
const canProvision = (role: RoleShape, dialect: Dialect): boolean => {
  const has = (meant: string, action: 'fetch' | 'update'): boolean =>
    (role.permissions ?? []).some(
      (permission) => isResource(permission.resource, meant) && permission[action] === true,
    )
  return has(dialect.usersResource, 'fetch') && has(dialect.rolesResource, 'fetch')
}

/** The name of the role our own key holds here; `unknown` when the key may not read API keys. */
export type OwnRole =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'none' | 'unknown' }

const isOwn = (role: RoleShape, own: OwnRole, dialect: Dialect): boolean => {
  switch (own.kind) {
    case 'named':
      return role.name === own.name
    case 'none':
      return false
    case 'unknown':
      return canProvision(role, dialect)
  }
}

export const platformRoleOf = (role: RoleShape, own: OwnRole, dialect: Dialect): PlatformRole => ({
  id: platformRoleId(role.id),
  name: role.name,
  kind: isSystem(role) ? 'builtin' : 'custom',
  description: role.description ?? '',
  permissions: grantsOf(role),
  intakes: [],
  admin: isAdminRole(role, dialect),
  ...(isOwn(role, own, dialect) ? { untouchable: 'ownKey' as const } : {}),
})

/** The role that stands for "no access" here, as the configuration names it. */
export const fallbackDefinition = (community: Community): RoleDefinition | undefined =>
  community.roles.find(({ id }) => id === community.fallbackRole)
