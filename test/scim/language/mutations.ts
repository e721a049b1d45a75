// Right things made slightly wrong: what a parser meets between the valid and the random.
import fc from 'fast-check'

const fragments = [
  '(',
  ')',
  '[',
  ']',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  ' ',
  '.',
  ':',
  ',',
  '-',
  '1e999',
  'not ',
  'not(',
  ' and ',
  ' OR ',
  ' pr',
  ' eq ',
  ' gt ',
  'null',
  'true',
  '"x"',
  'urn:',
  'urn:a:1.0:B:',
  '$ref',
  'value',
  'members',
  'constructor',
  '__proto__',
  '\u0000',
  '\u2028',
  '𝒳',
  'é',
]

/** A text with a few cuts, insertions and repetitions. */
export const mutatedText = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const change = fc.record({
    at: fc.nat({ max: 300 }),
    cut: fc.nat({ max: 8 }),
    insert: fc.oneof(fc.constantFrom('', ...fragments), fc.string({ maxLength: 4 })),
    repeat: fc.oneof(
      { weight: 9, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.nat({ max: 200 }) },
    ),
  })
  return fc.tuple(text, fc.array(change, { maxLength: 3 })).map(([start, changes]) =>
    changes.reduce((before, { at, cut, insert, repeat }) => {
      const place = before.length === 0 ? 0 : at % (before.length + 1)
      return `${before.slice(0, place)}${insert.repeat(repeat)}${before.slice(place + cut)}`
    }, start),
  )
}

const names = [
  'userName',
  'displayName',
  'externalId',
  'active',
  'emails',
  'name',
  'value',
  'type',
  'primary',
  'members',
  'meta',
  'id',
  'groups',
  'roles',
  'manager',
  'schemas',
  '$ref',
  'op',
  'path',
  'operation',
  'USERNAME',
  'urn:a:1.0:B',
  'urn:a:1.0:B:c',
  'emails[type eq "work"].value',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:ietf:params:scim:schemas:core:2.0:User',
]
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    'True',
    'false',
    null,
    true,
    0,
    -1,
    1e300,
    '\ud800',
    'x'.repeat(2_000),
    'a@b.test',
    'work',
    '2026-02-30T00:00:00Z',
  ),
  fc.string({ maxLength: 6 }),
  fc.integer(),
)
/** Any JSON, made of the words of SCIM. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
      ),
      tie('any'),
      {
        maxKeys: 4,
      },
    ),
  ),
})).any

const countOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + countOf(each), 1)
    : 1

/** The `n`-th value of a JSON value, counted from the outside in, becomes another. */
const withNth = (value: unknown, n: number, other: unknown): unknown => {
  if (n === 0) return other
  if (typeof value !== 'object' || value === null) return value
  let rest = n - 1
  const entries = Object.entries(value).map(([name, each]) => {
    const size = countOf(each)
    const next = rest >= 0 && rest < size ? withNth(each, rest, other) : each
    rest -= size
    return [name, next] as const
  })
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}

/** A JSON value in which a few values, whole branches among them, became others. */
export const mutatedJson = (base: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(base, fc.array(fc.tuple(fc.nat({ max: 200 }), json), { maxLength: 3 }))
    .map(([start, changes]) =>
      changes.reduce<unknown>(
        (before, [at, other]) => withNth(before, 1 + (at % countOf(before)), other),
        start,
      ),
    )
