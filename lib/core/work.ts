import type { CommunityId, ConnectionId, GroupId, GroupMemberId, Instant, MemberId } from './ids.ts'

/** "This changed": written in the transaction of the change itself. `position` is unique and sorts by time. */
export type Due = {
  readonly position: string
  readonly connection: ConnectionId
  readonly at: Instant
} & DueSubject
export type DueSubject =
  | { readonly kind: 'member'; readonly member: MemberId }
  /** Renamed, deleted, or moved into or out of another: everyone in it must be looked at, those in the groups inside it, too. */
  | {
      readonly kind: 'group'
      readonly group: GroupId
      /** The groups inside have due items of their own already. */
      readonly own?: true
      /** Everyone up to here was looked at already: a large group is expanded in steps. */
      readonly after?: GroupMemberId
    }
  /** A change too large for one transaction: roll it forward, then look at its members. */
  | { readonly kind: 'intent'; readonly group: GroupId; readonly intent: string }

/** In the order in which a community's work is taken. */
export const priorities = ['departure', 'login', 'revocation', 'change', 'reconciliation', 'join'] as const
export type Priority = (typeof priorities)[number]

/** "This member must be looked at in this community", or, for `reconciliation`, the whole community. */
export type Work = {
  readonly community: CommunityId
  readonly priority: Priority
  readonly subject: WorkSubject
  /** Not to be taken before; absent: at once. */
  readonly notBefore?: Instant
  readonly attempts: number
  /** When the wish behind it was accepted (departure latency is measured from here). */
  readonly since: Instant
  /** Set by the store at each write: finishing deletes exactly the version that was seen. */
  readonly token: string
}
export type WorkSubject =
  | { readonly kind: 'member'; readonly connection: ConnectionId; readonly member: MemberId }
  | { readonly kind: 'community' }
  /** A stored plan that a person wants carried out as it stands. */
  | { readonly kind: 'plan'; readonly number: number }

/** Where one member stands in one community, for explain and for the read-only SCIM extension. */
export type Outcome = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly at: Instant
  readonly state: 'assigned' | 'pending' | 'held' | 'failed' | 'none'
  /** A sentence without personal values: what is missing and what to do. */
  readonly detail: string
  /** Their access here was taken, and below they could still get in: the communities' names. */
  readonly remains?: readonly string[]
}
