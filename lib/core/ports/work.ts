import type { CommunityId, Instant } from '../ids.ts'
import type { Due, DueSubject, Priority, Work, WorkSubject } from '../work.ts'

/** From "this changed" to "this member must be looked at". */

export type WorkDraft = {
  readonly community: CommunityId
  readonly priority: Priority
  readonly subject: WorkSubject
  readonly since: Instant
}

export type WorkQueue = {
  /** Due items older than `before`, oldest first, behind the position `after`: what the stream did not deliver. */
  readonly dueBefore: (before: Instant, limit: number, after?: string) => Promise<readonly Due[]>
  readonly finishDue: (due: readonly Due[]) => Promise<void>
  /** In one transaction: the seen item goes, a new one (new position, same `at`) for what is left of it comes. */
  readonly replaceDue: (seen: Due, rest: DueSubject) => Promise<void>
  /** More to look at because of the seen item, with its `at`; written before that one is finished: twice is harmless, never is not. */
  readonly addDue: (seen: Due, subjects: readonly DueSubject[]) => Promise<void>
  /** One item per (community, subject, priority): adding it again gives it a new token and makes it takeable at once. */
  readonly add: (work: readonly WorkDraft[]) => Promise<readonly Work[]>
  /** In priority order, takeable at `now`; costs O(limit) however much is queued. Taking does not remove. */
  readonly take: (community: CommunityId, now: Instant, limit: number) => Promise<readonly Work[]>
  /** Deletes exactly the versions seen (by token). */
  readonly finish: (work: readonly Work[]) => Promise<void>
  /** Back-off: same work, later; nothing when it was added again meanwhile. Resolves to the work as it stands then. */
  readonly defer: (work: Work, notBefore: Instant) => Promise<Work | undefined>
  /** Is there work takeable at `now` that comes before `priority`? One small query: asked often, by a worker that is at something long. */
  readonly moreUrgent: (community: CommunityId, priority: Priority, now: Instant) => Promise<boolean>
  /** Takeable or not, accepted before `before`, of this priority, oldest first by acceptance; at most `limit` rows are looked at. */
  readonly overdue: (
    community: CommunityId,
    priority: Priority,
    before: Instant,
    limit: number,
  ) => Promise<readonly Work[]>
  /** Communities that have work takeable at `now`. */
  readonly waiting: (now: Instant) => Promise<readonly CommunityId[]>
}

/** Payload-free: a lost or doubled wake-up costs a sweep, never a change. */
export type WakeUps = { readonly wake: (community: CommunityId, deduplication: string) => Promise<void> }
