import type { Because, Source, Suppressed } from './assignment.ts'
import { type AssignmentDifference, differencesOf, sourceOf } from './assignment-difference.ts'
import { assignmentsFor } from './assignments.ts'
import type { Configuration, Connection, PlatformName } from './configuration.ts'
import {
  type CommunityId,
  type ConnectionId,
  type Instant,
  later,
  type MemberId,
  type RoleId,
} from './ids.ts'
import type { Login, LoginStatement, ShownAttributes } from './login.ts'
import { factsOf, maximumAge } from './login-facts.ts'
import type { MatchSubject, MemberGroup, Patterns } from './matching.ts'
import type { Member } from './member.ts'
import { groupsFor } from './member-groups.ts'
import type { SignInRefusal } from './ports/logins.ts'
import { type MissingGroups, missingGroups, previewRules, type RulePreview } from './preview-rules.ts'
import { previewStatement, type StatementPreview } from './preview-statement.ts'
import type { PlatformTraits } from './snapshot.ts'
import { departed } from './standing.ts'

/** Whom a login would sign in. */
export type PreviewPerson =
  /** `named`: whoever asks said so; nothing was linked. */
  | {
      readonly kind: 'member'
      readonly member: MemberId
      readonly by: 'identity' | 'externalId' | 'email' | 'named'
    }
  /** Nobody answers to it, and the connection creates members. */
  | { readonly kind: 'created' }
  | {
      readonly kind: 'refused'
      readonly code: SignInRefusal | 'subject.missing' | 'subject.transient'
      readonly remedy: string
      readonly member?: MemberId
    }
  /** Neither a NameID nor an address was given. */
  | { readonly kind: 'unknown' }

type Role = {
  readonly role: RoleId
  readonly name: string
  readonly source: Source
  readonly because: readonly Because[]
}
export type CommunityPreview = {
  readonly community: CommunityId
  readonly granted: readonly (Role & { readonly change: 'added' | 'kept' })[]
  /** Granted before, and not after. */
  readonly taken: readonly Role[]
  readonly suppressed: readonly (Role & Pick<Suppressed, 'by' | 'winners'>)[]
}
/** What logins have shown, as it is kept. */
export type StoredPreview = {
  readonly at: Instant
  readonly groups?: { readonly at: Instant; readonly names: readonly string[]; readonly counts: boolean }
  readonly attributes: readonly {
    readonly name: string
    readonly at: Instant
    readonly values: number
    readonly counts: boolean
  }[]
}
export type LoginPreview = {
  readonly connection: ConnectionId
  readonly at: Instant
  /** Number of the configuration; 0: a file that is not pushed. */
  readonly configuration: number
  readonly person: PreviewPerson
  /** Inactive or deleted at the identity provider: no rule is asked. */
  readonly departed?: true
  /** Of the login that is looked at; absent where somebody is looked at as they are. */
  readonly statement?: StatementPreview
  /** Of earlier logins. */
  readonly stored?: StoredPreview
  readonly rules: readonly RulePreview[]
  /** Groups that rules name, and none of which they are in. */
  readonly missing: readonly MissingGroups[]
  /** Where anything is granted, taken or suppressed; of somebody refused: as if they were let in. */
  readonly communities: readonly CommunityPreview[]
}

export type Looking = {
  readonly now: Instant
  readonly traits: (platform: PlatformName) => PlatformTraits
  readonly patterns: Patterns
}
export type LoginPreviewInput = Looking & {
  /** By which they are granted what they get; and by which what they have. */
  readonly configuration: Configuration
  readonly current: Configuration | undefined
  readonly person: PreviewPerson
  /** As the login would find or leave them. */
  readonly member: Member
  /** They are not there before it. */
  readonly fresh: boolean
  readonly pushed: readonly MemberGroup[]
  /** What their logins have shown, before and after. */
  readonly login: Login | undefined
  readonly after: Login | undefined
  readonly statement?: LoginStatement | undefined
  /** All of the assertion's attributes. */
  readonly attributes?: ShownAttributes | undefined
}

const connectionIn = (configuration: Configuration, { connection }: Member): Connection | undefined =>
  configuration.connections.find(({ id }) => id === connection)

