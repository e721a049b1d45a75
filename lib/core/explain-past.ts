import type { Target } from './assignment.ts'
import { assignmentsFor } from './assignments.ts'
import type { AuditEntry } from './audit.ts'
import type { Community, Configuration, Connection, PlatformName } from './configuration.ts'
import { type Explanation, explain } from './explanation.ts'
import type { CommunityId, ConnectionId, Instant, MemberId, RoleId } from './ids.ts'
import type { Login } from './login.ts'
import type { MatchSubject, Patterns } from './matching.ts'
import type { Member } from './member.ts'
import { groupsFor } from './member-groups.ts'
import type { Ownership } from './ownership.ts'
import { type HeldInput, type HeldThen, heldThen, membershipsThen, type PastMembership } from './past-held.ts'
import { attributeKnownAt, lifeAt, type PastStanding, standingAt } from './past-life.ts'
import { type PastLogins, pastLogins } from './past-logins.ts'
import { communitiesEver, ownershipAt } from './past-roles.ts'
import { type OpenRule, pastRules } from './past-rules.ts'
import type { PlatformTraits } from './snapshot.ts'

export type PastInput = HeldInput & {
  readonly connection: ConnectionId
  readonly id: MemberId
  /** As they are now, tombstones included. */
  readonly member: Member | undefined
  /** The version current then; undefined when there was none, or it cannot be read. */
  readonly configuration: Configuration | undefined
  /** Since when it was. */
  readonly configurationSince?: Instant | undefined
  /** What is kept of their logins now. */
  readonly login?: Login | undefined
  readonly ownedNow: readonly Ownership[]
  readonly traits: (platform: PlatformName) => PlatformTraits
  readonly patterns: Patterns
  readonly question?: { readonly community: CommunityId; readonly role: RoleId } | undefined
}

export type PastExplanation = {
  readonly at: Instant
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly standing: PastStanding
  readonly groups: readonly PastMembership[]
  /** Names of the groups that a login had shown and rules of that time asked for. */
  readonly shown?: readonly string[]
  /** Number of the version current then. */
  readonly configuration?: number
  /** Rules nobody can decide any more: what they ask for is not kept. */
  readonly open: readonly OpenRule[]
  /** As `explain` would have answered then, as far as it is kept. */
  readonly communities: readonly Explanation[]
}

/** Them as rules saw them; what of their attributes is not kept, `pastRules` keeps from being asked. */
const subjectThen = ({ member, connection, id, at }: PastInput): Member => {
  const unknown = { userName: '', active: true, attributes: {}, version: 0, incarnation: 0 }
  const nobody: Member = { ...unknown, connection, id, created: at, lastModified: at }
  const { deletedAt: _, ...kept } = member ?? nobody
  return { ...kept, active: true }
}

type Scene = {
  readonly input: PastInput
  readonly standing: PastStanding
  readonly trailThen: readonly AuditEntry[]
  readonly decided: Configuration | undefined
  readonly subject: MatchSubject
  readonly assignments: ReturnType<typeof assignmentsFor>
}

const targetThen = ({ input, standing, assignments }: Scene, community: CommunityId): Target => {
  const { connection, id: member } = input
  const active = standing.kind === 'active'
  const found = assignments.get(community)
  const since = 'since' in standing ? standing.since : undefined
  return {
    connection,
    member,
    email: '',
    givenName: '',
    familyName: '',
    standing: active ? 'active' : 'departed',
    ...(active || since === undefined ? {} : { departedAt: since }),
    granted: found?.granted ?? [],
    suppressed: found?.suppressed ?? [],
  }
}

/** The latest that was tried there for them by then, where it failed. */
const failureThen = ({ trailThen, input }: Scene, community: CommunityId) => {
  const last = trailThen.find(
    ({ event }) =>
      (event.kind === 'changeApplied' || event.kind === 'changeFailed') && event.community === community,
  )
  if (last?.event.kind !== 'changeFailed') return undefined
  const { connection, id: member } = input
  const detail = `${last.event.change} failed: ${last.event.error ?? 'unknown'}`
  return { community, connection, member, at: last.at, state: 'failed', detail } as const
}

