import { ConnectorError } from '../../core/errors.ts'
import { instantOf } from '../date-time.ts'
import type { Note } from '../quirks.ts'
import type { SchemaAttribute } from '../schema.ts'
import type { Attribute, Filter, FilterValue, Operator } from './filter.ts'

type Comparison = Extract<Filter, { kind: 'compare' }>
type Presence = Extract<Filter, { kind: 'present' }>

const ordering: ReadonlySet<Operator> = new Set(['gt', 'ge', 'lt', 'le'])
const textual: ReadonlySet<Operator> = new Set(['co', 'sw', 'ew'])

const invalid = (attribute: SchemaAttribute, rule: string): ConnectorError =>
  new ConnectorError('invalidFilter', `${attribute.path}: ${rule}`, { field: attribute.path })

/** `emails eq "x"` means `emails.value eq "x"` (RFC 7644 §3.4.2.2). */
const withDefaultSub = (path: Attribute): Attribute => {
  if (path.sub !== undefined || path.attribute.type !== 'complex') return path
  const sub = path.attribute.subAttributes.get('value')
  if (sub === undefined) throw invalid(path.attribute, `compare one of its sub-attributes: ${subNames(path)}`)
  return { ...path, sub }
}
const subNames = ({ attribute }: Attribute): string =>
  [...attribute.subAttributes.values()].map(({ path }) => path).join(', ')

/** A password is never readable, not even one guess at a time. */
const checkReadable = ({ attribute, sub }: Attribute): void => {
  const hidden = [attribute, sub].find((each) => each?.returned === 'never')
  if (hidden !== undefined) throw invalid(hidden, 'is never returned, so it cannot be filtered by')
}

export const checkPresence = (presence: Presence): Presence => {
  checkReadable(presence.path)
  return presence
}

/** Refuses what makes no sense for the attribute's type (RFC 7644 §3.4.2.2: `invalidFilter`, never a silent false). */
export const checkComparison = (comparison: Comparison, note: Note): Comparison => {
  const path = withDefaultSub(comparison.path)
  const attribute = path.sub ?? path.attribute
  checkReadable(path)
  const { operator } = comparison
  const value = typed(attribute, operator, comparison.value, note)
  if (value === null && operator !== 'eq' && operator !== 'ne')
    throw invalid(attribute, 'null can only be compared with eq and ne; use pr to ask for a value')
  if (ordering.has(operator) && (typeof value === 'boolean' || attribute.type === 'binary'))
    throw invalid(
      attribute,
      `a ${attribute.type === 'binary' ? 'binary' : 'boolean'} has no order; use eq or ne`,
    )
  if (textual.has(operator) && typeof value !== 'string')
    throw invalid(attribute, `${operator} looks for a text in a text; use eq, ne, gt, ge, lt or le`)
  return { ...comparison, path, value }
}

const typed = (
  attribute: SchemaAttribute,
  operator: Operator,
  value: FilterValue,
  note: Note,
): FilterValue => {
  if (value === null) return null
  switch (attribute.type) {
    case 'undeclared':
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : booleanText(attribute, value, note)
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number') throw invalid(attribute, 'is a number: leave out the quotes')
      return value
    case 'dateTime':
      return dateTime(attribute, operator, value)
    case 'complex':
      throw invalid(attribute, 'compare one of its sub-attributes')
    default:
      if (typeof value !== 'string') throw invalid(attribute, 'is a text: put the value in double quotes')
      return value
  }
}

/** A part of a date (`sw "2026-01"`) is looked for in its text, a whole one is compared as the instant it is. */
const dateTime = (attribute: SchemaAttribute, operator: Operator, value: FilterValue): FilterValue => {
  if (typeof value === 'string' && (textual.has(operator) || instantOf(value) !== undefined)) return value
  throw invalid(
    attribute,
    'is compared with a date and time such as "2026-01-31T12:00:00Z" (RFC 7643 §2.3.5)',
  )
}

// Entra ID quotes booleans, capitalised.
const booleanText = (attribute: SchemaAttribute, value: FilterValue, note: Note): boolean => {
  const text = String(value).toLowerCase()
  if (typeof value !== 'string' || (text !== 'true' && text !== 'false'))
    throw invalid(attribute, 'is compared with true or false')
  note('textBoolean')
  return text === 'true'
}
