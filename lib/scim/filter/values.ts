import { fold, foldLetters } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { instantOf } from '../date-time.ts'
import { isAbsent, read } from '../json.ts'
import type { SchemaAttribute } from '../schema.ts'
import { type Step, uncounted } from '../steps.ts'
import type { Attribute, FilterValue } from './filter.ts'

const elementsOf = (value: AttributeValue | undefined): readonly AttributeValue[] =>
  isAbsent(value) ? [] : isList(value) ? value : [value]

/** What is declared stands under its schema's name; what is not, in whatever case it was sent. */
const field = (
  source: Attributes,
  name: string,
  attribute: SchemaAttribute,
  step: Step,
): AttributeValue | undefined => {
  if (attribute.type !== 'undeclared') return source[name]
  step(Object.keys(source).length)
  return read(source, name)
}

/** The elements of the path's attribute, without regard to a sub-attribute. */
export const heldBy = (
  subject: AttributeValue,
  { urn, attribute }: Attribute,
  step: Step = uncounted,
): readonly AttributeValue[] => {
  // Inside the brackets of a value path the subject may be a plain value: `value` is the whole of it.
  if (!isRecord(subject)) return attribute.name.toLowerCase() === 'value' ? elementsOf(subject) : []
  const container = urn === undefined ? subject : field(subject, urn, attribute, step)
  const found = isRecord(container) ? elementsOf(field(container, attribute.name, attribute, step)) : []
  step(found.length)
  return found
}

/** Every value a path names in a resource, or in one element of a list. */
export const valuesOf = (
  subject: AttributeValue,
  path: Attribute,
  step: Step = uncounted,
): readonly AttributeValue[] => {
  const { attribute, sub } = path
  const held = heldBy(subject, path, step)
  if (sub !== undefined)
    return held.flatMap((each) => (isRecord(each) ? elementsOf(field(each, sub.name, sub, step)) : []))
  return attribute.type === 'undeclared' ? held.map(ownValue) : held
}

/** Of an undeclared attribute that turns out to hold objects, `value` is compared, as it is of a declared one. */
const ownValue = (element: AttributeValue): AttributeValue =>
  isRecord(element) ? (read(element, 'value') ?? element) : element

/** RFC 7643 §2.5, and an empty text, which identity providers send for "not set". */
export const isPresent = (value: AttributeValue | undefined, step: Step = uncounted): boolean => {
  step()
  if (isAbsent(value) || value === '') return false
  if (isList(value)) return value.some((each) => isPresent(each, step))
  return isRecord(value) ? Object.values(value).some((each) => isPresent(each, step)) : true
}

/** As texts are compared; undefined: cannot be compared with anything of this attribute. */
export const comparable = (
  attribute: SchemaAttribute,
  value: AttributeValue | FilterValue,
): string | number | boolean | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (attribute.type === 'dateTime') return instantOf(value)
  return attribute.exact ? value : fold(value)
}

/** A part of a text keeps its blanks, which the folding of whole names drops: `co " Smith"` is not `co "Smith"`. */
export const searchable = (attribute: SchemaAttribute, value: string): string =>
  attribute.exact ? value : foldLetters(value)
