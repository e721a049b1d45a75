import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList } from '../body.ts'
import { isAbsent, read } from '../json.ts'
import { checkMessageSchema } from '../messages.ts'

export const defaultPageSize = 100
export const maximumPageSize = 200

export type Paging =
  | { readonly kind: 'index'; readonly startIndex: number; readonly count: number }
  /** RFC 9865 §2; an empty cursor asks for the first page. */
  | { readonly kind: 'cursor'; readonly cursor: string; readonly count: number }

/** What is asked of a list, by address or by message. `parameters`: the rest, for the projection. */
export type ListQuery = {
  readonly filter: string | undefined
  readonly sortBy: string | undefined
  readonly descending: boolean
  readonly paging: Paging
  readonly parameters: URLSearchParams
}

const once = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'] as const

const invalid = (field: string, rule: string): ConnectorError =>
  new ConnectorError('invalidValue', `${field}: ${rule}`, { field })

/** A filter that is passed over would show everybody to a client that takes the first answer for its match. */
export const onlyOnce = (parameters: URLSearchParams): void => {
  for (const name of once) {
    const [only = name, second] = [...parameters.keys()].filter(
      (key) => key.toLowerCase() === name.toLowerCase(),
    )
    if (only !== name || second !== undefined) throw invalid(name, 'must be given once, in this spelling')
  }
}

const integer = (parameters: URLSearchParams, name: string): number | undefined => {
  const text = parameters.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw invalid(name, 'must be a whole number')
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}

/** RFC 9865 §2.1: unlike an index page, a page by cursor has at least one place. */
export const cursorCount = (parameters: URLSearchParams): number => {
  const text = parameters.get('count') ?? ''
  if (text === '') return defaultPageSize
  const count = /^\+?\d+$/.test(text) ? Number(text) : 0
  if (count > 0) return Math.min(count, maximumPageSize)
  throw new ConnectorError('invalidCount', `count: must be a whole number from 1 to ${maximumPageSize}`, {
    field: 'count',
  })
}

const pagingOf = (parameters: URLSearchParams): Paging => {
  const cursor = parameters.get('cursor')
  if (cursor !== null) {
    if (parameters.has('startIndex'))
      throw invalid('startIndex', 'cannot be combined with cursor (RFC 9865 §2)')
    return { kind: 'cursor', cursor, count: cursorCount(parameters) }
  }
  // RFC 7644 §3.4.2.4: values out of range are clamped, not refused; a page may be smaller than asked for.
  return {
    kind: 'index',
    startIndex: Math.max(1, integer(parameters, 'startIndex') ?? 1),
    count: Math.min(maximumPageSize, Math.max(0, integer(parameters, 'count') ?? defaultPageSize)),
  }
}

const isDescending = (parameters: URLSearchParams): boolean => {
  const order = parameters.get('sortOrder')?.toLowerCase() ?? 'ascending'
  if (order !== 'ascending' && order !== 'descending')
    throw invalid('sortOrder', 'must be "ascending" or "descending"')
  return order === 'descending'
}

export const listQuery = (parameters: URLSearchParams): ListQuery => {
  onlyOnce(parameters)
  return {
    filter: parameters.get('filter') ?? undefined,
    sortBy: parameters.get('sortBy') ?? undefined,
    descending: isDescending(parameters),
    paging: pagingOf(parameters),
    parameters,
  }
}

export const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

const textOf = (name: string, value: AttributeValue): string => {
  const isNumber = name === 'startIndex' || name === 'count'
  if (isNumber && typeof value === 'number') return String(value)
  if (typeof value !== 'string') throw invalid(name, isNumber ? 'must be a whole number' : 'must be a text')
  return value
}

/** RFC 7644 §3.4.3: a SearchRequest as the parameters it stands for. */
export const searchParameters = (body: Attributes): URLSearchParams => {
  checkMessageSchema(searchUrn, body)
  const parameters = new URLSearchParams()
  for (const name of once) {
    const value = read(body, name)
    if (value !== undefined && value !== null) parameters.set(name, textOf(name, value))
  }
  for (const name of ['attributes', 'excludedAttributes']) {
    const value = read(body, name)
    if (isAbsent(value)) continue
    if (!isList(value) || value.some((each) => typeof each !== 'string'))
      throw invalid(name, 'must be a list of attribute names')
    parameters.set(name, value.join(','))
  }
  return parameters
}
