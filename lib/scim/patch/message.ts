import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { isAbsent, read } from '../json.ts'
import { checkMessageSchema, patchUrn } from '../messages.ts'
import { normaliseValue } from '../normalise.ts'
import type { Note } from '../quirks.ts'
import { attributeNamed, isUrn, type ResourceSchema, type SchemaAttribute } from '../schema.ts'
import { type PatchPath, parsePatchPath } from './path.ts'

export type OperationName = 'add' | 'replace' | 'remove'
/** One wish about one place: operations without a path are taken apart into these. */
export type Operation = {
  readonly op: OperationName
  readonly path: PatchPath
  readonly value: AttributeValue | undefined
  /** The value before normalisation. */
  readonly sent: AttributeValue | undefined
  /** Sent in a way only Entra ID does: a replaced value that does not exist yet is created. */
  readonly createsMissing: boolean
}
type Sent = Omit<Operation, 'path' | 'sent'>

const names: ReadonlySet<string> = new Set(['add', 'replace', 'remove'])

/** RFC 7644 §3.5.2: reads a PatchOp message. */
export const parsePatch = (schema: ResourceSchema, body: Attributes, note: Note): readonly Operation[] => {
  checkMessageSchema(patchUrn, body)
  const operations = read(body, 'Operations')
  if (!isList(operations) || operations.length === 0)
    throw new ConnectorError('invalidSyntax', 'Operations: must be a list of at least one operation', {
      field: 'Operations',
    })
  return operations.flatMap((each) => parseOperation(schema, each, note))
}

const parseOperation = (
  schema: ResourceSchema,
  operation: AttributeValue,
  note: Note,
): readonly Operation[] => {
  if (!isRecord(operation))
    throw new ConnectorError('invalidSyntax', 'Operations: each operation must be an object')
  const sentName = read(operation, 'op')
  const op = typeof sentName === 'string' ? sentName.toLowerCase() : ''
  if (!names.has(op))
    throw new ConnectorError('invalidSyntax', 'op: must be "add", "replace" or "remove"', { field: 'op' })
  if (op !== sentName) note('capitalisedOperation')
  const sent: Sent = {
    op: op as OperationName,
    value: read(operation, 'value'),
    createsMissing: op !== sentName,
  }
  const path = read(operation, 'path')
  if (path === undefined || path === null) return withoutPath(schema, sent, note)
  if (typeof path !== 'string') throw new ConnectorError('invalidPath', 'path: must be a text')
  return withPath(schema, sent, path, note)
}

const withPath = (schema: ResourceSchema, sent: Sent, text: string, note: Note): readonly Operation[] => {
  const path = parsePatchPath(schema, text)
  if (sent.op !== 'remove' && sent.value === undefined)
    throw new ConnectorError('invalidValue', `value: is missing for "${sent.op}" (RFC 7644 §3.5.2)`, {
      field: 'value',
    })
  checkMutable(path)
  if (path.kind === 'extension' && path.known && sent.op !== 'remove')
    return insideExtension(schema, sent, path.urn, note)
  return [{ ...sent, path, value: normalised(path, sent.value, note), sent: sent.value }]
}

const insideExtension = (
  schema: ResourceSchema,
  sent: Sent,
  urn: string,
  note: Note,
): readonly Operation[] => {
  if (!isRecord(sent.value))
    throw new ConnectorError('invalidValue', `${urn}: must be an object of attributes`, { field: urn })
  const table = schema.extensions.get(urn.toLowerCase())?.attributes ?? new Map()
  return Object.entries(sent.value).flatMap(([name, value]) => {
    const attribute: SchemaAttribute | undefined = attributeNamed(table, name)
    if (attribute === undefined || attribute.mutability === 'readOnly') return []
    const path: PatchPath = { kind: 'attribute', urn, attribute }
    return [{ ...sent, path, value: normalised(path, value, note), sent: value }]
  })
}

/** RFC 7644 §3.5.2.1: without a path the value holds attributes; Entra ID uses whole paths as their names. */
const withoutPath = (schema: ResourceSchema, sent: Sent, note: Note): readonly Operation[] => {
  if (sent.op === 'remove') throw new ConnectorError('noTarget', 'path: is missing for "remove"')
  if (!isRecord(sent.value))
    throw new ConnectorError('invalidValue', 'value: must be an object of attributes when there is no path')
  return Object.entries(sent.value).flatMap(([name, value]) => {
    if (!isUrn(name) && !/[.[]/.test(name) && ignored(schema, name, note)) return []
    const isPath = /[.[]/.test(name) && !isExtensionName(schema, name)
    if (isPath) note('pathInName')
    const createsMissing = sent.createsMissing || isPath
    return withPath(schema, { ...sent, value, createsMissing }, name, note)
  })
}

const isExtensionName = (schema: ResourceSchema, name: string): boolean =>
  isUrn(name) && parsePatchPath(schema, name).kind === 'extension'

/** Unknown attributes are ignored, and readOnly ones too: inside a value they are an echo, not a wish (RFC 7644 §3.3). */
const ignored = (schema: ResourceSchema, name: string, note: Note): boolean => {
  const attribute = attributeNamed(schema.attributes, name)
  if (attribute?.mutability === 'readOnly' && attribute.name !== 'schemas') note('readOnlyInValue')
  return attribute === undefined || attribute.mutability === 'readOnly'
}

const checkMutable = (path: PatchPath): void => {
  if (path.kind !== 'attribute' && path.kind !== 'elements') return
  const attribute = path.kind === 'attribute' ? path.attribute : path.path.attribute
  if (attribute.mutability !== 'readOnly' && path.sub?.mutability !== 'readOnly') return
  throw new ConnectorError('mutability', `${(path.sub ?? attribute).path}: is read-only`, {
    field: (path.sub ?? attribute).path,
  })
}

const normalised = (
  path: PatchPath,
  value: AttributeValue | undefined,
  note: Note,
): AttributeValue | undefined => {
  if (value === undefined || isAbsent(value)) return value
  switch (path.kind) {
    case 'extension':
    case 'custom':
      return value
    case 'attribute':
      return normaliseValue(path.sub ?? path.attribute, value, note)
    case 'elements':
      return normaliseValue(path.sub ?? oneOf(path.path.attribute), value, note)
  }
}

/** The schema of one element of a multi-valued attribute. */
export const oneOf = (attribute: SchemaAttribute): SchemaAttribute => ({ ...attribute, multiValued: false })
