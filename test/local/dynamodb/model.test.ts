import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestTable, type TestTable } from '../../support/table.ts'

// Any sequence of transactions against a plain map: on the embedded engine, and on Amazon's with DYNAMODB_ENDPOINT.
let table: TestTable
let run = 0
beforeAll(async () => {
  table = await openTestTable()
})
afterAll(() => table.close())

type Action = {
  readonly kind: 'put' | 'create' | 'add' | 'delete' | 'expect'
  readonly sk: string
  readonly n: number
}
const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom('put', 'create', 'add', 'delete', 'expect'),
  sk: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'ü'),
  n: fc.integer({ min: -3, max: 3 }),
})
const transaction = fc.uniqueArray(action, { selector: ({ sk }) => sk, minLength: 1, maxLength: 6 })

/** What the rules say: the state afterwards, or the codes of the reasons. */
const expected = (
  state: ReadonlyMap<string, number>,
  actions: readonly Action[],
): { readonly codes: readonly string[]; readonly next: ReadonlyMap<string, number> } => {
  const next = new Map(state)
  const carryOut = ({ kind, sk, n }: Action): string => {
    const before = state.get(sk)
    switch (kind) {
      case 'put':
        next.set(sk, n)
        return 'None'
      case 'create':
        next.set(sk, n)
        return before === undefined ? 'None' : 'ConditionalCheckFailed'
      case 'add':
        next.set(sk, (before ?? 0) + n)
        return 'None'
      case 'delete':
        next.delete(sk)
        return 'None'
      case 'expect':
        return before === n ? 'None' : 'ConditionalCheckFailed'
    }
  }
  const codes = actions.map(carryOut)
  return codes.every((code) => code === 'None') ? { codes, next } : { codes, next: state }
}

const itemFor = (pk: string, { kind, sk, n }: Action) => {
  const at = { TableName: table.name, Key: { pk, sk } }
  const values = { ExpressionAttributeValues: { ':n': n } }
  switch (kind) {
    case 'put':
      return { Put: { TableName: table.name, Item: { pk, sk, n } } }
    case 'create':
      return {
        Put: {
          TableName: table.name,
          Item: { pk, sk, n },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      }
    case 'add':
      return { Update: { ...at, UpdateExpression: 'ADD n :n', ...values } }
    case 'delete':
      return { Delete: at }
    case 'expect':
      return { ConditionCheck: { ...at, ConditionExpression: 'n = :n', ...values } }
  }
}

const commit = async (pk: string, actions: readonly Action[]): Promise<readonly string[]> => {
  try {
    await table.client.send(
      new TransactWriteCommand({ TransactItems: actions.map((one) => itemFor(pk, one)) }),
    )
    return actions.map(() => 'None')
  } catch (error) {
    if (error instanceof TransactionCanceledException)
      return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? '')
    throw error
  }
}
const rows = async (pk: string): Promise<ReadonlyMap<string, number>> => {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    }),
  )
  return new Map(Items.map((item) => [item.sk as string, item.n as number]))
}

test('every transaction is stored whole or not at all, with the right reasons', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 8 }), async (transactions) => {
      run += 1
      const pk = `run-${run}`
      let state: ReadonlyMap<string, number> = new Map()
      for (const actions of transactions) {
        const { codes, next } = expected(state, actions)
        expect(await commit(pk, actions)).toEqual(codes)
        state = next
        expect(await rows(pk)).toEqual(new Map([...state].sort(([a], [b]) => (a < b ? -1 : 1))))
      }
    }),
    { numRuns: Number(process.env.FUZZ_BUDGET ?? 60) },
  )
})

test('pages of a query in either direction, from any place, are those of the sorted keys', async () => {
  const keys = ['', 'a', 'ab', 'a#', 'b', 'é', '𝄞', '~', '0', '00', 'Z'].map((tail) => `k${tail}`)
  const pk = 'pages'
  const requests = keys.map((sk) => ({ PutRequest: { Item: { pk, sk } } }))
  await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: requests } }))
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.constantFrom('k', 'ka', 'kb', 'k0', 'kx'), { nil: undefined }),
      async (forward, limit, prefix) => {
        const seen: string[] = []
        let start: Record<string, unknown> | undefined
        do {
          const page = await table.client.send(
            new QueryCommand({
              TableName: table.name,
              KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :p)',
              ExpressionAttributeValues: { ':pk': pk, ...(prefix !== undefined && { ':p': prefix }) },
              ScanIndexForward: forward,
              Limit: limit,
              ...(start && { ExclusiveStartKey: start }),
            }),
          )
          seen.push(...(page.Items ?? []).map((item) => item.sk as string))
          start = page.LastEvaluatedKey
        } while (start)
        const wanted = sorted.filter((key) => key.startsWith(prefix ?? ''))
        expect(seen).toEqual(forward ? wanted : wanted.reverse())
      },
    ),
    { numRuns: 40 },
  )
})
