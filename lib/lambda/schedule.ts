import type { Logger } from '@aws-lambda-powertools/logger'
import middy, { type MiddyfiedHandler } from '@middy/core'
import type { Context } from 'aws-lambda'
import { ConnectorError } from '../core/errors.ts'
import { loggedErrors } from './logged-errors.ts'

/** The schedule's own input; nothing else is accepted. */
export type ScheduleEvent = { readonly kind: 'sweep' | 'reconcile' }
export type ScheduleHandler = MiddyfiedHandler<ScheduleEvent, void, Error, Context>

export const scheduleFunction = (
  logger: Logger,
  tasks: Readonly<Record<ScheduleEvent['kind'], () => Promise<void>>>,
): ScheduleHandler =>
  middy<ScheduleEvent, void, Error, Context>()
    .use(loggedErrors(logger))
    .handler(async (event) => {
      if (event.kind !== 'sweep' && event.kind !== 'reconcile')
        throw new ConnectorError('invalidValue', 'kind: the schedule sends "sweep" or "reconcile"', {
          field: 'kind',
        })
      await tasks[event.kind]()
    })
