import { Stream } from 'node:stream'
import type { Callback, Level, Range, Store, SubDatabase, Table } from 'dynalite/db/index.js'

export type Items = {
  /** dynalite's store for what reads and writes items: tables are known, items read without a detour. */
  readonly store: Store
  /** Tables are about to change, or have. */
  readonly forget: () => void
}

const readAtOnce = 200

/** What an action gets of the database, in a turn of its own and without waiting for the event loop. */
const answering = <T>(done: Callback<T>, read: () => T | undefined): void => {
  let value: T | undefined
  try {
    value = read()
  } catch (error) {
    queueMicrotask(() => done(error))
    return
  }
  queueMicrotask(() => done(null, value))
}

const pump = async (level: Level, range: Range, stream: ValueStream): Promise<void> => {
  const iterator = level.values(range)
  try {
    while (!stream.isOver) {
      const values = await iterator.nextv(readAtOnce)
      for (const value of values) {
        if (stream.isOver) break
        stream.emit('data', value)
      }
      if (values.length === 0) break
    }
  } finally {
    await iterator.close()
  }
  if (!stream.isOver) stream.emit('end')
}

type ValueStream = Stream & { isOver: boolean }

/** dynalite's own goes through a stream item by item: an event loop's turn for each. */
const valueStream = (level: Level, range: Range): Stream => {
  const stream: ValueStream = Object.assign(new Stream(), {
    isOver: false,
    destroy: () => {
      stream.isOver = true
    },
  })
  pump(level, range, stream).catch((error: unknown) => stream.emit('error', error))
  return stream
}

const within = (prefix: string, { gt, gte, lt, lte, ...rest }: Range): Range => ({
  ...rest,
  ...(gt === undefined ? { gte: prefix + (gte ?? '') } : { gt: prefix + gt }),
  ...(lte === undefined ? { lt: prefix + (lt ?? '\xff') } : { lte: prefix + lte }),
})

export const openItems = (base: Store): Items => {
  const tables = new Map<string, Table>()
  const databases = new Map<string, SubDatabase>()

  const itemsOf = (table: string): SubDatabase => {
    const known = databases.get(table)
    if (known) return known
    const prefix = `item-${table}~`
    const database: SubDatabase = {
      ...base.getItemDb(table),
      get: (key, done) => answering(done, () => base.db.getSync(prefix + key)),
      createValueStream: (range) => valueStream(base.db, within(prefix, range)),
    }
    databases.set(table, database)
    return database
  }

  const tableOf = (name: string, done: Callback<Table>): void => {
    const known = tables.get(name)
    if (known) queueMicrotask(() => done(null, known))
    else
      base.getTable(name, (error, table) => {
        if (table?.TableStatus === 'ACTIVE') tables.set(name, table)
        done(error, table)
      })
  }

  const store: Store = Object.assign(Object.create(base) as Store, {
    getItemDb: itemsOf,
    getTable: (name: string, second: Callback<Table> | boolean, third?: Callback<Table>) => {
      if (typeof second === 'function') tableOf(name, second)
      else if (third) base.getTable(name, second, third)
    },
  })
  return { store, forget: () => tables.clear() }
}
