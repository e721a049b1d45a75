import dynalite, { type Store, type Value, type Write } from 'dynalite/db/index.js'
import { createMisfortune, type Faults } from './faults.ts'
import { openTokens } from './idempotency.ts'
import { openItems } from './items.ts'
import { type BuiltInOperation, isBuiltIn, perform, validate } from './operations.ts'
import { errorName, isServiceError, serviceError } from './service-error.ts'
import { describeTimeToLive, updateTimeToLive } from './time-to-live.ts'
import { itemOnFailure, tableOf, transactGet, transactWrite } from './transactions.ts'
import { type Image, openView, type View } from './view.ts'

/** DynamoDB on one machine: dynalite's reads and expressions, with every write in one LevelDB batch under one lock, and transactions. */
export type Engine = {
  /** One operation in DynamoDB JSON; throws what the service would answer. */
  readonly handle: (operation: string, body: object) => Promise<object>
  /** Committed item images in commit order, as a stream would carry them. Resolves to nothing; returns the way to stop. */
  readonly tap: (listener: (images: readonly Image[]) => void) => () => void
  readonly inject: (faults: Faults) => void
  /** Fills a table without secondary indexes: items in DynamoDB JSON, neither validated nor shown to the stream. For tests that need many. */
  readonly load: (table: string, items: Iterable<Value>) => Promise<void>
  readonly close: () => Promise<void>
}

type Body = {
  readonly TableName: string
  readonly ClientRequestToken?: string
  readonly TransactItems?: unknown
  readonly ReturnConsumedCapacity?: string
}
const singleWrites: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
const itemReads: readonly string[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan']

/**
 * `path` absent: in memory. On disk, an answered write survives SIGKILL of this process: LevelDB has handed its log to the operating system
 * by then. It does not fsync, so a power cut may lose the last writes; this engine is for one machine, not for production.
 */
export const openEngine = async (options: { readonly path?: string } = {}): Promise<Engine> => {
  const tables = dynalite.create({ ...options, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  await tables.db.open()
  const { store, forget } = openItems(tables)
  const tokens = await openTokens(store.db, Date.now)
  const misfortune = createMisfortune()
  const listeners = new Set<(images: readonly Image[]) => void>()
  const exclusive = createLock()

  const commit = async (view: View, more: Parameters<Store['db']['batch']>[0] = []): Promise<void> => {
    await store.db.batch([...view.writes(), ...more])
    const images = view.images()
    if (images.length > 0) for (const listener of listeners) listener(images)
  }

  const write = (operation: BuiltInOperation, body: Body): Promise<object> =>
    exclusive(async () => {
      const view = openView(store)
      try {
        const answer = await perform(view.store, operation, validate(store, operation, body))
        await commit(view)
        return answer
      } catch (error) {
        throw await withItem(store, body, error)
      }
    })

  const transact = (body: Body): Promise<object> =>
    exclusive(async () => {
      const { ClientRequestToken: token, ...request } = body
      const before = token === undefined ? undefined : await tokens.answered(token, request)
      if (before) return before
      const { view, answer } = await transactWrite(store, request)
      await commit(view, token === undefined ? [] : tokens.writes(token, request, answer))
      return answer
    })

  const onTables = async (operation: BuiltInOperation, body: Body): Promise<object> => {
    forget()
    try {
      const answer = await perform(tables, operation, validate(tables, operation, body))
      if (operation === 'CreateTable' || operation === 'DeleteTable') await settled(tables, body.TableName)
      return answer
    } finally {
      forget()
    }
  }

  const dispatch = async (operation: string, body: Body): Promise<object> => {
    if (operation === 'TransactWriteItems') return transact(body)
    if (operation === 'TransactGetItems') return exclusive(() => transactGet(store, body))
    if (operation === 'UpdateTimeToLive') return updateTimeToLive(store, body)
    if (operation === 'DescribeTimeToLive') return describeTimeToLive(store, body)
    if (!isBuiltIn(operation))
      throw serviceError('UnknownOperationException', `${operation} is not supported`)
    if (singleWrites.includes(operation)) return write(operation, body)
    if (itemReads.includes(operation)) return perform(store, operation, validate(store, operation, body))
    return onTables(operation, body)
  }

  return {
    handle: async (operation, body) => {
      await misfortune.strike(operation, body)
      const answer = await dispatch(operation, body as Body)
      if (singleWrites.includes(operation) || operation === 'TransactWriteItems')
        await misfortune.committed(operation)
      return answer
    },
    tap: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    inject: misfortune.set,
    load: (table, items) => exclusive(() => load(store, table, items)),
    close: () => exclusive(() => store.db.close()),
  }
}

const loadedAtOnce = 2_000

const load = async (store: Store, name: string, items: Iterable<Value>): Promise<void> => {
  const table = await tableOf(store, name)
  let writes: Write[] = []
  for (const value of items) {
    writes.push({ type: 'put', key: `item-${name}~${dynalite.createKey(value, table)}`, value })
    if (writes.length < loadedAtOnce) continue
    await store.db.batch(writes)
    writes = []
  }
  await store.db.batch(writes)
}

const createLock = (): (<T>(run: () => Promise<T>) => Promise<T>) => {
  let tail: Promise<unknown> = Promise.resolve()
  return (run) => {
    const result = tail.then(run)
    tail = result.catch(() => undefined)
    return result
  }
}

/** A single write's failed condition may show the item, too; dynalite does not know that option. */
const withItem = async (store: Store, body: Body, error: unknown): Promise<unknown> => {
  if (!isServiceError(error) || errorName(error) !== 'ConditionalCheckFailedException') return error
  const item = await itemOnFailure(store, body)
  return item === undefined
    ? error
    : serviceError('ConditionalCheckFailedException', error.message, { Item: item })
}

/** dynalite changes a table's state a moment after its answer; nobody here should have to poll for that. */
const settled = async (store: Store, table: string): Promise<void> => {
  const status = async (): Promise<string> => {
    try {
      const body = validate(store, 'DescribeTable', { TableName: table })
      const answer = (await perform(store, 'DescribeTable', body)) as {
        readonly Table: { TableStatus: string }
      }
      return answer.Table.TableStatus
    } catch {
      return 'gone'
    }
  }
  while (['CREATING', 'DELETING'].includes(await status()))
    await new Promise((resolve) => setTimeout(resolve, 1))
}
