import type { Configuration } from '../core/configuration.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { type InTime, readRoll } from './roll.ts'
import { type Reads, type Standing, standingIn } from './standing.ts'

const membersPerPage = 250

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
  /** Told of every member that is read, kept or not. */
  seen: (member: Member) => void = () => undefined,
): Promise<readonly Standing[]> => {
  const heldBy = await readRoll(deps, configuration, connection, inTime)
  const kept: Standing[] = []
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.scanMembers(connection, membersPerPage, after)
    for (const member of items) {
      seen(member)
      const standing = standingIn(deps, configuration, member, heldBy(member))
      if (keep(standing)) kept.push(standing)
    }
    after = next
  } while (after !== undefined)
  return kept
}
