import { ConnectorError, type ErrorCode, isConnectorError } from '../core/errors.ts'
import type { HookAnswer, HookObserved } from './exchange.ts'

/** A field, what it must be, and what to do about it: all that a caller is told. Never what stood there. */
export const refuse = (
  code: Extract<
    ErrorCode,
    'invalidSyntax' | 'invalidValue' | 'forbidden' | 'payloadTooLarge' | 'unsupportedMediaType'
  >,
  field: string,
  rule: string,
  remedy: string,
): ConnectorError => new ConnectorError(code, `${field} ${rule}; ${remedy}`, { field })

/** One text for every reason: the answer must not tell which connections, hooks, tokens or scopes exist. */
export const unauthenticated = (remedy: string): ConnectorError =>
  new ConnectorError('unauthenticated', `authorization must be a bearer token of this hook; ${remedy}`, {
    field: 'authorization',
  })

/** RFC 6750 §3: what a 401 tells the client to do. */
const challenge = 'Bearer realm="hooks"'

/** What is not a caller's mistake is a fault that may be over the next time: never a word that a role was or was not found. */
const statusOf = (error: unknown): number => {
  if (!isConnectorError(error)) return 500
  switch (error.code) {
    case 'invalidSyntax':
    case 'invalidValue':
      return 400
    case 'unauthenticated':
      return 401
    case 'forbidden':
      return 403
    case 'notFound':
      return 404
    case 'methodNotAllowed':
      return 405
    case 'payloadTooLarge':
      return 413
    case 'unsupportedMediaType':
      return 415
    default:
      return error.code === 'internal' ? 500 : 503
  }
}

const textOf = (error: unknown, status: number): { readonly message: string; readonly field?: string } => {
  if (status === 500 || !isConnectorError(error)) return { message: 'Internal Server Error' }
  return { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) }
}

const extraHeaders = (error: unknown, status: number): Readonly<Record<string, string>> => {
  if (status === 401) return { 'www-authenticate': challenge }
  if (status === 405) return { allow: 'POST' }
  if (status !== 503) return {}
  return { 'retry-after': String(isConnectorError(error) ? (error.retryAfter ?? 5) : 5) }
}

export const headersOf = (requestId: string): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-request-id': requestId,
})

/** A refusal or a fault as the caller sees it. */
export const failure = (
  requestId: string,
  error: unknown,
  observed: Omit<HookObserved, 'error'>,
): HookAnswer => {
  const status = statusOf(error)
  return {
    status,
    headers: { ...headersOf(requestId), ...extraHeaders(error, status) },
    body: JSON.stringify({ error: { ...textOf(error, status), requestId } }),
    observed: { ...observed, error },
  }
}
