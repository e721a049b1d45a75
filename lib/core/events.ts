import type { AccountId, CommunityId, ConnectionId, Instant, MemberId } from './ids.ts'
import type { Person } from './plan.ts'

type At = { readonly at: Instant }
type OfCertificate = At & { readonly connection: ConnectionId; readonly fingerprint: string }
type InCommunity = At & { readonly community: CommunityId }

/**
 * What operators are told: ids, counts and codes, never a name or an address. Who decided, and why, stands in the audit trail. Documented in
 * docs/events.md.
 */
export type OperatorEvent =
  | (InCommunity & {
      readonly type: 'plan.held'
      readonly digest: string
      readonly changes: number
      readonly reasons: readonly string[]
    })
  | (InCommunity & {
      readonly type: 'hold.decided'
      readonly digest: string
      readonly decision: 'approved' | 'rejected'
      readonly changes: number
    })
  | (InCommunity & {
      readonly type: 'change.applied'
      readonly change: string
      /** Of `Change`. */
      readonly kind: string
      readonly person?: Person
      readonly account?: AccountId
      readonly rolesBefore: readonly string[]
      readonly rolesAfter: readonly string[]
    })
  | (InCommunity & { readonly type: 'change.failed'; readonly change: string; readonly code: string })
  /** A run ended by a fault that is not the platform's; the sweep starts the next. */
  | (InCommunity & { readonly type: 'run.failed'; readonly code: string })
  /** The platform will refuse us from then on: make a new key in time. */
  | (InCommunity & { readonly type: 'credential.expiring'; readonly expiresAt: Instant })
  /** Somebody whose access here was taken can still get into communities below. */
  | (InCommunity & {
      readonly type: 'access.remains'
      readonly change: string
      readonly communities: readonly string[]
    })
  | (InCommunity & { readonly type: 'drift.found'; readonly count: number })
  /** The same difference comes back however often it is corrected: the correction stopped. */
  | (InCommunity & {
      readonly type: 'drift.flapping'
      readonly change: string
      readonly corrections: number
    })
  /** People left, and their access is still there longer than it may be. */
  | (InCommunity & { readonly type: 'departure.overdue'; readonly count: number; readonly since: Instant })
  | (InCommunity & { readonly type: 'problem.found'; readonly kind: string; readonly count: number })
  /** The records are older than what was done by them: nothing is written here until a person releases the community. */
  | (InCommunity & { readonly type: 'community.quarantined'; readonly cause: 'restored' | 'byHand' })
  | (InCommunity & { readonly type: 'community.released' })
  /** Members of whom the identity provider has said nothing for longer than the configuration finds usual. */
  | (At & {
      readonly type: 'members.unmentioned'
      readonly connection: ConnectionId
      readonly count: number
      readonly examples: readonly MemberId[]
    })
  /** What an identity provider signs its assertions with has changed: nobody but its own people should have done that. */
  | (OfCertificate & { readonly type: 'certificate.trusted' })
  /** Trusted until then, and no longer. */
  | (OfCertificate & { readonly type: 'certificate.gone'; readonly until: Instant })
  | (OfCertificate & { readonly type: 'certificate.revoked' })
  /** The identity provider's metadata cannot be read or may not be believed; what was trusted before stays so. */
  | (At & { readonly type: 'metadata.failed'; readonly connection: ConnectionId; readonly code: string })
export type EventType = OperatorEvent['type']

const types: Readonly<Record<EventType, true>> = {
  'plan.held': true,
  'hold.decided': true,
  'change.applied': true,
  'change.failed': true,
  'run.failed': true,
  'credential.expiring': true,
  'access.remains': true,
  'drift.found': true,
  'drift.flapping': true,
  'departure.overdue': true,
  'problem.found': true,
  'community.quarantined': true,
  'community.released': true,
  'members.unmentioned': true,
  'certificate.trusted': true,
  'certificate.gone': true,
  'certificate.revoked': true,
  'metadata.failed': true,
}
export const eventTypes = Object.keys(types) as readonly EventType[]
