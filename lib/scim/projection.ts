import { ConnectorError } from '../core/errors.ts'
import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord, record } from './body.ts'
import { type PathSet, pathSet } from './path-set.ts'
import {
  type AttributeTable,
  attributeNamed,
  isUrn,
  type ResourceSchema,
  type SchemaAttribute,
} from './schema.ts'

/** RFC 7644 §3.9. Names are paths: `name`, `name.givenName`, `urn:…:User`, `urn:…:User:manager.value`. */
export type Projection =
  | { readonly kind: 'default' }
  | { readonly kind: 'only' | 'without'; readonly names: PathSet }

// Decided for every answer: `meta` is no `returned: always` attribute, but clients that cache and compare versions rely on it.
const alwaysReturned: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])

/** The names of a comma-separated parameter, without the core schema's own URN before them. */
const namesOf = (schema: ResourceSchema, parameter: string): PathSet => {
  const prefix = `${schema.urn.toLowerCase()}:`
  const names = parameter
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  return pathSet(names.map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name)))
}

export const projectionOf = (schema: ResourceSchema, query: URLSearchParams): Projection => {
  const only = query.getAll('attributes').join(',')
  const without = query.getAll('excludedAttributes').join(',')
  if (only !== '' && without !== '')
    throw new ConnectorError('invalidValue', 'attributes and excludedAttributes cannot be used together')
  if (only !== '') return { kind: 'only', names: namesOf(schema, only) }
  return without === '' ? { kind: 'default' } : { kind: 'without', names: namesOf(schema, without) }
}

/** Is this attribute, or a part of it, in the answer? Decides what is read at all. */
export const wants = (projection: Projection, path: string): boolean => {
  switch (projection.kind) {
    case 'default':
      return true
    case 'only':
      return projection.names(path) !== 'apart'
    case 'without':
      return projection.names(path) !== 'named'
  }
}

/** The same of an attribute that is returned on request: only who names it gets it (RFC 7643 §7). */
export const names = (projection: Projection, path: string): boolean =>
  projection.kind === 'only' && wants(projection, path)

const isUnasked = ({ returned, subAttributes }: SchemaAttribute): boolean =>
  returned === 'request' || returned === 'never' || [...subAttributes.values()].some(isUnasked)

const known = new WeakMap<ResourceSchema, readonly string[]>()

/** Where in a resource something may stand that nobody gets without asking. */
const unaskedIn = (schema: ResourceSchema): readonly string[] => {
  const before = known.get(schema)
  if (before !== undefined) return before
  const found = [
    ...[...schema.attributes.values()].filter(isUnasked).map(({ name }) => name),
    ...[...schema.extensions.values()]
      .filter(({ attributes }) => [...attributes.values()].some(isUnasked))
      .map(({ urn }) => urn),
  ]
  known.set(schema, found)
  return found
}

/** Applied after everything else: a projection never has a part in what is stored. */
export const project = (schema: ResourceSchema, projection: Projection, resource: Attributes): Attributes => {
  // By far the most answers: nothing to leave out.
  if (projection.kind === 'default' && !unaskedIn(schema).some((name) => Object.hasOwn(resource, name)))
    return resource
  const entries = Object.entries(resource).flatMap(([name, value]) => {
    if (alwaysReturned.has(name)) return [[name, value] as const]
    const kept = isUrn(name)
      ? inside(projection, name, value, schema.extensions.get(name.toLowerCase())?.attributes, ':')
      : keep(projection, name, value, attributeNamed(schema.attributes, name))
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return record(Object.fromEntries(entries))
}

const keep = (
  projection: Projection,
  path: string,
  value: AttributeValue,
  attribute: SchemaAttribute | undefined,
): AttributeValue | undefined => {
  switch (attribute?.returned) {
    case 'always':
      return value
    case 'never':
      return undefined
    case 'request':
      return names(projection, path) ? inside(projection, path, value, attribute.subAttributes) : undefined
    default:
      return inside(projection, path, value, attribute?.subAttributes)
  }
}

// Below an extension a colon stands before the attribute; below anything else a dot (RFC 7644 §3.10).
type Separator = ':' | '.'

/** What is wanted of an attribute or an extension. */
const inside = (
  projection: Projection,
  path: string,
  value: AttributeValue,
  table: AttributeTable | undefined,
  separator: Separator = '.',
): AttributeValue | undefined => {
  if (!wants(projection, path)) return undefined
  const hidesSome = table !== undefined && [...table.values()].some(isUnasked)
  return isWantedWhole(projection, path) && !hidesSome
    ? value
    : parts(projection, path, value, table, separator)
}

const isWantedWhole = (projection: Projection, path: string): boolean => {
  switch (projection.kind) {
    case 'default':
      return true
    case 'only':
      return projection.names(path) === 'named'
    case 'without':
      return projection.names(path) !== 'partly'
  }
}

const parts = (
  projection: Projection,
  path: string,
  value: AttributeValue,
  table: AttributeTable | undefined,
  separator: Separator,
): AttributeValue | undefined => {
  if (isList(value)) {
    const list = value
      .map((each) => parts(projection, path, each, table, separator))
      .filter((each) => each !== undefined)
    return list.length === 0 ? undefined : list
  }
  // Of a derived extension that a client put there: that it is there is all there is to it.
  if (!isRecord(value) || Object.keys(value).length === 0) return value
  const kept = Object.entries(value).flatMap(([name, each]) => {
    const attribute = table === undefined ? undefined : attributeNamed(table, name)
    const one = keep(projection, `${path}${separator}${name}`, each, attribute)
    return one === undefined ? [] : [[name, one] as const]
  })
  return kept.length === 0 ? undefined : record(Object.fromEntries(kept))
}
