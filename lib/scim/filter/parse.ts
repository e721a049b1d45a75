import { ConnectorError } from '../../core/errors.ts'
import { type AttributePath, resolvePath, resolveSub } from '../attribute-path.ts'
import type { ResourceSchema } from '../schema.ts'
import { checkComparison } from './check.ts'
import type { Attribute, Filter, FilterValue, Operator } from './filter.ts'
import { type Token, tokenize } from './tokens.ts'

type Resolve = (word: string) => AttributePath | undefined
type Cursor = { readonly tokens: readonly Token[]; at: number; depth: number }

const operators: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])
const maximumDepth = 32

const invalid = (message: string): ConnectorError => new ConnectorError('invalidFilter', message)

/** Parses a whole filter (RFC 7644 §3.4.2.2); throws `invalidFilter`. */
export const parseFilter = (schema: ResourceSchema, source: string): Filter => {
  const cursor: Cursor = { tokens: tokenize(source, 'invalidFilter'), at: 0, depth: 0 }
  const filter = parseOr(cursor, (word) => resolvePath(schema, word))
  if (cursor.at < cursor.tokens.length)
    throw invalid('the filter goes on after its end; is an "and" missing?')
  return filter
}

/** The filter of a value path: `tokens` are those between the brackets. */
export const parseElementFilter = (path: Attribute, tokens: readonly Token[]): Filter => {
  const cursor: Cursor = { tokens, at: 0, depth: 0 }
  const filter = parseOr(cursor, (word) => resolveSub(path.attribute, word))
  if (cursor.at < tokens.length) throw invalid('the filter in brackets goes on after its end')
  return filter
}

const peekWord = (cursor: Cursor): string | undefined => {
  const token = cursor.tokens[cursor.at]
  return token?.kind === 'word' ? token.text : undefined
}
const take = (cursor: Cursor, kind: Token['kind']): boolean => {
  if (cursor.tokens[cursor.at]?.kind !== kind) return false
  cursor.at += 1
  return true
}

const parseJoined = (cursor: Cursor, kind: 'and' | 'or', next: () => Filter): Filter => {
  const filters = [next()]
  while (peekWord(cursor)?.toLowerCase() === kind) {
    cursor.at += 1
    filters.push(next())
  }
  const [only] = filters
  return filters.length === 1 && only !== undefined ? only : { kind, filters }
}
// Precedence (RFC 7644 §3.4.2.2): grouping, then not, then and, then or.
const parseOr = (cursor: Cursor, resolve: Resolve): Filter => {
  cursor.depth += 1
  if (cursor.depth > maximumDepth) throw invalid(`the filter is nested more than ${maximumDepth} levels deep`)
  const filter = parseJoined(cursor, 'or', () => parseJoined(cursor, 'and', () => parseTerm(cursor, resolve)))
  cursor.depth -= 1
  return filter
}

const parseGroup = (cursor: Cursor, resolve: Resolve): Filter => {
  const filter = parseOr(cursor, resolve)
  if (!take(cursor, ')')) throw invalid('a closing parenthesis is missing')
  return filter
}

const parseTerm = (cursor: Cursor, resolve: Resolve): Filter => {
  if (take(cursor, '(')) return parseGroup(cursor, resolve)
  const word = peekWord(cursor)
  if (word === undefined) throw invalid('an attribute name is expected')
  cursor.at += 1
  if (word.toLowerCase() === 'not' && take(cursor, '('))
    return { kind: 'not', filter: parseGroup(cursor, resolve) }
  const path = resolve(word)
  if (path?.kind !== 'attribute') throw invalid(`"${word}" is no attribute that can be filtered by`)
  return take(cursor, '[') ? parseElement(cursor, path) : parseComparison(cursor, path)
}

const parseElement = (cursor: Cursor, path: Attribute): Filter => {
  if (path.sub !== undefined || path.attribute.type !== 'complex')
    throw invalid(`"${(path.sub ?? path.attribute).path}" has no elements with attributes of their own`)
  const filter = parseOr(cursor, (word) => resolveSub(path.attribute, word))
  if (!take(cursor, ']')) throw invalid('a closing bracket is missing')
  // Not in the RFC's grammar for filters, but what Entra ID sends: emails[type eq "work"].value eq "…"
  const suffix = peekWord(cursor)
  if (suffix?.startsWith('.') !== true) return { kind: 'element', path, filter }
  cursor.at += 1
  const sub = resolveSub(path.attribute, suffix.slice(1))
  if (sub?.kind !== 'attribute') throw invalid(`"${path.attribute.path}${suffix}" is no attribute`)
  return { kind: 'element', path, filter: { kind: 'and', filters: [filter, parseComparison(cursor, sub)] } }
}

const parseComparison = (cursor: Cursor, path: Attribute): Filter => {
  const operator = peekWord(cursor)?.toLowerCase()
  cursor.at += 1
  if (operator === 'pr') return { kind: 'present', path }
  if (operator === undefined || !operators.has(operator))
    throw invalid(`after "${path.attribute.path}" one of eq, ne, co, sw, ew, gt, ge, lt, le, pr is expected`)
  const value = parseValue(cursor)
  return checkComparison({ kind: 'compare', path, operator: operator as Operator, value })
}

const literals: ReadonlyMap<string, FilterValue> = new Map<string, FilterValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const parseValue = (cursor: Cursor): FilterValue => {
  const token = cursor.tokens[cursor.at]
  cursor.at += 1
  if (token?.kind === 'text') return token.value
  if (token?.kind === 'word') {
    const literal = literals.get(token.text.toLowerCase())
    if (literal !== undefined) return literal
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(token.text)) return Number(token.text)
  }
  throw invalid('a comparison needs a value: a string in double quotes, a number, true, false or null')
}
