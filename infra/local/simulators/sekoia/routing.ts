import type { Shape } from './checks.ts'
import type { ApiKey, World } from './world.ts'

/** One authenticated, validated request. */
export type Call = {
  readonly world: World
  /** ISO 8601 as the platform writes it. */
  readonly now: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  readonly key: ApiKey
}

/** `world` is there when the request changed something. */
export type Answer = { readonly status: number; readonly body?: unknown; readonly world?: World }

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:community`, `:avatar`, `:role` … are UUIDs. */
  readonly path: string
  readonly permission?: string
  readonly query?: readonly string[]
  readonly body?: (world: World) => Shape
  readonly handle: (call: Call) => Answer
}

export const refuse = (status: number, message: string, code = `SIM${status}`): Answer => ({
  status,
  body: { message, code },
})
export const unknownThing = (what: string): Answer => refuse(404, `${what} not found`)

export const paging: readonly string[] = ['limit', 'offset']
export const ordering: readonly string[] = ['sort', 'direction']

/** `match[x]=a,b` is OR within a field; fields are ANDed. */
export const matches = (
  query: URLSearchParams,
  field: string,
  values: readonly (string | null)[],
): boolean => {
  const wanted = query.get(`match[${field}]`)
  return wanted === null || wanted.split(',').some((one) => values.includes(one))
}

export const page = (query: URLSearchParams, items: readonly unknown[]): Answer => {
  const offset = Number(query.get('offset') ?? '0')
  const limit = Number(query.get('limit') ?? '20')
  return { status: 200, body: { total: items.length, items: items.slice(offset, offset + limit) } }
}

/** Sorts by one of the allowed fields; the insertion order decides ties. */
export const sorted = <T extends Readonly<Record<string, unknown>>>(
  query: URLSearchParams,
  items: readonly T[],
  allowed: readonly string[],
): readonly T[] | undefined => {
  const field = query.get('sort')
  if (field === null) return items
  if (!allowed.includes(field)) return undefined
  const sign = query.get('direction') === 'desc' ? -1 : 1
  const text = (item: T): string => String(item[field])
  return items.toSorted((a, b) => (text(a) < text(b) ? -sign : text(a) > text(b) ? sign : 0))
}

/** Listings share the ending: sort, then page, then show just the page. */
export const listing = <T extends Readonly<Record<string, unknown>>>(
  query: URLSearchParams,
  items: readonly T[],
  allowed: readonly string[],
): Answer => {
  const inOrder = sorted(query, items, allowed)
  return inOrder === undefined
    ? refuse(400, `sort must be one of ${allowed.join(', ')}`)
    : page(query, inOrder)
}
