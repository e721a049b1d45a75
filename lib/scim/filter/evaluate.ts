import { fold } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { isAbsent } from '../json.ts'
import type { SchemaAttribute } from '../schema.ts'
import type { Attribute, Filter, FilterValue, Operator } from './filter.ts'

type Comparison = Extract<Filter, { kind: 'compare' }>

const elements = (value: AttributeValue | undefined): readonly AttributeValue[] =>
  isAbsent(value) ? [] : isList(value) ? value : [value]

const held = (subject: Attributes, path: Attribute): readonly AttributeValue[] => {
  const container = path.urn === undefined ? subject : subject[path.urn]
  return isRecord(container) ? elements(container[path.attribute.name]) : []
}

const values = (subject: Attributes, path: Attribute): readonly AttributeValue[] => {
  const { sub } = path
  const found = held(subject, path)
  return sub === undefined ? found : found.flatMap((each) => (isRecord(each) ? elements(each[sub.name]) : []))
}

/** Does a resource, or one element of a multi-valued attribute, satisfy the filter? */
export const matches = (filter: Filter, subject: Attributes): boolean => {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((each) => matches(each, subject))
    case 'or':
      return filter.filters.some((each) => matches(each, subject))
    case 'not':
      return !matches(filter.filter, subject)
    case 'element':
      return held(subject, filter.path).some((each) => isRecord(each) && matches(filter.filter, each))
    case 'present':
      return values(subject, filter.path).some((each) => each !== '')
    case 'compare':
      return compares(filter, values(subject, filter.path))
  }
}

const compares = (comparison: Comparison, found: readonly AttributeValue[]): boolean => {
  const { operator, path, value } = comparison
  const attribute = path.sub ?? path.attribute
  // An attribute without a value is different from every value; `ne` is the negation of `eq`.
  if (operator === 'ne') return !compares({ ...comparison, operator: 'eq' }, found)
  if (value === null) return found.length === 0
  return found.some((each) => satisfies(attribute, operator, each, value))
}

const comparable = (attribute: SchemaAttribute, value: AttributeValue | FilterValue): string | number => {
  if (attribute.type === 'dateTime') return Date.parse(String(value))
  if (typeof value === 'number') return value
  return attribute.exact ? String(value) : fold(String(value))
}

const satisfies = (
  attribute: SchemaAttribute,
  operator: Operator,
  found: AttributeValue,
  wanted: FilterValue,
): boolean => {
  const left = comparable(attribute, found)
  const right = comparable(attribute, wanted)
  switch (operator) {
    case 'eq':
      return left === right
    case 'ne':
      return left !== right
    case 'co':
      return String(left).includes(String(right))
    case 'sw':
      return String(left).startsWith(String(right))
    case 'ew':
      return String(left).endsWith(String(right))
    case 'gt':
      return left > right
    case 'ge':
      return left >= right
    case 'lt':
      return left < right
    case 'le':
      return left <= right
  }
}
