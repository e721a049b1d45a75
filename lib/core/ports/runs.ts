import type { AuditEntry } from '../audit.ts'
import type { OperatorEvent } from '../events.ts'
import type { CommunityId, ConnectionId, Instant } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Verdict } from '../verdict.ts'

/** What a run leaves behind, and who may run. */

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
