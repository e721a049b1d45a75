import {
  type AccessInput,
  accessEntries,
  inheritedEntries,
  isUnsettled,
  withheldEntries,
} from '../core/access.ts'
import type { Configuration } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { personKey } from '../core/plan-scene.ts'
import type { AccessEntry, AccessReads, StandingEntry } from '../core/ports/access.ts'
import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import { roleNow } from '../core/role-records.ts'
import type { HeldChange, Hold } from '../core/verdict.ts'
import { lookUp, type Uplook } from './above.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import { type Reads, type Standing, standingsOf } from './standing.ts'

const lanes = 8

export type AccessDeps = Reads & {
  readonly configuration: CurrentConfiguration
  readonly ownership: Pick<Provisioning['ownership'], 'ownershipsOf' | 'roleOwnerships'>
  readonly outcomes: Pick<Provisioning['outcomes'], 'outcomesOf'>
  readonly safety: Pick<Provisioning['safety'], 'hold'>
}
type HoldIn = (community: CommunityId) => Promise<Hold | undefined>
/** Read once for all members of one answer. */
type Shared = {
  readonly configuration: Configuration
  readonly holdIn: HoldIn
  readonly uplook: Uplook
}

const heldOf = ({ connection, id }: Standing, hold: Hold | undefined): readonly HeldChange[] => {
  const key = personKey({ connection, member: id })
  return (hold?.held ?? []).filter(({ change }) => 'subject' in change && personKey(change.subject) === key)
}

/** How somebody stands, and where something is to be done for them that nobody has to decide first. */
export type Access = {
  readonly entries: readonly AccessEntry[]
  readonly withheld: readonly StandingEntry[]
  readonly unsettled: readonly CommunityId[]
}
export const noAccess: Access = { entries: [], withheld: [], unsettled: [] }

const accessIn = async (
  deps: AccessDeps,
  { configuration, holdIn, uplook }: Shared,
  standing: Standing,
): Promise<Access> => {
  const { connection, id, assignments } = standing
  const [ownerships, outcomes] = await Promise.all([
    deps.ownership.ownershipsOf(connection, id),
    deps.outcomes.outcomesOf(connection, id),
  ])
  const rolesIn = new Map(configuration.communities.map((one) => [one.id, one.roles]))
  const owned = new Map(
    ownerships.map((one) => {
      const roles = rolesIn.get(one.community) ?? []
      const grants = one.grants.map((grant) => ({ ...grant, role: roleNow(roles, grant.role) }))
      return [one.community, { ...one, grants }]
    }),
  )
  // Nobody joins from a connection that was taken out; whoever has something already is still looked after.
  const joins = configuration.connections.some((one) => one.id === connection)
  const communities = new Set([...(joins ? assignments.keys() : []), ...[...owned.keys()].toSorted()])
  const inputs = await inParallel([...communities], lanes, async (community): Promise<AccessInput> => {
    const outcome = outcomes.find((one) => one.community === community)
    const hold = outcome?.state === 'held' ? await holdIn(community) : undefined
    return {
      community,
      granted: assignments.get(community)?.granted ?? [],
      ownership: owned.get(community),
      outcome,
      held: heldOf(standing, hold),
    }
  })
  const entries = inputs.flatMap(accessEntries)
  const below = configuration.communities.filter(({ parent }) => parent !== undefined)
  const inherited = await inParallel(below, lanes, async (community) =>
    inheritedEntries(community.id, await uplook.inherited(community, { standing, ownerships }), entries),
  )
  return {
    entries: [...entries, ...inherited.flat()],
    withheld: joins ? [...assignments.values()].flatMap(({ suppressed }) => withheldEntries(suppressed)) : [],
    // What the configuration no longer names cannot be reached.
    unsettled: inputs
      .filter(isUnsettled)
      .flatMap(({ community }) => (rolesIn.has(community) ? community : [])),
  }
}

/** Before the first push nobody is wanted anywhere. */
const currentOrNone = async (deps: AccessDeps): Promise<Configuration | undefined> => {
  try {
    return await deps.configuration()
  } catch (error) {
    if (isConnectorError(error, 'configurationMissing')) return undefined
    throw error
  }
}

export const readAccess = async (
  deps: AccessDeps,
  connection: ConnectionId,
  members: readonly Member[],
): Promise<ReadonlyMap<MemberId, Access>> => {
  const configuration = await currentOrNone(deps)
  if (configuration === undefined) return new Map(members.map(({ id }) => [id, noAccess]))
  const holds = new Map<CommunityId, Promise<Hold | undefined>>()
  const holdIn: HoldIn = (community) => {
    const hold = holds.get(community) ?? deps.safety.hold(community)
    holds.set(community, hold)
    return hold
  }
  const shared = { configuration, holdIn, uplook: lookUp(deps, configuration) }
  const standings = await standingsOf(deps, configuration, connection, members)
  return new Map(
    await inParallel(
      standings,
      lanes,
      async (standing) => [standing.id, await accessIn(deps, shared, standing)] as const,
    ),
  )
}

/** How members stand on the platforms, from what is stored. */
export const createAccessReader = (deps: AccessDeps): AccessReads => ({
  accessOf: async (connection, members) => {
    const found = await readAccess(deps, connection, members)
    return new Map([...found].map(([id, { entries }]) => [id, entries]))
  },
})
