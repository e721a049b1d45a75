import { describeHoldReason } from './describe.ts'
import { unreachable } from './errors.ts'
import type { RoleId } from './ids.ts'
import type { Change, ChangeId, Person, Plan } from './plan.ts'
import { doneIn, type Present } from './plan-done.ts'
import { personKey } from './plan-scene.ts'
import type { HoldReason, Verdict } from './verdict.ts'

type Judged = { readonly plan: Plan; readonly verdict: Verdict }

/** Why a stored plan cannot be carried out as it stands. */
export type Difference = { readonly change: ChangeId } & (
  | { readonly kind: 'notPlanned' }
  | { readonly kind: 'otherwise'; readonly fields: readonly string[] }
  | { readonly kind: 'held'; readonly reason: HoldReason }
  | { readonly kind: 'withheld'; readonly untilDecided?: true }
)
export type Fit =
  | {
      readonly kind: 'applicable'
      /** What is left of the stored changes, as planned now and in today's order. */
      readonly changes: readonly Change[]
      readonly done: readonly ChangeId[]
    }
  | { readonly kind: 'refused'; readonly differences: readonly Difference[] }
  /** Of some of the people nothing can be said yet: another look has to. */
  | { readonly kind: 'unclear' }

/** Why it is done, and how many would notice, may change without another thing being done. */
const circumstances: readonly string[] = ['because', 'holders', 'grant', 'roles']
const rolesIn = (change: Change): readonly string[] => {
  if (change.kind === 'grant') return [change.grant.role]
  return change.kind === 'invite' ? change.roles.map(({ role }) => role).toSorted() : []
}
const fieldsOf = (change: Change): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(change)
      .filter(([name, value]) => value !== undefined && !circumstances.includes(name))
      .map(([name, value]): [string, string] => [name, canonical(value)]),
    ['roles', canonical(rolesIn(change))],
  ])

/** The same whatever the order in which an object's fields were written. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const differing = (stored: Change, fresh: Change): readonly string[] => {
  const [before, now] = [fieldsOf(stored), fieldsOf(fresh)]
  const names = new Set([...before.keys(), ...now.keys()])
  return [...names].filter((name) => before.get(name) !== now.get(name)).toSorted()
}

/** Attempts are counted in our record: where it was just begun or forgotten, the same invitation has another number. */
const counting: readonly string[] = ['id', 'attempt']
const sameInvitation = (stored: Change, fresh: Change): boolean =>
  differing(stored, fresh).every((field) => counting.includes(field))

/** Whatever an id names beside it: what is invited, given or repaired now in the stored change's stead. */
const placeOf = (change: Change): string => {
  if (change.kind === 'invite') return `invite/${personKey(change.subject)}`
  if (change.kind === 'grant') return `grant/${change.subject.account}/${change.grant.role}`
  return change.kind === 'repairRole' ? `repair-role/${change.role.id}` : change.id
}

type Fresh = {
  readonly changes: ReadonlyMap<ChangeId, Change>
  readonly places: ReadonlyMap<string, Change>
  readonly held: ReadonlyMap<ChangeId, HoldReason>
  readonly withheld: ReadonlySet<ChangeId>
  readonly untilDecided: ReadonlySet<ChangeId>
}
const indexed = ({ plan, verdict }: Judged): Fresh => ({
  changes: new Map(plan.changes.map((one) => [one.id, one])),
  places: new Map(plan.changes.map((one) => [placeOf(one), one])),
  held: new Map(verdict.held.map(({ change, reason }) => [change.id, reason])),
  withheld: new Set(verdict.withheld.map(({ id }) => id)),
  untilDecided: new Set(verdict.untilDecided),
})

const counterpart = (fresh: Fresh, stored: Change): Change | undefined => {
  const same = fresh.changes.get(stored.id)
  if (same !== undefined || stored.kind !== 'invite') return same
  const next = fresh.places.get(placeOf(stored))
  return next !== undefined && sameInvitation(stored, next) ? next : undefined
}

