import type { Configuration } from '../core/configuration.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import { concernsRules } from '../core/matching.ts'
import type { Group, GroupReference } from '../core/member.ts'
import { type Reads, type Standing, standingIn } from './standing.ts'

const membersPerPage = 250
const rowsPerPage = 1_000
/** Called between two pages: throws when there is no time for another. */
export type InTime = () => void

type Roll = Map<MemberId, GroupReference[]>

const enter = async (deps: Reads, group: Group, roll: Roll, inTime: InTime): Promise<void> => {
  const { connection, id, displayName, externalId } = group
  const reference = { id, displayName, ...(externalId === undefined ? {} : { externalId }) }
  let after: MemberId | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.membersOf(connection, id, rowsPerPage, after)
    for (const member of items) {
      const groups = roll.get(member)
      if (groups === undefined) roll.set(member, [reference])
      else groups.push(reference)
    }
    after = next
  } while (after !== undefined)
}

/** Who is in the groups that matter, group by group. */
const readRoll = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  inTime: InTime,
): Promise<Roll> => {
  const concerns = concernsRules(configuration.rules, deps.patterns)
  const roll: Roll = new Map()
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.scanGroups(connection, membersPerPage, after)
    for (const group of items.filter(concerns)) await enter(deps, group, roll, inTime)
    after = next
  } while (after !== undefined)
  return roll
}

/**
 * Every member of a connection, page by page instead of one by one: the cost is that of the rows, not of a request per person. Who moves from one
 * group to another meanwhile may be seen in neither, so that what somebody seems to lose here has to be read again for that person alone.
 */
export const takeCensus = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  inTime: InTime,
  keep: (standing: Standing) => boolean,
): Promise<readonly Standing[]> => {
  const roll = await readRoll(deps, configuration, connection, inTime)
  const kept: Standing[] = []
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.scanMembers(connection, membersPerPage, after)
    for (const member of items) {
      const standing = standingIn(deps, configuration, member, roll.get(member.id) ?? [])
      if (keep(standing)) kept.push(standing)
    }
    after = next
  } while (after !== undefined)
  return kept
}
