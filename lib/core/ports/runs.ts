import type { AuditEntry } from '../audit.ts'
import type { OperatorEvent } from '../events.ts'
import type { CommunityId, ConnectionId, Instant } from '../ids.ts'
import type { Drift, Plan } from '../plan.ts'
import type { Verdict } from '../verdict.ts'
import type { ScanPage } from './directory.ts'
import type { ReadingState } from './platform.ts'

/** What a run leaves behind, and who may run. */

export type StoredPlan = {
  readonly number: number
  readonly at: Instant
  readonly plan: Plan
  readonly verdict: Verdict
}
/** Of a stored plan, without its changes. */
export type PlanHead = {
  readonly number: number
  readonly at: Instant
  readonly configuration: number
  readonly scope: Plan['scope']
  readonly changes: number
  /** Of the changes: those that may be carried out. */
  readonly allowed: number
  readonly held: number
}
/** What became of a person's wish to have a stored plan carried out. */
export type PlanFate = {
  readonly number: number
  readonly at: Instant
  readonly state: 'asked' | 'applied' | 'refused' | 'failed'
  /** Refused: what has moved on, without personal values. */
  readonly why: readonly string[]
  readonly applied: number
  readonly failed: number
}
export type RunStore = {
  readonly savePlan: (plan: Plan, verdict: Verdict, at: Instant) => Promise<number>
  readonly latestPlan: (community: CommunityId) => Promise<StoredPlan | undefined>
  readonly plan: (community: CommunityId, number: number) => Promise<StoredPlan | undefined>
  /** Newest first. */
  readonly plans: (community: CommunityId, limit: number) => Promise<readonly PlanHead[]>
  readonly saveFate: (community: CommunityId, fate: PlanFate) => Promise<void>
  readonly fate: (community: CommunityId, number: number) => Promise<PlanFate | undefined>
}

/** Where the reading of a community's list stopped: one per community, gone when it is finished or too old to go on from. */
export type ReadingStore = {
  readonly reading: (community: CommunityId) => Promise<ReadingState | undefined>
  readonly saveReading: (community: CommunityId, state: ReadingState) => Promise<void>
  readonly dropReading: (community: CommunityId) => Promise<void>
}

/** What the platform showed otherwise than we left it, since when, and how often we corrected it. */
export type DriftRecord = {
  readonly id: string
  readonly drift: Drift
  readonly since: Instant
  /** When people were last told of it. */
  readonly seenAt: Instant
  /** When we set out to correct it, oldest first; the last few. */
  readonly corrections: readonly Instant[]
  /** No longer there; kept while its corrections count. */
  readonly gone?: true
}
/** The latest look at the whole community. */
export type Sight = {
  readonly at: Instant
  /** What it found that is not ours: a digest; absent: nothing. */
  readonly unmanaged?: string
  /** The stored plan that lists it, and when that was stored. */
  readonly plan?: { readonly number: number; readonly at: Instant }
}
export type DriftStore = {
  readonly sight: (community: CommunityId) => Promise<Sight | undefined>
  readonly saveSight: (community: CommunityId, sight: Sight) => Promise<void>
  readonly drift: (community: CommunityId) => Promise<readonly DriftRecord[]>
  readonly saveDrift: (community: CommunityId, records: readonly DriftRecord[]) => Promise<void>
  readonly dropDrift: (community: CommunityId, ids: readonly string[]) => Promise<void>
}

/** Set while a community's records may be older than what was done by them (a restored table): it is treated as `report`. */
export type Quarantine = { readonly community: CommunityId; readonly since: Instant; readonly reason: string }
export type QuarantineStore = {
  readonly quarantine: (community: CommunityId) => Promise<Quarantine | undefined>
  readonly quarantines: () => Promise<readonly Quarantine[]>
  /** Before the community's next run. Resolves to whether it is new. */
  readonly impose: (quarantine: Quarantine) => Promise<boolean>
  readonly release: (community: CommunityId) => Promise<void>
}

/** Tells the store from an older copy of it put in its place. */
export type StoreIdentity = {
  /** The store this one is a copy of; undefined while it is itself. Asked of the service now and then only. */
  readonly copyOf: () => Promise<string | undefined>
  /** What follows from being a copy has been done: this is the store from now on. */
  readonly settle: (copyOf: string) => Promise<void>
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
  readonly about: (subject: AuditSubject, limit: number) => Promise<readonly AuditEntry[]>
  /** The whole trail, newest first, page by page: `next` of a page is the `after` of the one behind it. */
  readonly page: (subject: AuditSubject, reading: AuditReading) => Promise<ScanPage<AuditEntry>>
}
export type AuditSubject =
  | {
      readonly kind: 'member' | 'group' | 'community'
      readonly id: string
      readonly connection?: ConnectionId
    }
  /** Which version was made current when. */
  | { readonly kind: 'configuration' }
export type AuditReading = {
  readonly limit: number
  /** Only what happened up to then. */
  readonly until?: Instant
  readonly after?: string
}

export type Events = { readonly emit: (event: OperatorEvent) => Promise<void> }
