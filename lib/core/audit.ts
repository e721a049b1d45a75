import type {
  AccountId,
  CommunityId,
  ConnectionId,
  GroupId,
  GroupMemberId,
  Instant,
  MemberId,
  RoleId,
} from './ids.ts'
import type { ChangeId } from './plan.ts'

/** Who did it. Ids and labels only, never a token or a name. */
export type Actor =
  | { readonly kind: 'credential'; readonly label: string }
  | { readonly kind: 'system'; readonly part: 'dispatch' | 'provision' | 'reconcile' | 'sweep' }
  | { readonly kind: 'operator'; readonly label: string }
  /** An assertion the identity provider signed, or its hook: `saml`, `okta`. */
  | { readonly kind: 'login'; readonly by: 'saml' | 'okta' }

/** Stamp of one accepted request, handed through to every item it writes. */
export type Stamp = {
  readonly connection: ConnectionId
  readonly actor: Actor
  readonly requestId: string
  readonly at: Instant
}

/** Append-only. Personal values stand as salted commitments made by the store, so that erasing the salt erases them. */
export type AuditEntry = {
  readonly at: Instant
  readonly requestId: string
  readonly actor: Actor
  readonly connection?: ConnectionId
  readonly event: AuditEvent
}

export type AuditEvent =
  | {
      readonly kind: 'memberCreated' | 'memberUpdated' | 'memberRestored' | 'memberDeleted'
      readonly member: MemberId
      readonly changed: readonly string[]
      readonly active: boolean
    }
  | {
      readonly kind: 'groupCreated' | 'groupUpdated' | 'groupDeleted'
      readonly group: GroupId
      readonly changed: readonly string[]
      /** As rules may match it from then on; of a deleted one, as it was. A group is no person: its names are kept as they are. */
      readonly named?: { readonly displayName: string; readonly externalId?: string }
    }
  | {
      readonly kind: 'membersChanged'
      readonly group: GroupId
      readonly added: readonly GroupMemberId[]
      readonly removed: readonly GroupMemberId[]
      readonly intent?: string
    }
  /** The member's side of `membersChanged`: what explains their access in the past is found with them. */
  | { readonly kind: 'groupJoined' | 'groupLeft'; readonly member: MemberId; readonly group: GroupId }
  /** The same of a group that stands in another or does so no longer; found with the inner one. */
  | { readonly kind: 'groupNested' | 'groupUnnested'; readonly group: GroupId; readonly into: GroupId }
  /** Written before the platform is called: no change is ever without an entry, however the run ends. */
  | {
      readonly kind: 'changeIntended'
      readonly community: CommunityId
      readonly change: ChangeId
      readonly member?: MemberId
      readonly account?: AccountId
      readonly because: readonly string[]
    }
  | {
      readonly kind: 'changeApplied' | 'changeFailed'
      readonly community: CommunityId
      readonly change: ChangeId
      readonly member?: MemberId
      readonly account?: AccountId
      readonly rolesBefore: readonly RoleId[]
      readonly rolesAfter: readonly RoleId[]
      /** The account is suspended by us after it; absent: it is not. */
      readonly suspended?: 'departed' | 'unassigned'
      readonly because: readonly string[]
      readonly error?: string
    }
  | {
      readonly kind: 'held' | 'approved' | 'rejected'
      readonly community: CommunityId
      readonly digest: string
      readonly changes: number
      readonly reason?: string
    }
  /** A person wants a stored plan carried out. */
  | {
      readonly kind: 'planAsked'
      readonly community: CommunityId
      readonly number: number
      readonly changes: number
      readonly reason: string
    }
  /** A person decided that an account made by hand is this member's and ours from now on, with these of its roles. */
  | {
      readonly kind: 'accountAdopted'
      readonly community: CommunityId
      readonly member: MemberId
      readonly account: AccountId
      readonly roles: readonly RoleId[]
      readonly reason: string
    }
  /** The account passed from a member who departed to whom they came back as. */
  | {
      readonly kind: 'accountTakenOver'
      readonly community: CommunityId
      readonly member: MemberId
      readonly account: AccountId
      readonly from: { readonly connection: ConnectionId; readonly member: MemberId }
      /** What passed along: kept or taken by the rules from then on. */
      readonly roles: readonly RoleId[]
      /** A person decided so; absent: the community's rules of adoption did. */
      readonly reason?: string
    }
  /** Nothing is written on the platform until a person releases the community. */
  | {
      readonly kind: 'quarantined' | 'released'
      readonly community: CommunityId
      readonly reason: string
    }
  /** A login was accepted and changed what is kept of the member's logins. */
  | {
      readonly kind: 'loginShown'
      readonly member: MemberId
      /** This login linked the identity to the member. */
      readonly linked?: true
      readonly groups: 'present' | 'absent' | 'overflow'
      /** Of those that count from then on: the ones a rule could match. */
      readonly concerning: readonly string[]
      /** How many groups count from then on. */
      readonly shown: number
      /** Names of the attributes that came, went or changed, of those that count; never their values. */
      readonly attributes: readonly string[]
    }
  /** Under the member, where the message was genuine so far that they are known. */
  | { readonly kind: 'loginRefused'; readonly code: string; readonly member?: MemberId }
  | { readonly kind: 'identityUnlinked'; readonly member: MemberId; readonly reason: string }
  | {
      readonly kind: 'certificateTrusted' | 'certificateGone' | 'certificateRevoked'
      /** SHA-256 of the certificate, hex. */
      readonly fingerprint: string
      readonly reason?: string
    }
  | { readonly kind: 'configurationPushed' | 'configurationRolledBack'; readonly number: number }
  | {
      readonly kind: 'credentialCreated' | 'credentialRevoked'
      readonly credential: string
      readonly label: string
    }
