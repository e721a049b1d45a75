import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { resolvePath } from '../attribute-path.ts'
import { isList, isRecord } from '../body.ts'
import { instantOf } from '../date-time.ts'
import type { Attribute } from '../filter/filter.ts'
import { heldBy } from '../filter/values.ts'
import { read } from '../json.ts'
import type { ResourceSchema, SchemaAttribute } from '../schema.ts'

export type SortKey = string | number | boolean | undefined
/** RFC 7644 §3.4.2.3, resolved against a schema. */
export type Sort = {
  /** Of the attribute that is sorted by, with the URN of its extension. */
  readonly path: string
  readonly keyOf: (resource: Attributes) => SortKey
}

// Table 9 of RFC 7644 keeps invalidPath for PATCH.
const invalid = (rule: string): ConnectorError =>
  new ConnectorError('invalidValue', `sortBy: ${rule}`, { field: 'sortBy' })

export const resolveSort = (schema: ResourceSchema, text: string): Sort => {
  const path = resolvePath(schema, text.trim())
  if (path === undefined || path.kind === 'extension') throw invalid('names no attribute')
  checkSearchable(path, invalid)
  const sub = path.sub ?? ownValue(path.attribute)
  const typed = sub ?? path.attribute
  return {
    path: typed.path,
    keyOf: (resource) => {
      const held = preferred(heldBy(resource, path))
      if (sub === undefined) return scalar(typed, isRecord(held) ? read(held, 'value') : held)
      return isRecord(held) ? scalar(typed, preferred(read(held, sub.name))) : undefined
    },
  }
}

/** What a complex attribute is sorted by. */
const ownValue = (attribute: SchemaAttribute): SchemaAttribute | undefined => {
  if (attribute.type !== 'complex') return undefined
  const value = attribute.subAttributes.get('value')
  if (value === undefined) throw invalid(`${attribute.path} has no value of its own; name a sub-attribute`)
  return value
}

/** What is worked out when it is asked for is in no stored data; a password is in none at all. */
export const checkSearchable = (
  { attribute, sub }: Attribute,
  refusal: (rule: string) => ConnectorError,
): void => {
  for (const { returned, path } of [attribute, ...(sub === undefined ? [] : [sub])])
    if (returned === 'request' || returned === 'never')
      throw refusal(`${path} is not in the stored data: it can be neither filtered nor sorted by`)
}

/** Of several values the primary one, else the first. */
const preferred = (value: AttributeValue | undefined): AttributeValue | undefined =>
  isList(value) ? (value.find((each) => isRecord(each) && each.primary === true) ?? value[0]) : value

// Cursors hold the key of the last resource, and have to fit into an address. What is alike so far stays in the order of ids.
const longestKey = 500

const scalar = (attribute: SchemaAttribute | undefined, value: AttributeValue | undefined): SortKey => {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (attribute?.type === 'dateTime') return instantOf(value)
  return (attribute?.exact === true ? value : fold(value)).slice(0, longestKey)
}

const rank: Readonly<Record<string, number>> = { boolean: 0, number: 1, string: 2, undefined: 3 }

/** Below zero when `a` comes first. Resources without a value come last, and first in descending order. */
export const compareKeys = (a: SortKey, b: SortKey, descending: boolean): number => {
  const difference = (rank[typeof a] ?? 3) - (rank[typeof b] ?? 3) || order(a, b)
  return descending ? -difference : difference
}
const order = (a: SortKey, b: SortKey): number => {
  if (a === b || a === undefined || b === undefined) return 0
  return a < b ? -1 : 1
}
