import type { Stamp } from '../audit.ts'
import type { ConnectionId, GroupId, GroupMemberId, Instant, MemberId } from '../ids.ts'
import type { Attributes, Group, GroupMember, Member, Memberships } from '../member.ts'

/**
 * People and groups, as the SCIM endpoint writes and provisioning reads them. As in all ports, every read is strongly consistent unless its comment
 * says otherwise, and every method throws `ConnectorError` with a `store…` or `platform…` code when the thing below fails: a fault is never an empty
 * answer.
 */

export type MemberDraft = {
  readonly userName: string
  readonly externalId?: string
  readonly active: boolean
  /** The client removed the attribute: it is not shown until it is set again, and the person stays as they were. */
  readonly activeUnassigned?: true
  readonly attributes: Attributes
  /** By a login: SCIM has said nothing of them yet. */
  readonly createdAtLogin?: true
}
export type GroupDraft = {
  readonly displayName: string
  readonly externalId?: string
  readonly attributes: Attributes
}

export type MemberLookup = {
  /** `formerUserName`: a name that somebody had before a rename, as far back as the audit trail goes. It is free for others. */
  readonly by: 'userName' | 'externalId' | 'email' | 'formerUserName'
  readonly value: string
}
export type GroupLookup = { readonly by: 'displayName' | 'externalId'; readonly value: string }

/** `startIndex` is 1-based; `total` is exact; resources are in id order. */
export type ListPage<T> = { readonly total: number; readonly resources: readonly T[] }
/** A walk in id order; `next` is absent at the end. */
export type ScanPage<T, Position = string> = { readonly items: readonly T[]; readonly next?: Position }

export type MemberWrite =
  | { readonly kind: 'written'; readonly member: Member }
  /** Another live or deleted record of the connection holds this userName or externalId. */
  | { readonly kind: 'taken'; readonly attribute: 'userName' | 'externalId'; readonly by: Member }
  /** The record changed since it was read: read again. */
  | { readonly kind: 'stale' }

export type GroupWrite =
  | {
      readonly kind: 'written'
      readonly group: Group
      readonly added: number
      readonly removed: number
      /** Groups that contain this one already and were put into it all the same: they count as members, the way back is not followed. */
      readonly cycles: readonly GroupId[]
    }
  | { readonly kind: 'taken'; readonly attribute: 'externalId'; readonly by: Group }
  | { readonly kind: 'stale' }
  /** These ids are neither Users nor Groups of the connection; nothing was written. */
  | { readonly kind: 'unknownMembers'; readonly ids: readonly string[] }

/** Ids of Users and Groups alike: the directory knows which is which. */
export type MembershipDelta =
  | {
      readonly kind: 'delta'
      readonly add: readonly GroupMemberId[]
      readonly remove: readonly GroupMemberId[]
    }
  /** The whole list as an IdP sends it by PUT or replace: stored as the difference. */
  | { readonly kind: 'replace'; readonly members: readonly GroupMemberId[] }

export type GroupChange = {
  /** New own attributes; absent: untouched, and the group's own item is not written. */
  readonly draft?: GroupDraft
  readonly members?: MembershipDelta
}

/** Written for one life of a member: with another it is nobody's. */
export type MembershipRow = GroupMember & { readonly incarnation: number }

