import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Engine } from '../../infra/local/dynamodb/engine.ts'
import { errorName, isServiceError } from '../../infra/local/dynamodb/service-error.ts'

/**
 * The embedded engine behind the store's client, in process: the SDK's signing, serialising and sockets cost ten times what the engine does, and sockets
 * answer in an order of their own. The SDK itself is under test elsewhere.
 */

/** Around every call of a worker: may take time, or throw because the worker is gone. */
export type Crossing = (what: string) => Promise<void>

type Bag = Readonly<Record<string, unknown>>
type Attribute = Bag

const operations: Readonly<Record<string, string>> = {
  GetCommand: 'GetItem',
  PutCommand: 'PutItem',
  UpdateCommand: 'UpdateItem',
  DeleteCommand: 'DeleteItem',
  QueryCommand: 'Query',
  BatchGetCommand: 'BatchGetItem',
  TransactWriteCommand: 'TransactWriteItems',
  DescribeTableCommand: 'DescribeTable',
}

const isBag = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const toSet = (values: ReadonlySet<unknown>): Attribute => {
  const all = [...values]
  return typeof all[0] === 'number' ? { NS: all.map(String) } : { SS: all }
}

const toAttribute = (value: unknown): Attribute => {
  if (value === null) return { NULL: true }
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
  if (value instanceof Set) return toSet(value)
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(toAttribute) }
  return { M: toMap(value as Bag) }
}
const toMap = (value: Bag): Bag =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, toAttribute(one)]])),
  )

const fromAttribute = (attribute: Attribute): unknown => {
  const [[type = '', value] = []] = Object.entries(attribute)
  switch (type) {
    case 'N':
      return Number(value)
    case 'NULL':
      return null
    case 'L':
      return (value as readonly Attribute[]).map(fromAttribute)
    case 'M':
      return fromMap(value as Bag)
    case 'SS':
      return new Set(value as readonly string[])
    case 'NS':
      return new Set((value as readonly string[]).map(Number))
    case 'B':
      return Buffer.from(String(value), 'base64')
    default:
      return value
  }
}
/** From DynamoDB JSON. */
export const itemFrom = (value: object): Bag => fromMap(value as Bag)
const fromMap = (value: Bag): Bag =>
  Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fromAttribute(one as Attribute)]))

const maps = new Set([
  'Item',
  'Key',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'Attributes',
  'LastEvaluatedKey',
])
const lists = new Set(['Keys', 'Items'])

/** Request and answer hold items at a few well-known places. */
const walk = (value: unknown, change: (item: Bag) => Bag): unknown => {
  if (Array.isArray(value)) return value.map((one) => walk(one, change))
  if (!isBag(value)) return value
  const entries = Object.entries(value).map(([name, one]) => {
    if (maps.has(name) && isBag(one)) return [name, change(one)]
    if (lists.has(name)) return [name, (one as readonly Bag[]).map(change)]
    if (name === 'Responses' && isBag(one))
      return [
        name,
        Object.fromEntries(
          Object.entries(one).map(([table, items]) => [table, (items as readonly Bag[]).map(change)]),
        ),
      ]
    return [name, walk(one, change)]
  })
  return Object.fromEntries(entries)
}

/** A conflict somebody's condition ran into is told apart from one between transactions. */
const faultOf = (error: Parameters<typeof errorName>[0]): string => {
  const reasons = JSON.stringify((error.body as Bag).CancellationReasons ?? [])
  return reasons.includes('TransactionConflict') ? 'TransactionConflictException' : errorName(error)
}

const thrown = (error: unknown): unknown => {
  if (!isServiceError(error)) return error
  const { CancellationReasons: reasons, Item: item } = error.body as Bag
  return Object.assign(new Error(error.message), {
    name: errorName(error),
    $metadata: { httpStatusCode: error.statusCode },
    ...(reasons === undefined ? {} : { CancellationReasons: reasons }),
    ...(isBag(item) ? { Item: fromMap(item) } : {}),
  })
}

export const storeClient = (
  engine: Engine,
  crossing: Crossing,
  note: (fault: string) => void = () => {},
): DynamoDBDocumentClient => {
  const send = async (command: {
    readonly constructor: { readonly name: string }
    readonly input: object
  }) => {
    const operation = operations[command.constructor.name]
    if (operation === undefined)
      throw new Error(`the world's table does not know ${command.constructor.name}`)
    await crossing(`before ${operation}`)
    // As it goes over the wire: what is written afterwards is nobody's.
    const input = walk(command.input, toMap) as object
    try {
      const answer = walk(await engine.handle(operation, input), fromMap)
      await crossing(`after ${operation}`)
      return answer
    } catch (error) {
      if (isServiceError(error)) note(faultOf(error))
      throw thrown(error)
    }
  }
  return { send } as unknown as DynamoDBDocumentClient
}
