import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord } from './body.ts'
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
  const shaped = attribute.multiValued ? asList(attribute, value, note) : asSingle(attribute, value, note)
  if (!isList(shaped)) return scalar(attribute, shaped, note)
  // A scalar that counts as absent (null, an empty text) is no element.
  return attribute.multiValued
    ? shaped.map((each) => scalar(attribute, each, note)).filter((each) => each !== null)
    : shaped
}

const asList = (attribute: SchemaAttribute, value: AttributeValue, note: Note): AttributeValue => {
  if (value === null || isList(value)) return value
  if (value === '') {
    note('emptyText')
    return null
  }
  note(attribute.type === 'complex' && !isRecord(value) ? 'textForComplex' : 'singleForList')
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
  if (value === '') {
    note('emptyText')
    return null
  }
  switch (attribute.type) {
    case 'complex':
      return complex(attribute, value, note)
    case 'boolean':
      return booleanOf(value, note)
    case 'integer':
    case 'decimal':
      return numberOf(value, note)
    default:
      if (typeof value === 'string' || isRecord(value)) return value
      note('numberAsText')
      return String(value)
  }
}

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
  if (isRecord(value)) return normaliseObject(attribute.subAttributes, value, note)
  if (typeof value !== 'string' || !attribute.subAttributes.has('value')) return value
  if (!attribute.multiValued) note('textForComplex')
  return Object.assign(Object.create(null), { value })
}

const normaliseObject = (table: AttributeTable, source: Attributes, note: Note): Attributes => {
  const result: Record<string, AttributeValue> = Object.create(null)
  for (const [name, value] of Object.entries(source)) {
    const attribute = attributeNamed(table, name)
    if (value === null && name === '$ref') {
      note('nullReference')
      continue
    }
    result[name] = attribute === undefined ? value : normaliseValue(attribute, value, note)
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
    const extension = isUrn(name) ? schema.extensions.get(name.toLowerCase()) : undefined
    if (extension !== undefined && isRecord(value))
      result[name] = normaliseObject(extension.attributes, value, note)
  }
  return result
}
