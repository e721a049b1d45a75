import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { read } from '../json.ts'
import { checkMessageSchema } from '../messages.ts'
import { checkOperationCount } from './limits.ts'

export const bulkRequestUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
export const bulkResponseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One operation as sent; `position` is where it stands in the request, from 1. */
export type BulkOperation = {
  readonly position: number
  readonly method: BulkMethod
  readonly path: string
  readonly query: URLSearchParams
  readonly bulkId?: string
  /** Its If-Match. */
  readonly version?: string
  readonly data?: Attributes
}
/** An operation that cannot be carried out, with what is known of it. */
export type RefusedOperation = {
  readonly position: number
  readonly method?: BulkMethod
  readonly bulkId?: string
  readonly refusal: ConnectorError
}
export type BulkRequest = {
  /** Infinity when not given. */
  readonly failOnErrors: number
  readonly operations: readonly (BulkOperation | RefusedOperation)[]
}

const methods: readonly BulkMethod[] = ['POST', 'PUT', 'PATCH', 'DELETE']

const invalid = (field: string, rule: string): ConnectorError =>
  new ConnectorError('invalidSyntax', `${field}: ${rule} (RFC 7644 §3.7)`, { field })

/** RFC 7644 §3.7. What is wrong with the message refuses it whole; what is wrong with one operation refuses that one. */
export const parseBulk = (body: Attributes): BulkRequest => {
  checkMessageSchema(bulkRequestUrn, body)
  const sent = read(body, 'Operations')
  if (!isList(sent) || sent.length === 0)
    throw invalid('Operations', 'must be a list of at least one operation')
  checkOperationCount(sent.length)
  const twice = repeated(sent)
  return {
    failOnErrors: failOnErrorsOf(read(body, 'failOnErrors')),
    operations: sent.map((each, index) => parseOperation(each, index + 1, twice)),
  }
}

const failOnErrorsOf = (value: AttributeValue | undefined): number => {
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw new ConnectorError('invalidValue', 'failOnErrors: must be a whole number of at least 1', {
      field: 'failOnErrors',
    })
  return value
}

const bulkIdOf = (operation: Attributes): AttributeValue | undefined => read(operation, 'bulkId') ?? undefined

/** A bulkId that stands for two operations stands for neither. */
const repeated = (operations: readonly AttributeValue[]): ReadonlySet<AttributeValue> => {
  const ids = operations.filter(isRecord).map(bulkIdOf)
  const once = new Set<AttributeValue>()
  const twice = new Set<AttributeValue>()
  for (const id of ids) {
    if (id === undefined) continue
    if (once.has(id)) twice.add(id)
    once.add(id)
  }
  return twice
}

const parseOperation = (
  value: AttributeValue,
  position: number,
  twice: ReadonlySet<AttributeValue>,
): BulkOperation | RefusedOperation => {
  const source = isRecord(value) ? value : {}
  const method = methodOf(source)
  const bulkId = bulkIdOf(source)
  try {
    if (!isRecord(value)) throw invalid('Operations', 'each operation must be an object')
    return { position, ...checked(source, method, twice) }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return {
      position,
      ...(method === undefined ? {} : { method }),
      ...(typeof bulkId === 'string' ? { bulkId } : {}),
      refusal: error,
    }
  }
}

const methodOf = (operation: Attributes): BulkMethod | undefined => {
  const sent = read(operation, 'method')
  return typeof sent === 'string' ? methods.find((each) => each === sent.toUpperCase()) : undefined
}

const checked = (
  operation: Attributes,
  method: BulkMethod | undefined,
  twice: ReadonlySet<AttributeValue>,
): Omit<BulkOperation, 'position'> => {
  if (method === undefined) throw invalid('method', 'must be POST, PUT, PATCH or DELETE')
  const bulkId = optionalText(operation, 'bulkId')
  if (bulkId !== undefined && twice.has(bulkId)) throw invalid('bulkId', 'must be unique in the request')
  if (method === 'POST' && bulkId === undefined) throw invalid('bulkId', 'is required for POST')
  const version = optionalText(operation, 'version')
  const data = read(operation, 'data')
  if (method !== 'DELETE' && !isRecord(data)) throw invalid('data', `must be an object for ${method}`)
  return {
    method,
    ...pathOf(operation),
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined || method === 'POST' ? {} : { version }),
    ...(isRecord(data) && method !== 'DELETE' ? { data } : {}),
  }
}

const optionalText = (operation: Attributes, name: string): string | undefined => {
  const value = read(operation, name) ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') throw invalid(name, 'must be a text')
  return value
}

const pathOf = (operation: Attributes): Pick<BulkOperation, 'path' | 'query'> => {
  const [path = '', query = ''] = (optionalText(operation, 'path') ?? '').split(/\?(.*)/s)
  if (!path.startsWith('/'))
    throw invalid('path', 'must be an endpoint below this service provider, such as "/Users"')
  return { path: path.replace(/(?<=.)\/$/, ''), query: new URLSearchParams(query) }
}
