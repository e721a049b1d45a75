import { ConnectorError } from '../core/errors.ts'
import type { Attributes } from '../core/member.ts'
import { listUrn } from './messages.ts'

export const defaultPageSize = 100
export const maximumPageSize = 200
/** Lambda answers at most 6 MB; a page ends before, and says so by `itemsPerPage`. */
const maximumPageBytes = 5_000_000

export type Page = { readonly startIndex: number; readonly count: number }

const integer = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text))
    throw new ConnectorError('invalidValue', `${name}: must be a whole number`, { field: name })
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}

/** A filter that is passed over would show everybody to a client that takes the first answer for its match. */
const checkNames = (query: URLSearchParams): void => {
  for (const name of ['filter', 'startIndex', 'count']) {
    const [only = name, second] = [...query.keys()].filter((key) => key.toLowerCase() === name.toLowerCase())
    if (only !== name || second !== undefined)
      throw new ConnectorError('invalidValue', `${name}: must be given once, in this spelling`, {
        field: name,
      })
  }
}

/** RFC 7644 §3.4.2.4: values out of range are clamped, not refused; a page may be smaller than asked for. */
export const pageOf = (query: URLSearchParams): Page => {
  checkNames(query)
  for (const name of ['sortBy', 'sortOrder', 'cursor'])
    if (query.has(name))
      throw new ConnectorError('invalidValue', `${name}: is not supported; see /ServiceProviderConfig`, {
        field: name,
      })
  return {
    startIndex: Math.max(1, integer(query, 'startIndex') ?? 1),
    count: countOf(query),
  }
}
export const countOf = (query: URLSearchParams): number =>
  Math.min(maximumPageSize, Math.max(0, integer(query, 'count') ?? defaultPageSize))

/** RFC 7644 §3.4.2: as many of the resources as fit into one answer. */
export const listResponse = (
  total: number,
  startIndex: number | undefined,
  resources: readonly Attributes[],
  more: Readonly<Record<string, string>> = {},
): string => {
  const texts: string[] = []
  let bytes = 0
  for (const each of resources) {
    const text = JSON.stringify(each)
    // As it leaves the function: a text inside JSON, every quotation mark escaped.
    bytes += Buffer.byteLength(JSON.stringify(text))
    if (bytes > maximumPageBytes) break
    texts.push(text)
  }
  const head = JSON.stringify({
    schemas: [listUrn],
    totalResults: total,
    ...(startIndex === undefined ? {} : { startIndex }),
    itemsPerPage: texts.length,
    ...more,
  })
  return `${head.slice(0, -1)},"Resources":[${texts.join(',')}]}`
}

export const slice = <T>(
  all: readonly T[],
  startIndex: number,
  count: number,
): { readonly total: number; readonly resources: readonly T[] } => ({
  total: all.length,
  resources: all.slice(startIndex - 1, startIndex - 1 + count),
})
