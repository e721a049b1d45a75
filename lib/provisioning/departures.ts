import type { Configuration } from '../core/configuration.ts'
import { type StillPresent, stillPresent } from '../core/departed.ts'
import { type Departure, departureOf } from '../core/departures.ts'
import { childrenOf } from '../core/effective.ts'
import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { unmentioned } from '../core/mentions.ts'
import type { CommunityFacts } from '../core/obstacles.ts'
import type { Ownership } from '../core/ownership.ts'
import { personKey } from '../core/plan-scene.ts'
import { departed } from '../core/standing.ts'
import { lookUp, type Uplook } from './above.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import type { Reads } from './standing.ts'

export type DepartureDeps = Reads &
  Pick<
    Provisioning,
    'clock' | 'configuration' | 'ownership' | 'outcomes' | 'safety' | 'quarantine' | 'pauses'
  >
/** Told after each page. */
export type PageSeen = (where: string, read: number, total: number | undefined) => void

const page = 250
const lanes = 8

export const communityFacts = async (
  deps: Pick<DepartureDeps, 'safety' | 'quarantine' | 'pauses'>,
  configuration: Configuration,
  id: CommunityId,
): Promise<CommunityFacts> => {
  const [hold, quarantine, pause] = await Promise.all([
    deps.safety.hold(id),
    deps.quarantine.quarantine(id),
    deps.pauses.pause(id),
  ])
  const mode = configuration.communities.find((one) => one.id === id)?.mode
  return { mode, hold, quarantine, pause }
}

const byConnection = (owned: readonly Ownership[]): ReadonlyMap<ConnectionId, readonly MemberId[]> => {
  const ids = new Map<ConnectionId, MemberId[]>()
  for (const { connection, member } of owned) ids.set(connection, [...(ids.get(connection) ?? []), member])
  return ids
}

/** The living are read together; whoever is not among them may be a tombstone. */
const membersOf = async (
  { directory }: DepartureDeps,
  owned: readonly Ownership[],
): Promise<ReadonlyMap<string, Member>> => {
  const live = await inParallel([...byConnection(owned)], lanes, ([connection, ids]) =>
    directory.members(connection, ids),
  )
  const found = new Map(
    live.flat().map((one) => [personKey({ connection: one.connection, member: one.id }), one]),
  )
  const missing = owned.filter((one) => !found.has(personKey(one)))
  const tombstones = await inParallel(missing, lanes, ({ connection, member }) =>
    directory.memberOrTombstone(connection, member),
  )
  for (const one of tombstones)
    if (one !== undefined) found.set(personKey({ connection: one.connection, member: one.id }), one)
  return found
}

type Shared = {
  readonly deps: DepartureDeps
  readonly configuration: Configuration
  readonly uplook: Uplook
  readonly facts: CommunityFacts
}

/** Here and below. Nothing holds below a community that has no others below it. */
const presentFrom = async (
  { deps, configuration, uplook }: Shared,
  { community, connection, member }: Ownership,
): Promise<readonly StillPresent[]> => {
  const { communities } = configuration
  const below = new Set(childrenOf(communities, community).map(({ id }) => id))
  if (below.size === 0) return []
  const owned = await deps.ownership.ownershipsOf(connection, member)
  const present = stillPresent(communities, await uplook.present(owned))
  return present.filter((one) => below.has(one.community) && one.by.includes(community))
}

const departureFor = async (
  shared: Shared,
  ownership: Ownership,
  member: Member | undefined,
): Promise<readonly Departure[]> => {
  if (!departed(member)) return []
  const { deps, configuration, facts } = shared
  const { community: id, connection, member: who } = ownership
  const [outcomes, present] = await Promise.all([
    deps.outcomes.outcomesOf(connection, who),
    presentFrom(shared, ownership),
  ])
  const departure = departureOf({
    ownership,
    member,
    community: configuration.communities.find((one) => one.id === id),
    facts,
    outcome: outcomes.find(({ community }) => community === id),
    present,
  })
  return departure === undefined ? [] : [departure]
}

/** Where anything may be ours: the configured communities, and those that once were and hold accounts of ours still. */
const places = async (
  deps: DepartureDeps,
  configuration: Configuration,
  only: CommunityId | undefined,
): Promise<readonly { readonly id: CommunityId; readonly accounts?: number }[]> => {
  const counts = new Map(
    (await deps.ownership.ownedCounts()).map(({ community, accounts }) => [community, accounts]),
  )
  const ids = new Set([
    ...configuration.communities.map(({ id }) => id),
    ...[...counts].flatMap(([id, accounts]) => (accounts > 0 ? [id] : [])),
  ])
  return [...ids]
    .filter((id) => only === undefined || id === only)
    .map((id) => {
      const accounts = counts.get(id)
      return { id, ...(accounts === undefined ? {} : { accounts }) }
    })
}

/**
 * Everybody who departed and whose account we still keep, from what is stored: page by page over our records, community by community. No platform is
 * asked, and nothing is kept in memory but a page.
 */
export async function* readDepartures(
  deps: DepartureDeps,
  only: CommunityId | undefined,
  seen: PageSeen = () => undefined,
): AsyncGenerator<Departure> {
  const configuration = await deps.configuration()
  const uplook = lookUp(deps, configuration)
  for (const { id, accounts } of await places(deps, configuration, only)) {
    const facts = await communityFacts(deps, configuration, id)
    const shared: Shared = { deps, configuration, uplook, facts }
    let after: string | undefined
    let read = 0
    do {
      const { items, next } = await deps.ownership.ownerships(id, page, after)
      const members = await membersOf(deps, items)
      const found = await inParallel(items, lanes, (one) =>
        departureFor(shared, one, members.get(personKey(one))),
      )
      yield* found.flat()
      read += items.length
      seen(id, read, accounts)
      after = next
    } while (after !== undefined)
  }
}

/** Everybody of whom their identity provider said nothing for longer than its connection finds usual. */
export async function* readUnmentioned(
  deps: Pick<DepartureDeps, 'clock' | 'configuration' | 'directory'>,
  seen: PageSeen = () => undefined,
): AsyncGenerator<Member> {
  const { connections } = await deps.configuration()
  const now = deps.clock.now()
  for (const { id, reportUnmentionedAfter } of connections) {
    if (reportUnmentionedAfter === undefined) continue
    let after: string | undefined
    let read = 0
    do {
      const { items, next } = await deps.directory.scanMembers(id, page, after)
      yield* items.filter((member) => unmentioned(member, reportUnmentionedAfter, now))
      read += items.length
      seen(id, read, undefined)
      after = next
    } while (after !== undefined)
  }
}
