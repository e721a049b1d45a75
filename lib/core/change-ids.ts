import type { AccountId, ConnectionId, MemberId, PlatformRoleId, RoleId } from './ids.ts'
import type { ChangeId, Reason } from './plan.ts'

/** Every change id, in one place: the same wish has the same id in every plan, and a different wish a different one. */
export const createRoleId = (role: RoleId): ChangeId => `create-role/${role}`
/** What a role gains is part of the identity: a consent to one gain is none to another. */
export const repairRoleId = (role: RoleId, widens: readonly string[]): ChangeId =>
  widens.length === 0 ? `repair-role/${role}` : `repair-role/${role}/+${widens.join('+')}`
export const deleteRoleId = (role: RoleId, platformRole: PlatformRoleId): ChangeId =>
  `delete-role/${role}/${platformRole}`
export const forgetRoleId = (role: RoleId): ChangeId => `forget-role/${role}`
export const inviteId = (connection: ConnectionId, member: MemberId, attempt: number): ChangeId =>
  `invite/${connection}/${member}/${attempt}`
/** The account under the address before tells this invitation from any other of the person. */
export const followId = (follows: AccountId, connection: ConnectionId, member: MemberId): ChangeId =>
  `invite/${connection}/${member}/after/${follows}`
export const adoptId = (account: AccountId, connection: ConnectionId, member: MemberId): ChangeId =>
  `adopt/${account}/${connection}/${member}`
export const grantId = (account: AccountId, role: RoleId): ChangeId => `grant/${account}/${role}`
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
