import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Matcher } from '../../lib/core/configuration.ts'
import { communityId, fold, foldLetters, groupId, roleId, ruleId } from '../../lib/core/ids.ts'
import { concernsRules, type MemberGroup, match, type Patterns, whyNot } from '../../lib/core/matching.ts'
import { globMatches } from '../../lib/core/text-test.ts'
import { member } from '../support/examples.ts'

/** The contract of the port with the engine at hand: anchored at both ends. */
const patterns: Patterns = {
  regex: (source) => {
    const compiled = new RegExp(`^(?:${source})$`, 'u')
    return (text) => compiled.test(text)
  },
}

const group = (id: string, displayName: string, externalId?: string): MemberGroup => ({
  reference: { id: groupId(id), displayName, ...(externalId === undefined ? {} : { externalId }) },
  source: 'scim',
})
const soc = group('g1', 'SOC-Tier1', '0b1e-object-id')
const paris = group('g2', 'EXT-Paris')
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ada = member('ada', {
  attributes: {
    name: { familyName: 'Lovelace' },
    emails: [{ value: 'ada@acme.test' }, { value: 'ada@home.test', type: 'home' }],
    employeeNumber: 7,
    [enterprise]: { department: 'Audit', costCenter: 'C-9' },
  },
})
const subject = { member: ada, groups: [paris, soc] }
const evidence = (when: Matcher) => match(when, subject, patterns)
const attribute = (path: string, equals: string): Matcher => ({ attribute: path, test: { equals } })
const socEvidence = { kind: 'group', id: 'g1', displayName: 'SOC-Tier1' }

describe('groups', () => {
  test.each<[string, Matcher]>([
    ['display name, in any case', { group: { equals: 'soc-TIER1 ' } }],
    ['id', { group: { equals: 'g1' } }],
    ['external id', { group: { anyOf: ['nothing', '0B1E-object-id'] } }],
    ['prefix', { group: { prefix: 'soc-' } }],
    ['glob', { group: { glob: 'S*-*1' } }],
    ['regular expression', { group: { regex: 'SOC-Tier\\d' } }],
  ])('match by %s', (_, when) => {
    expect(evidence(when)).toEqual([socEvidence])
  })

  test('a regular expression is anchored and minds case', () => {
    expect(evidence({ group: { regex: 'SOC' } })).toBeUndefined()
    expect(evidence({ group: { regex: 'soc-tier1' } })).toBeUndefined()
  })

  test('every group that matches is evidence, in an order that does not depend on the input', () => {
    const all = match({ group: { glob: '*' } }, subject, patterns)
    expect(all).toEqual([socEvidence, { kind: 'group', id: 'g2', displayName: 'EXT-Paris' }])
    expect(match({ group: { glob: '*' } }, { member: ada, groups: [soc, paris] }, patterns)).toEqual(all)
  })
})

describe('attributes', () => {
  test.each([
    ['userName', 'ADA@acme.test'],
    ['username', 'ada@acme.test'],
    ['name.familyName', 'lovelace'],
    ['emails.value', 'ada@home.test'],
    ['emails', 'ada@home.test'],
    ['emails.type', 'home'],
    ['active', 'true'],
    ['employeeNumber', '7'],
    ['department', 'audit'],
    [`${enterprise}:department`, 'Audit'],
    [`${enterprise.toLowerCase()}:DEPARTMENT`, 'Audit'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'ada@acme.test'],
  ])('%s is found', (path, value) => {
    expect(evidence(attribute(path, value))).toEqual([{ kind: 'attribute', path }])
  })

  test.each([
    ['department', 'Sales'],
    ['name', 'Lovelace'],
    ['constructor', 'Object'],
    ['__proto__', ''],
    ['urn:other:schema:department', 'Audit'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:department', 'Audit'],
    ['name.familyName.length', '8'],
  ])('%s is not %s', (path, value) => {
    expect(evidence(attribute(path, value))).toBeUndefined()
  })
})

describe('combinations', () => {
  const isSoc: Matcher = { group: { equals: 'SOC-Tier1' } }
  const isAudit = attribute('department', 'Audit')
  const isNobody: Matcher = { group: { equals: 'Nobody' } }

  test('all needs every part and shows all evidence', () => {
    expect(evidence({ all: [isSoc, isAudit] })).toEqual([
      socEvidence,
      { kind: 'attribute', path: 'department' },
    ])
    expect(evidence({ all: [isSoc, isNobody] })).toBeUndefined()
  })

  test('any needs one part and shows the evidence that held', () => {
    expect(evidence({ any: [isNobody, isSoc] })).toEqual([socEvidence])
    expect(evidence({ any: [isNobody] })).toBeUndefined()
  })

  test('a rule of negations alone matches by absence; negated leaves are no evidence', () => {
    expect(evidence({ not: isNobody })).toEqual([{ kind: 'absence' }])
    expect(evidence({ all: [isSoc, { not: isNobody }] })).toEqual([socEvidence])
    expect(evidence({ not: isAudit })).toBeUndefined()
    expect(evidence({ not: { not: isSoc } })).toEqual([socEvidence])
  })

  test('an attribute that is missing fails its test and passes the negation', () => {
    expect(evidence(attribute('title', 'Boss'))).toBeUndefined()
    expect(evidence({ not: attribute('title', 'Boss') })).toEqual([{ kind: 'absence' }])
  })

  test('why not names the leaves that failed', () => {
    expect(whyNot({ all: [isSoc, isNobody, { not: isAudit }] }, subject, patterns)).toEqual([
      'in no group whose name or id equals "Nobody"',
      'attribute department equals "Audit"',
    ])
    expect(whyNot(isSoc, subject, patterns)).toEqual([])
  })
})

const leaf: fc.Arbitrary<Matcher> = fc.constantFrom<Matcher>(
  { group: { equals: 'SOC-Tier1' } },
  { group: { equals: 'EXT-Paris' } },
  { group: { equals: 'Nobody' } },
  attribute('department', 'Audit'),
  attribute('department', 'Sales'),
)
const { matcher } = fc.letrec<{ matcher: Matcher }>((tie) => ({
  matcher: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('matcher'), { minLength: 1, maxLength: 3 }).map((all): Matcher => ({ all })),
    fc.array(tie('matcher'), { minLength: 1, maxLength: 3 }).map((any): Matcher => ({ any })),
    tie('matcher').map((not): Matcher => ({ not })),
  ),
}))

