import { accessEntries, inheritedEntries } from '../core/access.ts'
import type { Configuration } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import { personKey } from '../core/plan-scene.ts'
import type { AccessEntry, AccessReads } from '../core/ports/access.ts'
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

const entriesOf = async (
  deps: AccessDeps,
  { configuration, holdIn, uplook }: Shared,
  standing: Standing,
): Promise<readonly AccessEntry[]> => {
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
  const entries = await inParallel([...communities], lanes, async (community) => {
    const outcome = outcomes.find((one) => one.community === community)
    const hold = outcome?.state === 'held' ? await holdIn(community) : undefined
    return accessEntries({
      community,
      granted: assignments.get(community)?.granted ?? [],
      ownership: owned.get(community),
      outcome,
      held: heldOf(standing, hold),
    })
  })
  const below = configuration.communities.filter(({ parent }) => parent !== undefined)
  const inherited = await inParallel(below, lanes, async (community) =>
    inheritedEntries(
      community.id,
      await uplook.inherited(community, { standing, ownerships }),
      entries.flat(),
    ),
  )
  return [...entries, ...inherited].flat()
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

/** How members stand on the platforms, from what is stored. */
export const createAccessReader = (deps: AccessDeps): AccessReads => ({
  accessOf: async (connection, members) => {
    const configuration = await currentOrNone(deps)
    if (configuration === undefined) return new Map(members.map(({ id }) => [id, []]))
    const holds = new Map<CommunityId, Promise<Hold | undefined>>()
    const holdIn: HoldIn = (community) => {
      const hold = holds.get(community) ?? deps.safety.hold(community)
      holds.set(community, hold)
      return hold
    }
    const shared = { configuration, holdIn, uplook: lookUp(deps, configuration) }
    const standings = await standingsOf(deps, configuration, connection, members)
    const entries = await inParallel(
      standings,
      lanes,
      async (standing) => [standing.id, await entriesOf(deps, shared, standing)] as const,
    )
    return new Map(entries)
  },
})
