import type { WorkQueue } from '../core/ports/work.ts'
import { inParallel } from './batches.ts'
import { dueFrom, dueItem } from './due-items.ts'
import { dueKey, duePrefix, dueShards } from './keys.ts'
import type { Table } from './table-client.ts'

const width = 8
const shards = Array.from({ length: dueShards }, (_, shard) => `${duePrefix}${shard}`)

/** Due items have positions of their own: whatever came later is another item, so a deletion needs no condition. */
export const createDueQueue = (
  table: Table,
): Pick<WorkQueue, 'dueBefore' | 'finishDue' | 'addDue' | 'replaceDue'> => ({
  dueBefore: async (before, limit, after) => {
    const behind = after === undefined ? {} : { after }
    const pages = await inParallel(shards, width, (pk) => table.query({ pk, limit, ...behind }))
    return pages
      .flatMap((page) => page.items.map(dueFrom))
      .filter((due) => due.at < before)
      .sort((a, b) => (a.position < b.position ? -1 : 1))
      .slice(0, limit)
  },

  finishDue: async (due) => {
    await inParallel(due, width, (item) => table.delete(dueKey(item.position)))
  },

  addDue: async ({ connection, at }, subjects) => {
    await inParallel(subjects, width, (subject) =>
      table.put(dueItem({ position: table.ids.ordered(), connection, at, ...subject })),
    )
  },

  replaceDue: async (seen, rest) => {
    const { connection, at } = seen
    await table.transact([
      {
        delete: dueKey(seen.position),
        condition: { expression: 'attribute_exists(#pk)', names: { '#pk': 'pk' } },
      },
      { put: dueItem({ position: table.ids.ordered(), connection, at, ...rest }) },
    ])
  },
})
