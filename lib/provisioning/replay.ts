import type { Assignments } from '../core/assignment.ts'
import type { Configuration } from '../core/configuration.ts'
import type { CommunityId, ConnectionId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { ScanPage } from '../core/ports/directory.ts'
import { createReplay, type ReplayedMember, type ReplaySummary } from '../core/replay.ts'
import { readLoginFacts } from './login-census.ts'
import { type InTime, readRoll } from './roll.ts'
import { connectionOf, type Reads, standingIn, standingsOf } from './standing.ts'

const membersPerPage = 250

export type ReplayRequest = {
  /** The one that is tried. */
  readonly candidate: Configuration
  /** Undefined: none has been pushed yet. */
  readonly current: Configuration | undefined
}
/** Told of each who would gain or lose something, as soon as they are found. */
export type OnReplayed = (replayed: ReplayedMember, member: Member) => void

const nothing: ReadonlyMap<CommunityId, Assignments> = new Map()

/** Groups that concern the one or the other. */
const both = ({ candidate, current }: ReplayRequest): Configuration => ({
  ...candidate,
  rules: [...candidate.rules, ...(current?.rules ?? [])],
})

/** Of one configuration, how each member stands by what was read once for both. */
const sideOf = async (
  deps: Reads,
  configuration: Configuration | undefined,
  connection: ConnectionId,
  heldBy: Awaited<ReturnType<typeof readRoll>>,
  inTime: InTime,
) => {
  // Who is in no connection gets nothing: neither before its first configuration nor after its last.
  if (configuration === undefined || connectionOf(configuration, connection) === undefined)
    return () => nothing
  const factsOf = await readLoginFacts(deps, configuration, connection, inTime)
  return (member: Member) =>
    standingIn(deps, configuration, member, heldBy(member), factsOf(member)).assignments
}

/**
 * Another configuration over everybody who is stored: who gains and who loses what, each told as soon as it is known. Reads directory and logins, page by
 * page; no platform is asked, and nothing is written.
 */
export const replayEverybody = async (
  deps: Reads,
  request: ReplayRequest,
  connections: readonly ConnectionId[],
  {
    found,
    seen,
    inTime,
  }: {
    readonly found: OnReplayed
    readonly seen?: (members: number) => void
    readonly inTime: InTime
  },
): Promise<ReplaySummary> => {
  const replay = createReplay(request.candidate, request.current)
  for (const connection of connections) {
    const heldBy = await readRoll(deps, both(request), connection, inTime)
    const before = await sideOf(deps, request.current, connection, heldBy, inTime)
    const after = await sideOf(deps, request.candidate, connection, heldBy, inTime)
    let position: string | undefined
    do {
      inTime()
      const { items, next } = await deps.directory.scanMembers(connection, membersPerPage, position)
      for (const member of items) {
        const replayed = replay.add(member, before(member), after(member))
        if (replayed !== undefined) found(replayed, member)
      }
      seen?.(items.length)
      position = next
    } while (position !== undefined)
  }
  return replay.summary()
}

/** The same for one page of a connection's members, for whoever has little time. */
export const replayPage = async (
  deps: Reads,
  request: ReplayRequest,
  connection: ConnectionId,
  limit: number,
  position?: string,
): Promise<ScanPage<ReplayedMember> & { readonly summary: ReplaySummary }> => {
  const { candidate, current } = request
  const replay = createReplay(candidate, current)
  const { items: members, next } = await deps.directory.scanMembers(connection, limit, position)
  const sides = await Promise.all(
    [current, candidate].map(async (one) =>
      one === undefined || connectionOf(one, connection) === undefined
        ? []
        : await standingsOf(deps, one, connection, members),
    ),
  )
  const [before = [], after = []] = sides
  const items = members.flatMap((member, place) => {
    const had = before[place]?.assignments ?? nothing
    return replay.add(member, had, after[place]?.assignments ?? nothing) ?? []
  })
  return { items, ...(next === undefined ? {} : { next }), summary: replay.summary() }
}
