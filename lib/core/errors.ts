/** The closed list of what can go wrong. Each boundary (SCIM, queue, CLI) has one exhaustive table from these codes. */
export type ErrorCode =
  // what a caller sent
  | 'invalidSyntax'
  | 'invalidValue'
  | 'invalidPath'
  | 'invalidFilter'
  | 'noTarget'
  | 'mutability'
  | 'uniqueness'
  /** Names something that the same request was to create and did not. */
  | 'unresolvedReference'
  | 'tooMany'
  | 'unsupported'
  | 'unsupportedMediaType'
  | 'payloadTooLarge'
  | 'methodNotAllowed'
  | 'notFound'
  | 'unauthenticated'
  | 'forbidden'
  | 'versionMismatch'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'
  // what an operator configured
  | 'configurationInvalid'
  | 'configurationMissing'
  | 'secretUnavailable'
  // the store below us
  | 'storeThrottled'
  | 'storeConflict'
  | 'storeUnavailable'
  // a platform
  | 'platformUnauthorized'
  | 'platformForbidden'
  | 'platformNotFound'
  | 'platformRefused'
  | 'platformThrottled'
  | 'platformUnavailable'
  /** A write was sent and nobody knows whether it happened: read before doing anything else. */
  | 'platformUncertain'
  /** An answer that contradicts itself or the documentation, a half list among them. */
  | 'platformUnreadable'
  /** The read-back after a write does not show the write. */
  | 'platformDisagrees'
  // our own machinery
  | 'leaseLost'
  | 'outOfTime'
  | 'internal'

export type ErrorDetails = {
  /** Name of the field, attribute path or configuration path at fault. */
  readonly field?: string
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number
  /** HTTP status a platform answered with. */
  readonly status?: number
  readonly cause?: unknown
}

/** `message` may be shown to the caller: it holds names and rules, never secrets or personal values. */
export class ConnectorError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfter: number | undefined
  readonly status: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ConnectorError'
    this.code = code
    this.field = details.field
    this.retryAfter = details.retryAfter
    this.status = details.status
  }
}

export const isConnectorError = (error: unknown, ...codes: readonly ErrorCode[]): error is ConnectorError =>
  error instanceof ConnectorError && (codes.length === 0 || codes.includes(error.code))

/** For the default branch of a switch over a closed union: the compiler refuses a forgotten case. */
export const unreachable = (value: never): never => {
  throw new ConnectorError('internal', `unexpected case ${JSON.stringify(value)}`)
}
