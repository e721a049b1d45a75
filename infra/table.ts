import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  type ITableV2,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import { tableDefinition } from '../lib/store/table.ts'

export type StackTable = Pick<ITableV2, 'tableArn' | 'tableName' | 'grantStreamRead'> & {
  readonly tableStreamArn?: string | undefined
}

/** The stack's own table, or one that stands there already, named by its stream: a restored one, for point-in-time recovery makes a new table. */
export const addTable = (stack: Stack, tableStreamArn: string | undefined): StackTable =>
  tableStreamArn === undefined
    ? new TableV2(stack, 'Table', {
        partitionKey: { name: tableDefinition.partitionKey, type: AttributeType.STRING },
        sortKey: { name: tableDefinition.sortKey, type: AttributeType.STRING },
        timeToLiveAttribute: tableDefinition.timeToLive,
        billing: Billing.onDemand(),
        dynamoStream: StreamViewType.NEW_IMAGE,
        encryption: TableEncryptionV2.awsManagedKey(),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      })
    : TableV2.fromTableAttributes(stack, 'RestoredTable', {
        tableArn: tableStreamArn.slice(0, tableStreamArn.indexOf('/stream/')),
        tableStreamArn,
      })

export const streamArn = (table: StackTable): string => {
  if (table.tableStreamArn === undefined) throw new Error('the table has no stream: dispatch would never run')
  return table.tableStreamArn
}
