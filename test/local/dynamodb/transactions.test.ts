import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestTable, type TestTable } from '../../support/table.ts'

// These run on Amazon's DynamoDB Local as well (DYNAMODB_ENDPOINT): the embedded engine must answer as that one does.
type Items = NonNullable<TransactWriteCommandInput['TransactItems']>

let table: TestTable
let pk = 'p0'
let count = 0
beforeAll(async () => {
  table = await openTestTable()
})
afterAll(() => table.close())
beforeEach(() => {
  count += 1
  pk = `p${count}`
})

const put = (sk: string, more: object = {}) =>
  table.client.send(new PutCommand({ TableName: table.name, Item: { pk, sk, ...more } }))
const rows = async () => {
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    }),
  )
  return (answer.Items ?? []).map(({ pk: _, ...rest }) => rest)
}
const transact = (TransactItems: Items, more: Partial<TransactWriteCommandInput> = {}) =>
  table.client.send(new TransactWriteCommand({ TransactItems, ...more }))
const cancellation = async (items: Items) => {
  try {
    await transact(items)
  } catch (error) {
    if (error instanceof TransactionCanceledException) return error.CancellationReasons ?? []
    throw error
  }
  throw new Error('the transaction was not cancelled')
}
const key = (sk: string) => ({ TableName: table.name, Key: { pk, sk } })

test('puts, updates, deletes and checks in one transaction', async () => {
  await put('b', { n: 1 })
  await put('c')
  await put('d', { live: true })
  await transact([
    {
      Put: { TableName: table.name, Item: { pk, sk: 'a' }, ConditionExpression: 'attribute_not_exists(pk)' },
    },
    { Update: { ...key('b'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } } },
    { Delete: key('c') },
    {
      ConditionCheck: {
        ...key('d'),
        ConditionExpression: 'live = :yes',
        ExpressionAttributeValues: { ':yes': true },
      },
    },
  ])
  expect(await rows()).toEqual([{ sk: 'a' }, { sk: 'b', n: 2 }, { sk: 'd', live: true }])
})

test.each(['first', 'last'])('one failed condition (%s) leaves everything as it was', async (place) => {
  await put('b', { n: 1 })
  await put('c')
  const failing: Items[number] = {
    ConditionCheck: { ...key('z'), ConditionExpression: 'attribute_exists(pk)' },
  }
  const others: Items = [
    { Put: { TableName: table.name, Item: { pk, sk: 'a' } } },
    { Update: { ...key('b'), UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 5 } } },
    { Delete: key('c') },
  ]
  const reasons = await cancellation(place === 'first' ? [failing, ...others] : [...others, failing])
  const codes = reasons.map((reason) => reason.Code)
  const expected = ['None', 'None', 'None']
  expect(codes).toEqual(
    place === 'first' ? ['ConditionalCheckFailed', ...expected] : [...expected, 'ConditionalCheckFailed'],
  )
  expect(await rows()).toEqual([{ sk: 'b', n: 1 }, { sk: 'c' }])
})

