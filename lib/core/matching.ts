import type { Evidence, GroupStep, Source } from './assignment.ts'
import { attributeValues, shownValues } from './attributes.ts'
import type { Matcher, Rule, TextTest } from './configuration.ts'
import { fold } from './ids.ts'
import type { ShownAttributes } from './login.ts'
import type { GroupReference, Member } from './member.ts'
import { describeTest, type Patterns, passes } from './text-test.ts'

export type { Patterns } from './text-test.ts'

export type MemberGroup = {
  readonly reference: GroupReference
  readonly source: Source
  /** The groups in between, outwards; absent: they are in it directly. Of a long way the two ends. */
  readonly through?: readonly GroupStep[]
  readonly leftOut?: number
}
export type MatchSubject = {
  readonly member: Member
  readonly groups: readonly MemberGroup[]
  /** What logins showed; an attribute the directory knows is the directory's. */
  readonly shown?: ShownAttributes | undefined
}

type Leaf = Extract<Matcher, { readonly group: unknown } | { readonly attribute: unknown }>
type Finding = {
  readonly matched: boolean
  /** The positive leaves that held. */
  readonly evidence: readonly Evidence[]
  /** The leaves that stood in the way, in words. */
  readonly against: readonly string[]
}

export const namesOf = (group: GroupReference): readonly string[] =>
  group.externalId === undefined
    ? [group.id, group.displayName]
    : [group.id, group.externalId, group.displayName]

const leafEvidence = (leaf: Leaf, subject: MatchSubject, patterns: Patterns): readonly Evidence[] => {
  if ('group' in leaf)
    return subject.groups
      .filter(({ reference }) => namesOf(reference).some((name) => passes(leaf.group, name, patterns)))
      .map(({ reference: { id, displayName }, source, ...way }) => ({
        kind: 'group',
        id,
        displayName,
        ...way,
        ...(source === 'sso' ? { shown: true } : {}),
      }))
  const path = leaf.attribute
  const pushed = attributeValues(subject.member, path)
  const values = pushed.length > 0 ? pushed : shownValues(subject.shown, path)
  if (!values.some((value) => passes(leaf.test, value, patterns))) return []
  return [{ kind: 'attribute', path, ...(pushed.length > 0 ? {} : { shown: true }) }]
}

const describeLeaf = (leaf: Leaf, negated: boolean): string =>
  'group' in leaf
    ? `${negated ? 'in a' : 'in no'} group whose name or id ${describeTest(leaf.group)}`
    : `${negated ? 'attribute' : 'no attribute'} ${leaf.attribute}${negated ? '' : ' that'} ${describeTest(leaf.test)}`

const findLeaf = (leaf: Leaf, negated: boolean, subject: MatchSubject, patterns: Patterns): Finding => {
  const evidence = leafEvidence(leaf, subject, patterns)
  const matched = evidence.length > 0 !== negated
  return {
    matched,
    evidence: matched && !negated ? evidence : [],
    against: matched ? [] : [describeLeaf(leaf, negated)],
  }
}

/** Negation is carried down to the leaves (De Morgan), so that only what really was found counts as evidence. */
const find = (matcher: Matcher, negated: boolean, subject: MatchSubject, patterns: Patterns): Finding => {
  if ('not' in matcher) return find(matcher.not, !negated, subject, patterns)
  if ('group' in matcher || 'attribute' in matcher) return findLeaf(matcher, negated, subject, patterns)
  const parts = 'all' in matcher ? matcher.all : matcher.any
  const findings = parts.map((part) => find(part, negated, subject, patterns))
  const conjunction = 'all' in matcher !== negated
  const matched = conjunction ? findings.every((f) => f.matched) : findings.some((f) => f.matched)
  return {
    matched,
    evidence: matched ? findings.filter((f) => f.matched).flatMap((f) => f.evidence) : [],
    against: matched ? [] : findings.flatMap((f) => f.against),
  }
}

const groupTests = (matcher: Matcher): readonly TextTest[] => {
  if ('group' in matcher) return [matcher.group]
  if ('attribute' in matcher) return []
  if ('not' in matcher) return groupTests(matcher.not)
  return ('all' in matcher ? matcher.all : matcher.any).flatMap(groupTests)
}

/** Whether being in a group can make any difference to the rules: whoever leaves the others out comes to the same assignments. */
export const concernsRules = (
  rules: readonly Rule[],
  patterns: Patterns,
): ((group: GroupReference) => boolean) => {
  const tests = rules.flatMap(({ when }) => groupTests(when))
  return (group) => tests.some((test) => namesOf(group).some((name) => passes(test, name, patterns)))
}

const attributesIn = (matcher: Matcher): readonly string[] => {
  if ('attribute' in matcher) return [fold(matcher.attribute)]
  if ('group' in matcher) return []
  if ('not' in matcher) return attributesIn(matcher.not)
  return ('all' in matcher ? matcher.all : matcher.any).flatMap(attributesIn)
}

/** Every attribute the rules ask for, folded. */
export const attributesAsked = (rules: readonly Rule[]): ReadonlySet<string> =>
  new Set(rules.flatMap(({ when }) => attributesIn(when)))

const evidenceKey = (evidence: Evidence): string =>
  evidence.kind === 'group'
    ? `1${evidence.id}`
    : evidence.kind === 'attribute'
      ? `2${evidence.path.toLowerCase()}`
      : '3'

const distance = (evidence: Evidence): number =>
  evidence.kind === 'group' ? (evidence.through?.length ?? 0) + (evidence.leftOut ?? 0) : 0

/** One entry per group (by its shortest way) and attribute, in an order that does not depend on how the groups were read. */
const tidy = (evidence: readonly Evidence[]): readonly Evidence[] =>
  [
    ...new Map(
      evidence.toSorted((a, b) => distance(b) - distance(a)).map((entry) => [evidenceKey(entry), entry]),
    ).entries(),
  ]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => entry)

/** Records of grants keep it: somebody may be in thousands of groups of which a pattern asks. */
const mostEvidence = 20

/** The nearest groups say most; attributes are as near as can be. */
export const nearest = (evidence: readonly Evidence[]): readonly Evidence[] => {
  if (evidence.length <= mostEvidence) return evidence
  const kept = new Set(evidence.toSorted((a, b) => distance(a) - distance(b)).slice(0, mostEvidence))
  return evidence.filter((one) => kept.has(one))
}

/** The evidence for a match, or undefined when the matcher does not match. A match by nothing but negations has `absence` as its evidence. */
export const match = (
  matcher: Matcher,
  subject: MatchSubject,
  patterns: Patterns,
): readonly Evidence[] | undefined => {
  const finding = find(matcher, false, subject, patterns)
  if (!finding.matched) return undefined
  return finding.evidence.length === 0 ? [{ kind: 'absence' }] : tidy(finding.evidence)
}

/** Why a matcher does not match: the leaves that failed, in words without personal values. Empty when it matches. */
export const whyNot = (matcher: Matcher, subject: MatchSubject, patterns: Patterns): readonly string[] => [
  ...new Set(find(matcher, false, subject, patterns).against),
]
