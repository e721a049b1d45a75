import type { PlatformTraits } from '../../core/snapshot.ts'

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
  builtinPower: ['guest', 'analyst', 'admin'],
  inherited: 'allRoles',
}
