import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'

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

export const allowTable = (grantee: IFunction, table: TableV2): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({ sid: 'Table', actions: [...tableActions], resources: [table.tableArn] }),
  )

export const allowWakeUps = (grantee: IFunction, queue: IQueue): void =>
  grantee.addToRolePolicy(
    new PolicyStatement({ sid: 'WakeUps', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
  )

/** Platform credentials live under the instance's own prefix; nothing else is readable. */
export const allowPlatformSecrets = (grantee: IFunction, prefix: string): void => {
  const stack = Stack.of(grantee)
  grantee.addToRolePolicy(
    new PolicyStatement({
      sid: 'PlatformSecrets',
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
      sid: 'PlatformParameters',
      actions: ['ssm:GetParameter'],
      resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${prefix}/*` })],
    }),
  )
}
