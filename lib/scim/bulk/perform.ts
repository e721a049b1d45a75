import { ConnectorError } from '../../core/errors.ts'
import { errorAnswer } from '../errors.ts'
import type { Answer, Asked, Exchange } from '../exchange.ts'
import type { BulkOperation } from './message.ts'

/** How one operation ended. */
export type Outcome = {
  readonly status: number
  readonly location?: string | undefined
  readonly version?: string
  /** JSON text: of an error always, else when the operation's path asks for attributes. */
  readonly body?: string
  /** What nobody foresaw; for the log. */
  readonly error?: unknown
}

export const isFailure = ({ status }: Outcome): boolean => status >= 300

/** RFC 7644 §3.7: creations at a resource type's endpoint, everything else at a resource; no searches, no bulk in a bulk. */
const checkPlace = ({ method, path }: BulkOperation): void => {
  const isCreation = method === 'POST'
  const fits = isCreation ? /^\/[a-z][^/]*$/i.test(path) && path !== '/Bulk' : /^\/[^/]+\/[^/]+$/.test(path)
  if (fits) return
  const where = isCreation ? 'the endpoint of a resource type' : 'a resource'
  throw new ConnectorError('invalidValue', `path: ${method} works on ${where} (RFC 7644 §3.7)`, {
    field: 'path',
  })
}

// Nobody is shown these unless they are asked for, and they cost reads.
const unasked = 'groups,members'

const asksForBody = (query: URLSearchParams): boolean =>
  query.has('attributes') || query.has('excludedAttributes')

/** The operation as the request it stands for. */
const asRequest = ({ position, method, path, query, version }: BulkOperation): Asked => ({
  part: position,
  method,
  path,
  query: asksForBody(query) ? query : new URLSearchParams({ excludedAttributes: unasked }),
  headers: version === undefined ? {} : { 'if-match': version },
})

const succeeded = (baseUrl: string, { path, query }: BulkOperation, answer: Answer): Outcome => {
  const version = answer.headers?.etag
  return {
    status: answer.status,
    location: answer.headers?.location ?? `${baseUrl}${path}`,
    ...(version === undefined ? {} : { version }),
    ...(answer.body !== undefined && asksForBody(query) ? { body: answer.body } : {}),
  }
}

/** RFC 7644 §3.7: an error comes with its body. */
export const failed = (error: unknown, location?: string): Outcome => {
  const { status, body, code } = errorAnswer(error)
  return {
    status,
    body,
    ...(location === undefined ? {} : { location }),
    ...(code === 'internal' ? { error } : {}),
  }
}

/** Carries an operation out whose references are resolved. Never throws: each is a request of its own, and so is its failure. */
export const perform = async (exchange: Exchange, operation: BulkOperation): Promise<Outcome> => {
  const { baseUrl } = exchange.request
  try {
    checkPlace(operation)
    const answer = await exchange.perform(asRequest(operation), operation.data)
    return succeeded(baseUrl, operation, answer)
  } catch (error) {
    // §3.7: everything but a failed creation has a location.
    return failed(error, operation.method === 'POST' ? undefined : `${baseUrl}${operation.path}`)
  }
}
