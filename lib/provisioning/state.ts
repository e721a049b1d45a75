import type { Target } from '../core/assignment.ts'
import type { Configuration } from '../core/configuration.ts'
import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { Ownership, RoleOwnership } from '../core/ownership.ts'
import type { Problem } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import { targetFor } from '../core/target.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import { type Reads, readStanding, type Standing, standingOf } from './standing.ts'

/** Desired and owned state of a community, or of some of its members, on consistent reads. */
export type State = {
  readonly targets: readonly Target[]
  /** Members that cannot be a target. */
  readonly problems: readonly Problem[]
  readonly ownership: readonly Ownership[]
  readonly roleOwnership: readonly RoleOwnership[]
}
export type Person = { readonly connection: ConnectionId; readonly member: MemberId }
export type StateDeps = Reads & Pick<Provisioning, 'ownership'>

const lanes = 8
const page = 250

type Found = { readonly standing: Standing; readonly ownership: Ownership | undefined }

const stateOf = async (deps: StateDeps, community: CommunityId, found: readonly Found[]): Promise<State> => {
  const targeting = found.map(({ standing, ownership }) =>
    targetFor({
      connection: standing.connection,
      id: standing.id,
      member: standing.member,
      assignments: standing.assignments.get(community),
      ownership,
    }),
  )
  return {
    targets: targeting.flatMap((one) => (one.kind === 'target' ? [one.target] : [])),
    problems: targeting.flatMap((one) => (one.kind === 'problem' ? [one.problem] : [])),
    ownership: found.flatMap(({ ownership }) => (ownership === undefined ? [] : [ownership])),
    roleOwnership: await deps.ownership.roleOwnerships(community),
  }
}

/** Only these members. */
export const readMembers = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
  people: readonly Person[],
): Promise<State> => {
  const found = await inParallel(people, lanes, async ({ connection, member }) => {
    const [standing, ownership] = await Promise.all([
      readStanding(deps, configuration, connection, member),
      deps.ownership.ownership(community, connection, member),
    ])
    return { standing, ownership }
  })
  return stateOf(deps, community, found)
}

const allOwnership = async (
  deps: StateDeps,
  community: CommunityId,
): Promise<ReadonlyMap<string, Ownership>> => {
  const all = new Map<string, Ownership>()
  let after: string | undefined
  do {
    const { items, next } = await deps.ownership.ownerships(community, page, after)
    for (const one of items) all.set(personKey(one), one)
    after = next
  } while (after !== undefined)
  return all
}

/** Members of a connection with an assignment in the community. */
const assignedIn = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
  connection: ConnectionId,
): Promise<readonly Standing[]> => {
  const assigned: Standing[] = []
  let after: string | undefined
  do {
    const { items, next } = await deps.directory.scanMembers(connection, page, after)
    const standings = await inParallel(items, lanes, (member) => standingOf(deps, configuration, member))
    assigned.push(...standings.filter(({ assignments }) => assignments.has(community)))
    after = next
  } while (after !== undefined)
  return assigned
}

/** Everyone the rules assign here, and everyone we own something for. */
export const readCommunity = async (
  deps: StateDeps,
  configuration: Configuration,
  community: CommunityId,
): Promise<State> => {
  const ownership = await allOwnership(deps, community)
  const standings: Standing[] = []
  for (const { id } of configuration.connections)
    standings.push(...(await assignedIn(deps, configuration, community, id)))
  const seen = new Set(standings.map(({ connection, id }) => personKey({ connection, member: id })))
  // Whoever the scan did not show is read one by one: only a record that says so makes a person departed.
  const others = [...ownership.values()].filter((one) => !seen.has(personKey(one)))
  standings.push(
    ...(await inParallel(others, lanes, ({ connection, member }) =>
      readStanding(deps, configuration, connection, member),
    )),
  )
  const found = standings.map((standing) => ({
    standing,
    ownership: ownership.get(personKey({ connection: standing.connection, member: standing.id })),
  }))
  return stateOf(deps, community, found)
}
