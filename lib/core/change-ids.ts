import type { AccountId, ConnectionId, MemberId, PlatformRoleId, RoleId } from './ids.ts'
import type { ChangeId, Reason } from './plan.ts'

/**
 * Every change id, in one place: the same wish has the same id in every plan, and a different wish a different one. Consent is given by id, so an id names
 * everything that is consented to.
 */
export const createRoleId = (role: RoleId): ChangeId => `create-role/${role}`
/** What a role gains and loses is part of the identity: a consent to one gain is none to another, and administrators may stand or fall by a loss. */
export const repairRoleId = (role: RoleId, widens: readonly string[], loses: readonly string[]): ChangeId =>
  [
    `repair-role/${role}`,
    ...(widens.length === 0 ? [] : [`+${widens.join('+')}`]),
    ...loses.map((one) => `-${one}`),
  ].join('/')
export const deleteRoleId = (role: RoleId, platformRole: PlatformRoleId): ChangeId =>
  `delete-role/${role}/${platformRole}`
export const forgetRoleId = (role: RoleId): ChangeId => `forget-role/${role}`
const invitedTo = (roles: readonly RoleId[]): string => [...new Set(roles)].toSorted().join('+')
/** Whoever may come in as a guest may not therefore as an administrator. */
export const inviteId = (
  connection: ConnectionId,
  member: MemberId,
  attempt: number,
  roles: readonly RoleId[],
): ChangeId => `invite/${connection}/${member}/${attempt}/${invitedTo(roles)}`
/** The account under the address before tells this invitation from any other of the person. */
export const followId = (
  follows: AccountId,
  connection: ConnectionId,
  member: MemberId,
  roles: readonly RoleId[],
): ChangeId => `invite/${connection}/${member}/after/${follows}/${invitedTo(roles)}`
export const adoptId = (account: AccountId, connection: ConnectionId, member: MemberId): ChangeId =>
  `adopt/${account}/${connection}/${member}`
/** What goes in the same write is part of it: a role instead of a guest's is not that role instead of an administrator's. */
export const grantId = (account: AccountId, role: RoleId, instead?: PlatformRoleId): ChangeId =>
  instead === undefined ? `grant/${account}/${role}` : `grant/${account}/${role}/instead/${instead}`
export const revokeId = (account: AccountId, role: RoleId, platformRole: PlatformRoleId): ChangeId =>
  `revoke/${account}/${role}/${platformRole}`
export const suspendId = (account: AccountId, reason: Reason): ChangeId => `suspend/${account}/${reason}`
export const resumeId = (account: AccountId): ChangeId => `resume/${account}`
export const removeId = (account: AccountId, reason: Reason): ChangeId => `remove/${account}/${reason}`
export const forgetAccountId = (connection: ConnectionId, member: MemberId): ChangeId =>
  `forget/${connection}/${member}`
export const forgetFormerId = (former: AccountId, connection: ConnectionId, member: MemberId): ChangeId =>
  `forget/${connection}/${member}/${former}`
export const forgetGrantId = (account: AccountId, role: RoleId, platformRole: PlatformRoleId): ChangeId =>
  `forget/${account}/${role}/${platformRole}`
