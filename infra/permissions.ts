import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { StackTable } from './table.ts'

/** Item operations only: no Scan (nothing may read the whole table), no table administration. Transactions are authorised by these very actions. */
export const tableActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
] as const

export const allowTable = (grantee: IFunction, table: StackTable): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({ sid: 'Table', actions: [...tableActions], resources: [table.tableArn] }),
  )

/** Which table it is: whether it was put in the place of another one. */
export const allowIdentity = (grantee: IFunction, table: StackTable): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({
      sid: 'Identity',
      actions: ['dynamodb:DescribeTable'],
      resources: [table.tableArn],
    }),
  )

export const allowWakeUps = (grantee: IFunction, queue: IQueue): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({ sid: 'WakeUps', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
  )

export type Bus = Pick<IEventBus, 'eventBusArn' | 'eventBusName'>

/** Onto exactly this bus. */
export const allowEvents = (grantee: IFunction, bus: Bus): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({ sid: 'Events', actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
  )

/** Platform credentials live under the instance's own prefix; nothing else is readable, and of what is there not the keys logins are protected by. */
export const allowPlatformSecrets = (grantee: IFunction, name: string): void => {
  onSecrets(grantee, 'Platform', name)
  onSecrets(grantee, 'NoLogin', loginKeys(name), Effect.DENY)
}

/** Who hands events over needs the keys they are signed with, and no platform's. */
export const allowWebhookSecrets = (grantee: IFunction, name: string): void =>
  onSecrets(grantee, 'Webhook', `${name}/webhooks`)

/** Who signs login requests and decrypts assertions needs our own keys for that, and nobody else does. */
export const allowLoginKeys = (grantee: IFunction, name: string): void =>
  onSecrets(grantee, 'Login', loginKeys(name))

const loginKeys = (name: string): string => `${name}/saml`

const onSecrets = (
  grantee: IFunction,
  kind: 'Platform' | 'Webhook' | 'Login' | 'NoLogin',
  prefix: string,
  effect = Effect.ALLOW,
): void => {
  const stack = Stack.of(grantee)
  grantee.addToRolePolicy(
    new PolicyStatement({
      sid: `${kind}Secrets`,
      effect,
      actions: ['secretsmanager:GetSecretValue'],
      resources: [
        stack.formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          resourceName: `${prefix}/*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
  )
  grantee.addToRolePolicy(
    new PolicyStatement({
      sid: `${kind}Parameters`,
      effect,
      actions: ['ssm:GetParameter'],
      resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${prefix}/*` })],
    }),
  )
}
