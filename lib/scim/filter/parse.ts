import { type AttributePath, meantPath, resolvePath, resolveSub } from '../attribute-path.ts'
import { type Note, unnoted } from '../quirks.ts'
import type { ResourceSchema } from '../schema.ts'
import { type Step, uncounted } from '../steps.ts'
import { checkComparison, checkPresence } from './check.ts'
import { type Cursor, cursorOver, deeper, invalidFilter, isAtEnd, next, peekWord, take } from './cursor.ts'
import type { Attribute, Filter, FilterValue, Operator } from './filter.ts'
import { type Token, tokenize } from './tokens.ts'

/** The attribute a word names; throws `invalidFilter`. */
type Resolve = (word: string) => Attribute

const operators: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])

/** Parses a whole filter (RFC 7644 §3.4.2.2); throws `invalidFilter`. Takes a number of steps proportional to its length. */
export const parseFilter = (
  schema: ResourceSchema,
  source: string,
  step: Step = uncounted,
  note: Note = unnoted,
): Filter => {
  const cursor = cursorOver(tokenize(source, 'invalidFilter', step), step, note)
  const filter = parseOr(cursor, (word) => topLevel(schema, word))
  if (!isAtEnd(cursor))
    throw invalidFilter('the filter goes on after its end; is an "and", an "or" or a parenthesis missing?')
  return filter
}

/** The filter of a value path: `tokens` are those between the brackets. */
export const parseElementFilter = (
  path: Attribute,
  tokens: readonly Token[],
  step: Step = uncounted,
  note: Note = unnoted,
): Filter => {
  const cursor = cursorOver(tokens, step, note)
  const filter = parseOr(cursor, (word) => below(path, word))
  if (!isAtEnd(cursor)) throw invalidFilter('the filter in brackets goes on after its end')
  return filter
}

const topLevel = (schema: ResourceSchema, word: string): Attribute => {
  const path = resolvePath(schema, word)
  if (path?.kind === 'attribute') return path
  throw invalidFilter(`"${word}" ${remedyFor(schema, word, path)}`)
}
const remedyFor = (schema: ResourceSchema, word: string, path: AttributePath | undefined): string => {
  if (path?.kind === 'extension') return 'is an extension: name one of its attributes after a colon'
  const meant = meantPath(schema, word)
  return meant === undefined
    ? `is no attribute of a ${schema.name}; /Schemas lists them`
    : `belongs to an extension: write ${meant}`
}

const below = (path: Attribute, word: string): Attribute => {
  const sub = resolveSub(path.attribute, word)
  if (sub?.kind === 'attribute') return sub
  throw invalidFilter(`"${word}" is no sub-attribute of ${path.attribute.path}`)
}

// Precedence (RFC 7644 §3.4.2.2): grouping, then not, then and, then or.
const parseOr = (cursor: Cursor, resolve: Resolve): Filter =>
  deeper(cursor, () =>
    parseJoined(cursor, 'or', () => parseJoined(cursor, 'and', () => parseTerm(cursor, resolve))),
  )
const parseJoined = (cursor: Cursor, kind: 'and' | 'or', parseNext: () => Filter): Filter => {
  const filters = [parseNext()]
  while (peekWord(cursor)?.toLowerCase() === kind) {
    next(cursor)
    filters.push(parseNext())
  }
  const [only] = filters
  return filters.length === 1 && only !== undefined ? only : { kind, filters }
}

const parseGroup = (cursor: Cursor, resolve: Resolve): Filter => {
  const filter = parseOr(cursor, resolve)
  if (!take(cursor, ')')) throw invalidFilter('a closing parenthesis is missing')
  return filter
}

const parseTerm = (cursor: Cursor, resolve: Resolve): Filter => {
  if (take(cursor, '(')) return parseGroup(cursor, resolve)
  const token = next(cursor)
  if (token?.kind !== 'word') throw invalidFilter('an attribute name, "not (" or "(" is expected')
  if (token.text.toLowerCase() === 'not' && take(cursor, '('))
    return { kind: 'not', filter: parseGroup(cursor, resolve) }
  const path = resolve(token.text)
  cursor.step(token.text.length)
  return take(cursor, '[') ? parseElement(cursor, path) : parseComparison(cursor, path)
}

/** Brackets choose among elements: objects, or the plain values of a list. */
const hasElements = ({ attribute, sub }: Attribute): boolean =>
  sub === undefined &&
  (attribute.type === 'complex' || attribute.type === 'undeclared' || attribute.multiValued)

const parseElement = (cursor: Cursor, path: Attribute): Filter => {
  if (!hasElements(path))
    throw invalidFilter(
      `${(path.sub ?? path.attribute).path}: has no elements a filter in brackets could choose`,
    )
  const filter = parseOr(cursor, (word) => below(path, word))
  if (!take(cursor, ']')) throw invalidFilter('a closing bracket is missing')
  // Not in the RFC's grammar for filters, but what Entra ID sends: emails[type eq "work"].value eq "…"
  const suffix = peekWord(cursor)
  if (suffix?.startsWith('.') !== true) return { kind: 'element', path, filter }
  next(cursor)
  cursor.note('pathAfterFilter')
  const further = parseComparison(cursor, below(path, suffix.slice(1)))
  const first = filter.kind === 'and' ? filter.filters : [filter]
  return { kind: 'element', path, filter: { kind: 'and', filters: [...first, further] } }
}

const parseComparison = (cursor: Cursor, path: Attribute): Filter => {
  const token = next(cursor)
  const operator = token?.kind === 'word' ? token.text.toLowerCase() : undefined
  if (operator === 'pr') return checkPresence({ kind: 'present', path })
  if (operator === undefined || !operators.has(operator))
    throw invalidFilter(
      `${(path.sub ?? path.attribute).path}: is followed by one of eq, ne, co, sw, ew, gt, ge, lt, le, pr`,
    )
  const value = literalOf(next(cursor))
  return checkComparison({ kind: 'compare', path, operator: operator as Operator, value }, cursor.note)
}

const literals: ReadonlyMap<string, FilterValue> = new Map<string, FilterValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const literalOf = (token: Token | undefined): FilterValue => {
  if (token?.kind === 'text') return token.value
  if (token?.kind === 'word') {
    const literal = literals.get(token.text.toLowerCase())
    if (literal !== undefined) return literal
    const number = numberOf(token.text)
    if (number !== undefined) return number
  }
  throw invalidFilter('a comparison needs a value: a string in double quotes, a number, true, false or null')
}

const numberOf = (text: string): number | undefined => {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return undefined
  const number = Number(text)
  // Adding zero: -0 is no other number than 0.
  return Number.isFinite(number) ? number + 0 : undefined
}
