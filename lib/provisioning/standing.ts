import type { Assignments } from '../core/assignment.ts'
import { assignmentsFor } from '../core/assignments.ts'
import type { Configuration, PlatformName } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { MemberGroup } from '../core/matching.ts'
import type { GroupReference, Member } from '../core/member.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { departed } from '../core/standing.ts'
import type { Provisioning } from './deps.ts'

/** What the directory and the rules say of one member, for every community at once. */
export type Standing = {
  readonly connection: ConnectionId
  readonly id: MemberId
  /** Tombstones included; undefined when the directory knows them no longer. */
  readonly member: Member | undefined
  readonly groups: readonly MemberGroup[]
  readonly assignments: ReadonlyMap<CommunityId, Assignments>
}

export type Reads = Pick<Provisioning, 'directory' | 'platforms' | 'patterns'>

export const traitsIn =
  (deps: Pick<Provisioning, 'platforms'>, configuration: Configuration) =>
  (platform: PlatformName): PlatformTraits => {
    const community = configuration.communities.find((one) => one.platform === platform)
    if (community === undefined)
      throw new ConnectorError('internal', `no community of the configuration is on ${platform}`)
    return deps.platforms.traits(community)
  }

export const standingIn = (
  deps: Pick<Reads, 'platforms' | 'patterns'>,
  configuration: Configuration,
  member: Member,
  references: readonly GroupReference[],
): Standing => {
  const groups = references.map((reference): MemberGroup => ({ reference, source: 'scim' }))
  const assignments = assignmentsFor({
    member,
    groups,
    configuration,
    traits: traitsIn(deps, configuration),
    patterns: deps.patterns,
  })
  return { connection: member.connection, id: member.id, member, groups, assignments }
}

export const readStanding = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  id: MemberId,
): Promise<Standing> => {
  const member = await deps.directory.memberOrTombstone(connection, id)
  if (member === undefined) return { connection, id, member, groups: [], assignments: new Map() }
  const references = departed(member) ? [] : await deps.directory.groupsOf(connection, id)
  return standingIn(deps, configuration, member, references)
}
