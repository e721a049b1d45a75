import type { PlatformTraits } from '../../core/snapshot.ts'

/** Whoever may change who belongs here, what roles are, or make keys and delegations that can, counts as an administrator. */
export const managingPermissions: readonly string[] = [
  'COMMUNITY_ADD_MEMBER',
  'COMMUNITY_REMOVE_MEMBER',
  'COMMUNITY_ASSIGN_ROLE',
  'COMMUNITY_REMOVE_ROLE',
  'COMMUNITY_WRITE_ROLE',
  'COMMUNITY_WRITE_APIKEY',
  'COMMUNITY_WRITE_DELEGATION',
  'COMMUNITY_EDIT_COMMUNITY',
  'COMMUNITY_MANAGE_SUB_COMMUNITIES',
]

/**
 * Roles of the platform's first years. A community may still have them, as roles like any other; where it has not, their work is done by the
 * built-in one of their class: looking, operating, administering the community. An `oc_administrator` kept rules and entities, not the community. `manage_members`, `manage_roles`, `manage_community` and `manage_api_keys` have no such heir: Admin can do all four together.
 */
const legacy: Readonly<Record<string, readonly string[]>> = {
  ic_viewer: ['guest'],
  oc_viewer: ['guest'],
  oc_contributor: ['guest'],
  oc_operator: ['analyst'],
  soar_operator: ['analyst'],
  symphony_operator: ['analyst'],
  oc_administrator: ['analyst'],
  admin: ['admin'],
}

/**
 * The vendor's guides on restricted and on intake restricted roles describe one kind of object, a role with `intake_uuids`: one per person,
 * and never together with built-in or custom roles. So both of our kinds are single and exclusive here; they differ in intent only, and the
 * configuration says which one a role is.
 */
export const sekoiaTraits: PlatformTraits = {
  roleKinds: ['builtin', 'custom', 'restricted', 'intakeRestricted'],
  suspension: 'status',
  singleKinds: ['builtin', 'restricted', 'intakeRestricted'],
  exclusiveKinds: ['restricted', 'intakeRestricted'],
  customReplacesBuiltin: true,
  invitationLifetime: 24 * 3600,
  maximumInvitations: 3,
  roleAliases: legacy,
  builtinPower: ['guest', 'analyst', 'admin'],
  adminPermissions: managingPermissions,
  inherited: 'allRoles',
}
