import type { Because } from './assignment.ts'
import { reasonOf } from './assignments.ts'
import type { Configuration, Matcher, Rule, TextTest } from './configuration.ts'
import { fold, type RuleId } from './ids.ts'
import { type MatchSubject, namesOf, type Patterns, whyNot } from './matching.ts'
import { passes } from './text-test.ts'

export type RulePreview = {
  readonly rule: RuleId
  readonly grant: Rule['grant']
} & (
  | ({ readonly result: 'matched' } & Pick<Because, 'source' | 'evidence'>)
  /** The leaves that stood in the way, in words without anybody's values. */
  | { readonly result: 'notMatched'; readonly against: readonly string[] }
  /** The rule is for another connection. */
  | { readonly result: 'elsewhere' }
)

const previewRule = (
  rule: Rule,
  subject: MatchSubject,
  { number }: Configuration,
  patterns: Patterns,
): RulePreview => {
  const { id, grant, connection } = rule
  if (connection !== undefined && connection !== subject.member.connection)
    return { rule: id, grant, result: 'elsewhere' }
  const because = reasonOf(rule, subject, number, patterns)
  return because === undefined
    ? { rule: id, grant, result: 'notMatched', against: whyNot(rule.when, subject, patterns) }
    : { rule: id, grant, result: 'matched', source: because.source, evidence: because.evidence }
}

/** Every rule, in the order of the configuration, asked about one person. */
export const previewRules = (
  configuration: Configuration,
  subject: MatchSubject,
  patterns: Patterns,
): readonly RulePreview[] =>
  configuration.rules.map((rule) => previewRule(rule, subject, configuration, patterns))

type Asked = { readonly group: TextTest } | { readonly attribute: string }

/** Everything a matcher asks for, whichever way round. */
export const askedBy = (matcher: Matcher): readonly Asked[] => {
  if ('group' in matcher) return [{ group: matcher.group }]
  if ('attribute' in matcher) return [{ attribute: matcher.attribute }]
  if ('not' in matcher) return askedBy(matcher.not)
  return ('all' in matcher ? matcher.all : matcher.any).flatMap(askedBy)
}

/** The rules that ask for a group of this name, whatever else they ask for. */
export const rulesAskingForGroup = (
  rules: readonly Rule[],
  name: string,
  patterns: Patterns,
): readonly RuleId[] =>
  rules
    .filter(({ when }) => askedBy(when).some((one) => 'group' in one && passes(one.group, name, patterns)))
    .map(({ id }) => id)

export const rulesAskingForAttribute = (rules: readonly Rule[], name: string): readonly RuleId[] =>
  rules
    .filter(({ when }) =>
      askedBy(when).some((one) => 'attribute' in one && fold(one.attribute) === fold(name)),
    )
    .map(({ id }) => id)

/** Groups a rule names by their very name, and none of which the person is in. */
export type MissingGroups = {
  readonly rule: RuleId
  readonly names: readonly string[]
  /** Those of them the directory knows; absent: it was not asked. */
  readonly known?: readonly string[]
}

const namedBy = (test: TextTest): readonly string[] =>
  'equals' in test ? [test.equals] : 'anyOf' in test ? test.anyOf : []

const missingFor = (rule: Rule, held: ReadonlySet<string>): readonly MissingGroups[] => {
  const names = askedBy(rule.when).flatMap((one) => {
    const named = 'group' in one ? namedBy(one.group) : []
    return named.some((name) => held.has(fold(name))) ? [] : named
  })
  return names.length === 0 ? [] : [{ rule: rule.id, names: [...new Set(names)] }]
}

/** Of one leaf with several names, one is enough. */
export const missingGroups = (rules: readonly Rule[], subject: MatchSubject): readonly MissingGroups[] => {
  const held = new Set(subject.groups.flatMap(({ reference }) => namesOf(reference).map(fold)))
  return rules.flatMap((rule) => missingFor(rule, held))
}
