import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { duePrefix } from '../lib/store/keys.ts'
import { addFrontDoor } from './front-door.ts'
import { addFunction } from './function.ts'
import {
  allowEvents,
  allowIdentity,
  allowPlatformSecrets,
  allowTable,
  allowWakeUps,
  allowWebhookSecrets,
  type Bus,
} from './permissions.ts'
import { addSchedules } from './schedules.ts'
import type { StackSettings } from './settings.ts'
import { addTable, streamArn } from './table.ts'

/** How long one provisioning run may take; what is left over waits in the table, never in the queue. */
const provisioningTime = Duration.minutes(5)

/**
 * The whole house in one account: HTTP API → scim (saml, hooks, console) → table → stream → dispatch → wake-up queue → provision → platforms, and
 * a schedule that sweeps and reconciles. Nothing has a fixed name but the stack: any number of instances fit into an account.
 */
export const createConnectorStack = (
  scope: Construct,
  { name, variables, eventBus, restoredTable }: StackSettings,
): Stack => {
  const stack = new Stack(scope, name, {
    description: 'Rolecall: SCIM and SAML to platform roles',
    terminationProtection: true,
  })
  const table = addTable(stack, restoredTable)
  const queues = addQueues(stack)
  const common = { ...variables, INSTANCE: name, TABLE_NAME: table.tableName, EGRESS_ID: name }
  const bus = addBus(stack, eventBus)
  const waking = {
    ...common,
    WAKE_QUEUE_URL: queues.wakeUps.queueUrl,
    ...(bus !== undefined && { EVENT_BUS_NAME: bus.eventBusName }),
  }

  const dispatch = addFunction(stack, 'Dispatch', {
    entry: 'dispatch.ts',
    description: 'Turns changes into work per community',
    timeout: Duration.minutes(1),
    memory: 512,
    environment: waking,
  })
  const provision = addFunction(stack, 'Provision', {
    entry: 'provision.ts',
    description: 'Plans, judges and applies the work of one community',
    timeout: provisioningTime,
    memory: 1024,
    environment: waking,
  })
  const reconcile = addFunction(stack, 'Reconcile', {
    entry: 'reconcile.ts',
    description: 'Sweeps every minute, asks for full reconciliation on schedule',
    timeout: Duration.minutes(1),
    memory: 512,
    environment: waking,
  })

  for (const grantee of [dispatch, provision, reconcile]) {
    allowTable(grantee, table)
    allowWakeUps(grantee, queues.wakeUps)
  }
  allowIdentity(provision, table)
  allowPlatformSecrets(provision, name)
  allowWebhookSecrets(reconcile, name)
  if (bus !== undefined) for (const grantee of [provision, reconcile]) allowEvents(grantee, bus)

  dispatch.addEventSourceMapping('DueItems', {
    eventSourceArn: streamArn(table),
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    retryAttempts: 3,
    bisectBatchOnError: true,
    parallelizationFactor: 4,
    // Only new due items leave the stream: everything else would be a function call for nothing.
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(duePrefix) } } },
      }),
    ],
    onFailure: new SqsDlq(queues.unread),
  })
  table.grantStreamRead(dispatch)
  provision.addEventSource(
    new SqsEventSource(queues.wakeUps, {
      batchSize: 1,
      reportBatchItemFailures: true,
      // So many communities at once: SCIM always finds room in the account's concurrency.
      maxConcurrency: 50,
    }),
  )

  addFrontDoor(stack, {
    name,
    table,
    wakeUps: queues.wakeUps,
    environment: common,
    ...(variables.PUBLIC_URL !== undefined && { publicUrl: variables.PUBLIC_URL }),
  })
  addSchedules(stack, reconcile)

  new CfnOutput(stack, 'TableName', { value: table.tableName })
  new CfnOutput(stack, 'WakeQueueUrl', { value: queues.wakeUps.queueUrl })
  if (bus !== undefined) new CfnOutput(stack, 'EventBusName', { value: bus.eventBusName })
  return stack
}

/** Nothing listens on it until the operator adds a rule; nothing but events of ours is on the instance's own. */
const addBus = (stack: Stack, eventBus: StackSettings['eventBus']): Bus | undefined => {
  switch (eventBus) {
    case 'own':
      return new EventBus(stack, 'Events', { eventBusName: stack.stackName })
    case 'default':
      return EventBus.fromEventBusName(stack, 'Events', 'default')
    case 'none':
      return undefined
  }
}

/** FIFO: one community at a time, communities in parallel. What failed five times waits in a dead-letter queue; the work itself is in the table. */
const addQueues = (stack: Stack): { readonly wakeUps: Queue; readonly unread: Queue } => {
  const settings = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  } as const
  const deadLetters = new Queue(stack, 'DeadLetters', { ...settings, fifo: true })
  const wakeUps = new Queue(stack, 'WakeUps', {
    ...settings,
    fifo: true,
    retentionPeriod: Duration.hours(1),
    // Just above the function's time: after a crash its community waits no longer than this.
    visibilityTimeout: provisioningTime.plus(Duration.seconds(30)),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
  })
  const unread = new Queue(stack, 'UnreadChanges', settings)
  return { wakeUps, unread }
}
