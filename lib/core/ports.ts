/**
 * What the rooms need of each other. Protocols (`scim`, `provisioning`) see these types only; `store` and `platforms` implement them;
 * `functions` and `cli` wire them. Every read is strongly consistent unless its comment says otherwise. Every method throws `ConnectorError`
 * with a `store…` or `platform…` code when the thing below fails: a fault is never an empty answer.
 */
import type { AuditEntry, Stamp } from './audit.ts'
import type { Community, Configuration } from './configuration.ts'
import type { OperatorEvent } from './events.ts'
import type { AccountId, CommunityId, ConnectionId, GroupId, Instant, MemberId } from './ids.ts'
import type { Attributes, Group, GroupReference, Member } from './member.ts'
import type { Ownership, RoleOwnership } from './ownership.ts'
import type { Change, ChangeId, Plan } from './plan.ts'
import type { Account, PlatformRole, PlatformTraits, Snapshot } from './snapshot.ts'
import type { Approval, Hold, RemovalHistory, RemovalKind, Verdict } from './verdict.ts'
import type { Due, DueSubject, Outcome, Priority, Work, WorkSubject } from './work.ts'

export type Clock = { readonly now: () => Instant; readonly sleep: (seconds: number) => Promise<void> }
export type Ids = {
  /** Random UUID version 4: never guessable, never containing "bulkId". */
  readonly uuid: () => string
  /** Unique and sorting by time (ULID). */
  readonly ordered: () => string
}

// ---- directory -------------------------------------------------------------------------------------------------------------------------

export type MemberDraft = {
  readonly userName: string
  readonly externalId?: string
  readonly active: boolean
  readonly attributes: Attributes
}
export type GroupDraft = {
  readonly displayName: string
  readonly externalId?: string
  readonly attributes: Attributes
}

export type MemberLookup = { readonly by: 'userName' | 'externalId' | 'email'; readonly value: string }
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
  | { readonly kind: 'written'; readonly group: Group; readonly added: number; readonly removed: number }
  | { readonly kind: 'taken'; readonly attribute: 'externalId'; readonly by: Group }
  | { readonly kind: 'stale' }
  /** These ids are no members of the connection; nothing was written. */
  | { readonly kind: 'unknownMembers'; readonly ids: readonly string[] }

export type MembershipDelta =
  | { readonly kind: 'delta'; readonly add: readonly MemberId[]; readonly remove: readonly MemberId[] }
  /** The whole list as an IdP sends it by PUT or replace: stored as the difference. */
  | { readonly kind: 'replace'; readonly members: readonly MemberId[] }

export type GroupChange = {
  /** New own attributes; absent: untouched, and the group's own item is not written. */
  readonly draft?: GroupDraft
  readonly members?: MembershipDelta
}

export type DirectoryReads = {
  readonly member: (connection: ConnectionId, id: MemberId) => Promise<Member | undefined>
  readonly members: (connection: ConnectionId, ids: readonly MemberId[]) => Promise<readonly Member[]>
  readonly findMembers: (connection: ConnectionId, lookup: MemberLookup) => Promise<readonly Member[]>
  readonly listMembers: (
    connection: ConnectionId,
    startIndex: number,
    count: number,
  ) => Promise<ListPage<Member>>
  /** Live members only. */
  readonly scanMembers: (connection: ConnectionId, limit: number, after?: string) => Promise<ScanPage<Member>>
  /** The groups a member is in: memberships of an earlier incarnation and of deleted groups are left out. */
  readonly groupsOf: (connection: ConnectionId, id: MemberId) => Promise<readonly GroupReference[]>
  readonly group: (connection: ConnectionId, id: GroupId) => Promise<Group | undefined>
  readonly findGroups: (connection: ConnectionId, lookup: GroupLookup) => Promise<readonly Group[]>
  readonly listGroups: (
    connection: ConnectionId,
    startIndex: number,
    count: number,
  ) => Promise<ListPage<Group>>
  readonly scanGroups: (connection: ConnectionId, limit: number, after?: string) => Promise<ScanPage<Group>>
  /** Ids of live members, in id order. */
  readonly membersOf: (
    connection: ConnectionId,
    id: GroupId,
    limit: number,
    after?: MemberId,
  ) => Promise<ScanPage<MemberId, MemberId>>
  /** Which of these are in the group; costs the same in a group of any size. */
  readonly whichAreIn: (
    connection: ConnectionId,
    id: GroupId,
    members: readonly MemberId[],
  ) => Promise<ReadonlySet<MemberId>>
  /** A deleted or live member, for provisioning: tombstones included until they are purged. */
  readonly memberOrTombstone: (connection: ConnectionId, id: MemberId) => Promise<Member | undefined>
}

