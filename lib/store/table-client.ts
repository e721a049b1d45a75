import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { ConnectorError } from '../core/errors.ts'
import type { Clock, Ids } from '../core/ports/clock.ts'
import { chunksOf, inParallel } from './batches.ts'
import type { Key } from './keys.ts'
import { type CancelReason, failedConditions, isConditionFailed } from './store-faults.ts'
import {
  type Condition,
  conditionInput,
  type Item,
  projectionInput,
  type Query,
  queryInput,
  type TransactItem,
  transactEntry,
  type Update,
  updateInput,
} from './table-expressions.ts'
import { pauseBefore, type TimeLimit, withRetries } from './table-retries.ts'

export type { Condition, Item, Query, TransactItem, Update } from './table-expressions.ts'
export type { TimeLimit } from './table-retries.ts'

export type WriteResult = 'done' | 'conditionFailed'
export type Transacted =
  | { readonly kind: 'done' }
  /** One reason per item, in order. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancelReason[] }
export type QueryPage = { readonly items: readonly Item[]; readonly next?: string }

export type TableDeps = {
  readonly client: DynamoDBDocumentClient
  readonly name: string
  readonly clock: Clock
  readonly ids: Ids
  readonly random?: () => number
  /** Of the one request this table serves; absent: each call has a budget of its own. */
  readonly limit?: TimeLimit
  /** Seconds; 400 days when absent. */
  readonly auditKeptFor?: number
  /** Told what each request consumed, indexes included. */
  readonly onCapacity?: (units: number) => void
}

/**
 * The only place that talks to the SDK. Reads are strongly consistent. Conflicts, throttling and missing answers are retried with jitter within
 * a time budget, then thrown as `store…` errors. A single conditional write or update is not repeated after an unknown end, because its own
 * first attempt could fail the condition; a transaction is, under one token.
 */
export type Table = {
  readonly clock: Clock
  readonly ids: Ids
  /** Seconds after which rows of the audit trail may go, whoever writes them. */
  readonly auditKeptFor: number
  readonly pause: (attempt: number) => Promise<void>
  readonly get: (key: Key) => Promise<Item | undefined>
  /** Those found, in the order of the keys; with only the given attributes beside them. */
  readonly batchGet: (keys: readonly Key[], attributes?: readonly string[]) => Promise<readonly Item[]>
  readonly query: (query: Query) => Promise<QueryPage>
  readonly queryAll: (query: Query) => AsyncIterable<Item>
  readonly put: (item: Item, condition?: Condition) => Promise<WriteResult>
  readonly update: (key: Key, update: Update) => Promise<WriteResult>
  /** The item as it is afterwards; undefined when the condition failed. */
  readonly updateAndRead: (key: Key, update: Update) => Promise<Item | undefined>
  readonly delete: (key: Key, condition?: Condition) => Promise<WriteResult>
  readonly transact: (items: readonly TransactItem[]) => Promise<Transacted>
}