describe('laws', () => {
  test('matching is two-valued logic, and why-not is empty exactly for a match', () => {
    const holds = (when: Matcher): boolean => {
      if ('all' in when) return when.all.every(holds)
      if ('any' in when) return when.any.some(holds)
      if ('not' in when) return !holds(when.not)
      return evidence(when) !== undefined
    }
    fc.assert(
      fc.property(matcher, (when) => {
        expect(evidence(when) !== undefined).toBe(holds(when))
        expect(whyNot(when, subject, patterns).length === 0).toBe(holds(when))
      }),
    )
  })

  test('evidence is never empty and names only groups the member is in', () => {
    fc.assert(
      fc.property(matcher, (when) => {
        const found = evidence(when) ?? [{ kind: 'absence' as const }]
        expect(found.length).toBeGreaterThan(0)
        for (const one of found) if (one.kind === 'group') expect(['g1', 'g2']).toContain(one.id)
      }),
    )
  })

  test('a group that concerns no rule changes no match and no evidence', () => {
    const others = [group('g3', 'Choir'), group('g4', 'SOC-Tier2', 'x-9')]
    fc.assert(
      fc.property(matcher, (when) => {
        const grant = [{ community: communityId('soc'), role: roleId('viewer') }]
        const concerns = concernsRules([{ id: ruleId('one'), when, grant }], patterns)
        const groups = [...subject.groups, ...others]
        const relevant = groups.filter(({ reference }) => concerns(reference))
        expect(match(when, { member: ada, groups: relevant }, patterns)).toEqual(
          match(when, { member: ada, groups }, patterns),
        )
      }),
    )
  })

  test('a glob means what the naive regular expression means', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '-'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '-'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const naive = glob
          .split('*')
          .map((piece) => piece.replace(/[.]/g, '\\.'))
          .join('.*')
        expect(globMatches(glob, value)).toBe(new RegExp(`^${naive}$`).test(fold(value)))
      }),
      { numRuns: 5_000 },
    )
  })

  test('a glob made of pieces of a text matches it, whatever the characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(), (text, a, b) => {
        const [from, to] = [a % (text.length + 1), b % (text.length + 1)].toSorted((x, y) => x - y)
        fc.pre(!text.includes('*') && fold(text) === text)
        expect(globMatches(`${text.slice(0, from)}*${text.slice(to)}`, text)).toBe(true)
      }),
    )
  })

  test('a hostile glob is answered in linear steps', () => {
    expect(globMatches(`${'a*'.repeat(2_000)}b`, 'a'.repeat(20_000))).toBe(false)
  })
})

test('what needs no folding is seen at a glance, and only that', () => {
  const plain = fc.string({ unit: 'binary-ascii' })
  const letters = fc.oneof(
    plain,
    fc.string({ unit: 'binary' }),
    plain.map((text) => `${text}ς`),
  )
  fc.assert(fc.property(letters, (text) => fold(text) === foldLetters(text).trim()))
})

test('what is folded twice is what is folded once, whatever letters compose anew when they are small', () => {
  expect(fold('\u03aa\u0301')).toBe('\u0390')
  const letter = fc.oneof(
    fc.constantFrom('\u03aa', '\u0391', '\u0301', '\u0345', ' ', 'Σ'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 5 }), (letters) => {
      const once = fold(letters.join(''))
      expect(fold(once)).toBe(once)
    }),
    { numRuns: 500 },
  )
})

test('a text of marks without letters is folded in the time it takes to read it', { timeout: 5_000 }, () => {
  for (const marks of ['\u0301\u0316', '\uff9e\u0316', '\u0344\u0316']) {
    const text = `A${marks.repeat(200_000)}`
    expect(fold(text)).toHaveLength(text.length)
    expect(fold(fold(text))).toBe(fold(text))
  }
  // As many as a letter may have are sorted, as ever.
  expect(fold(`a${'\u0301\u0316'.repeat(15)}`)).toBe(fold(`á${'\u0316'.repeat(15)}${'\u0301'.repeat(14)}`))
})
