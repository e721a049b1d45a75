import type { AccountId, CommunityId, ConnectionId, Instant, MemberId } from '../ids.ts'
import type { Ownership, RoleOwnership } from '../ownership.ts'
import type { Outcome } from '../work.ts'
import type { ScanPage } from './directory.ts'

/** What is ours on the platforms, and how each member stands there. */

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
  /** The record of somebody who departed passes to whom they came back as: one transaction, conditional on both versions. */
  readonly transferOwnership: (
    from: Ownership,
    next: Ownership,
  ) => Promise<{ readonly kind: 'saved'; readonly ownership: Ownership } | { readonly kind: 'stale' }>
  readonly deleteOwnership: (ownership: Ownership) => Promise<void>
  readonly roleOwnerships: (community: CommunityId) => Promise<readonly RoleOwnership[]>
  readonly saveRoleOwnership: (
    next: RoleOwnership,
  ) => Promise<{ readonly kind: 'saved'; readonly ownership: RoleOwnership } | { readonly kind: 'stale' }>
  readonly deleteRoleOwnership: (ownership: RoleOwnership) => Promise<void>
  /** Number of owned accounts of the community, exact. */
  readonly ownedCount: (community: CommunityId) => Promise<number>
  /** The same of every community in which anything was ever owned, configured or not. */
  readonly ownedCounts: () => Promise<
    readonly { readonly community: CommunityId; readonly accounts: number }[]
  >
}

/** It asks something of somebody, or of time. */
export const isOpen = (outcome: Pick<Outcome, 'state'> | undefined): boolean =>
  outcome !== undefined && outcome.state !== 'assigned' && outcome.state !== 'none'

/** When all outcomes of a community were as they should be, and under which configuration. */
export type OutcomesChecked = { readonly configuration: number; readonly at: Instant }
/** Kept beside the outcomes, which stand with each member: a look at everybody needs to read nobody's. */
export type OpenOutcomes = {
  readonly open: readonly Pick<Outcome, 'connection' | 'member' | 'state' | 'detail'>[]
  readonly checked?: OutcomesChecked
}

export type OutcomeStore = {
  /** One that is open is listed, too. */
  readonly saveOutcome: (outcome: Outcome) => Promise<void>
  readonly openOutcomes: (community: CommunityId) => Promise<OpenOutcomes>
  /** Listed no longer; after the outcome that is not open was saved. */
  readonly closeOutcome: (outcome: Outcome) => Promise<void>
  readonly markChecked: (community: CommunityId, checked: OutcomesChecked) => Promise<void>
  readonly outcomesOf: (connection: ConnectionId, member: MemberId) => Promise<readonly Outcome[]>
}
