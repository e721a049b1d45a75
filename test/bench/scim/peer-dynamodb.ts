import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { type Connect, openEmbedded } from './embedded.ts'
import { peerItems } from './peer-items.ts'
import {
  countKey,
  groupKey,
  guardKey,
  listKey,
  listPartition,
  memberKey,
  membershipKey,
  membershipsPartition,
  membersPartition,
  type PeerKey,
  tokenKey,
  userKey,
} from './peer-keys.ts'
import { difference, type PeerDraft, type PeerGroup, type PeerStore, type PeerUser } from './peer-store.ts'
import type { World } from './people.ts'
import { tableName as TableName } from './rows.ts'
import type { Meter } from './side.ts'

type Item = Readonly<Record<string, unknown>>
type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>
type PutCondition = Pick<PutCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>
type Consumed = { readonly CapacityUnits?: number | undefined } | undefined

const now = (): string => new Date().toISOString()
const sortKey = (item: Item): string => String(item.sk)

/** The few operations the peer needs, consistent reads throughout. */
const createOperations = (client: DynamoDBDocumentClient, meter: Meter) => {
  const metering = () => (meter.on ? { ReturnConsumedCapacity: 'TOTAL' as const } : {})
  const count = (...consumed: readonly Consumed[]): void => {
    for (const one of consumed) meter.units += one?.CapacityUnits ?? 0
  }
  return {
    get: async (key: PeerKey): Promise<Item | undefined> => {
      const answer = await client.send(
        new GetCommand({ TableName, Key: key, ConsistentRead: true, ...metering() }),
      )
      count(answer.ConsumedCapacity)
      return answer.Item
    },
    batchGet: async (keys: readonly PeerKey[]): Promise<readonly Item[]> => {
      if (keys.length === 0) return []
      const RequestItems = { [TableName]: { Keys: [...keys], ConsistentRead: true } }
      const answer = await client.send(new BatchGetCommand({ RequestItems, ...metering() }))
      count(...(answer.ConsumedCapacity ?? []))
      return answer.Responses?.[TableName] ?? []
    },
    /** All pages; `onPage` may end it. */
    query: async (
      pk: string,
      more: Partial<QueryCommandInput>,
      onPage: (items: readonly Item[], counted: number) => boolean = () => true,
    ): Promise<readonly Item[]> => {
      const all: Item[] = []
      let start: Record<string, unknown> | undefined
      do {
        const answer = await client.send(
          new QueryCommand({
            TableName,
            ConsistentRead: true,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
            ...more,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
            ...metering(),
          }),
        )
        count(answer.ConsumedCapacity)
        const items = answer.Items ?? []
        for (const item of items) all.push(item)
        start = answer.LastEvaluatedKey
        if (!onPage(items, answer.Count ?? 0)) return all
      } while (start !== undefined)
      return all
    },
    /** False: the condition failed. */
    put: async (Item: Record<string, unknown>, condition: PutCondition): Promise<boolean> => {
      try {
        const answer = await client.send(new PutCommand({ TableName, Item, ...condition, ...metering() }))
        count(answer.ConsumedCapacity)
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
        throw error
      }
    },
    /** False: a condition failed. */
    transact: async (TransactItems: Writes): Promise<boolean> => {
      try {
        const answer = await client.send(new TransactWriteCommand({ TransactItems, ...metering() }))
        count(...(answer.ConsumedCapacity ?? []))
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'TransactionCanceledException') return false
        throw error
      }
    },
  }
}
type Operations = ReturnType<typeof createOperations>

type Named = { readonly id: string; readonly displayName: string }

const userOf = (own: Item, groups: readonly Named[]): PeerUser => ({
  id: String(own.id),
  data: JSON.parse(String(own.data)),
  version: Number(own.version),
  created: String(own.created),
  lastModified: String(own.lastModified),
  groups,
})

const userItem = (tenant: string, user: PeerUser) => {
  const { id, data, version, created, lastModified } = user
  return { ...userKey(tenant, id), id, data: JSON.stringify(data), version, created, lastModified }
}

const absent = { ConditionExpression: 'attribute_not_exists(pk)' }
const guardPut = (
  tenant: string,
  by: 'userName' | 'externalId',
  value: string,
  id: string,
): Writes[number] => ({
  Put: { TableName, Item: { ...guardKey(tenant, by, value), id }, ...absent },
})

