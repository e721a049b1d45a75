import type { Configuration } from '../core/configuration.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { readLoginFacts } from './login-census.ts'
import { type InTime, readRoll } from './roll.ts'
import { type Reads, type Standing, standingIn } from './standing.ts'

const membersPerPage = 250

/**
 * Every member of a connection, page by page instead of one by one: the cost is that of the rows, not of a request per person. Who moves from one
 * group to another meanwhile may be seen in neither, so that what somebody seems to lose here has to be read again for that person alone.
 */
export const takeCensus = async <Kept>(
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  inTime: InTime,
  /** What is to be kept of somebody; undefined: nothing. Members themselves are many and large. */
  keep: (standing: Standing) => Kept | undefined,
  /** Told of every member that is read, kept or not. */
  seen: (member: Member) => void = () => undefined,
): Promise<readonly Kept[]> => {
  const heldBy = await readRoll(deps, configuration, connection, inTime)
  const factsOf = await readLoginFacts(deps, configuration, connection, inTime)
  const kept: Kept[] = []
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.scanMembers(connection, membersPerPage, after)
    for (const member of items) {
      seen(member)
      const one = keep(standingIn(deps, configuration, member, heldBy(member), factsOf(member)))
      if (one !== undefined) kept.push(one)
    }
    after = next
  } while (after !== undefined)
  return kept
}
