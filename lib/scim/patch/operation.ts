import { ConnectorError } from '../../core/errors.ts'
import type { AttributeValue } from '../../core/member.ts'
import { type AttributePath, resolvePath, undeclaredIn } from '../attribute-path.ts'
import { isRecord, record } from '../body.ts'
import { isAbsent } from '../json.ts'
import { normaliseValue } from '../normalise.ts'
import type { Note } from '../quirks.ts'
import {
  attributeNamed,
  type Extension,
  isUrn,
  type ResourceSchema,
  type SchemaAttribute,
} from '../schema.ts'
import { type PatchPath, parsePatchPath } from './path.ts'

export type OperationName = 'add' | 'replace' | 'remove'
/** One wish about one place: operations without a path, and on whole extensions, are taken apart into these. */
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

export const withPath = (
  schema: ResourceSchema,
  sent: Sent,
  text: string,
  note: Note,
): readonly Operation[] => {
  const path = parsePatchPath(schema, text, note)
  if (sent.op !== 'remove' && sent.value === undefined)
    throw new ConnectorError('invalidValue', `value: is missing for "${sent.op}" (RFC 7644 §3.5.2)`, {
      field: 'value',
    })
  checkMutable(schema, sent, path)
  if (path.kind === 'extension' && sent.op !== 'remove') return insideExtension(schema, sent, path.urn, note)
  return [operation(sent, path, sent.value, note)]
}

const operation = (
  sent: Sent,
  path: PatchPath,
  value: AttributeValue | undefined,
  note: Note,
): Operation => ({
  ...sent,
  path,
  value: normalised(path, value, note),
  sent: value,
})

/** An extension stands for its attributes: those that are named change, the others stay (RFC 7644 §3.5.2.3). */
const insideExtension = (
  schema: ResourceSchema,
  sent: Sent,
  urn: string,
  note: Note,
): readonly Operation[] => {
  if (isAbsent(sent.value) || sent.value === '') return withoutExtension(sent, urn)
  if (!isRecord(sent.value))
    throw new ConnectorError('invalidValue', `${urn}: must be an object of attributes`, { field: urn })
  const extension = schema.extensions.get(urn.toLowerCase())
  if (extension !== undefined && isDerived(extension)) return used(sent, extension)
  return Object.entries(sent.value).flatMap(([name, value]) => {
    const attribute =
      extension === undefined ? undeclaredIn(urn, name) : attributeNamed(extension.attributes, name)
    if (attribute === undefined || attribute.mutability === 'readOnly') return []
    return [operation(sent, { kind: 'attribute', urn: extension?.urn ?? urn, attribute }, value, note)]
  })
}

/** All of it is ours to say. */
const isDerived = ({ attributes }: Extension): boolean =>
  attributes.size > 0 && [...attributes.values()].every((each) => each.mutability === 'readOnly')

/** What such an extension holds is not for a client to write; that the resource uses it is (RFC 7643 §3). */
const used = (sent: Sent, { urn }: Extension): readonly Operation[] => [
  { ...sent, op: 'add', path: { kind: 'extension', urn, known: true }, value: record({}), sent: sent.value },
]
const isUseOf = ({ attributes }: Extension, { op, value }: Sent): boolean =>
  op !== 'remove' &&
  isRecord(value) &&
  Object.keys(value).every((name) => attributeNamed(attributes, name) === undefined)

const isDerivedContent = (schema: ResourceSchema, sent: Sent, urn: string): boolean => {
  const extension = schema.extensions.get(urn.toLowerCase())
  return extension !== undefined && isDerived(extension) && !isUseOf(extension, sent)
}

// Null is "not set": as the new value it clears, as an addition it adds nothing.
const withoutExtension = (sent: Sent, urn: string): readonly Operation[] =>
  sent.op === 'replace'
    ? [
        {
          ...sent,
          op: 'remove',
          path: { kind: 'extension', urn, known: true },
          value: undefined,
          sent: sent.value,
        },
      ]
    : []

/** RFC 7644 §3.5.2.1: without a path the value holds attributes; Entra ID uses whole paths as their names. */
export const withoutPath = (schema: ResourceSchema, sent: Sent, note: Note): readonly Operation[] => {
  if (sent.op === 'remove')
    throw new ConnectorError('noTarget', 'path: is missing for "remove"; name what is to be removed')
  if (!isRecord(sent.value))
    throw new ConnectorError('invalidValue', 'value: must be an object of attributes when there is no path', {
      field: 'value',
    })
  return Object.entries(sent.value).flatMap(([name, value]) =>
    named(schema, { ...sent, value: value ?? null }, name, note),
  )
}

const named = (schema: ResourceSchema, sent: Sent, name: string, note: Note): readonly Operation[] => {
  const path = resolvePath(schema, name.split('[', 1)[0] ?? '')
  if (isUrn(name)) {
    if (name.toLowerCase() === schema.urn.toLowerCase()) return withoutPath(schema, sent, note)
    if (isCustomObject(path, sent)) return insideExtension(schema, sent, name, note)
  }
  if (path === undefined || isOwnName(path, note)) return []
  const isPath = path.kind === 'attribute' && /[.[:]/.test(name)
  if (isPath) note('pathInName')
  return withPath(schema, { ...sent, createsMissing: sent.createsMissing || isPath }, name, note)
}

/** As in a resource: an object under a URN that nobody declared is an extension, whatever the URN looks like. */
const isCustomObject = (path: AttributePath | undefined, { value }: Sent): boolean =>
  isRecord(value) &&
  (path === undefined ||
    (path.kind === 'attribute' && path.attribute.type === 'undeclared' && path.sub === undefined))

/** Which resource is meant, said once more: no wish to change its id. Unknown names are no wish, either (RFC 7644 §3.3); any other readOnly one is. */
const isOwnName = (path: AttributePath, note: Note): boolean => {
  if (path.kind !== 'attribute' || path.sub !== undefined) return false
  if (path.attribute.path === 'id') note('readOnlyInValue')
  return path.attribute.path === 'id' || path.attribute.path === 'schemas'
}

const readOnlyPart = (schema: ResourceSchema, sent: Sent, path: PatchPath): string | undefined => {
  if (path.kind === 'extension') return isDerivedContent(schema, sent, path.urn) ? path.urn : undefined
  const attribute = path.kind === 'attribute' ? path.attribute : path.path.attribute
  const part = [attribute, path.sub].find((each) => each?.mutability === 'readOnly')
  return part === undefined ? undefined : (path.sub ?? attribute).path
}

const checkMutable = (schema: ResourceSchema, sent: Sent, path: PatchPath): void => {
  const part = readOnlyPart(schema, sent, path)
  if (part !== undefined)
    throw new ConnectorError('mutability', `${part}: is read-only; leave it out`, { field: part })
}

const normalised = (
  path: PatchPath,
  value: AttributeValue | undefined,
  note: Note,
): AttributeValue | undefined => {
  if (value === undefined || isAbsent(value)) return value
  switch (path.kind) {
    case 'extension':
      return value
    case 'attribute':
      return normaliseValue(path.sub ?? path.attribute, value, note)
    case 'elements':
      return normaliseValue(path.sub ?? oneOf(path.path.attribute), value, note)
  }
}

/** The schema of one element of a multi-valued attribute. */
export const oneOf = (attribute: SchemaAttribute): SchemaAttribute => ({ ...attribute, multiValued: false })
