import type { Assignment, Assignments, Because, Suppressed } from './assignment.ts'
import { type AssignmentDifference, changes, differencesOf } from './assignment-difference.ts'
import type { Configuration } from './configuration.ts'
import type { CommunityId, ConnectionId, MemberId, RoleId } from './ids.ts'

export type ReplayedRole = {
  readonly community: CommunityId
  readonly role: RoleId
  /** What it is, or was, given for. */
  readonly because: readonly Because[]
}
/** One member who would gain or lose something by another configuration. */
export type ReplayedMember = {
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly gains: readonly ReplayedRole[]
  /** `suppressed`: a rule still wants it, and another role stands in the way. */
  readonly loses: readonly (ReplayedRole & { readonly suppressed?: Pick<Suppressed, 'by' | 'winners'> })[]
}
export type RoleCount = {
  readonly community: CommunityId
  readonly role: RoleId
  readonly gain: number
  readonly lose: number
  /** Who have it by both. */
  readonly keep: number
}
export type CommunityCount = {
  readonly community: CommunityId
  /** Who would have a role there for the first time, and who would have none any longer. */
  readonly joining: number
  readonly leaving: number
}
export type ReplaySummary = {
  readonly members: number
  readonly changed: number
  readonly communities: readonly CommunityCount[]
  readonly roles: readonly RoleCount[]
  /** Named by the current configuration only: what is given there, or to their members, stays as it is, unmanaged. */
  readonly dropped: {
    readonly connections: readonly ConnectionId[]
    readonly communities: readonly CommunityId[]
  }
}

type ByCommunity = ReadonlyMap<CommunityId, Assignments>

const plain = ({ community, role, because }: Assignment): ReplayedRole => ({ community, role, because })

const lost = (one: Assignment, { suppressed }: AssignmentDifference): ReplayedMember['loses'][number] => {
  const found = suppressed.find(({ role }) => role === one.role)
  return found === undefined
    ? plain(one)
    : { ...plain(one), suppressed: { by: found.by, winners: found.winners } }
}

export type Replay = {
  /** Undefined: nothing changes for them. */
  readonly add: (
    person: { readonly connection: ConnectionId; readonly id: MemberId },
    before: ByCommunity,
    after: ByCommunity,
  ) => ReplayedMember | undefined
  readonly summary: () => ReplaySummary
}

const ids = <Id>(items: readonly { readonly id: Id }[] | undefined): readonly Id[] =>
  (items ?? []).map(({ id }) => id)
const without = <Id>(some: readonly Id[], others: readonly Id[]): readonly Id[] =>
  some.filter((id) => !others.includes(id))

/** Counts while it goes: of a hundred thousand people nothing is kept but numbers. */
export const createReplay = (candidate: Configuration, current: Configuration | undefined): Replay => {
  let [members, changed] = [0, 0]
  const roles = new Map<
    string,
    { readonly community: CommunityId; readonly role: RoleId; gain: number; lose: number; keep: number }
  >()
  const communities = new Map<
    CommunityId,
    { readonly community: CommunityId; joining: number; leaving: number }
  >()

  const count = ({ community, role }: Assignment, what: 'gain' | 'lose' | 'keep'): void => {
    const key = `${community}/${role}`
    const one = roles.get(key) ?? { community, role, gain: 0, lose: 0, keep: 0 }
    one[what] += 1
    roles.set(key, one)
  }
  const countAll = ({ community, added, kept, taken }: AssignmentDifference): void => {
    for (const one of added) count(one, 'gain')
    for (const one of kept) count(one, 'keep')
    for (const one of taken) count(one, 'lose')
    const here = communities.get(community) ?? { community, joining: 0, leaving: 0 }
    if (added.length > 0 && kept.length + taken.length === 0) here.joining += 1
    if (taken.length > 0 && kept.length + added.length === 0) here.leaving += 1
    communities.set(community, here)
  }

  return {
    add: ({ connection, id }, before, after) => {
      members += 1
      const differences = differencesOf(before, after)
      for (const one of differences) countAll(one)
      const moving = differences.filter(changes)
      if (moving.length === 0) return undefined
      changed += 1
      return {
        connection,
        member: id,
        gains: moving.flatMap(({ added }) => added.map(plain)),
        loses: moving.flatMap((one) => one.taken.map((role) => lost(role, one))),
      }
    },
    summary: () => ({
      members,
      changed,
      communities: [...communities.values()].map((one) => ({ ...one })),
      roles: [...roles.values()].map((one) => ({ ...one })),
      dropped: {
        connections: without(ids(current?.connections), ids(candidate.connections)),
        communities: without(ids(current?.communities), ids(candidate.communities)),
      },
    }),
  }
}
