import type { PlatformTraits } from '../../core/snapshot.ts'

/**
 * Roles add up, each in its scope; nobody can be switched off, so roles are stripped and the user expires (docs/platforms/immybot.md).
 * Aliases join the vendor's older vocabulary and the one of its RBAC guide where both mean the same people. Read-Only has no counterpart: what
 * stands nearest, User (Legacy), may do more.
 */
export const immybotTraits: PlatformTraits = {
  roleKinds: ['builtin', 'custom'],
  suspension: 'stripRoles',
  singleKinds: [],
  exclusiveKinds: [],
  customReplacesBuiltin: false,
  maximumInvitations: 3,
  roleAliases: {
    'global administrator': ['System Administrator (Legacy)'],
    'tenant administrator': ['Administrator (Legacy)'],
    technician: ['System User (Legacy)'],
    'self-service': ['User (Legacy)'],
    'system administrator (legacy)': ['Global Administrator'],
    'administrator (legacy)': ['Tenant Administrator'],
    'system user (legacy)': ['Technician'],
    'user (legacy)': ['Self-Service'],
  },
  builtinPower: [
    'self-service',
    'read-only',
    'user (legacy)',
    'script manager',
    'computer terminal user',
    'deployment manager',
    'cross-tenant deployment change requester',
    'cross-tenant deployment manager',
    'technician',
    'system user (legacy)',
    'tenant administrator',
    'administrator (legacy)',
    'global administrator',
    'system administrator (legacy)',
  ],
  scopes: ['everything', 'msp', 'ownTenant', 'tenant', 'tenantTag'],
}
