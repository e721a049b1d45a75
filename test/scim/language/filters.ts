// Random filters as trees without text, their text, and what RFC 7644 §3.4.2.2 says they mean: written from the RFC, without our parser or evaluator.
import fc from 'fast-check'
import { customUrn, instant, integer, moreUrn, number, text, thingUrn } from './thing.ts'

type Kind = 'text' | 'exact' | 'number' | 'boolean' | 'instant' | 'loose'
type Place = { readonly urn?: string; readonly name: string; readonly sub?: string; readonly kind: Kind }
type Literal = string | number | boolean | null

export type Tree =
  | { readonly is: 'all' | 'some'; readonly of: readonly Tree[] }
  | { readonly is: 'not'; readonly of: Tree }
  | { readonly is: 'one'; readonly place: Place; readonly of: Tree }
  | { readonly is: 'set'; readonly place: Place }
  | { readonly is: 'test'; readonly place: Place; readonly operator: string; readonly literal: Literal }

const places: readonly Place[] = [
  { name: 'label', kind: 'text' },
  { name: 'code', kind: 'exact' },
  { name: 'size', kind: 'number' },
  { name: 'weight', kind: 'number' },
  { name: 'on', kind: 'boolean' },
  { name: 'seen', kind: 'instant' },
  { name: 'home', kind: 'exact' },
  { name: 'tags', kind: 'text' },
  { name: 'box', sub: 'name', kind: 'text' },
  { name: 'box', sub: 'height', kind: 'number' },
  { name: 'parts', sub: 'value', kind: 'text' },
  { name: 'parts', sub: 'type', kind: 'text' },
  { name: 'parts', sub: 'nr', kind: 'number' },
  { name: 'parts', sub: 'primary', kind: 'boolean' },
  { urn: moreUrn, name: 'owner', kind: 'text' },
  { urn: moreUrn, name: 'count', kind: 'number' },
  { urn: customUrn, name: 'badge', kind: 'loose' },
  { urn: customUrn, name: 'levels', kind: 'loose' },
  { urn: customUrn, name: 'office', sub: 'city', kind: 'loose' },
  { urn: customUrn, name: 'cards', sub: 'nr', kind: 'loose' },
]
const lists: readonly { readonly place: Place; readonly inside: readonly Place[] }[] = [
  {
    place: { name: 'parts', kind: 'loose' },
    inside: [
      { name: 'value', kind: 'text' },
      { name: 'type', kind: 'text' },
      { name: 'nr', kind: 'number' },
      { name: 'primary', kind: 'boolean' },
    ],
  },
  {
    place: { urn: customUrn, name: 'cards', kind: 'loose' },
    inside: [
      { name: 'kind', kind: 'loose' },
      { name: 'nr', kind: 'loose' },
    ],
  },
]

const equalities = ['eq', 'ne']
const orders = ['gt', 'ge', 'lt', 'le']
const searches = ['co', 'sw', 'ew']
const literals: Readonly<Record<Exclude<Kind, 'loose'>, fc.Arbitrary<Literal>>> = {
  text,
  exact: text,
  number: fc.oneof(number, integer),
  boolean: fc.boolean(),
  instant,
}
const operatorsFor = (literal: Literal, kind: Kind): readonly string[] => {
  if (literal === null || typeof literal === 'boolean') return equalities
  return typeof literal === 'string' && kind !== 'instant'
    ? [...equalities, ...orders, ...searches]
    : [...equalities, ...orders]
}
const testOf = (place: Place): fc.Arbitrary<Tree> => {
  const literal = place.kind === 'loose' ? fc.oneof(text, number, fc.boolean()) : literals[place.kind]
  return fc
    .oneof({ weight: 9, arbitrary: literal }, { weight: 1, arbitrary: fc.constant(null) })
    .chain((value) =>
      fc
        .constantFrom(...operatorsFor(value, place.kind))
        .map((operator): Tree => ({ is: 'test', place, operator, literal: value })),
    )
}

const leafOf = (among: readonly Place[]): fc.Arbitrary<Tree> =>
  fc
    .constantFrom(...among)
    .chain((place) =>
      fc.oneof(
        { weight: 5, arbitrary: testOf(place) },
        { weight: 1, arbitrary: fc.constant<Tree>({ is: 'set', place }) },
      ),
    )

const treeOver = (leaf: fc.Arbitrary<Tree>, depth: number): fc.Arbitrary<Tree> =>
  fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: depth, withCrossShrink: true },
      leaf,
      fc.record({
        is: fc.constantFrom('all' as const, 'some' as const),
        of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ is: fc.constant('not' as const), of: tie('tree') }),
    ),
  })).tree

