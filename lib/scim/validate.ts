import { ConnectorError } from '../core/errors.ts'
import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord } from './body.ts'
import { instantOf } from './date-time.ts'
import { isAbsent, read } from './json.ts'
import { added } from './same-element.ts'
import {
  type AttributeTable,
  attributeNamed,
  isUrn,
  type ResourceSchema,
  type SchemaAttribute,
} from './schema.ts'

const invalid = (attribute: SchemaAttribute, rule: string): ConnectorError =>
  new ConnectorError('invalidValue', `${attribute.path}: ${rule}`, { field: attribute.path })

// Stored per resource within DynamoDB's 400 KB; a list attribute longer than this is no person's.
const maximumElements = 1_000

export const checkLength = (attribute: SchemaAttribute, list: readonly AttributeValue[]): void => {
  if (list.length > maximumElements) throw invalid(attribute, `holds more than ${maximumElements} values`)
}

/** Schema names, schema types, nothing readOnly, nothing that must never be kept; undefined when nothing is left. */
export const validated = (
  attribute: SchemaAttribute,
  value: AttributeValue | undefined,
): AttributeValue | undefined => {
  if (isAbsent(value) || !isKept(attribute)) return undefined
  if (attribute.type === 'undeclared') return undeclaredValue(attribute.path, value)
  if (!attribute.multiValued) return single(attribute, value)
  if (!isList(value)) throw invalid(attribute, 'must be a list')
  checkLength(attribute, value)
  if (value.some(isDeletion))
    throw invalid(attribute, '"operation" is SCIM 1.1; send a PATCH with "remove" (RFC 7644 §3.5.2.2)')
  const kept = value.map((each) => single(attribute, each)).filter((each) => each !== undefined)
  // RFC 7643 §2.4: one value and one type come back once.
  const list = added(attribute, [], kept)
  if (list.filter(isPrimary).length > 1)
    throw invalid(attribute, 'only one value can be primary (RFC 7643 §2.4)')
  return list.length === 0 ? undefined : list
}

/** A password is taken and forgotten: we sign nobody in. */
const isKept = ({ mutability }: SchemaAttribute): boolean =>
  mutability !== 'readOnly' && mutability !== 'writeOnly'

export const isPrimary = (value: AttributeValue): boolean => isRecord(value) && value.primary === true

/** SCIM 1.1 lists what is to go among what is to stay: ignoring that word would keep it. */
const isDeletion = (value: AttributeValue): boolean => {
  const operation = isRecord(value) ? read(value, 'operation') : undefined
  return typeof operation === 'string' && operation.toLowerCase() === 'delete'
}

const base64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$/

const single = (attribute: SchemaAttribute, value: AttributeValue): AttributeValue | undefined => {
  switch (attribute.type) {
    case 'complex':
      if (!isRecord(value)) throw invalid(attribute, 'must be an object')
      return complex(attribute.subAttributes, value)
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(attribute, 'must be true or false')
      return value
    case 'integer':
      if (!Number.isSafeInteger(value)) throw invalid(attribute, 'must be a whole number')
      return value
    case 'decimal':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(attribute, 'must be a number')
      return value
    default:
      return text(attribute, value)
  }
}

const text = (attribute: SchemaAttribute, value: AttributeValue): string => {
  if (typeof value !== 'string') throw invalid(attribute, 'must be a text')
  // A lone surrogate cannot be stored as UTF-8: it would come back as another text than the one sent.
  if (!value.isWellFormed()) throw notWellFormed(attribute.path)
  if (attribute.type === 'dateTime' && instantOf(value) === undefined)
    throw invalid(attribute, 'must be a date and time such as "2026-01-31T12:00:00Z"')
  if (attribute.type === 'binary' && !base64.test(value)) throw invalid(attribute, 'must be base64')
  return value
}

const complex = (table: AttributeTable, value: Attributes): Attributes | undefined => {
  const result = attributesOf(table, value)
  return Object.keys(result).length === 0 ? undefined : result
}

