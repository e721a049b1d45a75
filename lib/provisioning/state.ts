import type { Target } from '../core/assignment.ts'
import type { Configuration } from '../core/configuration.ts'
import { cycleProblems } from '../core/group-cycles.ts'
import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { Ownership, RoleOwnership } from '../core/ownership.ts'
import type { Problem } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import { type Targeting, targetFor } from '../core/target.ts'
import { takeCensus } from './census.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import type { InTime } from './roll.ts'
import { type Reads, readStanding, readStandings, type Standing } from './standing.ts'

/** Desired and owned state of a community, or of some of its members, on consistent reads. */
export type State = {
  readonly targets: readonly Target[]
  /** Members that cannot be a target, and groups they are in that contain each other. */
  readonly problems: readonly Problem[]
  readonly ownership: readonly Ownership[]
  readonly roleOwnership: readonly RoleOwnership[]
}
export type Person = { readonly connection: ConnectionId; readonly member: MemberId }
export type StateDeps = Reads & Pick<Provisioning, 'ownership'>

const lanes = 8
const page = 250

type Found = { readonly standing: Standing; readonly ownership: Ownership | undefined }
/** What a plan takes of somebody; of a hundred thousand people the members themselves are not kept. */
type Part = {
  readonly connection: ConnectionId
  readonly targeting: Targeting
  readonly cycles: Standing['cycles']
  readonly ownership: Ownership | undefined
}

const partOf = (community: CommunityId, { standing, ownership }: Found): Part => {
  const { connection, id, member, cycles } = standing
  const assignments = standing.assignments.get(community)
  return {
    connection,
    targeting: targetFor({ connection, id, member, assignments, ownership }),
    cycles,
    ownership,
  }
}

const stateOf = async (deps: StateDeps, community: CommunityId, parts: readonly Part[]): Promise<State> => {
  return {
    targets: parts.flatMap(({ targeting }) => (targeting.kind === 'target' ? [targeting.target] : [])),
    problems: [
      ...parts.flatMap(({ targeting }) => (targeting.kind === 'problem' ? [targeting.problem] : [])),
      ...cycleProblems(parts),
    ],
    ownership: parts.flatMap(({ ownership }) => (ownership === undefined ? [] : [ownership])),
    roleOwnership: await deps.ownership.roleOwnerships(community),
  }
}

const byConnection = (people: readonly Person[]): ReadonlyMap<ConnectionId, readonly MemberId[]> => {
  const ids = new Map<ConnectionId, MemberId[]>()
  for (const { connection, member } of people) ids.set(connection, [...(ids.get(connection) ?? []), member])
  return ids
}

/** Nothing that is owned of somebody here would go. */
const keepsAll = (
  community: CommunityId,
  { assignments }: Standing,
  ownership: Ownership | undefined,
): boolean => {
  const granted = assignments.get(community)?.granted
  const kept = new Set(granted?.map(({ role }) => role))
  return granted !== undefined && (ownership?.grants ?? []).every(({ role }) => kept.has(role))
}

/**
 * Groups are read one after the other: who was moved meanwhile may be seen in neither. Whoever would lose something is read once more, from the
 * beginning.
 */
const readAgain = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
  { standing, ownership }: Found,
): Promise<Found> =>
  ownership === undefined || keepsAll(community, standing, ownership)
    ? { standing, ownership }
    : { standing: await readStanding(deps, configuration, standing.connection, standing.id), ownership }

/** Only these members. */
export const readMembers = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
  people: readonly Person[],
): Promise<State> => {
  const standings = await inParallel([...byConnection(people)], lanes, ([connection, members]) =>
    readStandings(deps, configuration, connection, members),
  )
  const found = await inParallel(standings.flat(), lanes, async (standing) => {
    const ownership = await deps.ownership.ownership(community, standing.connection, standing.id)
    return partOf(community, await readAgain(deps, configuration, community, { standing, ownership }))
  })
  return stateOf(deps, community, found)
}

const allOwnership = async (
  deps: StateDeps,
  community: CommunityId,
  inTime: InTime,
): Promise<ReadonlyMap<string, Ownership>> => {
  const all = new Map<string, Ownership>()
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.ownership.ownerships(community, page, after)
    for (const one of items) all.set(personKey(one), one)
    after = next
  } while (after !== undefined)
  return all
}

const keyOf = ({ connection, id }: Standing): string => personKey({ connection, member: id })

/** Everyone the rules assign here, and everyone we own something for. */
export const readCommunity = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
  inTime: InTime,
  /** Told of every member of the configured connections. */
  noticed?: (member: Member) => void,
): Promise<State> => {
  const ownership = await allOwnership(deps, community, inTime)
  const seen = new Set<string>()
  const keep = (standing: Standing): Part | undefined => {
    const key = keyOf(standing)
    const found = { standing, ownership: ownership.get(key) }
    if (!keepsAll(community, standing, found.ownership)) return undefined
    seen.add(key)
    return partOf(community, found)
  }
  const kept: (readonly Part[])[] = []
  for (const { id } of configuration.connections)
    kept.push(await takeCensus(deps, configuration, id, inTime, keep, noticed))
  // Whoever would lose something is read one by one: only a record that says so makes a person departed or takes a role.
  const others = [...ownership.values()].filter((one) => !seen.has(personKey(one)))
  const alone = await inParallel(others, lanes, async (one) => {
    inTime()
    const standing = await readStanding(deps, configuration, one.connection, one.member)
    return partOf(community, { standing, ownership: one })
  })
  return stateOf(deps, community, [...kept, alone].flat())
}