test('a reason carries the item only when asked', async () => {
  await put('a', { owner: 'first' })
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' }
  const [shown] = await cancellation([
    {
      Put: {
        TableName: table.name,
        Item: { pk, sk: 'a' },
        ...condition,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  ])
  expect(shown?.Item).toEqual({ pk: { S: pk }, sk: { S: 'a' }, owner: { S: 'first' } })
  const [hidden] = await cancellation([
    { Put: { TableName: table.name, Item: { pk, sk: 'a' }, ...condition } },
  ])
  expect(hidden?.Item).toBeUndefined()
})

test('a single write shows the item on a failed condition, too', async () => {
  await put('a', { owner: 'first' })
  const write = new PutCommand({
    TableName: table.name,
    Item: { pk, sk: 'a' },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
  await expect(table.client.send(write)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { owner: { S: 'first' } },
  })
})

test('refuses an empty transaction, 101 actions, two actions on one item and an unknown table', async () => {
  const many = (n: number): Items =>
    Array.from({ length: n }, (_, i) => ({ Put: { TableName: table.name, Item: { pk, sk: `${i}` } } }))
  await expect(transact([])).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(transact(many(101))).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(
    transact([{ Put: { TableName: table.name, Item: { pk, sk: 'a' } } }, { Delete: key('a') }]),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('multiple operations on one item'),
  })
  await expect(transact([{ Delete: { TableName: 'nowhere', Key: { pk, sk: 'a' } } }])).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  expect(await rows()).toEqual([])
  await transact(many(100))
  expect(await rows()).toHaveLength(100)
})

test('a broken expression is refused as a whole', async () => {
  await expect(
    transact([
      { Put: { TableName: table.name, Item: { pk, sk: 'a' } } },
      { ConditionCheck: { ...key('b'), ConditionExpression: 'attribute_exists(' } },
    ]),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  expect(await rows()).toEqual([])
})

test('the same client token commits once, and refuses another request', async () => {
  const add: Items = [
    { Update: { ...key('n'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } } },
  ]
  const token = `token-${pk}-${Date.now()}`
  await transact(add, { ClientRequestToken: token })
  await transact(add, { ClientRequestToken: token })
  expect(await rows()).toEqual([{ sk: 'n', n: 1 }])
  await expect(transact([{ Delete: key('n') }], { ClientRequestToken: token })).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  })
  await transact(add, { ClientRequestToken: `${token}-2` })
  expect(await rows()).toEqual([{ sk: 'n', n: 2 }])
})

test('TransactGetItems answers in order, with gaps for what is missing', async () => {
  await put('a', { n: 1 })
  await put('c', { n: 3 })
  const answer = await table.client.send(
    new TransactGetCommand({
      TransactItems: ['c', 'b', 'a'].map((sk) => ({ Get: key(sk) })),
    }),
  )
  expect((answer.Responses ?? []).map((response) => response.Item?.n)).toEqual([3, undefined, 1])
})

test('100 concurrent increments, half of them in transactions, are all counted', async () => {
  const update = {
    ...key('n'),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': 1 },
  }
  // On a real engine concurrent transactions on one item conflict; the SDK does not retry that.
  const persist = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run()
    } catch (error) {
      if (!String(error).includes('TransactionConflict')) throw error
      await persist(run)
    }
  }
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      persist(() => (i % 2 ? table.client.send(new UpdateCommand(update)) : transact([{ Update: update }]))),
    ),
  )
  expect(await rows()).toEqual([{ sk: 'n', n: 100 }])
})

test('of 50 concurrent guarded creations exactly one wins', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) =>
      transact([
        {
          Put: {
            TableName: table.name,
            Item: { pk, sk: 'guard', winner: i },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName: table.name, Item: { pk, sk: `row-${i}` } } },
      ]),
    ),
  )
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  const stored = await rows()
  expect(stored).toEqual([
    expect.objectContaining({ sk: 'guard' }),
    { sk: `row-${(stored[0] as { winner?: number } | undefined)?.winner}` },
  ])
})

test('numbers, binaries, sets and nested values come back as they went in', async () => {
  const item = {
    pk,
    sk: 'a',
    n: 12_345_678_901,
    bytes: new Uint8Array([0, 1, 255]),
    set: new Set(['x', 'y']),
    nested: { list: [1, 'two', null, { three: false }] },
  }
  await transact([{ Put: { TableName: table.name, Item: item } }])
  const answer = await table.client.send(new GetCommand({ ...key('a'), ConsistentRead: true }))
  expect(answer.Item).toEqual(item)
})

test('an action list with two actions in one entry is refused', async () => {
  const raw = new DynamoDBClient({
    endpoint: table.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const both = { TableName: table.name, Key: { pk: { S: pk }, sk: { S: 'a' } } }
  const command = new TransactWriteItemsCommand({
    TransactItems: [
      { Delete: both, ConditionCheck: { ...both, ConditionExpression: 'attribute_exists(pk)' } },
    ],
  })
  await expect(raw.send(command)).rejects.toMatchObject({ name: 'ValidationException' })
  raw.destroy()
})
