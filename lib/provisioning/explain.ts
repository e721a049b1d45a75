import type { Target } from '../core/assignment.ts'
import type { AuditEntry } from '../core/audit.ts'
import type { Community, Configuration } from '../core/configuration.ts'
import { type StillPresent, stillPresent } from '../core/departed.ts'
import { childrenOf, type Inherited } from '../core/effective.ts'
import { ConnectorError } from '../core/errors.ts'
import { type Explanation, explain } from '../core/explanation.ts'
import type { CommunityId, ConnectionId, Instant, MemberId, RoleId } from '../core/ids.ts'
import { loginStanding, shownAges } from '../core/login-explained.ts'
import type { Member } from '../core/member.ts'
import type { Ownership } from '../core/ownership.ts'
import type { MembershipOrigins } from '../core/ports/directory.ts'
import { directGroupsBehind, nestingsBehind, type Origins } from '../core/provenance.ts'
import { targetFor } from '../core/target.ts'
import { lookUp } from './above.ts'
import { communityFacts } from './departures.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import { connectionOf, readStanding, type Standing } from './standing.ts'
import { readTrail } from './trails.ts'

export type ExplainQuestion = { readonly community: CommunityId; readonly role: RoleId }
export type ExplainRequest = {
  readonly connection: ConnectionId
  readonly subject:
    | { readonly by: 'id'; readonly id: MemberId }
    | { readonly by: 'userName'; readonly userName: string }
  /** "Why not this role?" */
  readonly question?: ExplainQuestion
}
export type MemberExplanation = {
  /** Undefined when only our records still know them. */
  readonly member: Member | undefined
  readonly id: MemberId
  /** Asked for by a userName they had before. */
  readonly formerName?: true
  /** Where their audit trail begins, when it is not with their creation: nobody knows the requests before. */
  readonly trailBegins?: Instant
  /** One per community in which they are, were or should be. */
  readonly communities: readonly Explanation[]
}
type ExplainDeps = Pick<
  Provisioning,
  | 'directory'
  | 'logins'
  | 'clock'
  | 'ownership'
  | 'outcomes'
  | 'safety'
  | 'configuration'
  | 'platforms'
  | 'patterns'
  | 'audit'
  | 'quarantine'
  | 'pauses'
> & { readonly origins?: MembershipOrigins }

const lanes = 8

type Named = { readonly id: MemberId; readonly formerName?: true }

export const memberNamed = async (
  deps: Pick<ExplainDeps, 'directory'>,
  { connection, subject }: Pick<ExplainRequest, 'connection' | 'subject'>,
): Promise<Named> => {
  if (subject.by === 'id') return { id: subject.id }
  const value = subject.userName
  const [found] = await deps.directory.findMembers(connection, { by: 'userName', value })
  if (found !== undefined) return { id: found.id }
  const [renamed, another] = await deps.directory.findMembers(connection, { by: 'formerUserName', value })
  if (another !== undefined)
    throw new ConnectorError(
      'invalidValue',
      `connection ${connection} has several members who had that userName before; ask by the name they have now, or by id`,
      { field: 'userName' },
    )
  if (renamed !== undefined) return { id: renamed.id, formerName: true }
  throw new ConnectorError(
    'notFound',
    `connection ${connection} has no member of that userName; check the spelling, whether the identity provider has pushed them, and the connection`,
    {
      field: 'userName',
    },
  )
}

/** Somebody without an address is no target for the planner, and can be explained all the same. */
const targetOf = (standing: Standing, community: CommunityId, ownership: Ownership | undefined): Target => {
  const { connection, id, member } = standing
  const assignments = standing.assignments.get(community)
  const targeting = targetFor({ connection, id, member, assignments, ownership })
  if (targeting.kind === 'target') return targeting.target
  return {
    connection,
    member: id,
    email: '',
    givenName: '',
    familyName: '',
    standing: 'active',
    granted: assignments?.granted ?? [],
    suppressed: assignments?.suppressed ?? [],
  }
}

/** Of the groups on the way to those that count: what put them there is noted with them, not with the person. */
const trailOfGroups = async (
  deps: ExplainDeps,
  connection: ConnectionId,
  standing: Standing,
): Promise<readonly AuditEntry[]> => {
  const granted = [...standing.assignments.values()].flatMap((one) => [...one.granted, ...one.suppressed])
  const steps = nestingsBehind(granted.flatMap(({ because }) => because))
  const trails = await inParallel([...steps], lanes, ([id, into]) =>
    readTrail(
      deps.audit,
      { kind: 'group', id, connection },
      {
        keep: ({ event }) => event.kind === 'groupNested',
        enough: (kept) =>
          [...into].every((outer) =>
            kept.some(({ event }) => event.kind === 'groupNested' && event.into === outer),
          ),
      },
    ),
  )
  return trails.flat()
}