const explainThen = (scene: Scene, community: Pick<Community, 'id' | 'roles'>): Explanation => {
  const { input, trailThen, decided, subject } = scene
  const { at, connection, id: member, question } = input
  const [trail, now] = [input.trail, input.ownedNow.find((one) => one.community === community.id)]
  const person = { connection, member }
  return explain({
    community,
    target: targetThen(scene, community.id),
    ownership: ownershipAt({ community: community.id, person, trail, now }, at),
    outcome: failureThen(scene, community.id),
    trail: trailThen,
    question:
      question?.community === community.id
        ? { role: question.role, rules: decided?.rules ?? [], subject, patterns: input.patterns }
        : undefined,
  })
}

/** Communities of that configuration in which they were or should have been, and others of which the trail knows. */
const concernedThen = (scene: Scene): readonly Pick<Community, 'id' | 'roles'>[] => {
  const { input, decided, assignments } = scene
  const ever = communitiesEver(scene.trailThen, input.ownedNow)
  const configured = (decided?.communities ?? []).filter(
    ({ id }) => assignments.has(id) || ever.has(id) || input.question?.community === id,
  )
  const named = new Set(configured.map(({ id }) => id))
  const others = [...ever].filter((id) => !named.has(id)).map((id) => ({ id, roles: [] }))
  return [...configured, ...others]
}

const connectionThen = ({ configuration, connection }: PastInput): Connection | undefined =>
  configuration?.connections.find(({ id }) => id === connection)

const loginsThen = (input: PastInput): PastLogins => {
  const { at, trail, member, login, configurationSince: since } = input
  const life = lifeAt(trail, at)
  const own = life.until === undefined && login?.life === member?.incarnation
  return pastLogins({
    at,
    trail,
    life,
    login: own ? login : undefined,
    connection: connectionThen(input),
    since,
  })
}

/** Them as rules saw them, with what logins had shown beside what was pushed. */
const subjectOf = (input: PastInput, held: HeldThen, { groups, attributes }: PastLogins): MatchSubject => {
  const names = groups.map(({ reference: { displayName } }) => displayName)
  const facts = names.length === 0 ? undefined : { groups: names, attributes }
  return {
    member: subjectThen(input),
    groups: groupsFor(connectionThen(input)?.groups, held.groups, facts),
    ...(Object.keys(attributes).length === 0 ? {} : { shown: attributes }),
  }
}

/**
 * How one member stood at a moment, from the audit trail and the configuration of that time: the same rules, evaluated with the groups they were in.
 * What is not kept is said to be so, and never guessed.
 */
export const explainPast = (input: PastInput): PastExplanation => {
  const { at, connection, id, trail, member, configuration, groups, patterns } = input
  const standing = standingAt(trail, at, member)
  const held = heldThen(input, standing.kind === 'active')
  const logins = loginsThen(input)
  const subject = subjectOf(input, held, logins)
  const known = attributeKnownAt(trail, at, member)
  const rules =
    configuration &&
    pastRules(
      configuration,
      {
        ...subject,
        attributeKnown: (path) => known(path) && logins.attributeKnown(path),
        loginGroupsOpen: logins.groupsOpen,
        unnamedGroups: [...held.ways.keys()].some((group) => held.known.get(group)?.nameKnown === false),
      },
      patterns,
    )
  const active = standing.kind === 'active'
  const assignments =
    rules === undefined || !active
      ? new Map()
      : assignmentsFor({ ...subject, configuration: rules.decided, traits: input.traits, patterns })
  const all = [...trail, ...[...groups.values()].flatMap((one) => one.trail)]
  const trailThen = all.filter((entry) => entry.at <= at)
  const scene: Scene = { input, standing, trailThen, decided: rules?.decided, subject, assignments }
  const communities = concernedThen(scene).map((one) => explainThen(scene, one))
  return {
    at,
    connection,
    member: id,
    standing,
    groups: membershipsThen(held),
    ...(active && logins.groups.length > 0
      ? { shown: logins.groups.map(({ reference: { displayName } }) => displayName) }
      : {}),
    ...(configuration === undefined ? {} : { configuration: configuration.number }),
    open: active ? (rules?.open ?? []) : [],
    communities: communities.filter(
      ({ roles, answer, suspended, account }) =>
        roles.length > 0 || answer !== undefined || suspended !== undefined || account !== undefined,
    ),
  }
}
