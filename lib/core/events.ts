import type { CommunityId, Instant } from './ids.ts'

/** What operators are told; the adapter of the port decides how (log line locally, EventBridge later). */
export type OperatorEvent =
  | {
      readonly type: 'plan.held'
      readonly community: CommunityId
      readonly at: Instant
      readonly digest: string
      readonly changes: number
      readonly reasons: readonly string[]
    }
  | {
      readonly type: 'change.failed'
      readonly community: CommunityId
      readonly at: Instant
      readonly change: string
      readonly code: string
    }
  /** A run ended by a fault that is not the platform's; the sweep starts the next. */
  | {
      readonly type: 'run.failed'
      readonly community: CommunityId
      readonly at: Instant
      readonly code: string
    }
  | {
      readonly type: 'drift.found'
      readonly community: CommunityId
      readonly at: Instant
      readonly count: number
    }
  | {
      readonly type: 'problem.found'
      readonly community: CommunityId
      readonly at: Instant
      readonly kind: string
      readonly count: number
    }