export type DirectoryReads = {
  readonly member: (connection: ConnectionId, id: MemberId) => Promise<Member | undefined>
  readonly members: (connection: ConnectionId, ids: readonly MemberId[]) => Promise<readonly Member[]>
  /** Throws `tooMany` where more would have to be looked through than a request reads: never an answer that leaves somebody out. */
  readonly findMembers: (connection: ConnectionId, lookup: MemberLookup) => Promise<readonly Member[]>
  /** The same among the departed: members who are deleted, and answer to it as they did. */
  readonly findTombstones: (connection: ConnectionId, lookup: MemberLookup) => Promise<readonly Member[]>
  readonly listMembers: (
    connection: ConnectionId,
    startIndex: number,
    count: number,
  ) => Promise<ListPage<Member>>
  /** Live members only. */
  readonly scanMembers: (connection: ConnectionId, limit: number, after?: string) => Promise<ScanPage<Member>>
  /**
   * The groups these members are in, nested ones included; of members that were read just before. Memberships of an earlier incarnation and of deleted
   * groups are left out. Costs no more than the direct memberships while the connection has no nested groups.
   */
  readonly membershipsOf: (
    connection: ConnectionId,
    members: readonly Member[],
  ) => Promise<ReadonlyMap<MemberId, Memberships>>
  /** The groups in which a User or Group stands directly, in id order. */
  readonly groupsWith: (connection: ConnectionId, id: GroupMemberId) => Promise<readonly Group[]>
  /** Does any group of the connection stand in another? */
  readonly hasNestedGroups: (connection: ConnectionId) => Promise<boolean>
  readonly groups: (connection: ConnectionId, ids: readonly GroupId[]) => Promise<readonly Group[]>
  readonly group: (connection: ConnectionId, id: GroupId) => Promise<Group | undefined>
  readonly findGroups: (connection: ConnectionId, lookup: GroupLookup) => Promise<readonly Group[]>
  readonly listGroups: (
    connection: ConnectionId,
    startIndex: number,
    count: number,
  ) => Promise<ListPage<Group>>
  readonly scanGroups: (connection: ConnectionId, limit: number, after?: string) => Promise<ScanPage<Group>>
  /** Live Users and Groups that stand in the group directly, in id order. */
  readonly membersOf: (
    connection: ConnectionId,
    id: GroupId,
    limit: number,
    after?: GroupMemberId,
  ) => Promise<ScanPage<GroupMember, GroupMemberId>>
  /** Of a group that lives: its rows as they stand, those of earlier lives among them. Who reads all members anyway sees which count. */
  readonly membershipRows: (
    connection: ConnectionId,
    id: GroupId,
    limit: number,
    after?: GroupMemberId,
  ) => Promise<ScanPage<MembershipRow, GroupMemberId>>
  /** Which of these are in the group directly; costs the same in a group of any size. */
  readonly whichAreIn: (
    connection: ConnectionId,
    id: GroupId,
    members: readonly GroupMemberId[],
  ) => Promise<ReadonlySet<GroupMemberId>>
  /** A deleted or live member, for provisioning: tombstones included until they are purged. */
  readonly memberOrTombstone: (connection: ConnectionId, id: MemberId) => Promise<Member | undefined>
}

/**
 * Each write is one transaction with its due items and its audit entry. A write that changes nothing writes nothing and keeps the version. `before` is
 * read for the request that writes: what stood beside it then is not read once more.
 */
export type DirectoryWrites = {
  readonly createMember: (stamp: Stamp, draft: MemberDraft) => Promise<MemberWrite>
  /** `before` is what the caller read: conditional on its version. A tombstone is restored under its id as a new incarnation. */
  readonly updateMember: (stamp: Stamp, before: Member, draft: MemberDraft) => Promise<MemberWrite>
  readonly deleteMember: (stamp: Stamp, before: Member) => Promise<MemberWrite>
  readonly createGroup: (
    stamp: Stamp,
    draft: GroupDraft,
    members: readonly GroupMemberId[],
  ) => Promise<GroupWrite>
  /** Adds and removes are commutative with other writers; only a `draft` is conditional on the group's own version. */
  readonly changeGroup: (stamp: Stamp, before: Group, change: GroupChange) => Promise<GroupWrite>
  readonly deleteGroup: (stamp: Stamp, before: Group) => Promise<GroupWrite>
}
export type Directory = DirectoryReads & DirectoryWrites

/** The identity provider spoke of somebody without changing anything: put down at most once a day, apart from version and lastModified. */
export type DirectoryMentions = {
  readonly mention: (member: Member, at: Instant) => Promise<void>
}

/** By which request a User or Group came into these groups, of those it still stands in directly; however long ago. */
export type MembershipOrigins = {
  readonly joinedBy: (
    connection: ConnectionId,
    id: GroupMemberId,
    groups: readonly GroupId[],
  ) => Promise<ReadonlyMap<GroupId, Pick<Stamp, 'at' | 'requestId' | 'actor'>>>
}

/** Housekeeping behind the directory: what a dead request left, and rows under tombstones. */
export type DirectoryUpkeep = {
  /** Rolls an intent forward from its checkpoint; idempotent, exactly once per chunk. Resolves to those it touched. */
  readonly rollForward: (
    connection: ConnectionId,
    group: GroupId,
    intent: string,
  ) => Promise<readonly GroupMember[]>
  /** Deletes rows under a tombstone, resuming where it stopped; true when nothing is left. */
  readonly purge: (
    connection: ConnectionId,
    subject:
      | { readonly kind: 'member'; readonly id: MemberId }
      | { readonly kind: 'group'; readonly id: GroupId },
    limit: number,
  ) => Promise<boolean>
  /** Who stands below a deleted group, so that its deletion reaches them; includes rows under the tombstone. */
  readonly membersUnder: (
    connection: ConnectionId,
    group: GroupId,
    limit: number,
    after?: GroupMemberId,
  ) => Promise<ScanPage<GroupMember, GroupMemberId>>
}
