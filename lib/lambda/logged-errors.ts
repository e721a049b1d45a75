import type { Logger } from '@aws-lambda-powertools/logger'
import type { MiddlewareObj } from '@middy/core'
import type { Context } from 'aws-lambda'
import { errorFacts } from './logging.ts'

/** For functions nobody waits for: the failure is logged without texts that are not ours, and fails the invocation. */
export const loggedErrors = <Event, Result>(
  logger: Logger,
): MiddlewareObj<Event, Result, Error, Context> => ({
  onError: ({ error }) => {
    logger.error('invocation failed', errorFacts(error))
  },
})
