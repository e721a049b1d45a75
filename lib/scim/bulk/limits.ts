import { ConnectorError } from '../../core/errors.ts'

/** RFC 7644 §3.7.4; both are advertised in `/ServiceProviderConfig`. */
export const maximumBulkOperations = 500
export const maximumBulkBytes = 1_048_576

/** What Lambda answers is at most 6 MB: bodies asked for are left out when they would not fit. */
export const maximumAnswerBytes = 5_000_000

export const checkPayloadSize = (bytes: number): void => {
  if (bytes > maximumBulkBytes)
    throw new ConnectorError(
      'payloadTooLarge',
      `the size of the bulk request exceeds maxPayloadSize (${maximumBulkBytes})`,
    )
}
export const checkOperationCount = (count: number): void => {
  if (count > maximumBulkOperations)
    throw new ConnectorError(
      'payloadTooLarge',
      `the number of operations exceeds maxOperations (${maximumBulkOperations})`,
      { field: 'Operations' },
    )
}
