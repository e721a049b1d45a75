import type { Because } from './assignment.ts'
import type { RoleContents } from './configuration.ts'
import type {
  AccountId,
  CommunityId,
  ConnectionId,
  Instant,
  MemberId,
  PlatformRoleId,
  RoleId,
} from './ids.ts'

export type OwnedGrant = {
  readonly role: RoleId
  readonly platformRole: PlatformRoleId
  readonly because: readonly Because[]
  readonly since: Instant
  /** Written ahead of the platform call and not read back yet: missing on the platform it is no drift. */
  readonly unconfirmed?: true
}

/** The stored link "this account and these grants are ours, for this member". Written before the first platform write. */
export type Ownership = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  /** Absent between the decision to invite and the read-back that shows the account. */
  readonly account?: AccountId
  /** The account under the address before, until it is removed (`PlatformTraits.emailIsIdentity`). */
  readonly former?: AccountId
  /** Folded address the account was made or adopted under. */
  readonly email: string
  readonly origin: 'created' | 'adopted'
  readonly since: Instant
  readonly grants: readonly OwnedGrant[]
  /** Set while the account is disabled *by us*; only such an account is ever enabled again. */
  readonly suspended?: {
    readonly at: Instant
    readonly reason: 'departed' | 'unassigned'
    /** Written ahead of the platform call and not read back yet. */
    readonly unconfirmed?: true
  }
  /** The account was another member's, who departed: the person came back under another id. */
  readonly takenOver?: {
    readonly at: Instant
    readonly from: { readonly connection: ConnectionId; readonly member: MemberId }
  }
  /** When the store last wrote the record: a platform list whose reading began before says nothing of it. */
  readonly touchedAt?: Instant
  readonly invitation?: { readonly sentAt: Instant; readonly attempts: number }
  /** Optimistic lock of the record. */
  readonly version: number
}

/** The accounts a record claims: the one in use, and the one it takes the place of. */
export const accountsOf = ({ account, former }: Ownership): readonly AccountId[] =>
  [account, former].filter((id) => id !== undefined)

/** A list whose reading began before we wrote the record may show what was before, or what came after: a look at everybody says nothing of it. */
export const touchedSince = (
  ownership: Pick<Ownership, 'touchedAt'> | undefined,
  { begunAt }: { readonly begunAt?: Instant },
): boolean => begunAt !== undefined && ownership?.touchedAt !== undefined && ownership.touchedAt > begunAt

/** A role we created, with the contents we last wrote: repairing back to them widens nothing. */
export type RoleOwnership = {
  readonly community: CommunityId
  readonly role: RoleId
  /** Absent between the decision to create and the read-back. */
  readonly platformRole?: PlatformRoleId
  readonly name: string
  readonly applied: RoleContents
  readonly since: Instant
  readonly version: number
}
