import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import type { Attributes } from '../../lib/core/member.ts'
import { matches } from '../../lib/scim/filter/evaluate.ts'
import { type Filter, printFilter } from '../../lib/scim/filter/filter.ts'
import { parseFilter } from '../../lib/scim/filter/parse.ts'
import { userSchema } from '../../lib/scim/schema.ts'
import { isTrueOf, size, spelling, textOf, tree } from './language/filters.ts'
import { thing, thingSchema } from './language/thing.ts'

const numRuns = Number(process.env.FUZZ_BUDGET ?? 4_000)

const counted = <T>(
  run: (step: (count?: number) => void) => T,
): { readonly result: T; readonly steps: number } => {
  let steps = 0
  const result = run((count = 1) => {
    steps += count
  })
  return { result, steps }
}
const values = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + values(each), 1)
    : 1

// Chosen once; a reader of more than the text, or of the subject more than once for each part of the filter, exceeds them.
const stepsPerCharacter = 6
const stepsPerPartAndValue = 4

describe('every filter', () => {
  it('is true of exactly the resources the RFC says', () => {
    const outcomes = { true: 0, false: 0 }
    fc.assert(
      fc.property(tree, spelling, thing, (each, how, subject) => {
        const expected = isTrueOf(each, subject)
        const found = matches(parseFilter(thingSchema, textOf(each, how)), subject as Attributes)
        expect(found).toBe(expected)
        outcomes[`${found}`] += 1
      }),
      { numRuns },
    )
    // Otherwise a thing that matches nothing would pass.
    expect(Math.min(outcomes.true, outcomes.false)).toBeGreaterThan(numRuns / 10)
  })

  it('printed and read again is the same filter', () => {
    fc.assert(
      fc.property(tree, spelling, (each, how) => {
        const filter = parseFilter(thingSchema, textOf(each, how))
        expect(parseFilter(thingSchema, printFilter(filter))).toEqual(filter)
      }),
      { numRuns },
    )
  })

  it('is read in steps proportional to its length, and evaluated in steps proportional to its parts times the values', () => {
    fc.assert(
      fc.property(tree, spelling, thing, (each, how, subject) => {
        const text = textOf(each, how)
        const parsed = counted((step) => parseFilter(thingSchema, text, step))
        expect(parsed.steps).toBeLessThanOrEqual(stepsPerCharacter * text.length)
        const { steps } = counted((step) => matches(parsed.result, subject as Attributes, step))
        expect(steps).toBeLessThanOrEqual(stepsPerPartAndValue * size(each) * values(subject))
      }),
      { numRuns },
    )
  })
})

describe('what was made to be slow', () => {
  const repeated = (part: string, joint: string, length: number): string =>
    Array.from({ length: Math.floor(length / (part.length + joint.length)) }, () => part).join(joint)

  const hostile: readonly [string, (length: number) => string][] = [
    ['a long chain of and', (length) => repeated('title pr', ' and ', length)],
    ['a long chain of or and and', (length) => repeated('title pr and userName pr', ' or ', length)],
    ['a long string', (length) => `title eq "${'x'.repeat(length)}"`],
    ['a string that never ends', (length) => `title eq "${'\\"'.repeat(length / 2)}`],
    ['thousands of not (', (length) => 'not ('.repeat(length / 5)],
    ['thousands of parentheses', (length) => '('.repeat(length)],
    ['thousands of closing brackets', (length) => `emails[${']'.repeat(length)}`],
    ['a URN of versions', (length) => `urn:a${':1'.repeat(length / 2)}:B:c pr`],
    ['a name of dots', (length) => `${'a.'.repeat(length / 2)} pr`],
    ['blanks', (length) => `title${' '.repeat(length)}pr`],
    ['a long number', (length) => `title eq ${'1'.repeat(length)}`],
    ['elements in a long chain', (length) => `emails[${repeated('value eq "x"', ' or ', length)}]`],
  ]

  it.each(hostile)('%s: a bounded number of steps for each character', (_, make) => {
    for (const length of [1_000, 4_000, 8_000]) {
      const text = make(length)
      const { steps } = counted((step) => {
        try {
          parseFilter(userSchema, text, step)
        } catch (error) {
          expect(isConnectorError(error, 'invalidFilter')).toBe(true)
        }
      })
      expect(steps).toBeLessThanOrEqual(stepsPerCharacter * text.length)
    }
  })

  it('is refused beyond 8,192 characters before it is read', () => {
    const { steps } = counted((step) => {
      expect(() => parseFilter(userSchema, `title eq "${'x'.repeat(9_000)}"`, step)).toThrow('8192')
    })
    expect(steps).toBe(0)
  })

  const nested = (depth: number): string => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`
  it('is refused when it is nested more than 32 levels deep', () => {
    expect(parseFilter(userSchema, nested(31))).toEqual(parseFilter(userSchema, 'title pr'))
    expect(() => parseFilter(userSchema, nested(32))).toThrow('nested more than 32 levels')
  })

  const partsOf = (filter: Filter): number => {
    if ('filters' in filter) return filter.filters.reduce((sum, each) => sum + partsOf(each), 1)
    return 'filter' in filter ? 1 + partsOf(filter.filter) : 1
  }
  it('over a thousand values costs no more than parts times values', () => {
    const emails = Array.from({ length: 1_000 }, (_, n) => ({ value: `${n}@example.test`, type: 'work' }))
    const subject: Attributes = { userName: 'x', emails }
    for (const text of [
      repeated('emails.value eq "x"', ' or ', 8_000),
      `emails[${repeated('value eq "x"', ' or ', 8_000)}]`,
      repeated('emails[type eq "home" or value ew "y"]', ' or ', 8_000),
      'urn:acme:2.0:User:a.b eq "c" or urn:acme:2.0:User:list[value eq "c"]',
    ]) {
      const filter = parseFilter(userSchema, text)
      const { result, steps } = counted((step) => matches(filter, subject, step))
      expect(result).toBe(false)
      expect(steps).toBeLessThanOrEqual(stepsPerPartAndValue * partsOf(filter) * values(subject))
    }
  })
})
