// Stands in for the worker: reports what it got, and fails or crashes when the body asks for it.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'

const seen = new Map<string, number>()

export const handler = async (event: SQSEvent): Promise<SQSBatchResponse> => {
  const failures: SQSBatchResponse['batchItemFailures'] = []
  for (const record of event.Records) {
    const times = (seen.get(record.body) ?? 0) + 1
    seen.set(record.body, times)
    const line = (what: string): void =>
      appendFileSync(
        process.env.REPORT ?? '',
        `${JSON.stringify({ what, body: record.body, group: record.attributes.MessageGroupId, times, record })}\n`,
      )
    line('start')
    await sleep(30)
    if (record.body.startsWith('throw') && times === 1) throw new Error('on purpose')
    if (record.body.startsWith('fail') && times === 1) failures.push({ itemIdentifier: record.messageId })
    line('end')
  }
  return { batchItemFailures: failures }
}
