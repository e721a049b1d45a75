import type { PlatformTraits } from '../../core/snapshot.ts'

/** Roles add up, each in its scope; nobody can be switched off, so roles are stripped and the user expires (docs/platforms/immybot.md). */
export const immybotTraits: PlatformTraits = {
  roleKinds: ['builtin', 'custom'],
  suspension: 'stripRoles',
  singleKinds: [],
  exclusiveKinds: [],
  customReplacesBuiltin: false,
  maximumInvitations: 3,
  scopes: ['everything', 'msp', 'ownTenant', 'tenant', 'tenantTag'],
}
