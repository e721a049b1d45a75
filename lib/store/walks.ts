import type { ConnectionId } from '../core/ids.ts'
import { inParallel } from './batches.ts'
import { prefixOf } from './keys.ts'
import type { Item, Table } from './table-client.ts'
import { readTotals } from './totals.ts'

const width = 16

export type Walked = {
  readonly kind: 'U' | 'G'
  readonly partition: (c: ConnectionId, prefix: string) => string
}
type Part = readonly [prefix: string, live: number]

/** In id order: the prefixes first, then the ids below each. The totals say which partitions to read at all. */
export const createWalk = (table: Table, { kind, partition }: Walked) => {
  const liveIn = async (c: ConnectionId, prefix: string, after?: string): Promise<readonly Item[]> => {
    const rows: Item[] = []
    const start = after !== undefined && prefixOf(after) === prefix ? { after } : {}
    for await (const row of table.queryAll({ pk: partition(c, prefix), ...start }))
      if (row.deletedAt === undefined) rows.push(row)
    return rows
  }

  /** Reads as many partitions at once as the totals say are needed. */
  const gather = async (
    c: ConnectionId,
    parts: readonly Part[],
    wanted: number,
    after?: string,
  ): Promise<readonly Item[]> => {
    const found: Item[] = []
    let at = 0
    while (at < parts.length && found.length < wanted) {
      const from = at
      for (let live = 0; at < parts.length && at - from < width && live < wanted - found.length; at += 1)
        live += parts[at]?.[1] ?? 0
      const wave = parts.slice(from, at)
      found.push(...(await inParallel(wave, width, ([prefix]) => liveIn(c, prefix, after))).flat())
    }
    return found
  }

  const list = async (c: ConnectionId, startIndex: number, count: number) => {
    const totals = await readTotals(table, c, kind)
    const total = [...totals.values()].reduce((sum, n) => sum + n, 0)
    let skip = Math.max(0, startIndex - 1)
    const parts = [...totals].filter(([, live]) => live > 0)
    while (parts.length > 0 && skip >= (parts[0]?.[1] ?? 0)) skip -= parts.shift()?.[1] ?? 0
    if (count <= 0) return { total, items: [] }
    const items = await gather(c, parts, skip + count)
    return { total, items: items.slice(skip, skip + count) }
  }

  const scan = async (c: ConnectionId, limit: number, after?: string) => {
    const totals = await readTotals(table, c, kind)
    const first = after === undefined ? '' : prefixOf(after)
    const parts = [...totals].filter(([prefix, live]) => live > 0 && prefix >= first)
    // One more than asked for shows whether there is a next page.
    const items = await gather(c, parts, limit + 1, after)
    const page = items.slice(0, limit)
    const last = page.at(-1)
    return { items: page, ...(items.length > limit && last ? { next: last.sk } : {}) }
  }

  return { list, scan }
}