/** More power than what was seen matters, unless it is this plan itself that gives it to the role. */
const otherwise = (stored: Change, now: Change, shaped: ReadonlySet<RoleId>): readonly string[] => {
  if (now.id !== stored.id) return []
  const harmless = now.kind === 'grant' && (!now.admin || shaped.has(now.grant.role))
  return differing(stored, now).filter((field) => field !== 'admin' || !harmless)
}

type Found =
  | { readonly kind: 'left'; readonly change: Change }
  | { readonly kind: 'done' | 'unclear' }
  | { readonly kind: 'differs'; readonly difference: Difference }

type Index = {
  readonly fresh: Fresh
  readonly isDone: (change: Change) => boolean
  readonly unseen: ReadonlySet<string>
  /** Roles that the stored plan itself makes or changes. */
  readonly shaped: ReadonlySet<RoleId>
}
const missing = ({ isDone, unseen, fresh }: Index, stored: Change): Found => {
  if (isDone(stored)) return { kind: 'done' }
  if ('subject' in stored && unseen.has(personKey(stored.subject))) return { kind: 'unclear' }
  const change = stored.id
  const instead = fresh.places.get(placeOf(stored))
  const fields =
    instead === undefined ? [] : differing(stored, instead).filter((one) => !counting.includes(one))
  return {
    kind: 'differs',
    difference: fields.length === 0 ? { change, kind: 'notPlanned' } : { change, kind: 'otherwise', fields },
  }
}

const find = (index: Index, stored: Change): Found => {
  const { fresh, shaped } = index
  const differs = (difference: Difference): Found => ({ kind: 'differs', difference })
  const change = stored.id
  const now = counterpart(fresh, stored)
  if (now === undefined) return missing(index, stored)
  const fields = otherwise(stored, now, shaped)
  if (fields.length > 0) return differs({ change, kind: 'otherwise', fields })
  const reason = fresh.held.get(now.id)
  if (reason !== undefined) return differs({ change, kind: 'held', reason })
  if (!fresh.withheld.has(now.id)) return { kind: 'left', change: now }
  return differs({ change, kind: 'withheld', ...(fresh.untilDecided.has(now.id) && { untilDecided: true }) })
}

/**
 * Whether a stored plan's allowed changes may still be carried out, by a plan made and judged now. Each has to be planned and allowed now as it
 * was then, or to be done already. What else is planned by now does not matter, and is not among the changes.
 */
export const fitOf = (
  stored: Judged,
  fresh: Judged,
  present: Present,
  /** Whom the fresh plan says nothing of. */
  unseen: readonly Person[] = [],
): Fit => {
  const { allowed } = stored.verdict
  const index: Index = {
    fresh: indexed(fresh),
    isDone: doneIn(present),
    unseen: new Set(unseen.map(personKey)),
    shaped: new Set(
      allowed.flatMap((one) => (one.kind === 'createRole' || one.kind === 'repairRole' ? [one.role.id] : [])),
    ),
  }
  const found = allowed.map((change) => ({ change, its: find(index, change) }))
  const differences = found.flatMap(({ its }) => (its.kind === 'differs' ? [its.difference] : []))
  if (differences.length > 0) return { kind: 'refused', differences }
  if (found.some(({ its }) => its.kind === 'unclear')) return { kind: 'unclear' }
  const left = new Set(found.flatMap(({ its }) => (its.kind === 'left' ? [its.change.id] : [])))
  return {
    kind: 'applicable',
    changes: fresh.verdict.allowed.filter(({ id }) => left.has(id)),
    done: found.flatMap(({ change, its }) => (its.kind === 'done' ? [change.id] : [])),
  }
}

/** In words, by the change's id and without personal values. */
export const describeDifference = (difference: Difference): string => {
  const { change } = difference
  switch (difference.kind) {
    case 'notPlanned':
      return `${change}: no longer planned, and not done`
    case 'otherwise':
      return `${change}: planned otherwise now (${difference.fields.join(', ')})`
    case 'held':
      return `${change}: held now: ${describeHoldReason(difference.reason)}`
    case 'withheld':
      return `${change}: withheld now ${difference.untilDecided ? 'until what is held is decided' : 'by the mode of the community, or its quarantine'}`
    default:
      return unreachable(difference)
  }
}
