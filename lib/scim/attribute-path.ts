import { attributeNamed, isUrn, type ResourceSchema, type SchemaAttribute } from './schema.ts'

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
  /** An attribute below an extension that only the identity provider knows. */
  | { readonly kind: 'custom'; readonly urn: string; readonly name: string }

// Extension URNs end in a version and a resource type: the only way to tell them from the attribute behind them.
const customUrn = /^(urn:[^\s[\]"]+:\d+(?:\.\d+)*:[a-z][\w-]*)(?::([a-z$][\w$-]*))?$/i

const named = (
  table: ReadonlyMap<string, SchemaAttribute>,
  text: string,
  urn?: string,
): AttributePath | undefined => {
  const [name = '', subName, ...more] = text.split('.')
  const attribute = attributeNamed(table, name)
  if (attribute === undefined || more.length > 0) return undefined
  const base = urn === undefined ? { attribute } : { urn, attribute }
  if (subName === undefined) return { kind: 'attribute', ...base }
  const sub = attributeNamed(attribute.subAttributes, subName)
  return sub === undefined ? undefined : { kind: 'attribute', ...base, sub }
}

/** Undefined when nothing of that name exists. */
export const resolvePath = (schema: ResourceSchema, text: string): AttributePath | undefined => {
  if (!isUrn(text)) return named(schema.attributes, text)
  const folded = text.toLowerCase()
  if (folded === schema.urn.toLowerCase()) return undefined
  if (folded.startsWith(`${schema.urn.toLowerCase()}:`))
    return named(schema.attributes, text.slice(schema.urn.length + 1))
  for (const [key, extension] of schema.extensions) {
    if (folded === key) return { kind: 'extension', urn: extension.urn, known: true }
    if (folded.startsWith(`${key}:`))
      return named(extension.attributes, text.slice(key.length + 1), extension.urn)
  }
  const [, urn, name] = customUrn.exec(text) ?? []
  if (urn === undefined) return undefined
  return name === undefined ? { kind: 'extension', urn, known: false } : { kind: 'custom', urn, name }
}

/** The path as RFC 7644 §3.10 writes it; what `resolvePath` reads back. */
export const printPath = (path: AttributePath): string => {
  switch (path.kind) {
    case 'extension':
      return path.urn
    case 'custom':
      return `${path.urn}:${path.name}`
    case 'attribute':
      return (path.sub ?? path.attribute).path
  }
}

/** Inside a value filter, names are sub-attributes. */
export const resolveSub = (parent: SchemaAttribute, text: string): AttributePath | undefined =>
  named(parent.subAttributes, text)
