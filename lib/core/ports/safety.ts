import type { CommunityId, Instant } from '../ids.ts'
import type { ChangeId } from '../plan.ts'
import type { Approval, Hold, RemovalHistory, RemovalKind } from '../verdict.ts'

/** What limits removals: counted, held, approved. */

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
