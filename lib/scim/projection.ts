import { ConnectorError } from '../core/errors.ts'
import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord, record } from './body.ts'
import { attributeNamed, isUrn, type ResourceSchema, type SchemaAttribute } from './schema.ts'

/** RFC 7644 §3.9. Names are folded paths: `name`, `name.givenname`, `urn:…:user`, `urn:…:user:manager.value`. */
export type Projection =
  | { readonly kind: 'default' }
  | { readonly kind: 'only' | 'without'; readonly names: readonly string[] }

const alwaysReturned: ReadonlySet<string> = new Set(['schemas', 'id', 'meta'])

/** The names of a comma-separated parameter, without the core schema's own URN before them. */
const namesOf = (schema: ResourceSchema, parameter: string): readonly string[] => {
  const prefix = `${schema.urn.toLowerCase()}:`
  return parameter
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
    .map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name))
}

export const projectionOf = (schema: ResourceSchema, query: URLSearchParams): Projection => {
  const only = query.getAll('attributes').join(',')
  const without = query.getAll('excludedAttributes').join(',')
  if (only !== '' && without !== '')
    throw new ConnectorError('invalidValue', 'attributes and excludedAttributes cannot be used together')
  if (only !== '') return { kind: 'only', names: namesOf(schema, only) }
  return without === '' ? { kind: 'default' } : { kind: 'without', names: namesOf(schema, without) }
}

const isBelow = (name: string, parent: string): boolean =>
  name.startsWith(`${parent}.`) || (isUrn(parent) && name.startsWith(`${parent}:`))

/** Is this attribute, or a part of it, in the answer? Decides what is read at all. */
export const wants = (projection: Projection, path: string): boolean => {
  const folded = path.toLowerCase()
  switch (projection.kind) {
    case 'default':
      return true
    case 'only':
      return projection.names.some(
        (name) => name === folded || isBelow(name, folded) || isBelow(folded, name),
      )
    case 'without':
      return !projection.names.some((name) => name === folded || isBelow(folded, name))
  }
}

/** Applied after everything else: a projection never has a part in what is stored. */
export const project = (schema: ResourceSchema, projection: Projection, resource: Attributes): Attributes => {
  if (projection.kind === 'default') return resource
  const entries = Object.entries(resource).flatMap(([name, value]) => {
    if (alwaysReturned.has(name)) return [[name, value] as const]
    const kept = keep(projection, name, value, attributeNamed(schema.attributes, name))
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
  if (attribute?.returned === 'always') return value
  if (!wants(projection, path)) return undefined
  const isWhole = isKeptWhole(projection, path.toLowerCase())
  return isWhole ? value : parts(projection, path, value)
}

const isKeptWhole = (projection: Projection, path: string): boolean => {
  switch (projection.kind) {
    case 'default':
      return true
    case 'only':
      return projection.names.some((name) => name === path || isBelow(path, name))
    case 'without':
      return !projection.names.some((name) => isBelow(name, path))
  }
}

const parts = (projection: Projection, path: string, value: AttributeValue): AttributeValue | undefined => {
  if (isList(value)) {
    const list = value.map((each) => parts(projection, path, each)).filter((each) => each !== undefined)
    return list.length === 0 ? undefined : list
  }
  if (!isRecord(value)) return value
  // Below an extension a colon stands before the attribute; below anything else a dot (RFC 7644 §3.10).
  const separator = isExtension(path) ? ':' : '.'
  const kept = Object.entries(value).flatMap(([name, each]) => {
    const one = keep(projection, `${path}${separator}${name}`, each, undefined)
    return one === undefined ? [] : [[name, one] as const]
  })
  return kept.length === 0 ? undefined : record(Object.fromEntries(kept))
}

// A path is an extension's URN until its first attribute: URNs end in a version and a resource type.
const isExtension = (path: string): boolean => /:\d+(?:\.\d+)*:[a-z][\w-]*$/i.test(path)
