import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import type { Attributes } from '../../lib/core/member.ts'
import { matches } from '../../lib/scim/filter/evaluate.ts'
import { type Filter, printFilter } from '../../lib/scim/filter/filter.ts'
import { parseFilter } from '../../lib/scim/filter/parse.ts'
import { userSchema } from '../../lib/scim/schema.ts'

const parse = (text: string): Filter => parseFilter(userSchema, text)
const codeOf = (text: string): string => {
  try {
    parse(text)
    return 'accepted'
  } catch (error) {
    return isConnectorError(error) ? error.code : 'a foreign exception'
  }
}

const ada: Attributes = {
  userName: 'Ada@Example.test',
  externalId: 'aB-1',
  active: true,
  title: 'Countess "of" ) Lovelace and co',
  name: { familyName: 'Lovelace' },
  emails: [
    { value: 'ada@example.test', type: 'work', primary: true },
    { value: 'ada@home.test', type: 'home' },
  ],
  meta: { created: '2026-01-02T03:04:05.000Z' },
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    department: 'Engines',
    manager: { value: 'x1' },
  },
}

describe('a filter', () => {
  it.each([
    ['userName eq "ada@example.TEST"', true],
    ['USERNAME EQ "ada@example.test"', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@example.test"', true],
    ['externalId eq "aB-1"', true],
    ['externalId eq "ab-1"', false],
    ['emails eq "ADA@home.test"', true],
    ['emails.value eq "ada@home.test"', true],
    ['emails[type eq "work" and value eq "ada@example.test"]', true],
    ['emails[type eq "work" and value eq "ada@home.test"]', false],
    ['emails.type eq "work" and emails.value eq "ada@home.test"', true],
    ['emails[type eq "work"].value eq "ada@example.test"', true],
    ['emails[type eq "home"].value eq "ada@example.test"', false],
    ['active eq true', true],
    ['active eq "False"', false],
    ['title eq "Countess \\"of\\" ) Lovelace and co"', true],
    ['title eq "\\u0043ountess \\"of\\" ) Lovelace and co"', true],
    ['title pr and not (nickName pr)', true],
    ['nickName eq null', true],
    ['nickName ne "x"', true],
    ['name.familyName sw "love" and name.familyName ew "LACE" and title co "ountess"', true],
    ['meta.created gt "2026-01-01T00:00:00Z" and meta.created lt "2026-01-02T04:04:05+00:30"', true],
    ['meta.created ge "2026-01-02T04:04:05+01:00" and meta.created le "2026-01-02T03:04:05Z"', true],
    ['userName eq "x" and title pr or active eq true', true],
    ['userName eq "x" and (title pr or active eq true)', false],
    ['not (userName eq "x" or active eq true)', false],
    ['((active eq true))', true],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "engines"', true],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "X1"', false],
  ])('%s is %s', (text, expected) => {
    expect(matches(parse(text), ada)).toBe(expected)
  })

  it.each([
    '',
    'userName',
    'userName eq',
    'eq "x"',
    '"x" eq userName',
    'userName eq x',
    'userName eq "x" and',
    'userName eq "x" userName eq "y"',
    'userName is "x"',
    '(userName eq "x"',
    'userName eq "x")',
    'userName eq "x',
    'userName eq "\\q"',
    'not userName eq "x"',
    'emails[type eq "work"',
    'emails[type eq "work"].nothing eq "x"',
    'userName[value eq "x"]',
    'unknownAttribute eq "x"',
    'constructor eq "x"',
    'active gt true',
    'active eq "perhaps"',
    'active co "t"',
    'userName eq 5',
    'userName gt null',
    'name eq "x"',
    'meta.created gt "yesterday"',
    'password eq "guess"',
    '('.repeat(100),
    `${'not ('.repeat(50)}title pr${')'.repeat(50)}`,
    `userName eq "${'x'.repeat(10_000)}"`,
  ])('%s is refused as invalidFilter', (text) => {
    expect(codeOf(text)).toBe('invalidFilter')
  })
})

const word = fc.constantFrom(
  'userName',
  'title',
  'externalId',
  'name.familyName',
  'emails.value',
  'emails.type',
)
const comparison = fc
  .tuple(word, fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'), fc.string())
  .map(([path, operator, value]) => `${path} ${operator} ${JSON.stringify(value)}`)
const expression = fc.letrec<{ any: string; joined: string; leaf: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('joined')),
  leaf: fc.oneof(
    comparison,
    word.map((path) => `${path} pr`),
    fc.string().map((value) => `emails[type eq "work" and value eq ${JSON.stringify(value)}]`),
  ),
  joined: fc.oneof(
    fc
      .tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any'))
      .map(([a, joint, b]) => `(${a}) ${joint} (${b})`),
    tie('any').map((inner) => `not (${inner})`),
  ),
})).any

describe('every filter', () => {
  it('means the same after it was printed and read again', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const filter = parse(text)
        expect(printFilter(parse(printFilter(filter)))).toBe(printFilter(filter))
        expect(matches(parse(printFilter(filter)), ada)).toBe(matches(filter, ada))
      }),
    )
  })

  it('is the opposite of its negation', () => {
    fc.assert(
      fc.property(expression, (text) => {
        expect(matches(parse(`not (${text})`), ada)).toBe(!matches(parse(text), ada))
      }),
    )
  })

  it('however broken, is read or refused with invalidFilter', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'userName',
        'eq',
        '"x"',
        '(',
        ')',
        '[',
        ']',
        'and',
        'or',
        'not',
        'pr',
        '"',
        '\\',
        '.',
        'emails',
        'true',
        'null',
        ':',
        'urn:a:1.0:B',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect(['accepted', 'invalidFilter']).toContain(codeOf(pieces.join(' ')))
      }),
      { numRuns: 2_000 },
    )
  })
})
