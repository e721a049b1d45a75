import { createHash } from 'node:crypto'
import type { CommunityId, Instant } from '../core/ids.ts'
import type { Change, ChangeId, Plan } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { HeldChange, Hold } from '../core/verdict.ts'
import type { Person } from './state.ts'

/** SHA-256 over the sorted ids: consent is given to exactly these changes. */
export const digestOf = (changes: readonly ChangeId[]): string =>
  createHash('sha256')
    .update([...changes].sort().join('\n'))
    .digest('hex')

export type Holding =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'save'; readonly hold: Hold; readonly news: boolean }
  | { readonly kind: 'delete'; readonly hold: Hold }

/** Change ids are `kind/…`: of a change a targeted plan could not have made again, nothing is known. */
const subjectOf = (change: Change): Person | undefined => ('subject' in change ? change.subject : undefined)

const stillHeld = (
  existing: Hold | undefined,
  plan: Plan,
  lookedAt: readonly Person[],
  untold: readonly Person[],
  outlasts: (one: HeldChange) => boolean,
): readonly HeldChange[] => {
  if (existing === undefined) return []
  const whole = plan.scope === 'community'
  const named = new Set((whole ? untold : lookedAt).map(personKey))
  return existing.held.filter((one) => {
    const subject = subjectOf(one.change)
    return (subject !== undefined && named.has(personKey(subject))) === whole || outlasts(one)
  })
}

/** What becomes of the community's hold: a whole plan replaces it, a targeted one only speaks for the members it looked at. */
export const nextHold = (input: {
  readonly community: CommunityId
  readonly existing: Hold | undefined
  readonly plan: Plan
  readonly held: readonly HeldChange[]
  readonly lookedAt: readonly Person[]
  /** Of whom a whole plan says nothing. */
  readonly untold?: readonly Person[]
  /** Of which the plan says nothing, whoever it looked at. */
  readonly outlasts?: (one: HeldChange) => boolean
  readonly now: Instant
}): Holding => {
  const { community, existing, plan, now, lookedAt, untold = [], outlasts = () => false } = input
  const before = new Map(existing?.held.map((one) => [one.change.id, one]))
  const merged = new Map(
    stillHeld(existing, plan, lookedAt, untold, outlasts).map((one) => [one.change.id, one]),
  )
  // The reason it was first held for says more than "it is waiting".
  for (const one of input.held)
    merged.set(one.change.id, { ...one, ...before.get(one.change.id), change: one.change })
  const held = [...merged.values()].sort((a, b) => (a.change.id < b.change.id ? -1 : 1))
  if (held.length === 0)
    return existing === undefined ? { kind: 'unchanged' } : { kind: 'delete', hold: existing }
  const digest = digestOf(held.map(({ change }) => change.id))
  if (existing?.digest === digest) return { kind: 'unchanged' }
  const onlyLess = existing !== undefined && held.every(({ change }) => before.has(change.id))
  // Somebody said no to all of these already: fewer of them are no new question.
  if (onlyLess && existing.state === 'rejected')
    return { kind: 'save', hold: { ...existing, digest, held }, news: false }
  return {
    kind: 'save',
    hold: {
      community,
      digest,
      held,
      since: onlyLess ? existing.since : now,
      state: 'waiting',
      version: existing?.version ?? 0,
    },
    news: true,
  }
}