/** Where the trail ended, the membership still names its request. */
const originsOf = async (deps: ExplainDeps, { connection, id, assignments }: Standing): Promise<Origins> => {
  const granted = [...assignments.values()].flatMap((one) => [...one.granted, ...one.suppressed])
  const groups = directGroupsBehind(granted.flatMap(({ because }) => because))
  return (await deps.origins?.joinedBy(connection, id, groups)) ?? new Map()
}

/** Undefined while it reaches back to when they were made. */
export const beginningOf = (trail: readonly AuditEntry[]): Instant | undefined =>
  trail.some(({ event }) => event.kind === 'memberCreated') ? undefined : trail.at(-1)?.at

type Concerned = { readonly community: Community; readonly inherited: readonly Inherited[] }

/** Where they are, were or should be, and where something given above holds. */
const concerned = async (
  configuration: Configuration,
  known: ReadonlySet<CommunityId | undefined>,
  inheritedIn: (community: Community) => Promise<readonly Inherited[]>,
): Promise<readonly Concerned[]> => {
  const all = await Promise.all(
    configuration.communities.map(async (community) => ({
      community,
      inherited: await inheritedIn(community),
    })),
  )
  return all.filter(({ community, inherited }) => known.has(community.id) || inherited.length > 0)
}

/** Of this community and those below it. */
const hereAndBelow = (
  { communities }: Configuration,
  id: CommunityId,
  present: readonly StillPresent[],
): readonly StillPresent[] => {
  const below = new Set([id, ...childrenOf(communities, id).map((child) => child.id)])
  return present.filter(({ community }) => below.has(community))
}

/** Each role a member has or should have, and why, from what is stored: no platform is asked. */
export const explainMember = async (
  deps: ExplainDeps,
  request: ExplainRequest,
): Promise<MemberExplanation> => {
  const configuration = await deps.configuration()
  const { connection, question } = request
  const { id, ...found } = await memberNamed(deps, request)
  const standing = await readStanding(deps, configuration, connection, id)
  const [ownerships, outcomes, ...trails] = await Promise.all([
    deps.ownership.ownershipsOf(connection, id),
    deps.outcomes.outcomesOf(connection, id),
    readTrail(deps.audit, { kind: 'member', id, connection }),
    trailOfGroups(deps, connection, standing),
  ])
  const { member, groups, cycles, login } = standing
  const [settings, now] = [connectionOf(configuration, connection), deps.clock.now()]
  const origins = await originsOf(deps, standing)
  if (member === undefined && ownerships.length === 0 && outcomes.length === 0)
    throw new ConnectorError('notFound', `connection ${connection} has no member ${id}`, { field: 'id' })
  const known = new Set([
    ...standing.assignments.keys(),
    ...[...ownerships, ...outcomes].map(({ community }) => community),
    question?.community,
  ])
  const uplook = lookUp(deps, configuration)
  const present = stillPresent(configuration.communities, await uplook.present(ownerships))
  const shown = await concerned(configuration, known, (community) =>
    uplook.inherited(community, { standing, ownerships }),
  )
  const communities = shown.map(async ({ community, inherited }) => {
    const ownership = ownerships.find((one) => one.community === community.id)
    const asked =
      question?.community === community.id
        ? {
            role: question.role,
            rules: configuration.rules,
            subject: member && { member, groups, shown: standing.shown },
            patterns: deps.patterns,
            logins: member && loginStanding(settings, member, login, now),
          }
        : undefined
    const { hold, ...facts } = await communityFacts(deps, configuration, community.id)
    return explain({
      community,
      target: targetOf(standing, community.id, ownership),
      ownership,
      outcome: outcomes.find((one) => one.community === community.id),
      hold,
      facts,
      question: asked,
      trail: trails.flat(),
      origins,
      shown: shownAges(settings, login, now),
      cycles,
      inherited,
      stillPresent: hereAndBelow(configuration, community.id, present),
    })
  })
  const begins = beginningOf(trails[0] ?? [])
  return {
    member,
    id,
    ...found,
    ...(begins === undefined ? {} : { trailBegins: begins }),
    communities: await Promise.all(communities),
  }
}
