import type { Table } from '../../lib/store/table-client.ts'

/** The same table, in which something else happens right after the n-th request (from 0). `calls` tells how many there were. */
export const interleaved = (table: Table, n: number, meanwhile: () => Promise<unknown>) => {
  let calls = 0
  const after = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer
    calls += 1
    if (calls === n + 1) await meanwhile()
    return value
  }
  const hooked: Table = {
    ...table,
    get: (key) => after(table.get(key)),
    batchGet: (keys, attributes) => after(table.batchGet(keys, attributes)),
    query: (query) => after(table.query(query)),
    async *queryAll(query) {
      const items = []
      for await (const item of table.queryAll(query)) items.push(item)
      await after(Promise.resolve())
      yield* items
    },
    put: (item, condition) => after(table.put(item, condition)),
    update: (key, update) => after(table.update(key, update)),
    delete: (key, condition) => after(table.delete(key, condition)),
    transact: (items) => after(table.transact(items)),
  }
  return { table: hooked, calls: () => calls }
}
