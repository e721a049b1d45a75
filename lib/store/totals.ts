import type { ConnectionId } from '../core/ids.ts'
import { prefixes, prefixOf, totalKey, totalsPartition } from './keys.ts'
import type { Table, TransactItem } from './table-client.ts'

type Kind = 'U' | 'G'

/** Live resources by id prefix: exact, because each creation and deletion counts in its own transaction. */
export const countResource = (c: ConnectionId, kind: Kind, id: string, change: 1 | -1): TransactItem => ({
  update: totalKey(c, kind, prefixOf(id)),
  expression: 'ADD #n :change',
  names: { '#n': 'n' },
  values: { ':change': change },
})

export const readTotals = async (
  table: Table,
  c: ConnectionId,
  kind: Kind,
): Promise<ReadonlyMap<string, number>> => {
  const totals = new Map<string, number>(prefixes.map((prefix) => [prefix, 0]))
  for await (const row of table.queryAll({ pk: totalsPartition(c, kind) })) totals.set(row.sk, Number(row.n))
  return totals
}
