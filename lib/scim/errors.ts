import { ConnectorError, type ErrorCode } from '../core/errors.ts'

type Answer = { readonly status: number; readonly scimType?: string }

/** RFC 7644 §3.12, table 9. Exhaustive: a new code does not compile until it has an answer. */
const answers: Readonly<Record<ErrorCode, Answer>> = {
  invalidSyntax: { status: 400, scimType: 'invalidSyntax' },
  invalidValue: { status: 400, scimType: 'invalidValue' },
  invalidPath: { status: 400, scimType: 'invalidPath' },
  invalidFilter: { status: 400, scimType: 'invalidFilter' },
  noTarget: { status: 400, scimType: 'noTarget' },
  mutability: { status: 400, scimType: 'mutability' },
  tooMany: { status: 400, scimType: 'tooMany' },
  // RFC 9865 §2.1.
  invalidCursor: { status: 400, scimType: 'invalidCursor' },
  expiredCursor: { status: 400, scimType: 'expiredCursor' },
  invalidCount: { status: 400, scimType: 'invalidCount' },
  uniqueness: { status: 409, scimType: 'uniqueness' },
  // §3.7.1; the types of table 9 are for 400.
  unresolvedReference: { status: 409 },
  unsupported: { status: 501 },
  unsupportedMediaType: { status: 415 },
  payloadTooLarge: { status: 413 },
  methodNotAllowed: { status: 405 },
  notFound: { status: 404 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  versionMismatch: { status: 412 },
  configurationInvalid: { status: 500 },
  configurationMissing: { status: 503 },
  secretUnavailable: { status: 503 },
  // Never 404: the identity provider would conclude that the person is gone and create a second one.
  storeThrottled: { status: 429 },
  storeConflict: { status: 503 },
  storeUnavailable: { status: 503 },
  platformUnauthorized: { status: 500 },
  platformForbidden: { status: 500 },
  platformNotFound: { status: 500 },
  platformRefused: { status: 500 },
  platformThrottled: { status: 503 },
  platformUnavailable: { status: 503 },
  platformUncertain: { status: 500 },
  platformUnreadable: { status: 500 },
  platformDisagrees: { status: 500 },
  leaseLost: { status: 503 },
  outOfTime: { status: 503 },
  internal: { status: 500 },
}

export type ErrorAnswer = {
  readonly code: ErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** What the caller is told. Anything that is not ours is a bare 500: its text could hold a value or a table's name. */
export const errorAnswer = (error: unknown): ErrorAnswer => {
  const known = error instanceof ConnectorError ? error : undefined
  const code = known?.code ?? 'internal'
  const { status, scimType } = answers[code]
  const detail =
    known === undefined || status === 500
      ? 'the request could not be completed; the request id in the answer finds it in our log'
      : known.message
  const retry = status === 429 || status === 503 ? { 'retry-after': String(known?.retryAfter ?? 1) } : {}
  return {
    code,
    status,
    headers: retry,
    body: JSON.stringify({
      schemas: [errorUrn],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail,
    }),
  }
}
