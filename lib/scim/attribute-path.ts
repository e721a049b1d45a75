import { attributeNamed, type Extension, isUrn, type ResourceSchema, type SchemaAttribute } from './schema.ts'

/** What an attribute path of RFC 7644 §3.10 names, resolved against the schema of its resource. */
export type AttributePath =
  | {
      readonly kind: 'attribute'
      /** Of the extension that holds it; absent for core and common attributes. */
      readonly urn?: string
      readonly attribute: SchemaAttribute
      readonly sub?: SchemaAttribute
    }
  /** A whole extension, known or an identity provider's own. */
  | { readonly kind: 'extension'; readonly urn: string; readonly known: boolean }

const nameForm = /^[a-z$][\w$-]*$/i
// Harmless on the objects we build, but a name like any other for whoever copies them.
const refusedNames: ReadonlySet<string> = new Set(['constructor', 'prototype'])
const isName = (text: string): boolean => nameForm.test(text) && !refusedNames.has(text.toLowerCase())

/** An attribute of which nothing is known but its name: what RFC 7643 §2.2 says of an attribute by default. */
const undeclared = (name: string, path: string): SchemaAttribute => ({
  name,
  path,
  type: 'undeclared',
  multiValued: false,
  description: '',
  required: false,
  exact: false,
  mutability: 'readWrite',
  returned: 'default',
  subAttributes: new Map(),
})

/** Of an extension that only the identity provider knows. */
export const undeclaredIn = (urn: string, name: string): SchemaAttribute => undeclared(name, `${urn}:${name}`)

const subOf = (parent: SchemaAttribute, name: string): SchemaAttribute | undefined =>
  parent.type === 'undeclared' && isName(name)
    ? undeclared(name, `${parent.path}.${name}`)
    : attributeNamed(parent.subAttributes, name)

type Find = (name: string) => SchemaAttribute | undefined

const named = (find: Find, text: string, urn?: string): AttributePath | undefined => {
  const [name = '', subName, ...more] = text.split('.')
  const attribute = find(name)
  if (attribute === undefined || more.length > 0) return undefined
  const base = urn === undefined ? { attribute } : { urn, attribute }
  if (subName === undefined) return { kind: 'attribute', ...base }
  const sub = subOf(attribute, subName)
  return sub === undefined ? undefined : { kind: 'attribute', ...base, sub }
}

const versionForm = /^\d+(?:\.\d+)*$/
const partForm = /^[^\s[\]()"]+$/
/** Names of the RFCs' own that are no extensions: an attribute below another resource's schema is a mistake, not a custom attribute. */
const reserved = /^urn:ietf:params:scim:(?:api|schemas:core):/i

/**
 * An extension's URN ends in a version and a type of resource: the only way to tell it from the attribute behind it. With more than one part behind
 * those, the last is the attribute (Okta's own: `urn:okta:app:1.0:user:custom:badge`).
 */
const resolveCustom = (text: string): AttributePath | undefined => {
  const parts = text.split(':')
  const version = parts.findLastIndex((part) => versionForm.test(part))
  const rest = parts.length - version - 2
  if (version < 2 || rest < 0 || reserved.test(text) || !parts.every((part) => partForm.test(part)))
    return undefined
  if (rest === 0) return { kind: 'extension', urn: text, known: false }
  const urn = parts.slice(0, -1).join(':')
  const find = (name: string): SchemaAttribute | undefined =>
    isName(name) ? undeclaredIn(urn, name) : undefined
  return named(find, parts.at(-1) ?? '', urn)
}

const inExtension = (extension: Extension, name: string): AttributePath | undefined =>
  named((each) => attributeNamed(extension.attributes, each), name, extension.urn)

/** Undefined when nothing of that name exists. */
export const resolvePath = (schema: ResourceSchema, text: string): AttributePath | undefined => {
  const core: Find = (name) => attributeNamed(schema.attributes, name)
  if (!isUrn(text)) return named(core, text)
  const folded = text.toLowerCase()
  if (folded === schema.urn.toLowerCase()) return undefined
  if (folded.startsWith(`${schema.urn.toLowerCase()}:`)) return named(core, text.slice(schema.urn.length + 1))
  for (const [key, extension] of schema.extensions) {
    if (folded === key) return { kind: 'extension', urn: extension.urn, known: true }
    if (folded.startsWith(`${key}:`)) return inExtension(extension, text.slice(key.length + 1))
  }
  return resolveCustom(text)
}

/** The path as RFC 7644 §3.10 writes it; what `resolvePath` reads back. */
export const printPath = (path: AttributePath): string =>
  path.kind === 'extension' ? path.urn : (path.sub ?? path.attribute).path

/** Inside a value filter, names are sub-attributes; `value` is the element itself where elements are no objects (RFC 7643 §2.4). */
export const resolveSub = (parent: SchemaAttribute, text: string): AttributePath | undefined => {
  if (parent.type !== 'complex' && parent.type !== 'undeclared' && text.toLowerCase() === 'value')
    return {
      kind: 'attribute',
      attribute: { ...parent, name: 'value', path: `${parent.path}.value`, multiValued: false },
    }
  return named((name) => subOf(parent, name), text)
}

/** What somebody who wrote `text` may have meant: the same name in an extension, with its URN before it. */
export const meantPath = (schema: ResourceSchema, text: string): string | undefined =>
  [...schema.extensions.values()]
    .map((extension) => inExtension(extension, text))
    .filter((path) => path !== undefined)
    .map(printPath)[0]
