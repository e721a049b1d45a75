import type { AuditEntry, AuditEvent } from './audit.ts'
import type { Instant } from './ids.ts'
import type { Member } from './member.ts'
import type { Life } from './past-memberships.ts'
import { touches } from './provenance.ts'

/** Was the member there at a moment, and active? */
export type PastStanding =
  | { readonly kind: 'active' | 'inactive'; readonly since?: Instant }
  | { readonly kind: 'deleted'; readonly since?: Instant }
  | { readonly kind: 'notYet'; readonly created?: Instant }
  | { readonly kind: 'unknown' }

type OwnEvent = Extract<AuditEvent, { readonly active: boolean }>
type OwnEntry = { readonly at: Instant; readonly event: OwnEvent }

const own = (trail: readonly AuditEntry[]): readonly OwnEntry[] =>
  trail.flatMap(({ at, event }): OwnEntry[] => {
    switch (event.kind) {
      case 'memberCreated':
      case 'memberUpdated':
      case 'memberRestored':
      case 'memberDeleted':
        return [{ at, event }]
      default:
        return []
    }
  })

type Kind = 'active' | 'inactive' | 'deleted'
const kindAfter = ({ event }: OwnEntry): Kind => {
  if (event.kind === 'memberDeleted') return 'deleted'
  return event.active ? 'active' : 'inactive'
}

/** How it was before the earliest entry that is kept, as far as that says so. */
const kindBefore = ({ event }: OwnEntry): Kind | 'notYet' => {
  if (event.kind === 'memberCreated') return 'notYet'
  if (event.kind === 'memberRestored' && event.changed.length > 0 && !event.changed.includes('active'))
    return 'deleted'
  const was = event.changed.includes('active') ? !event.active : event.active
  return was ? 'active' : 'inactive'
}

const kindNow = (member: Member, at: Instant): PastStanding => {
  if (member.created > at) return { kind: 'notYet', created: member.created }
  if (member.deletedAt !== undefined && member.deletedAt <= at)
    return { kind: 'deleted', since: member.deletedAt }
  const { inactiveSince } = member
  if (inactiveSince !== undefined && inactiveSince <= at) return { kind: 'inactive', since: inactiveSince }
  return member.active || inactiveSince !== undefined ? { kind: 'active' } : { kind: 'unknown' }
}

/** From what was noted, newest first; beyond the trail from what is known now. */
export const standingAt = (
  trail: readonly AuditEntry[],
  at: Instant,
  now: Member | undefined,
): PastStanding => {
  const entries = own(trail)
  const before = entries.filter((one) => one.at <= at)
  const [last] = before
  if (last !== undefined) {
    const kind = kindAfter(last)
    const others = before.findIndex((one) => kindAfter(one) !== kind)
    const same = others < 0 ? before : before.slice(0, others)
    const first = same.at(-1)
    // Where the trail begins in the middle of it, nobody knows since when.
    const known =
      others >= 0 || first?.event.kind === 'memberCreated' || first?.event.changed.includes('active')
    return { kind, ...(known && first !== undefined ? { since: first.at } : {}) }
  }
  const next = entries.at(-1)
  if (next === undefined) return now === undefined ? { kind: 'unknown' } : kindNow(now, at)
  const kind = kindBefore(next)
  return kind === 'notYet' ? { kind, created: next.at } : { kind }
}

/** The life led at a moment: from being made or restored, to being deleted or restored again. */
export const lifeAt = (trail: readonly AuditEntry[], at: Instant): Life => {
  const entries = own(trail)
  const begins = ({ event }: OwnEntry): boolean =>
    event.kind === 'memberCreated' || event.kind === 'memberRestored'
  return {
    from: entries.find((one) => one.at <= at && begins(one))?.at,
    until: entries.findLast((one) => one.at > at && (begins(one) || one.event.kind === 'memberDeleted'))?.at,
  }
}

/** The value of an attribute is known for a moment if nothing has touched it since: then it is today's. */
export const attributeKnownAt = (
  trail: readonly AuditEntry[],
  at: Instant,
  now: Member | undefined,
): ((path: string) => boolean) => {
  const later = own(trail).filter((one) => one.at > at)
  return (path) => now !== undefined && !later.some(({ event }) => touches(event.changed, path))
}