/** Each write is one transaction with its due items and its audit entry. A write that changes nothing writes nothing and keeps the version. */
export type DirectoryWrites = {
  readonly createMember: (stamp: Stamp, draft: MemberDraft) => Promise<MemberWrite>
  /** `before` is what the caller read: conditional on its version. A tombstone is restored under its id as a new incarnation. */
  readonly updateMember: (stamp: Stamp, before: Member, draft: MemberDraft) => Promise<MemberWrite>
  readonly deleteMember: (stamp: Stamp, before: Member) => Promise<MemberWrite>
  readonly createGroup: (stamp: Stamp, draft: GroupDraft, members: readonly MemberId[]) => Promise<GroupWrite>
  /** Adds and removes are commutative with other writers; only a `draft` is conditional on the group's own version. */
  readonly changeGroup: (stamp: Stamp, before: Group, change: GroupChange) => Promise<GroupWrite>
  readonly deleteGroup: (stamp: Stamp, before: Group) => Promise<GroupWrite>
}
export type Directory = DirectoryReads & DirectoryWrites

/** Housekeeping behind the directory: what a dead request left, and rows under tombstones. */
export type DirectoryUpkeep = {
  /** Rolls an intent forward from its checkpoint; idempotent, exactly once per chunk. Resolves to the ids it touched. */
  readonly rollForward: (
    connection: ConnectionId,
    group: GroupId,
    intent: string,
  ) => Promise<readonly MemberId[]>
  /** Deletes rows under a tombstone, resuming where it stopped; true when nothing is left. */
  readonly purge: (
    connection: ConnectionId,
    subject:
      | { readonly kind: 'member'; readonly id: MemberId }
      | { readonly kind: 'group'; readonly id: GroupId },
    limit: number,
  ) => Promise<boolean>
  /** Members below a deleted group, so that its deletion reaches them; includes rows under the tombstone. */
  readonly membersUnder: (
    connection: ConnectionId,
    group: GroupId,
    limit: number,
    after?: MemberId,
  ) => Promise<ScanPage<MemberId, MemberId>>
}

// ---- due and work ----------------------------------------------------------------------------------------------------------------------

export type WorkDraft = {
  readonly community: CommunityId
  readonly priority: Priority
  readonly subject: WorkSubject
  readonly since: Instant
}

export type WorkQueue = {
  /** Due items older than `before`, oldest first: what the stream did not deliver. */
  readonly dueBefore: (before: Instant, limit: number) => Promise<readonly Due[]>
  readonly finishDue: (due: readonly Due[]) => Promise<void>
  /** In one transaction: the seen item goes, a new one (new position, same `at`) for what is left of it comes. */
  readonly replaceDue: (seen: Due, rest: DueSubject) => Promise<void>
  /** One item per (community, subject, priority): adding it again gives it a new token and makes it takeable at once. */
  readonly add: (work: readonly WorkDraft[]) => Promise<readonly Work[]>
  /** In priority order, takeable at `now`; costs O(limit) however much is queued. Taking does not remove. */
  readonly take: (community: CommunityId, now: Instant, limit: number) => Promise<readonly Work[]>
  /** Deletes exactly the versions seen (by token). */
  readonly finish: (work: readonly Work[]) => Promise<void>
  /** Back-off: same work, later; nothing when it was added again meanwhile. */
  readonly defer: (work: Work, notBefore: Instant) => Promise<void>
  /** Communities that have work takeable at `now`. */
  readonly waiting: (now: Instant) => Promise<readonly CommunityId[]>
}

/** Payload-free: a lost or doubled wake-up costs a sweep, never a change. */
export type WakeUps = { readonly wake: (community: CommunityId, deduplication: string) => Promise<void> }

