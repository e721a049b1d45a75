import type { Configuration, Matcher, Rule } from './configuration.ts'
import type { RuleId } from './ids.ts'
import { type MatchSubject, match, namesOf } from './matching.ts'
import { type Patterns, passes } from './text-test.ts'

/** What is kept of somebody's past, as rules ask for it. */
export type PastSubject = MatchSubject & {
  /** Is the value of this attribute known for that time? */
  readonly attributeKnown: (path: string) => boolean
  /** The names of some group they were in are not kept. */
  readonly unnamedGroups: boolean
  /** What a login had shown of groups is not kept. */
  readonly loginGroupsOpen: boolean
}

/** A rule that cannot be decided any more, by what. */
export type OpenRule = { readonly rule: RuleId; readonly notKept: readonly string[] }

type Leaf = Extract<Matcher, { readonly group: unknown } | { readonly attribute: unknown }>

const isOpen = (leaf: Leaf, subject: PastSubject, patterns: Patterns): boolean => {
  if ('attribute' in leaf) return !subject.attributeKnown(leaf.attribute)
  const held = subject.groups.some(({ reference }) =>
    namesOf(reference).some((name) => passes(leaf.group, name, patterns)),
  )
  return !held && (subject.unnamedGroups || subject.loginGroupsOpen)
}

const always: Matcher = { all: [] }

/** Leaves nobody can decide any more count for the rule (`hoping`) or against it, whatever negations stand above them. */
const assuming = (
  matcher: Matcher,
  open: (leaf: Leaf) => boolean,
  hoping: boolean,
  negated = false,
): Matcher => {
  if ('not' in matcher) return { not: assuming(matcher.not, open, hoping, !negated) }
  if ('all' in matcher) return { all: matcher.all.map((part) => assuming(part, open, hoping, negated)) }
  if ('any' in matcher) return { any: matcher.any.map((part) => assuming(part, open, hoping, negated)) }
  if (!open(matcher)) return matcher
  if (hoping !== negated) return always
  // Fails, and says of what.
  return 'attribute' in matcher
    ? { attribute: `${matcher.attribute} (not kept)`, test: matcher.test }
    : { not: always }
}

const openLeaves = (
  matcher: Matcher,
  open: (leaf: Leaf) => boolean,
  groups: readonly string[],
): readonly string[] => {
  if ('not' in matcher) return openLeaves(matcher.not, open, groups)
  if ('all' in matcher) return matcher.all.flatMap((part) => openLeaves(part, open, groups))
  if ('any' in matcher) return matcher.any.flatMap((part) => openLeaves(part, open, groups))
  if (!open(matcher)) return []
  return 'attribute' in matcher ? [`attribute ${matcher.attribute}`] : groups
}

const openGroups = ({ unnamedGroups, loginGroupsOpen }: PastSubject): readonly string[] => [
  ...(unnamedGroups ? ['the name of a group they were in'] : []),
  ...(loginGroupsOpen ? ['the groups a login had shown'] : []),
]

export type PastRules = {
  /** With the rules that certainly matched or certainly did not, each so that it comes to just that. */
  readonly decided: Configuration
  readonly open: readonly OpenRule[]
}

/** Rules of that time on what is kept of it. Nothing is guessed: what hangs on a value that is not kept is left open. */
export const pastRules = (
  configuration: Configuration,
  subject: PastSubject,
  patterns: Patterns,
): PastRules => {
  const openLeaf = (leaf: Leaf): boolean => isOpen(leaf, subject, patterns)
  const decided: Rule[] = []
  const open: OpenRule[] = []
  for (const rule of configuration.rules) {
    const elsewhere = rule.connection !== undefined && rule.connection !== subject.member.connection
    const surely = assuming(rule.when, openLeaf, false)
    const perhaps = assuming(rule.when, openLeaf, true)
    const certain =
      elsewhere ||
      match(surely, subject, patterns) !== undefined ||
      match(perhaps, subject, patterns) === undefined
    if (certain) decided.push({ ...rule, when: surely })
    else
      open.push({
        rule: rule.id,
        notKept: [...new Set(openLeaves(rule.when, openLeaf, openGroups(subject)))],
      })
  }
  return { decided: { ...configuration, rules: decided }, open }
}
