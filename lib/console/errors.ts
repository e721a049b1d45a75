import { ConnectorError, type ErrorCode } from '../core/errors.ts'

/** What is the caller's to mend; everything else is a fault on our side. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  invalidSyntax: 400,
  invalidValue: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  payloadTooLarge: 413,
  unsupportedMediaType: 415,
  configurationMissing: 409,
  tooMany: 400,
  storeThrottled: 429,
  storeConflict: 503,
  storeUnavailable: 503,
  secretUnavailable: 503,
  outOfTime: 503,
}

export type ErrorAnswer = {
  readonly status: number
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly error: { readonly code: ErrorCode; readonly field?: string; readonly message: string }
  }
}

const headersFor = (status: number, error: ConnectorError | undefined): Readonly<Record<string, string>> => {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="console", charset="UTF-8"' }
  return status === 429 || status === 503 ? { 'retry-after': String(error?.retryAfter ?? 1) } : {}
}

/** Field, rule and remedy of what is ours to say; of anything else nothing: its text could hold a value. */
export const errorAnswer = (error: unknown): ErrorAnswer => {
  const known = error instanceof ConnectorError ? error : undefined
  const code = known?.code ?? 'internal'
  const status = statuses[code] ?? 500
  const message =
    known === undefined || status === 500
      ? 'the request could not be completed; the request id in the answer finds it in our log'
      : known.message
  const field = known?.field === undefined || status === 500 ? {} : { field: known.field }
  return { status, code, headers: headersFor(status, known), body: { error: { code, ...field, message } } }
}
