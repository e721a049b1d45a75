import type { Logger } from '@aws-lambda-powertools/logger'
import middy, { type MiddyfiedHandler } from '@middy/core'
import type { Context, SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { loggedErrors } from './logged-errors.ts'
import { errorFacts } from './logging.ts'

export type QueueHandler = MiddyfiedHandler<SQSEvent, SQSBatchResponse, Error, Context>

/**
 * One message after the other, in the order of the queue. In a FIFO batch everything behind a failed message of the same group has to fail as
 * well, or it would overtake (AWS Lambda developer guide, "Implementing partial batch responses").
 */
export const queueFunction = (
  logger: Logger,
  serve: (message: SQSRecord, remaining: () => number) => Promise<void>,
): QueueHandler =>
  middy<SQSEvent, SQSBatchResponse, Error, Context>()
    .use(loggedErrors(logger))
    .handler(async (event, context) => {
      const stopped = new Set<string | undefined>()
      const batchItemFailures: SQSBatchItemFailure[] = []
      for (const message of event.Records) {
        const group = message.attributes.MessageGroupId
        try {
          if (!stopped.has(group)) {
            await serve(message, () => context.getRemainingTimeInMillis())
            continue
          }
        } catch (error) {
          logger.error('message failed', { messageId: message.messageId, ...errorFacts(error) })
          stopped.add(group)
        }
        batchItemFailures.push({ itemIdentifier: message.messageId })
      }
      return { batchItemFailures }
    })
