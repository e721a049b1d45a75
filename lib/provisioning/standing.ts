import type { Assignments } from '../core/assignment.ts'
import { assignmentsFor } from '../core/assignments.ts'
import type { Configuration, Connection, PlatformName } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId, ConnectionId, GroupId, MemberId } from '../core/ids.ts'
import type { Login, LoginFacts, ShownAttributes } from '../core/login.ts'
import { factsOf, usesLogins } from '../core/login-facts.ts'
import type { MemberGroup } from '../core/matching.ts'
import type { Member, Memberships } from '../core/member.ts'
import { groupsFor, pushedGroups } from '../core/member-groups.ts'
import type { Platforms } from '../core/ports/platform.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { departed } from '../core/standing.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

/** What the directory and the rules say of one member, for every community at once. */
export type Standing = {
  readonly connection: ConnectionId
  readonly id: MemberId
  /** Tombstones included; undefined when the directory knows them no longer. */
  readonly member: Member | undefined
  readonly groups: readonly MemberGroup[]
  /** Groups among theirs that contain themselves by way of others. */
  readonly cycles: readonly GroupId[]
  /** What logins showed beside groups. */
  readonly shown?: ShownAttributes
  /** Where it was read for this member alone. */
  readonly login?: Login
  readonly assignments: ReadonlyMap<CommunityId, Assignments>
}

/** To know how somebody stands, no platform has to be opened. */
export type Reads = Pick<Provisioning, 'directory' | 'logins' | 'clock' | 'patterns'> & {
  readonly platforms: Pick<Platforms, 'traits'>
}

/** The groups somebody is in, as rules see them. */
export type Held = Pick<Standing, 'groups' | 'cycles'>

const lanes = 8
const inNone: Held = { groups: [], cycles: [] }

const heldOf = ({ groups, cycles }: Memberships): Held => ({ groups: pushedGroups(groups), cycles })

export const traitsIn =
  (deps: Pick<Reads, 'platforms'>, configuration: Configuration) =>
  (platform: PlatformName): PlatformTraits => {
    const community = configuration.communities.find((one) => one.platform === platform)
    if (community === undefined)
      throw new ConnectorError('internal', `no community of the configuration is on ${platform}`)
    return deps.platforms.traits(community)
  }

export const connectionOf = (
  { connections }: Configuration,
  connection: ConnectionId,
): Connection | undefined => connections.find(({ id }) => id === connection)

export const standingIn = (
  deps: Pick<Reads, 'platforms' | 'patterns'>,
  configuration: Configuration,
  member: Member,
  held: Held,
  /** What counts of their logins. */
  facts: LoginFacts | undefined,
): Standing => {
  const { connection, id } = member
  if (departed(member)) return { connection, id, member, ...inNone, assignments: new Map() }
  const groups = groupsFor(connectionOf(configuration, connection)?.groups, held.groups, facts)
  const shown = facts === undefined ? {} : { shown: facts.attributes }
  const assignments = assignmentsFor({
    member,
    groups,
    ...shown,
    configuration,
    traits: traitsIn(deps, configuration),
    patterns: deps.patterns,
  })
  return { connection, id, member, groups, cycles: held.cycles, ...shown, assignments }
}

const noLogins: ReadonlyMap<MemberId, Login> = new Map()

/** Of members that were read just before. */
export const standingsOf = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  members: readonly Member[],
): Promise<readonly Standing[]> => {
  const present = members.filter((member) => !departed(member))
  const settings = connectionOf(configuration, connection)
  const [memberships, logins] = await Promise.all([
    deps.directory.membershipsOf(connection, present),
    usesLogins(settings)
      ? deps.logins.logins(
          connection,
          present.map(({ id }) => id),
        )
      : noLogins,
  ])
  const now = deps.clock.now()
  // Who is in the same groups shares them.
  const held = new Map([...new Set(memberships.values())].map((found) => [found, heldOf(found)]))
  return members.map((member) => {
    const found = memberships.get(member.id)
    const login = logins.get(member.id)
    const facts = factsOf(settings, member, login, now)
    const standing = standingIn(deps, configuration, member, (found && held.get(found)) ?? inNone, facts)
    return login === undefined ? standing : { ...standing, login }
  })
}

/** In the order of the ids; everybody's groups are read together. */
export const readStandings = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  ids: readonly MemberId[],
): Promise<readonly Standing[]> => {
  const found = await inParallel(ids, lanes, (id) => deps.directory.memberOrTombstone(connection, id))
  const known = found.filter((member) => member !== undefined)
  const standings = await standingsOf(deps, configuration, connection, known)
  const byId = new Map(standings.map((standing) => [standing.id, standing]))
  return ids.map(
    (id) =>
      byId.get(id) ?? { connection, id, member: undefined, groups: [], cycles: [], assignments: new Map() },
  )
}

export const readStanding = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  id: MemberId,
): Promise<Standing> => {
  const [standing] = await readStandings(deps, configuration, connection, [id])
  if (standing === undefined) throw new ConnectorError('internal', 'a member was asked for and not answered')
  return standing
}
