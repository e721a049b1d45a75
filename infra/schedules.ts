import { Duration, type Stack } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'

/** The next run does the same work: an old invocation is worth nothing. */
const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) } as const

/** The minute sweep resends what a lost stream record or wake-up left behind; reconciliation compares whole communities. */
export const addSchedules = (stack: Stack, reconcile: IFunction): void => {
  // The scheduler only hands the event over: Lambda itself would run a failed one twice more, for up to six hours.
  reconcile.configureAsyncInvoke(once)
  const invoke = (id: string, kind: 'sweep' | 'reconcile', every: Duration): void => {
    new Schedule(stack, id, {
      schedule: ScheduleExpression.rate(every),
      target: new LambdaInvoke(reconcile, { input: ScheduleTargetInput.fromObject({ kind }), ...once }),
    })
  }
  invoke('Sweep', 'sweep', Duration.minutes(1))
  invoke('Reconciliation', 'reconcile', Duration.minutes(15))
}
