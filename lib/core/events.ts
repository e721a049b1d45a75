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
  /** The platform will refuse us from then on: make a new key in time. */
  | {
      readonly type: 'credentials.expiring'
      readonly community: CommunityId
      readonly at: Instant
      readonly expiresAt: Instant
    }
  /** Somebody whose access here was taken can still get into communities below. */
  | {
      readonly type: 'access.remains'
      readonly community: CommunityId
      readonly at: Instant
      readonly change: string
      readonly communities: readonly string[]
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
