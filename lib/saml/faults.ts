import { type ConnectorError, isConnectorError } from '../core/errors.ts'
import type { Observed, SamlResponse } from './exchange.ts'
import { brokenPage, laterPage } from './page.ts'

/** Of the store, and over in a while. */
export const isPassing = (error: unknown): error is ConnectorError =>
  isConnectorError(error, 'storeThrottled', 'storeConflict', 'storeUnavailable', 'outOfTime')

/** What could not be done is no verdict: the person may try again where the store may answer, and nobody is told that they are refused. */
export const faultAnswer = (
  requestId: string,
  error: unknown,
  observed: Omit<Observed, 'outcome' | 'error'>,
  again: string,
): SamlResponse => {
  const answer = isPassing(error) ? laterPage(requestId, error.retryAfter ?? 5, again) : brokenPage(requestId)
  return { ...answer, observed: { ...observed, outcome: 'fault', error } }
}
