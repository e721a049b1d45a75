import { ConnectorError, isConnectorError, unreachable } from '../core/errors.ts'

/** What a failed platform call means for the rest of the run. */
export type Reach =
  /** This change only: the others go on. */
  | 'change'
  /** The platform, or our way into it: every further call would fail as well. */
  | 'community'
  /** Ours: stop where we are, the work is still there. */
  | 'run'

/** One exhaustive table for the worker, as every boundary has one. */
export const reachOf = (error: ConnectorError): Reach => {
  switch (error.code) {
    case 'platformThrottled':
    case 'platformUnavailable':
    case 'platformUnauthorized':
    case 'secretUnavailable':
    // The platform asked for a pause that is longer than one call may wait.
    case 'outOfTime':
      return 'community'
    case 'leaseLost':
    case 'storeThrottled':
    case 'storeConflict':
    case 'storeUnavailable':
    case 'configurationMissing':
    case 'configurationInvalid':
      return 'run'
    case 'platformForbidden':
    case 'platformNotFound':
    case 'platformRefused':
    case 'platformUncertain':
    case 'platformUnreadable':
    case 'platformDisagrees':
    case 'invalidSyntax':
    case 'invalidValue':
    case 'invalidPath':
    case 'invalidFilter':
    case 'invalidCursor':
    case 'expiredCursor':
    case 'invalidCount':
    case 'noTarget':
    case 'mutability':
    case 'uniqueness':
    case 'unresolvedReference':
    case 'tooMany':
    case 'unsupported':
    case 'unsupportedMediaType':
    case 'payloadTooLarge':
    case 'methodNotAllowed':
    case 'notFound':
    case 'unauthenticated':
    case 'forbidden':
    case 'versionMismatch':
    case 'internal':
      return 'change'
    default:
      return unreachable(error.code)
  }
}

/** A fault nobody foresaw says nothing to the outside: its text may hold what must not be shown. */
export const asConnectorError = (error: unknown): ConnectorError =>
  isConnectorError(error)
    ? error
    : new ConnectorError('internal', 'an unexpected fault; the log has its name', { cause: error })

/** For the log: what kind of fault and where, never its text. */
export const traceOf = (error: unknown): { readonly fault: string; readonly where: string } => {
  if (!(error instanceof Error)) return { fault: typeof error, where: '' }
  const lines = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return {
    fault: error.name,
    where: lines
      .slice(0, 5)
      .map((line) => line.trim())
      .join(' '),
  }
}
