import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord, record } from '../body.ts'
import type { BulkOperation } from './message.ts'

/** RFC 7644 §3.7.2: `bulkId:<id>` stands for the id of a resource that the same request creates. */
const prefix = 'bulkId:'

/** The id a reference stands for; undefined while there is none. */
export type Resolve = (bulkId: string) => string | undefined
/** A text with ids in the places of its references; undefined when one of them has none. */
type ResolveText = (text: string, name: string) => string | undefined

// In the path of a PATCH operation a reference is a text of the filter: members[value eq "bulkId:x"].
const quoted = /"bulkId:([^"\\]+)"/g

const resolveFilter = (path: string, resolve: Resolve): string | undefined => {
  let isWhole = true
  const result = path.replace(quoted, (_, bulkId: string) => {
    const id = resolve(bulkId)
    isWhole &&= id !== undefined
    return `"${id}"`
  })
  return isWhole ? result : undefined
}

const resolveText =
  (known: ReadonlySet<string>, resolve: Resolve): ResolveText =>
  (text, name) => {
    if (text.startsWith(prefix) && text.length > prefix.length) return resolve(text.slice(prefix.length))
    if (name.toLowerCase() === 'path' && text.includes(`"${prefix}`)) return resolveFilter(text, resolve)
    // "$ref": "../Users/bulkId:x". Any address may end like this: it is a reference when the request has this bulkId.
    const at = text.lastIndexOf(`/${prefix}`)
    const bulkId = text.slice(at + 1 + prefix.length)
    if (at < 0 || !known.has(bulkId)) return text
    const id = resolve(bulkId)
    return id === undefined ? undefined : `${text.slice(0, at + 1)}${id}`
  }

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
const resolvePath = (path: string, resolve: Resolve): string | undefined => {
  const [type = '', segment = '', ...more] = path.slice(1).split('/')
  const name = decoded(segment)
  if (!name.startsWith(prefix)) return path
  const id = resolve(name.slice(prefix.length))
  return id === undefined ? undefined : `/${[type, id, ...more].join('/')}`
}

/** What does not refer to anything unresolved: of a list its whole elements, of an object its other attributes. */
const kept = (value: AttributeValue, name: string, text: ResolveText): AttributeValue | undefined => {
  if (typeof value === 'string') return text(value, name)
  if (isList(value)) return value.map((each) => whole(each, name, text)).filter((each) => each !== undefined)
  return isRecord(value) ? keptAttributes(value, text) : value
}
const keptAttributes = (source: Attributes, text: ResolveText): Attributes => {
  const entries = Object.entries(source).map(([name, value]) => [name, kept(value, name, text)] as const)
  return record(Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

/** The value with every reference resolved, or nothing. */
const whole = (value: AttributeValue, name: string, text: ResolveText): AttributeValue | undefined => {
  let isWhole = true
  const result = kept(value, name, (source, key) => {
    const resolved = text(source, key)
    isWhole &&= resolved !== undefined
    return resolved
  })
  return isWhole ? result : undefined
}

/** The bulkIds an operation refers to, in its path or anywhere in its data. */
export const referencesOf = (
  { path, data }: BulkOperation,
  known: ReadonlySet<string>,
): ReadonlySet<string> => {
  const found = new Set<string>()
  const collect: Resolve = (bulkId) => {
    found.add(bulkId)
    return ''
  }
  resolvePath(path, collect)
  if (data !== undefined) kept(data, '', resolveText(known, collect))
  return found
}

/** RFC 7644 §3.7.1 answers 409 to what cannot be resolved. */
export const unresolved = (bulkIds: Iterable<string>): ConnectorError =>
  new ConnectorError(
    'unresolvedReference',
    `bulkId: this request has created no resource for ${[...bulkIds]
      .slice(0, 3)
      .map((each) => JSON.stringify(each))
      .join(', ')}`,
    { field: 'bulkId' },
  )

/** The operation with ids for its references; throws when one of them has none. */
export const resolved = (
  operation: BulkOperation,
  known: ReadonlySet<string>,
  resolve: Resolve,
): BulkOperation => {
  const missing = new Set<string>()
  const look: Resolve = (bulkId) => {
    const id = resolve(bulkId)
    if (id === undefined) missing.add(bulkId)
    return id
  }
  const path = resolvePath(operation.path, look) ?? operation.path
  const data = operation.data && keptAttributes(operation.data, resolveText(known, look))
  if (missing.size > 0) throw unresolved(missing)
  return { ...operation, path, ...(data === undefined ? {} : { data }) }
}

/** The operation without what refers to one of these. */
export const without = (
  operation: BulkOperation,
  known: ReadonlySet<string>,
  open: ReadonlySet<string>,
): BulkOperation => {
  if (operation.data === undefined) return operation
  const text = resolveText(known, (bulkId) => (open.has(bulkId) ? undefined : `${prefix}${bulkId}`))
  return { ...operation, data: keptAttributes(operation.data, text) }
}

/** As the value of a PATCH "add": what `without` took away. */
export const remainder = (
  operation: BulkOperation,
  known: ReadonlySet<string>,
  open: ReadonlySet<string>,
): Attributes => {
  const text = resolveText(known, (bulkId) => (open.has(bulkId) ? undefined : bulkId))
  const isOpen = (value: AttributeValue): boolean => whole(value, '', text) === undefined
  const left = (source: Attributes, part: (value: AttributeValue) => AttributeValue): Attributes =>
    record(
      Object.fromEntries(
        Object.entries(source)
          .filter(([, value]) => isOpen(value))
          .map(([name, value]) => [name, part(value)]),
      ),
    )
  return left(operation.data ?? {}, (value) => {
    if (isList(value)) return value.filter(isOpen)
    // An extension's attributes are added one by one; what one of them is made of, whole.
    return isRecord(value) ? left(value, (each) => each) : value
  })
}