const createUsers = (
  db: Operations,
): Pick<PeerStore, 'user' | 'findUser' | 'pageOfUsers' | 'createUser' | 'saveUser'> => {
  /** Each with the groups it is in; their names are read together. */
  const usersOf = async (tenant: string, ids: readonly string[]): Promise<readonly PeerUser[]> => {
    const [items, memberships] = await Promise.all([
      ids.length === 1
        ? db.get(userKey(tenant, ids[0] ?? '')).then((item) => (item === undefined ? [] : [item]))
        : db.batchGet(ids.map((id) => userKey(tenant, id))),
      Promise.all(ids.map((id) => db.query(membershipsPartition(tenant, id), {}))),
    ])
    const groups = [...new Set(memberships.flat().map(sortKey))]
    const rows = await db.batchGet(groups.map((id) => groupKey(tenant, id)))
    const names = new Map(rows.map((row) => [String(row.id), String(row.displayName)]))
    const found = new Map(items.map((item) => [String(item.id), item]))
    return ids.flatMap((id, n) => {
      const own = found.get(id)
      const named = (memberships[n] ?? []).map((row) => ({
        id: sortKey(row),
        displayName: names.get(sortKey(row)) ?? '',
      }))
      return own === undefined ? [] : [userOf(own, named)]
    })
  }
  const user = async (tenant: string, id: string): Promise<PeerUser | undefined> =>
    (await usersOf(tenant, [id]))[0]

  /** The key before this place: counted through, since nothing leads there. */
  const placeBefore = async (tenant: string, skip: number): Promise<Record<string, unknown> | undefined> => {
    let left = skip
    let last: Item | undefined
    while (left > 0) {
      const start: Record<string, unknown> | undefined = last && { pk: last.pk, sk: last.sk }
      const rows = await db.query(
        listPartition(tenant),
        { Limit: left, ...(start === undefined ? {} : { ExclusiveStartKey: start }) },
        () => false,
      )
      last = rows.at(-1)
      left -= rows.length
      if (last === undefined || rows.length === 0) return undefined
    }
    return last && { pk: last.pk, sk: last.sk }
  }

  return {
    user,
    findUser: async (tenant, by, value) => {
      const guard = await db.get(guardKey(tenant, by, value))
      return guard && user(tenant, String(guard.id))
    },
    pageOfUsers: async (tenant, startIndex, count) => {
      const [counted, start] = await Promise.all([
        db.get(countKey(tenant)),
        placeBefore(tenant, startIndex - 1),
      ])
      const rows = await db.query(
        listPartition(tenant),
        { Limit: count, ...(start === undefined ? {} : { ExclusiveStartKey: start }) },
        () => false,
      )
      return { total: Number(counted?.n ?? 0), users: await usersOf(tenant, rows.map(sortKey)) }
    },
    createUser: async (tenant, data) => {
      const at = now()
      const created: PeerUser = {
        id: randomUUID(),
        data,
        version: 1,
        created: at,
        lastModified: at,
        groups: [],
      }
      const done = await db.transact([
        { Put: { TableName, Item: userItem(tenant, created), ...absent } },
        guardPut(tenant, 'userName', data.userName, created.id),
        ...(data.externalId === undefined
          ? []
          : [guardPut(tenant, 'externalId', data.externalId, created.id)]),
        { Put: { TableName, Item: listKey(tenant, created.id) } },
        {
          Update: {
            TableName,
            Key: countKey(tenant),
            UpdateExpression: 'ADD n :one',
            ExpressionAttributeValues: { ':one': 1 },
          },
        },
      ])
      return done ? created : undefined
    },
    saveUser: async (tenant, before, data) => {
      const after = { ...before, data, version: before.version + 1, lastModified: now() }
      const moved = (['userName', 'externalId'] as const).flatMap((by) => moves(tenant, by, before, data))
      const unchanged = {
        ConditionExpression: 'version = :before',
        ExpressionAttributeValues: { ':before': before.version },
      }
      const Item = userItem(tenant, after)
      const done =
        moved.length === 0
          ? await db.put(Item, unchanged)
          : await db.transact([{ Put: { TableName, Item, ...unchanged } }, ...moved])
      if (done) return after
      return moved.length > 0 ? 'taken' : 'stale'
    },
  }
}

const moves = (tenant: string, by: 'userName' | 'externalId', before: PeerUser, data: PeerDraft): Writes => {
  const old = before.data[by] as string | undefined
  const wanted = data[by]
  if (old === wanted) return []
  return [
    ...(old === undefined ? [] : [{ Delete: { TableName, Key: guardKey(tenant, by, old) } }]),
    ...(wanted === undefined ? [] : [guardPut(tenant, by, wanted, before.id)]),
  ]
}

const rowsAtOnce = 48

const createGroups = (db: Operations): Pick<PeerStore, 'group' | 'saveGroup'> => ({
  group: async (tenant, id) => {
    const [own, rows] = await Promise.all([
      db.get(groupKey(tenant, id)),
      // Without the partition key in every row: 100,000 rows are parsed for one answer.
      db.query(membersPartition(tenant, id), { ProjectionExpression: 'sk' }),
    ])
    if (own === undefined) return undefined
    const { displayName, version, created, lastModified } = own as PeerGroup & Item
    return { id, displayName, version, created, lastModified, members: rows.map(sortKey) }
  },
  saveGroup: async (tenant, before, next) => {
    const { added, removed } = difference(before.members, next.members)
    const rows: Writes = [
      ...added.flatMap((user) => [
        { Put: { TableName, Item: memberKey(tenant, before.id, user) } },
        { Put: { TableName, Item: membershipKey(tenant, before.id, user) } },
      ]),
      ...removed.flatMap((user) => [
        { Delete: { TableName, Key: memberKey(tenant, before.id, user) } },
        { Delete: { TableName, Key: membershipKey(tenant, before.id, user) } },
      ]),
    ]
    const lastModified = now()
    const own: Writes[number] = {
      Update: {
        TableName,
        Key: groupKey(tenant, before.id),
        UpdateExpression: 'SET displayName = :name, lastModified = :at ADD version :one',
        ExpressionAttributeValues: { ':name': next.displayName, ':at': lastModified, ':one': 1 },
      },
    }
    for (let from = rowsAtOnce; from < rows.length; from += rowsAtOnce)
      await db.transact(rows.slice(from, from + rowsAtOnce))
    await db.transact([own, ...rows.slice(0, rowsAtOnce)])
    return { ...before, ...next, version: before.version + 1, lastModified }
  },
})

/** The SDK as it comes. */
const connect: Connect = (options) => DynamoDBDocumentClient.from(new DynamoDBClient(options))

/** The obvious items: a user, guards for its unique names, adjacency rows both ways, a list and a count. */
export const createDynamoDbPeer = async (world: World, meter: Meter): Promise<PeerStore> => {
  const db = createOperations(await openEmbedded(peerItems(world), connect), meter)
  return {
    tokenHash: async (tenant, id) => {
      const row = await db.get(tokenKey(tenant, id))
      return row && String(row.hash)
    },
    ...createUsers(db),
    ...createGroups(db),
  }
}
