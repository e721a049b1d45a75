import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord, record } from './body.ts'
import { keyOf, read } from './json.ts'
import type { Note } from './quirks.ts'
import {
  type AttributeTable,
  attributeNamed,
  isUrn,
  type ResourceSchema,
  type SchemaAttribute,
} from './schema.ts'

/**
 * The one step in which an identity provider's habits become what the RFCs say: driven by the schema, before validation, idempotent. What it
 * does not know it leaves alone, for the validator to refuse or ignore.
 */
export const normaliseValue = (
  attribute: SchemaAttribute,
  value: AttributeValue,
  note: Note,
): AttributeValue => {
  if (attribute.type === 'undeclared') return value === '' ? cleared(note) : value
  return elementwise(
    attribute,
    attribute.multiValued ? asList(value, note) : asSingle(attribute, value, note),
    note,
  )
}

/** The same of an attribute in a resource, where nobody is known to send a list for a single value, or a single value for a list. */
export const normaliseAttribute = (
  attribute: SchemaAttribute,
  value: AttributeValue,
  note: Note,
): AttributeValue => {
  if (value === '') return cleared(note)
  return attribute.type === 'undeclared' ? value : elementwise(attribute, value, note)
}

const elementwise = (attribute: SchemaAttribute, shaped: AttributeValue, note: Note): AttributeValue => {
  if (!isList(shaped)) return scalar(attribute, shaped, note)
  // A scalar that counts as absent (null, an empty text) is no element.
  return attribute.multiValued
    ? shaped
        .map((each) => scalar(attribute, each, note))
        .filter((each) => each !== null && !isValueless(attribute, each, note))
    : shaped
}

/** An empty text is how identity providers say "no value". */
const cleared = (note: Note): null => {
  note('emptyText')
  return null
}

/**
 * `{ "type": "work", "value": "" }` is no e-mail. A membership without an id is another matter: passed over, a list of them would read as the wish
 * to empty the group.
 */
const isValueless = (attribute: SchemaAttribute, element: AttributeValue, note: Note): boolean => {
  if (attribute.subAttributes.get('value')?.mutability !== 'readWrite' || !isRecord(element)) return false
  const name = keyOf(element, 'value')
  if (name === undefined || element[name] !== null) return false
  note('valuelessElement')
  return true
}

const asList = (value: AttributeValue, note: Note): AttributeValue => {
  if (value === null || isList(value)) return value
  if (value === '') return cleared(note)
  note('singleForList')
  return [value]
}

const asSingle = (attribute: SchemaAttribute, value: AttributeValue, note: Note): AttributeValue => {
  if (!isList(value)) return value
  const [only, second] = value
  if (only === undefined || isList(only) || second !== undefined) return value
  note('listForSingle')
  // [{ "value": "x" }] stands for "x" where the attribute is no object.
  return isRecord(only) && attribute.type !== 'complex' && Object.hasOwn(only, 'value')
    ? (only.value ?? null)
    : only
}

const scalar = (attribute: SchemaAttribute, value: AttributeValue, note: Note): AttributeValue => {
  if (value === null || isList(value)) return value
  if (value === '') return cleared(note)
  switch (attribute.type) {
    case 'complex':
      return complex(attribute, value, note)
    case 'boolean':
      return booleanOf(value, note)
    case 'integer':
    case 'decimal':
      return numberOf(value, note)
    default:
      if (!isNumber(value) || !isNumbered(attribute)) return value
      note('numberAsText')
      return String(value)
  }
}

/** Whose digits are known: 12345678901234567890 has become another by now, and 10.50 has lost one. */
const isNumber = (value: AttributeValue): boolean => Number.isSafeInteger(value)

/** What people are numbered by elsewhere: OneLogin's ids, everybody's personnel and cost centre numbers. Any other text is a text or a mistake. */
const isNumbered = ({ path }: SchemaAttribute): boolean => path === 'externalId' || isUrn(path)

const booleanOf = (value: AttributeValue, note: Note): AttributeValue => {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text !== 'true' && text !== 'false') return value
  note('textBoolean')
  return text === 'true'
}

const numberOf = (value: AttributeValue, note: Note): AttributeValue => {
  if (typeof value !== 'string' || !/^-?\d{1,15}(?:\.\d{1,10})?$/.test(value)) return value
  note('textAsNumber')
  return Number(value)
}

const complex = (attribute: SchemaAttribute, value: AttributeValue, note: Note): AttributeValue => {
  if (isRecord(value)) return withId(attribute, normaliseObject(attribute.subAttributes, value, note), note)
  if (!isBare(attribute, value)) return value
  note('textForComplex')
  return record({ value: String(value) })
}

/** A text or number where the attribute is one object with a `value`. */
const isBare = ({ multiValued, subAttributes }: SchemaAttribute, value: AttributeValue): boolean =>
  !multiValued && subAttributes.has('value') && (typeof value === 'string' || isNumber(value))

const lastSegment = (address: string): string => {
  const [path = ''] = address.split(/[?#]/, 1)
  const own = path.endsWith('/') ? path.slice(0, -1) : path
  return own.slice(own.lastIndexOf('/') + 1)
}

/** `…/Users/<id>`: some name the members of a group by address alone. */
const withId = (attribute: SchemaAttribute, element: Attributes, note: Note): Attributes => {
  const isMembership = attribute.subAttributes.get('value')?.mutability === 'immutable'
  if (!isMembership || keyOf(element, 'value') !== undefined) return element
  const reference = read(element, '$ref')
  const id = typeof reference === 'string' ? lastSegment(reference) : ''
  if (id === '') return element
  note('memberByReference')
  return record({ ...element, value: id })
}

const normaliseObject = (table: AttributeTable, source: Attributes, note: Note): Attributes => {
  const result: Record<string, AttributeValue> = Object.create(null)
  for (const [name, value] of Object.entries(source)) {
    const attribute = attributeNamed(table, name)
    if (name === '$ref' && (value === null || value === '')) {
      note('nullReference')
      continue
    }
    result[name] = attribute === undefined ? value : normaliseAttribute(attribute, value, note)
  }
  return result
}

/** The body of a POST or PUT. */
export const normaliseResource = (schema: ResourceSchema, source: Attributes, note: Note): Attributes => {
  const result: Record<string, AttributeValue> = Object.assign(
    Object.create(null),
    normaliseObject(schema.attributes, source, note),
  )
  for (const [name, value] of Object.entries(result)) {
    if (!isUrn(name) || !isRecord(value)) continue
    const extension = schema.extensions.get(name.toLowerCase())
    result[name] =
      extension === undefined
        ? normaliseCustom(value, note)
        : normaliseObject(extension.attributes, value, note)
  }
  return result
}

const normaliseCustom = (source: Attributes, note: Note): Attributes =>
  record(
    Object.fromEntries(
      Object.entries(source).map(([name, value]) => [name, value === '' ? cleared(note) : value]),
    ),
  )
