import type { ConnectionId } from '../core/ids.ts'
import { nestedCountKey } from './keys.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

/** Groups in groups, counted in the transactions that write their rows: most connections have none and pay for none. */
export const countNested = (c: ConnectionId, change: number): readonly TransactItem[] =>
  change === 0
    ? []
    : [
        {
          update: nestedCountKey(c),
          expression: 'ADD #n :change',
          names: { '#n': 'n' },
          values: { ':change': change },
        },
      ]

export const isAnyNested = (row: Item | undefined): boolean => Number(row?.n ?? 0) > 0

export const hasNested = async (table: Table, c: ConnectionId): Promise<boolean> =>
  isAnyNested(await table.get(nestedCountKey(c)))
