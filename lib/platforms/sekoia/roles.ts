import type { Community, RoleContents, RoleDefinition, RoleKind } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import { fold, platformRoleId } from '../../core/ids.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import type { IntakeShape, PermissionShape, RoleShape } from './shapes.ts'
import { managingPermissions } from './traits.ts'

const isBuiltin = (role: RoleShape): boolean =>
  role.community_uuid === null || role.community_uuid === undefined
const isRestricted = (role: RoleShape): boolean =>
  role.is_restricted === true || (role.intake_uuids ?? []).length > 0
export const isScoped = (kind: RoleKind): boolean => kind === 'restricted' || kind === 'intakeRestricted'

const managedContents = (definition: RoleDefinition): RoleContents | undefined =>
  definition.kind === 'builtin' ? undefined : definition.contents

/** Now and before, as a role keeps its contents over a renaming; a built-in one has none of these. */
const namesOf = (definition: RoleDefinition): readonly string[] =>
  definition.kind === 'builtin' ? [] : [definition.name, ...(definition.previously ?? [])].map(fold)

/**
 * The platform has no word for our kinds: a role of no community is built-in, one with intakes is restricted. A role whose contents are ours
 * keeps its configured kind even when somebody edits its intakes by hand, so that it is repaired and not taken for another role.
 */
const kindOf = (role: RoleShape, community: Community): RoleKind => {
  if (isBuiltin(role)) return 'builtin'
  const declared = community.roles.find((definition) => namesOf(definition).includes(fold(role.name)))
  if (declared !== undefined && managedContents(declared) !== undefined) return declared.kind
  if (!isRestricted(role)) return 'custom'
  return declared !== undefined && isScoped(declared.kind) ? declared.kind : 'intakeRestricted'
}

export const platformRoleOf = (role: RoleShape, community: Community): PlatformRole => {
  const permissions = role.permissions.map(({ name }) => name).toSorted()
  const builtin = isBuiltin(role)
  return {
    id: platformRoleId(role.uuid),
    name: role.name,
    kind: kindOf(role, community),
    description: role.description ?? '',
    permissions,
    intakes: (role.intake_uuids ?? []).toSorted(),
    admin:
      (builtin && fold(role.name) === 'admin') ||
      permissions.some((name) => managingPermissions.includes(name)),
  }
}

/**
 * Roles that a main community lends come last, and under a longer name where theirs is one of ours or one that we are to make: they are never
 * taken for it, and whoever holds one of them still holds a role that is listed.
 */
export const platformRolesOf = (
  roles: readonly RoleShape[],
  community: Community,
): readonly PlatformRole[] => {
  const lent = (role: RoleShape): boolean => !isBuiltin(role) && role.community_uuid !== community.tenant
  const own = roles.filter((role) => !lent(role)).map((role) => platformRoleOf(role, community))
  const ours = community.roles
    .filter((definition) => managedContents(definition) !== undefined)
    .flatMap(namesOf)
  const taken = [...own.map(({ name }) => fold(name)), ...ours]
  const others = roles.filter(lent).map((role) => {
    const name = taken.includes(fold(role.name)) ? `${role.name} (main community)` : role.name
    return platformRoleOf({ ...role, name }, community)
  })
  return [...own, ...others]
}

/** Of this role only: the community's other changes go on. */
const invalid = (role: RoleDefinition, problem: string): ConnectorError =>
  new ConnectorError('platformRefused', `role "${role.name}": ${problem}`, { field: `roles.${role.id}` })

/** Names to the platform's uuids; `allowed` is what this kind of role may carry. */
export const permissionIds = (
  role: RoleDefinition,
  contents: RoleContents,
  allowed: readonly PermissionShape[],
): readonly string[] =>
  contents.permissions.map((name) => {
    const found = allowed.find((permission) => permission.name === name)
    if (found !== undefined) return found.uuid
    throw invalid(
      role,
      isScoped(role.kind)
        ? `permission ${name} does not exist or is not allowed in restricted roles; remove it`
        : `permission ${name} does not exist on the platform; correct its name`,
    )
  })

/** By uuid or by name; a name that several intakes carry must be written as a uuid. */
export const intakeIds = (
  role: RoleDefinition,
  contents: RoleContents,
  intakes: readonly IntakeShape[],
): readonly string[] =>
  contents.intakes.map((wanted) => {
    const exact = intakes.find(({ uuid }) => uuid === wanted)
    if (exact !== undefined) return exact.uuid
    const named = intakes.filter(({ name }) => fold(name) === fold(wanted))
    const [only] = named
    if (only === undefined) throw invalid(role, `intake "${wanted}" does not exist; correct its name`)
    if (named.length > 1) throw invalid(role, `several intakes are called "${wanted}"; write its uuid`)
    return only.uuid
  })