/** The known attributes of an object under their schema names; unknown ones are ignored (RFC 7644 §3.3). */
const attributesOf = (table: AttributeTable, source: Attributes): Attributes => {
  const result: Record<string, AttributeValue> = Object.create(null)
  for (const [name, sent] of Object.entries(source)) {
    const attribute = attributeNamed(table, name)
    if (attribute === undefined) continue
    const value = validated(attribute, sent)
    if (value === undefined) continue
    if (Object.hasOwn(result, attribute.name)) throw invalid(attribute, 'is given twice, in different case')
    result[attribute.name] = value
  }
  return result
}

/** RFC 8259 §6: JSON has numbers that no double holds. They would come back as others, 1e999 as null. */
const isKeptExactly = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

/** A value nobody declared: kept as sent, without what counts as absent. */
const undeclaredValue = (path: string, value: AttributeValue): AttributeValue | undefined => {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notWellFormed(path)
    return value
  }
  if (typeof value === 'number' && !isKeptExactly(value))
    throw new ConnectorError(
      'invalidValue',
      `${path}: is a number too large to be kept as it is; send a text`,
      {
        field: path,
      },
    )
  if (isList(value)) {
    const list = value.map((each) => undeclaredValue(path, each)).filter((each) => each !== undefined)
    return list.length === 0 ? undefined : list
  }
  return isRecord(value) ? undeclaredObject(path, value) : (value ?? undefined)
}

const undeclaredObject = (path: string, source: Attributes): Attributes | undefined => {
  const result: Record<string, AttributeValue> = Object.create(null)
  const names = new Set<string>()
  for (const [name, sent] of Object.entries(source)) {
    const value = undeclaredValue(path, sent)
    if (value === undefined) continue
    if (!name.isWellFormed()) throw notWellFormed(path)
    if (names.has(name.toLowerCase()))
      throw new ConnectorError('invalidValue', `${path}: an attribute is given twice, in different case`, {
        field: path,
      })
    names.add(name.toLowerCase())
    result[name] = value
  }
  return names.size === 0 ? undefined : result
}

const notWellFormed = (path: string): ConnectorError =>
  new ConnectorError('invalidValue', `${path}: is not well-formed Unicode`, { field: path })

/** An identity provider's own extension. */
const customExtension = (urn: string, value: AttributeValue): Attributes | undefined => {
  if (isRecord(value)) return undeclaredObject(urn, value)
  throw new ConnectorError('invalidValue', `${urn}: must be an object of attributes`, { field: urn })
}

/** Everything a resource may hold of what was sent: core attributes by name, extensions by URN. */
export const validateResource = (schema: ResourceSchema, source: Attributes): Attributes => {
  const core = Object.entries(source).filter(([name]) => !isUrn(name))
  const result: Record<string, AttributeValue> = Object.assign(
    Object.create(null),
    attributesOf(schema.attributes, Object.assign(Object.create(null), Object.fromEntries(core))),
  )
  for (const [name, sent] of Object.entries(source)) {
    if (!isUrn(name) || isAbsent(sent)) continue
    if (name.toLowerCase() === schema.urn.toLowerCase())
      throw new ConnectorError(
        'invalidValue',
        `${schema.urn}: core attributes stand at the top of a resource`,
        {
          field: schema.urn,
        },
      )
    const extension = schema.extensions.get(name.toLowerCase())
    const urn = extension?.urn ?? name
    const value =
      extension === undefined ? customExtension(urn, sent) : known(extension.urn, extension.attributes, sent)
    if (value !== undefined) result[urn] = value
  }
  return result
}

const known = (urn: string, table: AttributeTable, sent: AttributeValue): Attributes | undefined => {
  if (!isRecord(sent))
    throw new ConnectorError('invalidValue', `${urn}: must be an object of attributes`, { field: urn })
  return complex(table, sent)
}

const invisible = /^[\s\p{Cf}]*$/u

/** What must not be missing from what is about to be stored. */
export const requireAttributes = (schema: ResourceSchema, resource: Attributes): void => {
  for (const attribute of schema.attributes.values()) {
    if (!attribute.required || attribute.mutability === 'readOnly') continue
    const value = resource[attribute.name]
    if (isAbsent(value) || (typeof value === 'string' && invisible.test(value)))
      throw new ConnectorError('invalidValue', `${attribute.path}: is required and must not be empty`, {
        field: attribute.path,
      })
  }
}
