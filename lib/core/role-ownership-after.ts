import type { CommunityId, Instant } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import type { Change } from './plan.ts'
import type { Applied } from './ports/platform.ts'

/**
 * What must stand before a role is created (that we are about to: the name stands free, so what appears under it is ours) or becomes another of the
 * configuration's (that it is that one's). The former record goes afterwards: stopped in between, both name the same role, and it is forgotten.
 */
export const roleOwnershipBefore = (input: {
  readonly community: CommunityId
  readonly owned: RoleOwnership | undefined
  /** The record a repair takes over. */
  readonly former?: RoleOwnership | undefined
  readonly change: Change
  readonly now: Instant
}): RoleOwnership | undefined => {
  const { community, owned, former, change, now } = input
  if (change.kind === 'repairRole' && owned === undefined && former !== undefined)
    return { ...former, role: change.role.id, platformRole: change.platformRole, version: 0 }
  if (change.kind !== 'createRole') return undefined
  return {
    community,
    role: change.role.id,
    name: change.role.name,
    applied: change.contents,
    since: now,
    version: owned?.version ?? 0,
  }
}

/** After a role was created or repaired: its platform id and the contents we wrote. */
export const roleOwnershipAfter = (owned: RoleOwnership, change: Change, applied: Applied): RoleOwnership => {
  if (change.kind !== 'createRole' && change.kind !== 'repairRole') return owned
  const platformRole =
    applied.kind === 'role'
      ? applied.role.id
      : change.kind === 'repairRole'
        ? change.platformRole
        : owned.platformRole
  return {
    ...owned,
    name: change.role.name,
    applied: change.contents,
    ...(platformRole === undefined ? {} : { platformRole }),
  }
}

/** Whose record of a role a change ends. */
export const endedRecord = (change: Change): RoleOwnership['role'] | undefined => {
  if (change.kind === 'deleteRole' || change.kind === 'forgetRole') return change.role
  return change.kind === 'repairRole' ? change.takesOver : undefined
}
