import type { ConnectionId, GroupId, Instant, MemberId } from './ids.ts'

/** SCIM attributes as sent and validated, without `id`, `meta`, `groups`, `members` and `schemas` (those are derived). Built on null prototypes. */
export type Attributes = { readonly [name: string]: AttributeValue }
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [name: string]: AttributeValue }

/** RFC 7643 §4.1. What the directory keeps of a User. */
export type Member = {
  readonly connection: ConnectionId
  readonly id: MemberId
  readonly userName: string
  readonly externalId?: string
  readonly active: boolean
  /** The client removed the attribute: `active` is not shown until it is set again, and the person stays as they were. */
  readonly activeUnassigned?: true
  readonly attributes: Attributes
  /** Created by a login, and no word of SCIM since: the next change by SCIM takes it away. */
  readonly createdAtLogin?: true
  /** Own counter behind the weak ETag. */
  readonly version: number
  /** Raised each time a deleted member is restored: membership rows of an earlier life count as absent. */
  readonly incarnation: number
  readonly created: Instant
  readonly lastModified: Instant
  /** Since when the IdP says inactive; absent while active. */
  readonly inactiveSince?: Instant
  /** A tombstone: absent for SCIM, departed for provisioning. */
  readonly deletedAt?: Instant
  /** When the identity provider last spoke of them without changing anything, to the day; no part of the record and its version. */
  readonly mentionedAt?: Instant
}

/** RFC 7643 §4.2, without its members. */
export type Group = {
  readonly connection: ConnectionId
  readonly id: GroupId
  readonly displayName: string
  readonly externalId?: string
  readonly attributes: Attributes
  /** Own counter plus the sharded membership counters. */
  readonly version: number
  readonly memberCount: number
  readonly created: Instant
  readonly lastModified: Instant
  readonly deletedAt?: Instant
}

/** What a rule may match of a group. */
export type GroupReference = {
  readonly id: GroupId
  readonly displayName: string
  readonly externalId?: string
}

/** One entry of a group's `members` (RFC 7643 §4.2). */
export type GroupMember =
  | { readonly type: 'User'; readonly id: MemberId }
  | { readonly type: 'Group'; readonly id: GroupId }

/** A group somebody is in. */
export type HeldGroup = GroupReference & {
  /**
   * Empty: directly. Else the groups in between, from the one they are in directly to the one that stands in this group; of a long way its two ends,
   * so that a chain of any length costs no more than its groups.
   */
  readonly through: readonly GroupId[]
  /** Groups in the middle of a long way; absent: none. */
  readonly leftOut?: number
}
/** Everything that follows from the groups somebody is in. */
export type Memberships = {
  /** Direct ones first, then by distance; each group once, by its shortest way. */
  readonly groups: readonly HeldGroup[]
  /** Groups that contain themselves by way of others. The way back is not followed; each is named once, in id order. */
  readonly cycles: readonly GroupId[]
}
