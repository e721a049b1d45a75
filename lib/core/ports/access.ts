import type { CommunityId, ConnectionId, MemberId, RoleId } from '../ids.ts'
import type { Member } from '../member.ts'

/** What the SCIM extension of a User shows: each role they should have or have, and how far it is. */
export type AccessStatus = 'assigned' | 'pending' | 'held' | 'failed'
export type AccessEntry = {
  readonly community: CommunityId
  readonly role: RoleId
  readonly status: AccessStatus
  /** Rule, and the group or attribute behind it, in words; what is missing, when something is. */
  readonly because: readonly string[]
  /** The last of these that is no reason: what is missing or stands against it, without names of groups. */
  readonly detail?: string
  /** Held, and wanted no longer. */
  readonly leaving?: true
  /** Given in that community above, and holding here, too. */
  readonly inheritedFrom?: CommunityId
}
/** For the person themself: also what a rule wants and the platform, the community or the way they came here keeps from them. */
export type StandingEntry = Omit<AccessEntry, 'status'> & { readonly status: AccessStatus | 'withheld' }
export type AccessReads = {
  /** Of members that were read just before; from what is stored, no platform is asked. */
  readonly accessOf: (
    connection: ConnectionId,
    members: readonly Member[],
  ) => Promise<ReadonlyMap<MemberId, readonly AccessEntry[]>>
}
