import { createHash } from 'node:crypto'
import type { RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import { type AccountId, connectionId, memberId, type PlatformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Bound, Change, Reason, RoleGrant, Subject } from '../../lib/core/plan.ts'

const guid = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

/** Changes as the planner makes them, for one person at a time. */
const subjectOf = (email: string): Subject => ({
  connection: connectionId('idp'),
  member: memberId(`member-of-${email}`),
  email,
})
/** The identity provider's own id of a person, the same in whatever case the address is written. */
export const objectIdOf = (email: string): string => guid(email.toLowerCase())

const bound = (email: string, account: AccountId): Bound => ({ ...subjectOf(email), account })
const grantOf = (role: string): RoleGrant => ({ role: roleId(role), because: [] })

export const invite = (
  email: string,
  roles: readonly string[],
  again?:
    | { readonly attempt: number; readonly replaces: AccountId }
    | { readonly attempt: number; readonly follows: AccountId },
): Change => ({
  id: `invite/${email}`,
  kind: 'invite',
  subject: subjectOf(email),
  givenName: 'Ada',
  familyName: 'Lovelace',
  externalId: objectIdOf(email),
  roles: roles.map(grantOf),
  attempt: 1,
  ...again,
})
export const grant = (
  email: string,
  account: AccountId,
  role: string,
): Extract<Change, { readonly kind: 'grant' }> => ({
  id: `grant/${account}/${role}`,
  kind: 'grant',
  subject: bound(email, account),
  grant: grantOf(role),
  admin: false,
})
export const revoke = (
  email: string,
  account: AccountId,
  role: string,
  platformRole: PlatformRoleId,
): Change => ({
  id: `revoke/${account}/${role}`,
  kind: 'revoke',
  subject: bound(email, account),
  role: roleId(role),
  platformRole,
  replaced: false,
})
export const suspend = (email: string, account: AccountId): Change => ({
  id: `suspend/${account}`,
  kind: 'suspend',
  subject: bound(email, account),
  reason: 'departed',
})
export const resume = (email: string, account: AccountId): Change => ({
  id: `resume/${account}`,
  kind: 'resume',
  subject: bound(email, account),
})
export const remove = (email: string, account: AccountId, reason: Reason = 'departed'): Change => ({
  id: `remove/${account}`,
  kind: 'remove',
  subject: bound(email, account),
  reason,
})
export const adopt = (email: string, account: AccountId): Change => ({
  id: `adopt/${account}`,
  kind: 'adopt',
  subject: bound(email, account),
})
export const createRole = (role: RoleDefinition, contents: RoleContents): Change => ({
  id: `createRole/${role.id}`,
  kind: 'createRole',
  role,
  contents,
})
export const repairRole = (
  role: RoleDefinition,
  contents: RoleContents,
  platformRole: PlatformRoleId,
  formerly?: string,
): Change => ({
  id: `repairRole/${role.id}`,
  kind: 'repairRole',
  role,
  contents,
  platformRole,
  widens: [],
  holders: 0,
  ...(formerly === undefined ? {} : { formerly }),
})
export const deleteRole = (role: RoleDefinition, platformRole: PlatformRoleId): Change => ({
  id: `deleteRole/${role.id}`,
  kind: 'deleteRole',
  role: role.id,
  name: role.name,
  platformRole,
})
