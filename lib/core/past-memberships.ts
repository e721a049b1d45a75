import type { AuditEntry } from './audit.ts'
import type { GroupId, Instant } from './ids.ts'
import type { GroupReference } from './member.ts'
import type { Provenance } from './provenance.ts'

/** Who stood where at a moment, from the trails, newest first; what they no longer reach back to is taken from what there is now. */

export type Stood = { readonly group: GroupId; readonly from?: Provenance }

type Move = { readonly group: GroupId; readonly into: boolean; readonly entry: AuditEntry }

const movesIn = (trail: readonly AuditEntry[]): readonly Move[] =>
  trail.flatMap((entry): Move[] => {
    const { event } = entry
    switch (event.kind) {
      case 'groupJoined':
      case 'groupLeft':
        return [{ group: event.group, into: event.kind === 'groupJoined', entry }]
      case 'groupNested':
      case 'groupUnnested':
        return [{ group: event.into, into: event.kind === 'groupNested', entry }]
      default:
        return []
    }
  })

export type Life = {
  /** Memberships of an earlier life ended with it. */
  readonly from: Instant | undefined
  /** The end of the life led at the moment, where that is past. */
  readonly until: Instant | undefined
}

const stoodIn = (moves: readonly Move[], at: Instant, life: Life, now: boolean): Stood | undefined => {
  const { from = '', until } = life
  const before = moves.find(({ entry }) => entry.at <= at && entry.at >= from)
  if (before !== undefined) {
    const { at: since, requestId, actor } = before.entry
    return before.into ? { group: before.group, from: { at: since, requestId, actor } } : undefined
  }
  const after = moves.findLast(({ entry }) => entry.at > at && (until === undefined || entry.at < until))
  const group = moves[0]?.group
  if (after !== undefined) return after.into || group === undefined ? undefined : { group }
  return now && until === undefined && group !== undefined ? { group } : undefined
}

/** The groups in which a person or a group stood directly, in id order, whether these were still there or not. */
export const stoodDirectly = (
  trail: readonly AuditEntry[],
  at: Instant,
  life: Life,
  now: readonly GroupId[],
): readonly Stood[] => {
  const byGroup = new Map<GroupId, Move[]>(now.map((group) => [group, []]))
  for (const move of movesIn(trail)) byGroup.set(move.group, [...(byGroup.get(move.group) ?? []), move])
  const here = new Set(now)
  return [...byGroup.keys()].toSorted().flatMap((group) => {
    const moves = byGroup.get(group) ?? []
    // Nothing is known of it but that it is there now: so it was, unless that life is over.
    if (moves.length === 0) return life.until === undefined ? [{ group }] : []
    return stoodIn(moves, at, life, here.has(group)) ?? []
  })
}

/** Every group that the trail or the present ever names as one they stood in. */
export const everStoodIn = (trail: readonly AuditEntry[], now: readonly GroupId[]): readonly GroupId[] => [
  ...new Set([...now, ...movesIn(trail).map(({ group }) => group)]),
]

export type PastGroup = { readonly reference: GroupReference; readonly nameKnown: boolean }

type GroupEvent = Extract<
  AuditEntry['event'],
  { readonly kind: 'groupCreated' | 'groupUpdated' | 'groupDeleted' }
>
type GroupEntry = { readonly at: Instant; readonly event: GroupEvent }

const own = (trail: readonly AuditEntry[]): readonly GroupEntry[] =>
  trail.flatMap(({ at, event }) =>
    event.kind === 'groupCreated' || event.kind === 'groupUpdated' || event.kind === 'groupDeleted'
      ? [{ at, event }]
      : [],
  )

const renames = ({ event: { kind, changed } }: GroupEntry): boolean =>
  kind === 'groupUpdated' && changed.some((name) => name === 'displayName' || name === 'externalId')

/** The names a group had; as noted, else as they are now if no rename lies between. */
const nameAt = (
  events: readonly GroupEntry[],
  at: Instant,
  now: GroupReference | undefined,
): GroupEvent['named'] => {
  const before = events.find((one) => one.at <= at && one.event.named !== undefined)
  if (before !== undefined) return before.event.named
  const after = events.filter((one) => one.at > at)
  if (after.some(renames)) return undefined
  return after.find(({ event }) => event.named !== undefined)?.event.named ?? now
}

/** A group as it was; undefined when it was gone by then. */
export const groupAt = (
  id: GroupId,
  trail: readonly AuditEntry[],
  at: Instant,
  now: GroupReference | undefined,
): PastGroup | undefined => {
  const events = own(trail)
  if (events.some((one) => one.event.kind === 'groupDeleted' && one.at <= at)) return undefined
  const named = nameAt(events, at, now)
  if (named === undefined) return { reference: { id, displayName: id }, nameKnown: false }
  const { displayName, externalId } = named
  return {
    reference: { id, displayName, ...(externalId === undefined ? {} : { externalId }) },
    nameKnown: true,
  }
}
