import type { AccountId, CommunityId, Instant, RoleId } from './ids.ts'
import type { Change, ChangeId } from './plan.ts'

export type RemovalKind = 'departure' | 'revocation'

/** Removals of the rolling window. Each change id counts once, however often it was tried. */
export type RemovalHistory = {
  /** Owned accounts when the window began. */
  readonly ownedAtStart: number
  readonly departures: readonly ChangeId[]
  readonly revocations: readonly ChangeId[]
}

export type HoldReason =
  | {
      readonly kind: 'budget'
      readonly removal: RemovalKind
      readonly limit: number
      /** In the window before this plan. */
      readonly used: number
      readonly wanted: number
    }
  | {
      readonly kind: 'minimumAdmins'
      readonly minimum: number
      readonly remaining: number
      /** Who would be left. */
      readonly accounts: readonly AccountId[]
    }
  /** Somebody who has to stay an administrator would stop being one. */
  | { readonly kind: 'requiredAdmin'; readonly accounts: readonly AccountId[] }
  | { readonly kind: 'protected' }
  | { readonly kind: 'emptyDesired'; readonly owned: number }
  | { readonly kind: 'incompleteSnapshot' }
  | {
      readonly kind: 'roleWidened'
      readonly gains: readonly string[]
      readonly holders: number
      /** With it the role can do what an administrator can, by these permissions. */
      readonly equalsAdmin?: readonly string[]
    }
  /** The same difference was corrected so often that somebody or something else keeps making it. */
  | { readonly kind: 'flapping'; readonly corrections: number; readonly since: Instant }
  /** Someone would lose a role only because the configuration no longer knows it. */
  | { readonly kind: 'roleDropped'; readonly roles: readonly RoleId[] }
  /** Held before, by what is said first, and not decided yet. */
  | { readonly kind: 'awaitingApproval'; readonly first?: HoldReason }
  | { readonly kind: 'rejected' }

export type HeldChange = {
  readonly change: Change
  readonly reason: HoldReason
  /** Held by limits that no longer apply (a push that loosened them): a person decides all the same. */
  readonly untilDecided?: true
}

export type Verdict = {
  /** In plan order. */
  readonly allowed: readonly Change[]
  readonly held: readonly HeldChange[]
  /** Withheld by the community's mode, or until a person decided about what is held (`Safety.whileHeld`); not by a danger of their own. */
  readonly withheld: readonly Change[]
  /** Those of `withheld` that wait for the decision; absent: none. */
  readonly untilDecided?: readonly ChangeId[]
}

/** One per community: the set of changes a verdict refused, waiting for a person. */
export type Hold = {
  readonly community: CommunityId
  /** SHA-256 over the sorted change ids. */
  readonly digest: string
  readonly held: readonly HeldChange[]
  readonly since: Instant
  readonly state: 'waiting' | 'rejected'
  readonly decidedBy?: string
  readonly decidedAt?: Instant
  readonly version: number
}

/** A person's single-use consent to exactly the changes of one digest. */
export type Approval = {
  readonly community: CommunityId
  readonly digest: string
  readonly changes: readonly ChangeId[]
  readonly by: string
  readonly reason: string
  readonly at: Instant
  readonly expiresAt: Instant
}
