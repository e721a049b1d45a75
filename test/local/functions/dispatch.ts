// Stands in for the dispatcher: reports each batch; the first delivery of a position that says so fails.
import { appendFileSync } from 'node:fs'
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'

const failedOnce = new Set<string>()

export const handler = async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const failures: DynamoDBBatchResponse['batchItemFailures'] = []
  for (const record of event.Records) {
    const position = record.dynamodb?.NewImage?.sk?.S ?? ''
    if (position.startsWith('never') || (position.startsWith('once') && !failedOnce.has(position))) {
      failedOnce.add(position)
      failures.push({ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' })
      break
    }
    appendFileSync(process.env.REPORT ?? '', `${JSON.stringify({ position, record })}\n`)
  }
  return { batchItemFailures: failures }
}