// ---- ownership and results -------------------------------------------------------------------------------------------------------------

export type OwnershipStore = {
  readonly ownership: (
    community: CommunityId,
    connection: ConnectionId,
    member: MemberId,
  ) => Promise<Ownership | undefined>
  readonly ownershipOfAccount: (community: CommunityId, account: AccountId) => Promise<Ownership | undefined>
  /** Every community in which this member owns something. */
  readonly ownershipsOf: (connection: ConnectionId, member: MemberId) => Promise<readonly Ownership[]>
  readonly ownerships: (community: CommunityId, limit: number, after?: string) => Promise<ScanPage<Ownership>>
  /** Conditional on `version` (0: must not exist) and on the account being owned by nobody else. `conflict` names the other owner. */
  readonly saveOwnership: (
    next: Ownership,
  ) => Promise<
    | { readonly kind: 'saved'; readonly ownership: Ownership }
    | { readonly kind: 'stale' }
    | { readonly kind: 'conflict'; readonly owner: Ownership }
  >
  readonly deleteOwnership: (ownership: Ownership) => Promise<void>
  readonly roleOwnerships: (community: CommunityId) => Promise<readonly RoleOwnership[]>
  readonly saveRoleOwnership: (
    next: RoleOwnership,
  ) => Promise<{ readonly kind: 'saved'; readonly ownership: RoleOwnership } | { readonly kind: 'stale' }>
  /** Number of owned accounts of the community, exact. */
  readonly ownedCount: (community: CommunityId) => Promise<number>
}

export type OutcomeStore = {
  readonly saveOutcome: (outcome: Outcome) => Promise<void>
  readonly outcomesOf: (connection: ConnectionId, member: MemberId) => Promise<readonly Outcome[]>
}

export type SafetyStore = {
  readonly history: (community: CommunityId, window: number, now: Instant) => Promise<RemovalHistory>
  /** Written before the removals are carried out; a change id counts once per window. */
  readonly recordRemovals: (
    community: CommunityId,
    at: Instant,
    removals: readonly { readonly kind: RemovalKind; readonly change: ChangeId }[],
  ) => Promise<void>
  readonly hold: (community: CommunityId) => Promise<Hold | undefined>
  readonly holds: () => Promise<readonly Hold[]>
  readonly saveHold: (hold: Hold) => Promise<'saved' | 'stale'>
  readonly deleteHold: (hold: Hold) => Promise<void>
  /** Puts the approval and removes the hold in one transaction; `stale` when the digest is no longer the held one. */
  readonly approve: (approval: Approval) => Promise<'approved' | 'stale'>
  /** Unexpired approvals of the community. */
  readonly approvals: (community: CommunityId, now: Instant) => Promise<readonly Approval[]>
  /** Marks these changes of the approval as used; single use. */
  readonly useApproval: (approval: Approval, changes: readonly ChangeId[]) => Promise<void>
}

export type StoredPlan = {
  readonly number: number
  readonly at: Instant
  readonly plan: Plan
  readonly verdict: Verdict
}
export type RunStore = {
  readonly savePlan: (plan: Plan, verdict: Verdict, at: Instant) => Promise<number>
  readonly latestPlan: (community: CommunityId) => Promise<StoredPlan | undefined>
  readonly plan: (community: CommunityId, number: number) => Promise<StoredPlan | undefined>
}

export type Lease = { readonly community: CommunityId; readonly fence: number; readonly until: Instant }
export type Leases = {
  /** Undefined when another worker holds it. `fence` rises with every new holder. */
  readonly acquire: (community: CommunityId, seconds: number) => Promise<Lease | undefined>
  /** Throws `leaseLost` when somebody else took it. */
  readonly renew: (lease: Lease, seconds: number) => Promise<Lease>
  readonly release: (lease: Lease) => Promise<void>
}

export type AuditLog = {
  readonly append: (entries: readonly AuditEntry[]) => Promise<void>
  /** Entries about a member, group or community, newest first. */
  readonly about: (
    subject: {
      readonly kind: 'member' | 'group' | 'community'
      readonly id: string
      readonly connection?: ConnectionId
    },
    limit: number,
  ) => Promise<readonly AuditEntry[]>
}