const defaultAuditKeptFor = 400 * 24 * 3600
const batchSize = 100
const batchRounds = 10
const batchesAtOnce = 4
const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`

type Consumed = { readonly CapacityUnits?: number | undefined }

export const createTable = (deps: TableDeps): Table => {
  const { client, name: TableName, clock, ids, random = Math.random, limit, onCapacity } = deps
  const patience = { clock, random, limit }
  const metering = onCapacity ? { ReturnConsumedCapacity: 'TOTAL' as const } : {}
  const meter = (...consumed: readonly (Consumed | undefined)[]) => {
    for (const one of consumed) onCapacity?.(one?.CapacityUnits ?? 0)
  }

  const get = (key: Key): Promise<Item | undefined> =>
    withRetries(patience, true, async () => {
      const { pk, sk } = key
      const input = { TableName, Key: { pk, sk }, ConsistentRead: true, ...metering }
      const answer = await client.send(new GetCommand(input))
      meter(answer.ConsumedCapacity)
      return answer.Item as Item | undefined
    })

  const batchOnce = async (keys: readonly Key[], attributes?: readonly string[]) => {
    const Keys = keys.map(({ pk, sk }) => ({ pk, sk }))
    const request = { Keys, ConsistentRead: true, ...projectionInput(attributes) }
    const input = { RequestItems: { [TableName]: request }, ...metering }
    const answer = await withRetries(patience, true, () => client.send(new BatchGetCommand(input)))
    meter(...(answer.ConsumedCapacity ?? []))
    return {
      found: (answer.Responses?.[TableName] ?? []) as Item[],
      left: (answer.UnprocessedKeys?.[TableName]?.Keys ?? []) as unknown as Key[],
    }
  }

  /** An answer may be cut by size or throughput; what is left must be asked for again. */
  const batchChunk = async (
    keys: readonly Key[],
    attributes?: readonly string[],
  ): Promise<readonly Item[]> => {
    const items: Item[] = []
    let left = keys
    for (let round = 1; left.length > 0; round += 1) {
      const answer = await batchOnce(left, attributes)
      items.push(...answer.found)
      if (answer.left.length > 0 && answer.left.length === left.length) {
        if (round >= batchRounds)
          throw new ConnectorError('storeThrottled', 'the store is throttled: try again', { retryAfter: 5 })
        await pauseBefore(patience, round)
      }
      left = answer.left
    }
    return items
  }

  const batchGet: Table['batchGet'] = async (keys, attributes) => {
    const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()]
    const answers = await inParallel(chunksOf(distinct, batchSize), batchesAtOnce, (some) =>
      batchChunk(some, attributes),
    )
    const found = new Map(answers.flat().map((item) => [nameOf(item), item]))
    return distinct.flatMap((key) => found.get(nameOf(key)) ?? [])
  }

  const query = (asked: Query): Promise<QueryPage> =>
    withRetries(patience, true, async () => {
      const answer = await client.send(new QueryCommand({ TableName, ...queryInput(asked), ...metering }))
      meter(answer.ConsumedCapacity)
      const last = answer.LastEvaluatedKey
      return { items: (answer.Items ?? []) as Item[], ...(last ? { next: String(last.sk) } : {}) }
    })

  async function* queryAll(asked: Query): AsyncIterable<Item> {
    let after = asked.after
    do {
      const page: QueryPage = await query(after === undefined ? asked : { ...asked, after })
      yield* page.items
      after = page.next
    } while (after !== undefined)
  }

  const write = (
    repeatable: boolean,
    send: () => Promise<{ ConsumedCapacity?: Consumed | undefined }>,
  ): Promise<WriteResult> =>
    withRetries(patience, repeatable, async () => {
      try {
        meter((await send()).ConsumedCapacity)
        return 'done'
      } catch (error) {
        if (isConditionFailed(error)) return 'conditionFailed'
        throw error
      }
    })

  const updateAndRead = ({ pk, sk }: Key, update: Update): Promise<Item | undefined> =>
    withRetries(patience, false, async () => {
      const input = { TableName, Key: { pk, sk }, ...updateInput(update), ReturnValues: 'ALL_NEW' as const }
      try {
        const answer = await client.send(new UpdateCommand({ ...input, ...metering }))
        meter(answer.ConsumedCapacity)
        return answer.Attributes as Item | undefined
      } catch (error) {
        if (isConditionFailed(error)) return undefined
        throw error
      }
    })

  const transact = (items: readonly TransactItem[]): Promise<Transacted> => {
    const input = {
      TransactItems: items.map((item) => transactEntry(TableName, item)),
      ClientRequestToken: ids.uuid(),
      ...metering,
    }
    return withRetries(patience, true, async () => {
      try {
        const answer = await client.send(new TransactWriteCommand(input))
        meter(...(answer.ConsumedCapacity ?? []))
        return { kind: 'done' }
      } catch (error) {
        const reasons = failedConditions(error)
        if (reasons === undefined) throw error
        return { kind: 'cancelled', reasons }
      }
    })
  }

  return {
    clock,
    ids,
    auditKeptFor: deps.auditKeptFor ?? defaultAuditKeptFor,
    pause: (attempt) => pauseBefore(patience, attempt),
    get,
    batchGet,
    query,
    queryAll,
    put: (item, condition) => {
      const input = { TableName, Item: item, ...conditionInput(condition), ...metering }
      return write(condition === undefined, () => client.send(new PutCommand(input)))
    },
    update: async (key, update) => ((await updateAndRead(key, update)) ? 'done' : 'conditionFailed'),
    updateAndRead,
    delete: ({ pk, sk }, condition) => {
      const input = { TableName, Key: { pk, sk }, ...conditionInput(condition), ...metering }
      return write(condition === undefined, () => client.send(new DeleteCommand(input)))
    },
    transact,
  }
}
