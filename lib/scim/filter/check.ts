import { ConnectorError } from '../../core/errors.ts'
import type { SchemaAttribute } from '../schema.ts'
import type { Attribute, Filter, FilterValue, Operator } from './filter.ts'

type Comparison = Extract<Filter, { kind: 'compare' }>

const ordering: ReadonlySet<Operator> = new Set(['gt', 'ge', 'lt', 'le'])
const textual: ReadonlySet<Operator> = new Set(['co', 'sw', 'ew'])

const invalid = (attribute: SchemaAttribute, rule: string): ConnectorError =>
  new ConnectorError('invalidFilter', `${attribute.path}: ${rule}`, { field: attribute.path })

/** `emails eq "x"` means `emails.value eq "x"` (RFC 7644 §3.4.2.2). */
const withDefaultSub = (path: Attribute): Attribute => {
  if (path.sub !== undefined || path.attribute.type !== 'complex') return path
  const sub = path.attribute.subAttributes.get('value')
  if (sub === undefined) throw invalid(path.attribute, 'compare one of its sub-attributes')
  return { ...path, sub }
}

/** Refuses what makes no sense for the attribute's type (RFC 7644 §3.4.2.2: `invalidFilter`, never a silent false). */
export const checkComparison = (comparison: Comparison): Comparison => {
  const path = withDefaultSub(comparison.path)
  const attribute = path.sub ?? path.attribute
  // A password is never readable, not even one guess at a time.
  if (attribute.returned === 'never') throw invalid(attribute, 'cannot be filtered by')
  const value = typed(attribute, comparison.value)
  const { operator } = comparison
  if (value === null && operator !== 'eq' && operator !== 'ne')
    throw invalid(attribute, 'null can only be compared with eq and ne')
  if (ordering.has(operator) && (attribute.type === 'boolean' || attribute.type === 'binary'))
    throw invalid(attribute, `a ${attribute.type} has no order; use eq or ne`)
  if (textual.has(operator) && typeof value !== 'string')
    throw invalid(attribute, `${operator} compares texts only`)
  return { ...comparison, path, value }
}

const typed = (attribute: SchemaAttribute, value: FilterValue): FilterValue => {
  if (value === null) return null
  switch (attribute.type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : booleanText(attribute, value)
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number') throw invalid(attribute, 'is a number: leave out the quotes')
      return value
    case 'dateTime':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
        throw invalid(attribute, 'is compared with a date and time such as "2026-01-31T12:00:00Z"')
      return value
    case 'complex':
      throw invalid(attribute, 'compare one of its sub-attributes')
    default:
      if (typeof value !== 'string') throw invalid(attribute, 'is a text: put the value in double quotes')
      return value
  }
}

// Entra ID quotes booleans, capitalised.
const booleanText = (attribute: SchemaAttribute, value: FilterValue): boolean => {
  const text = String(value).toLowerCase()
  if (typeof value !== 'string' || (text !== 'true' && text !== 'false'))
    throw invalid(attribute, 'is compared with true or false')
  return text === 'true'
}
