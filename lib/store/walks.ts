import type { ConnectionId } from '../core/ids.ts'
import { inParallel } from './batches.ts'
import { prefixOf } from './keys.ts'
import type { Item, Table } from './table-client.ts'
import { readTotals } from './totals.ts'

const width = 16
/** Rows read beyond those wanted, in case there are tombstones among them. */
const spare = 8

export type Walked = {
  readonly kind: 'U' | 'G'
  readonly partition: (c: ConnectionId, prefix: string) => string
}
type Part = readonly [prefix: string, live: number]
/** `rest`: where the partition was left. */
type Read = { readonly rows: readonly Item[]; readonly rest?: string }

/** In id order: the prefixes first, then the ids below each. The totals say which partitions to read at all. */
export const createWalk = (table: Table, { kind, partition }: Walked) => {
  /** At least as many as are wanted, unless the partition ends before. */
  const liveIn = async (c: ConnectionId, prefix: string, wanted: number, start?: string): Promise<Read> => {
    const pk = partition(c, prefix)
    const rows: Item[] = []
    let after = start
    do {
      const limit = wanted - rows.length + spare
      const page = await table.query({ pk, limit, ...(after === undefined ? {} : { after }) })
      for (const row of page.items) if (row.deletedAt === undefined) rows.push(row)
      after = page.next
    } while (after !== undefined && rows.length < wanted)
    return { rows, ...(after === undefined ? {} : { rest: after }) }
  }

  /** As many partitions at once as the totals say are needed, and of the last no more. */
  const readWave = async (c: ConnectionId, parts: readonly Part[], missing: number) => {
    const wave: { readonly prefix: string; readonly wanted: number }[] = []
    let live = 0
    for (const [prefix, held] of parts.slice(0, width)) {
      if (live >= missing) break
      wave.push({ prefix, wanted: Math.min(held, missing - live) })
      live += held
    }
    const read = await inParallel(wave, width, ({ prefix, wanted }) => liveIn(c, prefix, wanted))
    return wave.map(({ prefix }, n) => ({ prefix, read: read[n] ?? { rows: [] } }))
  }

  /** The totals may have moved before the rows were read: whatever was left in the middle is read on before anything behind it. */
  const gather = async (
    c: ConnectionId,
    parts: readonly Part[],
    wanted: number,
  ): Promise<readonly Item[]> => {
    const found: Item[] = []
    let at = 0
    while (at < parts.length && found.length < wanted) {
      const wave = await readWave(c, parts.slice(at), wanted - found.length)
      at += wave.length
      for (const { prefix, read } of wave) {
        found.push(...read.rows)
        const missing = wanted - found.length
        if (read.rest !== undefined && missing > 0)
          found.push(...(await liveIn(c, prefix, missing, read.rest)).rows)
      }
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

  /** What is left of the partition somebody is in the middle of; mostly that is enough, and the totals need not be asked. */
  const restOf = async (c: ConnectionId, wanted: number, after?: string): Promise<readonly Item[]> =>
    after === undefined ? [] : (await liveIn(c, prefixOf(after), wanted, after)).rows

  const scan = async (c: ConnectionId, limit: number, after?: string) => {
    // One more than asked for shows whether there is a next page.
    const wanted = limit + 1
    const items = [...(await restOf(c, wanted, after))]
    if (items.length < wanted) {
      const before = after === undefined ? '' : prefixOf(after)
      const parts = [...(await readTotals(table, c, kind))]
      const behind = parts.filter(([prefix, live]) => live > 0 && prefix > before)
      items.push(...(await gather(c, behind, wanted - items.length)))
    }
    const page = items.slice(0, limit)
    const last = page.at(-1)
    return { items: page, ...(items.length > limit && last ? { next: last.sk } : {}) }
  }

  return { list, scan }
}
