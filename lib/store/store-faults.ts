import { ConnectorError } from '../core/errors.ts'

/** What the service says went wrong, by what the caller may do about it. */
export type Fault =
  /** Another transaction holds one of the items: nothing was written. */
  | 'conflict'
  /** Too fast: nothing was written. */
  | 'throttled'
  /** No answer, or a server error: a write may or may not have happened. */
  | 'unavailable'
  /** Our own mistake, or the deployment's: trying again changes nothing. */
  | 'refused'

const conflicts = new Set(['TransactionConflictException', 'TransactionInProgressException'])
const throttles = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
])
const cancellations: Readonly<Record<string, Fault>> = {
  TransactionConflict: 'conflict',
  ThrottlingError: 'throttled',
  ProvisionedThroughputExceeded: 'throttled',
}

type ServiceError = {
  readonly name?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly CancellationReasons?: readonly { readonly Code?: string }[]
}

const seenAs = (error: unknown): ServiceError => (typeof error === 'object' && error !== null ? error : {})

export const isConditionFailed = (error: unknown): boolean =>
  seenAs(error).name === 'ConditionalCheckFailedException'

export type CancelReason = 'none' | 'conditionFailed'

/** Per item of the transaction; undefined when it was not cancelled by a condition. */
export const failedConditions = (error: unknown): readonly CancelReason[] | undefined => {
  const codes = (seenAs(error).CancellationReasons ?? []).map((reason) => reason.Code)
  if (!codes.includes('ConditionalCheckFailed')) return undefined
  return codes.map((code) => (code === 'ConditionalCheckFailed' ? 'conditionFailed' : 'none'))
}

export const faultOf = (error: unknown): Fault => {
  const { name = '', $metadata, CancellationReasons = [] } = seenAs(error)
  if (conflicts.has(name)) return 'conflict'
  if (throttles.has(name)) return 'throttled'
  const cancelled = CancellationReasons.map((reason) => cancellations[reason.Code ?? '']).find(Boolean)
  if (cancelled) return cancelled
  const status = $metadata?.httpStatusCode
  return status === undefined || status >= 500 ? 'unavailable' : 'refused'
}

const itemTooLarge = (error: unknown): boolean =>
  /item size|exceeds? .*maximum.*size|aggregated size/i.test(
    JSON.stringify([seenAs(error).message, seenAs(error).CancellationReasons]),
  )

/** The service's own message may quote values; only its error name is passed on. */
export const storeError = (fault: Fault, cause: unknown): ConnectorError => {
  switch (fault) {
    case 'conflict':
      return new ConnectorError('storeConflict', 'other writers hold the same records: try again', {
        retryAfter: 1,
        cause,
      })
    case 'throttled':
      return new ConnectorError('storeThrottled', 'the store is throttled: try again', {
        retryAfter: 5,
        cause,
      })
    case 'unavailable':
      return new ConnectorError('storeUnavailable', 'the store did not answer: try again', {
        retryAfter: 5,
        cause,
      })
    case 'refused':
      return itemTooLarge(cause)
        ? new ConnectorError('payloadTooLarge', 'the resource is larger than a record may be (400 KB)', {
            cause,
          })
        : new ConnectorError(
            'internal',
            `the store refused the request: ${seenAs(cause).name ?? 'unknown'}`,
            {
              cause,
            },
          )
  }
}
