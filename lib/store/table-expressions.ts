import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Key } from './keys.ts'

export type Item = Key & { readonly [attribute: string]: unknown }

type Names = Readonly<Record<string, string>>
type Values = Readonly<Record<string, unknown>>
export type Condition = { readonly expression: string; readonly names?: Names; readonly values?: Values }

/** Names and values are shared by the update and its condition. */
export type Update = {
  readonly expression: string
  readonly condition?: string
  readonly names?: Names
  readonly values?: Values
}

export type TransactItem =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly delete: Key; readonly condition?: Condition }
  | { readonly check: Key; readonly condition: Condition }
  | ({ readonly update: Key } & Update)

/** A page in key order: all of a partition, a range (both ends included) or a prefix; `after` is the sort key of the last item seen. */
export type Query = {
  readonly pk: string
  readonly from?: string
  readonly to?: string
  readonly beginsWith?: string
  readonly limit?: number
  readonly after?: string
  readonly forward?: boolean
}

export const conditionInput = (condition: Condition | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.expression,
        ...(condition.names && { ExpressionAttributeNames: { ...condition.names } }),
        ...(condition.values && { ExpressionAttributeValues: { ...condition.values } }),
      }

export const updateInput = ({ expression, condition, names, values }: Update) => ({
  UpdateExpression: expression,
  ...(condition === undefined ? {} : { ConditionExpression: condition }),
  ...(names && { ExpressionAttributeNames: { ...names } }),
  ...(values && { ExpressionAttributeValues: { ...values } }),
})

/** The keys always come along. */
export const projectionInput = (attributes: readonly string[] | undefined) => {
  if (attributes === undefined) return {}
  const names = Object.fromEntries(['pk', 'sk', ...attributes].map((name) => [`#${name}`, name]))
  return { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names }
}

const keyOf = ({ pk, sk }: Key): Record<string, string> => ({ pk, sk })
type Entry = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

export const transactEntry = (name: string, item: TransactItem): Entry => {
  if ('put' in item) return { Put: { TableName: name, Item: item.put, ...conditionInput(item.condition) } }
  if ('delete' in item)
    return { Delete: { TableName: name, Key: keyOf(item.delete), ...conditionInput(item.condition) } }
  if ('check' in item) {
    const { expression, ...rest } = item.condition
    const input = conditionInput({ expression, ...rest })
    return {
      ConditionCheck: { TableName: name, Key: keyOf(item.check), ConditionExpression: expression, ...input },
    }
  }
  return { Update: { TableName: name, Key: keyOf(item.update), ...updateInput(item) } }
}

const range = ({ from, to, beginsWith }: Query): readonly [string, Values] => {
  if (beginsWith) return [' AND begins_with(#sk, :prefix)', { ':prefix': beginsWith }]
  if (from !== undefined && to !== undefined)
    return [' AND #sk BETWEEN :from AND :to', { ':from': from, ':to': to }]
  if (from !== undefined) return [' AND #sk >= :from', { ':from': from }]
  if (to !== undefined) return [' AND #sk <= :to', { ':to': to }]
  return ['', {}]
}

export const queryInput = (query: Query) => {
  const [clause, values] = range(query)
  return {
    ConsistentRead: true,
    KeyConditionExpression: `#pk = :pk${clause}`,
    ExpressionAttributeNames: { '#pk': 'pk', ...(clause === '' ? {} : { '#sk': 'sk' }) },
    ExpressionAttributeValues: { ':pk': query.pk, ...values },
    ScanIndexForward: query.forward ?? true,
    ...(query.limit === undefined ? {} : { Limit: query.limit }),
    ...(query.after === undefined ? {} : { ExclusiveStartKey: { pk: query.pk, sk: query.after } }),
  }
}
