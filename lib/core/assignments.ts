import type { Assignment, Assignments, Because, Suppressed } from './assignment.ts'
import type { Community, Configuration, PlatformName, Rule } from './configuration.ts'
import { constrain, mayAdminister } from './constraints.ts'
import type { CommunityId, RoleId } from './ids.ts'
import { type MatchSubject, type MemberGroup, match, nearest, type Patterns } from './matching.ts'
import type { Member } from './member.ts'
import type { PlatformTraits } from './snapshot.ts'
import { departed } from './standing.ts'

export type AssignmentsInput = {
  readonly member: Member
  readonly groups: readonly MemberGroup[]
  readonly shown?: MatchSubject['shown']
  readonly configuration: Configuration
  readonly traits: (platform: PlatformName) => PlatformTraits
  readonly patterns: Patterns
}

/** What only the directory says of them. */
const pushedOnly = ({ member, groups }: MatchSubject): MatchSubject => ({
  member,
  groups: groups.filter(({ source }) => source === 'scim'),
})

const shownAtLogin = ({ groups, shown }: MatchSubject): boolean =>
  shown !== undefined || groups.some(({ source }) => source === 'sso')

/** Why a rule matches somebody of its connection; undefined: it does not. */
export const reasonOf = (
  rule: Rule,
  subject: MatchSubject,
  configuration: number,
  patterns: Patterns,
): Because | undefined => {
  if (rule.connection !== undefined && rule.connection !== subject.member.connection) return undefined
  const evidence = match(rule.when, subject, patterns)
  if (evidence === undefined) return undefined
  // What the directory says as well is the directory's: it outlives the login.
  const bySso = shownAtLogin(subject) && match(rule.when, pushedOnly(subject), patterns) === undefined
  return { rule: rule.id, source: bySso ? 'sso' : 'scim', evidence: nearest(evidence), configuration }
}

type Matched = { readonly rule: Rule; readonly because: Because }

const wishesFor = (community: Community, matched: readonly Matched[]): readonly Assignment[] => {
  const wishes = new Map<RoleId, readonly Because[]>()
  for (const { rule, because: reason } of matched) {
    const roles = new Set(rule.grant.filter((one) => one.community === community.id).map((one) => one.role))
    for (const role of roles) wishes.set(role, [...(wishes.get(role) ?? []), reason])
  }
  return [...wishes].map(([role, reasons]) => ({ community: community.id, role, because: reasons }))
}

/** Whoever logs in first is known by the identity provider's word alone: that is not enough to administer, unless the rule says so. */
const admitted = (
  community: Community,
  { member, traits }: AssignmentsInput,
  matched: readonly Matched[],
): { readonly wishes: readonly Assignment[]; readonly withheld: readonly Suppressed[] } => {
  const wishes = wishesFor(community, matched)
  if (member.createdAtLogin !== true) return { wishes, withheld: [] }
  const admitting = matched.filter(({ rule }) => rule.includeCreatedAtLogin === true)
  const anyway = new Map(wishesFor(community, admitting).map((one) => [one.role, one]))
  const platform = traits(community.platform)
  const isAdmin = ({ role }: Assignment): boolean => {
    const definition = community.roles.find(({ id }) => id === role)
    return definition !== undefined && mayAdminister(definition, platform)
  }
  return {
    wishes: wishes.flatMap((one) => (isAdmin(one) ? [anyway.get(one.role) ?? []].flat() : [one])),
    withheld: wishes
      .filter((one) => isAdmin(one) && !anyway.has(one.role))
      .map((one) => ({ ...one, by: 'createdAtLogin', winners: [] })),
  }
}

/**
 * Who should have which role where: all rules, their union, then each platform's own constraints. A departed member is assigned nothing.
 * Communities in which nothing is granted or suppressed are left out.
 */
export const assignmentsFor = (input: AssignmentsInput): ReadonlyMap<CommunityId, Assignments> => {
  const { configuration, patterns } = input
  if (departed(input.member)) return new Map()
  const matched = configuration.rules.flatMap((rule) => {
    const reason = reasonOf(rule, input, configuration.number, patterns)
    return reason === undefined ? [] : [{ rule, because: reason }]
  })
  return new Map(
    configuration.communities.flatMap((community): [CommunityId, Assignments][] => {
      const { wishes, withheld } = admitted(community, input, matched)
      if (wishes.length + withheld.length === 0) return []
      const traits = input.traits(community.platform)
      const { granted, suppressed } = constrain(wishes, community.roles, traits, community.onConflict)
      return [[community.id, { granted, suppressed: [...suppressed, ...withheld] }]]
    }),
  )
}
