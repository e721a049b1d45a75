import { ConnectorError } from '../core/errors.ts'
import type { Patterns } from '../core/matching.ts'
import type { Finding } from './findings.ts'
import { matcherKeys, testKeys } from './schema-matcher.ts'
import { field, isMap, items, present, text, type View } from './view.ts'

const maximumDepth = 10
/** Wild cards of other glob languages, which stand for themselves here. */
const foreignGlob = /[?[\]{}\\]/

const oneTest = (holder: View, what: string): readonly Finding[] => {
  const given = testKeys.filter((key) => present(field(holder, key)))
  if (given.length === 1) return []
  return [
    {
      path: holder.path,
      what:
        given.length === 0 ? `${what} has no test` : `${what} has ${given.length} tests: ${given.join(', ')}`,
      why: 'a test is exactly one of equals, anyOf, prefix, glob, regex',
      remedy: given.length === 0 ? 'add one' : 'keep one, or join several with all or any',
    },
  ]
}

const regexFindings = (view: View, patterns: Patterns): readonly Finding[] => {
  const source = text(view)
  if (source === undefined) return []
  try {
    patterns.regex(source)
    return []
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const why = 'expressions are RE2: no look-around and no back-references'
    return [{ path: view.path, what: error.message, why, remedy: 'correct it, or use anyOf, prefix or glob' }]
  }
}

const globFindings = (view: View): readonly Finding[] =>
  foreignGlob.test(text(view) ?? '')
    ? [
        {
          path: view.path,
          what: 'holds ? [ ] { } or \\',
          why: 'only * is special in a glob, the rest would stand for itself',
          remedy: 'use * alone, anyOf, or regex',
        },
      ]
    : []

const testFindings = (holder: View, what: string, patterns: Patterns): readonly Finding[] => [
  ...oneTest(holder, what),
  ...regexFindings(field(holder, 'regex'), patterns),
  ...globFindings(field(holder, 'glob')),
]

const shapeFindings = (matcher: View): readonly Finding[] => {
  const why = 'a matcher is exactly one of all, any, not, group, attribute'
  const given = matcherKeys.filter((key) => present(field(matcher, key)))
  if (given.length === 0)
    return [{ path: matcher.path, what: 'matches nothing in particular', why, remedy: 'add one of them' }]
  if (given.length > 1)
    return [
      {
        path: matcher.path,
        what: `is ${given.join(' and ')} at once`,
        why,
        remedy: 'join them with all: or any:',
      },
    ]
  if (given[0] === 'attribute') return []
  return testKeys
    .map((key) => field(matcher, key))
    .filter(present)
    .map(({ path }) => ({
      path,
      what: 'is a test without an attribute',
      why: 'tests stand inside group, or beside attribute',
      remedy: 'move it into group, or add attribute',
    }))
}

const walk = (matcher: View, patterns: Patterns, depth: number): readonly Finding[] => {
  if (!isMap(matcher)) return []
  if (depth > maximumDepth)
    return [
      {
        path: matcher.path,
        what: 'is nested too deeply',
        why: `matchers nest at most ${maximumDepth} levels`,
        remedy: 'split the rule',
      },
    ]
  const [group, not] = [field(matcher, 'group'), field(matcher, 'not')]
  return [
    ...shapeFindings(matcher),
    ...(isMap(group) ? testFindings(group, 'group', patterns) : []),
    ...(present(field(matcher, 'attribute')) ? testFindings(matcher, 'attribute', patterns) : []),
    ...[...items(field(matcher, 'all')), ...items(field(matcher, 'any'))].flatMap((one) =>
      walk(one, patterns, depth + 1),
    ),
    ...(present(not) ? walk(not, patterns, depth + 1) : []),
  ]
}

export const matcherFindings = (root: View, patterns: Patterns): readonly Finding[] =>
  items(field(root, 'rules')).flatMap((rule) => walk(field(rule, 'when'), patterns, 1))

/** Whether it can match somebody of whom nothing is known: the widest rule one can write, mostly by mistake. */
const matchesAbsence = (matcher: View): boolean => {
  const [all, any, not] = [field(matcher, 'all'), field(matcher, 'any'), field(matcher, 'not')]
  if (present(all)) return items(all).every(matchesAbsence)
  if (present(any)) return items(any).some(matchesAbsence)
  return present(not) && !matchesAbsence(not)
}

export const matcherWarnings = (root: View): readonly Finding[] =>
  items(field(root, 'rules')).flatMap((rule): readonly Finding[] =>
    matchesAbsence(field(rule, 'when'))
      ? [
          {
            path: field(rule, 'when').path,
            what: 'matches people of whom nothing is known',
            why: 'it can be fulfilled by what somebody is not',
            remedy: 'add a group or an attribute that must be there',
            severity: 'warning',
          },
        ]
      : [],
  )
