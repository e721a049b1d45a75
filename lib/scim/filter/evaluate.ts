import { unreachable } from '../../core/errors.ts'
import type { AttributeValue } from '../../core/member.ts'
import { isAbsent } from '../json.ts'
import type { SchemaAttribute } from '../schema.ts'
import { type Step, uncounted } from '../steps.ts'
import type { Filter, FilterValue, Operator } from './filter.ts'
import { comparable, heldBy, isPresent, searchable, valuesOf } from './values.ts'

type Comparison = Extract<Filter, { kind: 'compare' }>

/**
 * Does a resource, or one element of a multi-valued attribute, satisfy the filter? Takes at most a number of steps proportional to the parts of the
 * filter times the values of the subject, and to the letters of long ones.
 */
export const matches = (filter: Filter, subject: AttributeValue, step: Step = uncounted): boolean => {
  step()
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((each) => matches(each, subject, step))
    case 'or':
      return filter.filters.some((each) => matches(each, subject, step))
    case 'not':
      return !matches(filter.filter, subject, step)
    case 'element':
      return heldBy(subject, filter.path, step).some((each) => matches(filter.filter, each, step))
    case 'present':
      return valuesOf(subject, filter.path, step).some((each) => isPresent(each, step))
    case 'compare':
      return compares(filter, valuesOf(subject, filter.path, step), step)
    default:
      return unreachable(filter)
  }
}

const compares = (comparison: Comparison, found: readonly AttributeValue[], step: Step): boolean => {
  const { operator, path, value } = comparison
  const attribute = path.sub ?? path.attribute
  const values = found.filter((each) => !isAbsent(each))
  if (value === null) return values.some((each) => isPresent(each, step)) === (operator === 'ne')
  step(values.length + lettersRead('eq', value, value))
  for (const each of values) step(lettersRead(operator, each, value))
  const satisfies = testOf(attribute, operator, value)
  // An attribute without a value is different from every value; of a list, one that differs is enough (§3.4.2.2: any of the values).
  return values.some(satisfies) || (operator === 'ne' && values.length === 0)
}

// A name, an address: what is no longer than that is one value like any other.
const shortText = 64

/** Folding reads a text letter by letter; looking for one in another may, at worst, try every letter of it at every place. */
const lettersRead = (operator: Operator, found: AttributeValue, wanted: FilterValue): number => {
  if (typeof found !== 'string' || typeof wanted !== 'string') return 0
  const tries = operator === 'co' ? (found.length * wanted.length) / 256 : 0
  return Math.floor(Math.max(0, found.length - shortText) / 4 + tries)
}

/** The test of one value; what is compared with is folded once for all of them. */
const testOf = (
  attribute: SchemaAttribute,
  operator: Operator,
  wanted: FilterValue,
): ((found: AttributeValue) => boolean) => {
  switch (operator) {
    case 'co':
    case 'sw':
    case 'ew': {
      const part = searchable(attribute, String(wanted))
      return (found) => typeof found === 'string' && holds(operator, searchable(attribute, found), part)
    }
    default: {
      const right = comparable(attribute, wanted)
      return (found) => ordered(operator, comparable(attribute, found), right)
    }
  }
}

const holds = (operator: 'co' | 'sw' | 'ew', text: string, part: string): boolean => {
  switch (operator) {
    case 'co':
      return text.includes(part)
    case 'sw':
      return text.startsWith(part)
    case 'ew':
      return text.endsWith(part)
  }
}

type Comparable = ReturnType<typeof comparable>
const ordered = (
  operator: Exclude<Operator, 'co' | 'sw' | 'ew'>,
  left: Comparable,
  right: Comparable,
): boolean => {
  // Of an undeclared attribute, values of another JSON type are neither equal nor in any order.
  if (left === undefined || right === undefined || typeof left !== typeof right) return operator === 'ne'
  switch (operator) {
    case 'eq':
      return left === right
    case 'ne':
      return left !== right
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