const element = fc
  .constantFrom(...lists)
  .chain(({ place, inside }) => treeOver(leafOf(inside), 2).map((of): Tree => ({ is: 'one', place, of })))

/** Any filter over a thing. */
export const tree = treeOver(
  fc.oneof({ weight: 3, arbitrary: leafOf(places) }, { weight: 1, arbitrary: element }),
  3,
)

export const size = (each: Tree): number => {
  switch (each.is) {
    case 'all':
    case 'some':
      return each.of.reduce((sum, one) => sum + size(one), 1)
    case 'not':
    case 'one':
      return 1 + size(each.of)
    default:
      return 1
  }
}

/** Spelling that means nothing: the case of words, a core URN written out, blanks. */
export type Spelling = { readonly capitals: boolean; readonly full: boolean; readonly wide: boolean }
export const spelling: fc.Arbitrary<Spelling> = fc.record({
  capitals: fc.boolean(),
  full: fc.boolean(),
  wide: fc.boolean(),
})

const nameOf = ({ urn, name, sub }: Place, inside: boolean, { capitals, full }: Spelling): string => {
  const own = `${name}${sub === undefined ? '' : `.${sub}`}`
  const prefix = urn ?? (full && !inside ? thingUrn : undefined)
  const whole = prefix === undefined ? own : `${prefix}:${own}`
  return capitals ? whole.toUpperCase() : whole
}

export const textOf = (each: Tree, how: Spelling, inside = false): string => {
  const word = (text: string): string => (how.capitals ? text.toUpperCase() : text)
  switch (each.is) {
    case 'all':
    case 'some':
      return each.of
        .map((one) => `(${textOf(one, how, inside)})`)
        .join(` ${word(each.is === 'all' ? 'and' : 'or')} `)
    case 'not':
      return `${word('not')}${how.wide ? '  ' : ''}(${textOf(each.of, how, inside)})`
    case 'one':
      return `${nameOf(each.place, inside, how)}[${textOf(each.of, how, true)}]`
    case 'set':
      return `${nameOf(each.place, inside, how)} ${word('pr')}`
    case 'test': {
      const value = JSON.stringify(each.literal)
      const spelled = typeof each.literal === 'string' ? value : word(value)
      return `${nameOf(each.place, inside, how)} ${word(each.operator)}${how.wide ? '   ' : ' '}${spelled}`
    }
  }
}

type Json = { readonly [name: string]: unknown }
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const many = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]

const elementsAt = (subject: unknown, { urn, name }: Place): readonly unknown[] => {
  const container = urn === undefined ? subject : isObject(subject) ? subject[urn] : undefined
  return isObject(container) ? many(container[name]) : []
}
const valuesAt = (subject: unknown, place: Place): readonly unknown[] => {
  const found = elementsAt(subject, place)
  const { sub } = place
  return sub === undefined ? found : found.flatMap((each) => (isObject(each) ? many(each[sub]) : []))
}

/** As one of the two sides of a comparison; texts without regard to case unless the attribute asks for it. */
const side = (kind: Kind, value: unknown): string | number | boolean | undefined => {
  if (kind === 'instant') return Date.parse(String(value))
  if (typeof value === 'string') return kind === 'exact' ? value : value.toLowerCase()
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

const holds = (kind: Kind, operator: string, value: unknown, literal: Literal): boolean => {
  const [a, b] = [side(kind, value), side(kind, literal)]
  if (a === undefined || b === undefined || typeof a !== typeof b) return operator === 'ne'
  if (operator === 'eq') return a === b
  if (operator === 'ne') return a !== b
  if (operator === 'gt') return a > b
  if (operator === 'ge') return a >= b
  if (operator === 'lt') return a < b
  if (operator === 'le') return a <= b
  if (typeof a !== 'string' || typeof b !== 'string') return false
  if (operator === 'co') return a.includes(b)
  return operator === 'sw' ? a.startsWith(b) : a.endsWith(b)
}

/** The meaning of a filter, as plainly as it can be said. */
export const isTrueOf = (each: Tree, subject: unknown): boolean => {
  switch (each.is) {
    case 'all':
      return each.of.every((one) => isTrueOf(one, subject))
    case 'some':
      return each.of.some((one) => isTrueOf(one, subject))
    case 'not':
      return !isTrueOf(each.of, subject)
    case 'one':
      return elementsAt(subject, each.place).some((one) => isTrueOf(each.of, one))
    case 'set':
      return valuesAt(subject, each.place).length > 0
    case 'test': {
      const values = valuesAt(subject, each.place)
      const { operator, literal } = each
      if (literal === null) return (values.length === 0) === (operator === 'eq')
      // An attribute without a value differs from every value.
      if (values.length === 0) return operator === 'ne'
      return values.some((value) => holds(each.place.kind, operator, value, literal))
    }
  }
}
