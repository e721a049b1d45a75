import type { AuditEntry } from './audit.ts'
import type { GroupId, Instant } from './ids.ts'
import type { MemberGroup } from './matching.ts'
import type { GroupReference } from './member.ts'
import { pushedGroups } from './member-groups.ts'
import { createNesting } from './nesting.ts'
import { lifeAt } from './past-life.ts'
import { groupAt, type PastGroup, type Stood, stoodDirectly } from './past-memberships.ts'
import type { Provenance } from './provenance.ts'

/** What the trails hold of a group, newest first, and what there is of it now. */
export type GroupPast = {
  readonly trail: readonly AuditEntry[]
  readonly now: GroupReference | undefined
  /** The groups in which it stands directly now. */
  readonly containers: readonly GroupId[]
}
export type HeldInput = {
  readonly at: Instant
  /** Of the member, newest first. */
  readonly trail: readonly AuditEntry[]
  readonly directNow: readonly GroupId[]
  /** Every group that ever was on a way from them. */
  readonly groups: ReadonlyMap<GroupId, GroupPast>
}

export type PastMembership = {
  readonly id: GroupId
  /** Absent: its name of that time is not kept. */
  readonly displayName?: string
  /** The groups in between; absent: directly. */
  readonly through?: readonly GroupId[]
  /** The request by which they came into the group, or into the first on the way; absent: before the trail begins. */
  readonly from?: Provenance
}
export type HeldThen = {
  readonly direct: readonly Stood[]
  readonly known: ReadonlyMap<GroupId, PastGroup>
  readonly groups: readonly MemberGroup[]
  readonly ways: ReadonlyMap<GroupId, readonly GroupId[]>
}

const nobodysEnd = { from: undefined, until: undefined } as const

/** The groups of that time by id; those that were gone are not among them. */
const groupsThen = ({ groups, at }: HeldInput): ReadonlyMap<GroupId, PastGroup> =>
  new Map(
    [...groups].flatMap(([id, { trail, now }]) => {
      const then = groupAt(id, trail, at, now)
      return then === undefined ? [] : [[id, then] as const]
    }),
  )

export const heldThen = (input: HeldInput, active: boolean): HeldThen => {
  const { at, trail, directNow, groups } = input
  const known = groupsThen(input)
  const there = (stood: readonly Stood[]): readonly Stood[] => stood.filter(({ group }) => known.has(group))
  const reference = ({ group }: Stood): GroupReference =>
    known.get(group)?.reference ?? { id: group, displayName: group }
  const direct = active ? there(stoodDirectly(trail, at, lifeAt(trail, at), directNow)) : []
  const containers = new Map(
    [...known.keys()].map((id) => {
      const past = groups.get(id)
      const stood = past === undefined ? [] : stoodDirectly(past.trail, at, nobodysEnd, past.containers)
      return [id, there(stood).map(reference)] as const
    }),
  )
  const { groups: held } = createNesting(containers)(direct.map(reference))
  return {
    direct,
    known,
    groups: pushedGroups(held),
    ways: new Map(held.map(({ id, through }) => [id, through])),
  }
}

export const membershipsThen = ({ direct, known, ways }: HeldThen): readonly PastMembership[] => {
  const joined = new Map(direct.map((one) => [one.group, one.from]))
  return [...ways].map(([id, through]) => {
    const group = known.get(id)
    const from = joined.get(through[0] ?? id)
    return {
      id,
      ...(group?.nameKnown === true ? { displayName: group.reference.displayName } : {}),
      ...(through.length === 0 ? {} : { through }),
      ...(from === undefined ? {} : { from }),
    }
  })
}
