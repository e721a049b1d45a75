import type { PlatformTraits } from '../../core/snapshot.ts'

/** One role per user, no disabled state, and the address is who somebody is (docs/platforms/netography.md). */
export const netographyTraits: PlatformTraits = {
  roleKinds: ['builtin', 'custom'],
  suspension: 'fallbackRole',
  maximumRoles: 1,
  alwaysOneRole: true,
  emailIsIdentity: true,
  roleNamesFixed: true,
  singleKinds: [],
  exclusiveKinds: [],
  customReplacesBuiltin: false,
  maximumInvitations: 3,
  builtinPower: ['neto_flow', 'report_user', 'readonly', 'operational_manager', 'admin'],
  adminPermissions: ['canMasquerade'],
  capabilities: ['canSendFlow', 'canMasquerade'],
  unsupportedCapabilities: ['canSendNetoDNS', 'canViewAuditLogs'],
  inherited: 'adminRoles',
}