export type Events = { readonly emit: (event: OperatorEvent) => Promise<void> }

// ---- configuration and credentials -----------------------------------------------------------------------------------------------------

export type ConfigurationVersion = {
  readonly number: number
  readonly at: Instant
  readonly by: string
  readonly note: string
  readonly current: boolean
}
export type ConfigurationStore = {
  /** The current version's source text, undefined before the first push. */
  readonly current: () => Promise<{ readonly number: number; readonly text: string } | undefined>
  readonly version: (number: number) => Promise<string | undefined>
  readonly history: () => Promise<readonly ConfigurationVersion[]>
  /** Conditional on `basedOn` still being current (0: none). */
  readonly push: (
    text: string,
    basedOn: number,
    by: string,
    note: string,
  ) => Promise<
    | { readonly kind: 'stored'; readonly number: number }
    | { readonly kind: 'stale'; readonly current: number }
  >
  readonly makeCurrent: (number: number, by: string) => Promise<'done' | 'unknown'>
}
/** The parsed current configuration through a cached pointer; throws `configurationMissing` before the first push. */
export type CurrentConfiguration = () => Promise<Configuration>

export type Scope = 'scim' | 'hooks' | 'admin'
export type Credential = {
  readonly connection: ConnectionId
  readonly id: string
  /** SHA-256 of the secret part, hex. */
  readonly hash: string
  readonly scope: Scope
  readonly label: string
  readonly createdAt: Instant
  readonly createdBy: string
  readonly expiresAt?: Instant
  readonly revokedAt?: Instant
  /** YYYY-MM-DD. */
  readonly lastUsed?: string
}
export type CredentialStore = {
  readonly credential: (connection: ConnectionId, id: string) => Promise<Credential | undefined>
  readonly credentials: (connection: ConnectionId) => Promise<readonly Credential[]>
  readonly saveCredential: (credential: Credential) => Promise<void>
  /** To the day: writes at most once a day per credential. */
  readonly markUsed: (credential: Credential, day: string) => Promise<void>
}

// ---- platforms -------------------------------------------------------------------------------------------------------------------------

/** What a change did, as read back from the platform. */
export type Applied =
  | { readonly kind: 'role'; readonly role: PlatformRole }
  | { readonly kind: 'account'; readonly account: Account }
  /** Removed, or nothing to do on the platform. */
  | { readonly kind: 'gone' }

/**
 * One community on its platform. The adapter neither knows where wishes come from nor works out a difference. Each method reads back what it
 * wrote and throws `platformDisagrees` when the platform shows otherwise.
 */
export type Platform = {
  readonly traits: PlatformTraits
  /** The whole community. An account list that is not certainly whole throws `platformUnreadable`. */
  readonly snapshot: () => Promise<Snapshot>
  /** Just these accounts (a vanished one is absent), and the roles. */
  readonly accounts: (ids: readonly AccountId[]) => Promise<Snapshot>
  /** `roles`: the platform's role ids by the configuration's role id, as known after the changes before this one. */
  readonly apply: (change: Change, roles: ReadonlyMap<string, PlatformRole>) => Promise<Applied>
  /** For the configuration check: live names, sorted. */
  readonly catalogue: () => Promise<{
    readonly roles: readonly PlatformRole[]
    readonly permissions: readonly string[]
    readonly restrictedPermissions: readonly string[]
    readonly intakes: readonly { readonly id: string; readonly name: string }[]
  }>
}
export type Platforms = {
  readonly traits: (community: Community) => PlatformTraits
  /** Opens the community with its credentials; cached by the implementation. */
  readonly open: (community: Community) => Promise<Platform>
}

/** Permits for platform calls, leased from the table in small chunks and shared by all workers behind one egress address. */
export type Pace = {
  /** Waits until a call to this base URL is allowed. Throws `outOfTime` when that would be after `deadline`. */
  readonly permit: (baseUrl: string, perSecond: number, deadline: Instant) => Promise<void>
  /** A platform asked for a pause: nobody behind this egress calls before. */
  readonly pause: (baseUrl: string, until: Instant) => Promise<void>
}
