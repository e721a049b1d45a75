import type { Configuration } from '../core/configuration.ts'
import type { CommunityId, ConnectionId, Instant, MemberId } from '../core/ids.ts'
import { personKey } from '../core/plan-scene.ts'
import type { WorkDraft } from '../core/ports/work.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import { priorityOf } from './priority.ts'
import { type Reads, readStandings, type Standing } from './standing.ts'

type LookDeps = Pick<Provisioning, 'ownership' | 'outcomes'> & Reads

const lanes = 8

/** People of one group are read together, so many at once. */
const readTogether = 100

type Affected = {
  readonly connection: ConnectionId
  readonly members: readonly MemberId[]
  readonly since: Instant
}

const workFor = async (
  deps: LookDeps,
  configuration: Configuration,
  standing: Standing,
  since: Instant,
): Promise<readonly WorkDraft[]> => {
  const { connection, id: member } = standing
  const [owned, outcomes] = await Promise.all([
    deps.ownership.ownershipsOf(connection, member),
    deps.outcomes.outcomesOf(connection, member),
  ])
  const known = outcomes.filter(({ state }) => state !== 'none')
  const communities = new Set<CommunityId>([
    // Nobody joins from a connection that was taken out; whoever has something already is still looked after.
    ...(configuration.connections.some(({ id }) => id === connection) ? standing.assignments.keys() : []),
    ...[...owned, ...known].map(({ community }) => community),
  ])
  // What the configuration no longer names cannot be reached: the reconciliation tells of it, and covers it when it comes back.
  const reachable = configuration.communities.filter(({ id }) => communities.has(id))
  return reachable.map(({ id }) => ({
    community: id,
    priority: priorityOf(
      standing,
      id,
      owned.find(({ community }) => community === id),
    ),
    subject: { kind: 'member', connection, member },
    since,
  }))
}

const workForAll = async (
  deps: LookDeps,
  configuration: Configuration,
  { connection, members, since }: Affected,
): Promise<readonly WorkDraft[]> => {
  const drafts: WorkDraft[] = []
  for (let from = 0; from < members.length; from += readTogether) {
    const ids = members.slice(from, from + readTogether)
    const standings = await readStandings(deps, configuration, connection, ids)
    const found = await inParallel(standings, lanes, (one) => workFor(deps, configuration, one, since))
    drafts.push(...found.flat())
  }
  return drafts
}

/** Several due items of one member are one look: it happens after all of them were seen. */
export const createLooks = (deps: LookDeps, configuration: Configuration) => {
  const looks = new Map<string, Promise<readonly WorkDraft[]>>()
  return (affected: Affected): Promise<readonly WorkDraft[]> => {
    const [member, ...others] = affected.members
    if (member === undefined || others.length > 0) return workForAll(deps, configuration, affected)
    const key = personKey({ connection: affected.connection, member })
    const look = looks.get(key) ?? workForAll(deps, configuration, affected)
    looks.set(key, look)
    return look
  }
}
