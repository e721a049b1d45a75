import type { Assignment, Assignments, Because } from './assignment.ts'
import type { Community, Configuration, PlatformName, Rule } from './configuration.ts'
import { constrain } from './constraints.ts'
import type { CommunityId, RoleId } from './ids.ts'
import { type MatchSubject, type MemberGroup, match, nearest, type Patterns } from './matching.ts'
import type { Member } from './member.ts'
import type { PlatformTraits } from './snapshot.ts'
import { departed } from './standing.ts'

export type AssignmentsInput = {
  readonly member: Member
  readonly groups: readonly MemberGroup[]
  readonly configuration: Configuration
  readonly traits: (platform: PlatformName) => PlatformTraits
  readonly patterns: Patterns
}

const because = (
  rule: Rule,
  subject: MatchSubject,
  configuration: number,
  patterns: Patterns,
): Because | undefined => {
  if (rule.connection !== undefined && rule.connection !== subject.member.connection) return undefined
  const evidence = match(rule.when, subject, patterns)
  if (evidence === undefined) return undefined
  // A group the directory knows as well is the directory's: it outlives the login.
  const pushed = new Set(
    subject.groups.filter(({ source }) => source === 'scim').map(({ reference }) => reference.id),
  )
  const shownAtLogin = evidence.some((one) => one.kind === 'group' && !pushed.has(one.id))
  return {
    rule: rule.id,
    source: shownAtLogin ? 'sso' : 'scim',
    evidence: nearest(evidence),
    configuration,
  }
}

const wishesFor = (
  community: Community,
  matched: readonly { readonly rule: Rule; readonly because: Because }[],
): readonly Assignment[] => {
  const wishes = new Map<RoleId, readonly Because[]>()
  for (const { rule, because: reason } of matched) {
    const roles = new Set(rule.grant.filter((one) => one.community === community.id).map((one) => one.role))
    for (const role of roles) wishes.set(role, [...(wishes.get(role) ?? []), reason])
  }
  return [...wishes].map(([role, reasons]) => ({ community: community.id, role, because: reasons }))
}

/**
 * Who should have which role where: all rules, their union, then each platform's own constraints. A departed member is assigned nothing.
 * Communities in which nothing is granted or suppressed are left out.
 */
export const assignmentsFor = (input: AssignmentsInput): ReadonlyMap<CommunityId, Assignments> => {
  const { configuration, patterns } = input
  if (departed(input.member)) return new Map()
  const matched = configuration.rules.flatMap((rule) => {
    const reason = because(rule, input, configuration.number, patterns)
    return reason === undefined ? [] : [{ rule, because: reason }]
  })
  return new Map(
    configuration.communities.flatMap((community): [CommunityId, Assignments][] => {
      const wishes = wishesFor(community, matched)
      if (wishes.length === 0) return []
      const traits = input.traits(community.platform)
      return [[community.id, constrain(wishes, community.roles, traits, community.onConflict)]]
    }),
  )
}