/** One member's side of the rules, with what counts of their logins. */
export const subjectIn = (
  configuration: Configuration,
  member: Member,
  pushed: readonly MemberGroup[],
  login: Login | undefined,
  now: Instant,
): MatchSubject => {
  const settings = connectionIn(configuration, member)
  const facts = factsOf(settings, member, login, now)
  return { member, groups: groupsFor(settings?.groups, pushed, facts), shown: facts?.attributes }
}

const assignmentsIn = (configuration: Configuration, subject: MatchSubject, { traits, patterns }: Looking) =>
  assignmentsFor({ ...subject, configuration, traits, patterns })

const communityPreview = (
  configurations: readonly (Configuration | undefined)[],
  { community, added, kept, taken, suppressed }: AssignmentDifference,
): CommunityPreview => {
  const definitions = configurations.flatMap(
    (one) => one?.communities.find(({ id }) => id === community)?.roles ?? [],
  )
  const plain = ({ role, because }: AssignmentDifference['kept'][number]): Role => ({
    role,
    name: definitions.find(({ id }) => id === role)?.name ?? role,
    source: sourceOf(because),
    because,
  })
  return {
    community,
    granted: [
      ...kept.map((one) => ({ ...plain(one), change: 'kept' as const })),
      ...added.map((one) => ({ ...plain(one), change: 'added' as const })),
    ],
    taken: taken.map(plain),
    suppressed: suppressed.map((one) => ({ ...plain(one), by: one.by, winners: one.winners })),
  }
}

const storedPreview = (
  login: Login | undefined,
  connection: Connection | undefined,
  now: Instant,
): StoredPreview | undefined => {
  if (login === undefined) return undefined
  const age = connection === undefined ? 0 : maximumAge(connection)
  const counts = (at: Instant): boolean => later(at, age) > now
  return {
    at: login.at,
    ...(login.groups === undefined
      ? {}
      : { groups: { at: login.groups.at, names: login.groups.values, counts: counts(login.groups.at) } }),
    attributes: Object.entries(login.attributes).map(([name, { at, values }]) => ({
      name,
      at,
      values: values.length,
      counts: counts(at),
    })),
  }
}

const statementPreview = (input: LoginPreviewInput): StatementPreview | undefined => {
  const { configuration, member, statement, attributes, login, pushed, patterns } = input
  const connection = connectionIn(configuration, member)
  if (statement === undefined || connection === undefined) return undefined
  return previewStatement({
    configuration,
    connection,
    statement,
    attributes,
    earlier: login,
    pushed,
    patterns,
  })
}

const rulesFor = ({ rules }: Configuration, { connection }: Member) =>
  rules.filter((one) => one.connection === undefined || one.connection === connection)

/** What a login would give and take, or how somebody stands; nothing is written. The same functions as everywhere, with words for each of their steps. */
export const previewLogin = (input: LoginPreviewInput): LoginPreview => {
  const { configuration, current, person, member, fresh, pushed, login, after, now } = input
  const { connection } = member
  const gone = departed(member)
  const subject = subjectIn(configuration, member, pushed, after, now)
  const had =
    current === undefined || fresh
      ? new Map()
      : assignmentsIn(current, subjectIn(current, member, pushed, login, now), input)
  const shown = statementPreview(input)
  const stored = storedPreview(login, connectionIn(configuration, member), now)
  return {
    connection,
    at: now,
    configuration: configuration.number,
    person,
    ...(gone ? { departed: true as const } : {}),
    ...(shown === undefined ? {} : { statement: shown }),
    ...(stored === undefined ? {} : { stored }),
    rules: gone ? [] : previewRules(configuration, subject, input.patterns),
    missing: gone ? [] : missingGroups(rulesFor(configuration, member), subject),
    communities: differencesOf(had, assignmentsIn(configuration, subject, input)).map((one) =>
      communityPreview([configuration, current], one),
    ),
  }
}

/** Whether anybody would get or lose anything. */
export const changesAnything = ({ person, communities }: LoginPreview): boolean =>
  person.kind !== 'refused' &&
  communities.some(
    ({ granted, taken }) => taken.length > 0 || granted.some(({ change }) => change === 'added'),
  )
