import { ConnectorError } from '../core/errors.ts'
import type { CommunityId, Instant } from '../core/ids.ts'
import { later } from '../core/ids.ts'
import type { ChangeId } from '../core/plan.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { RemovalKind } from '../core/verdict.ts'
import { chunksBySize, collected } from './batches.ts'
import { removalsKey, removalsPartition } from './keys.ts'
import { readOwnedCount } from './owned-count.ts'
import { expiry, isExpired } from './records.ts'
import type { Item, Table } from './table-client.ts'

/** Buckets outlive every window a configuration may ask for. */
const keptFor = 90 * 24 * 3600
/** A row takes no more ids beyond this; with a last chunk it stays below the 400 KB of an item. */
const rowSize = 200 * 1024
const chunkSize = 100 * 1024
const last = '\uffff'

const kinds = { departure: 'departures', revocation: 'revocations' } as const satisfies Record<
  RemovalKind,
  string
>
const hourOf = (at: Instant): string => at.slice(0, 13)
const idsIn = (item: Item, attribute: string): readonly ChangeId[] => {
  const ids = item[attribute]
  return ids instanceof Set ? [...ids] : []
}
const union = (rows: readonly Item[], attribute: string): readonly ChangeId[] =>
  [...new Set(rows.flatMap((row) => idsIn(row, attribute)))].sort()

/**
 * Removals in hourly buckets per community. A window is the union of the buckets it touches, so it reaches up to an hour further back than
 * asked: too many are counted rather than too few. A bucket that grows beyond an item continues in rows of the same hour.
 */
export const createRemovals = (table: Table): Pick<SafetyStore, 'history' | 'recordRemovals'> => {
  const rowsSince = async (community: CommunityId, hour: string, to: string, now: Instant) => {
    const pk = removalsPartition(community)
    const rows = await collected(table.queryAll({ pk, from: hour, to }))
    return rows.filter((row) => !isExpired(row, now))
  }

  const addTo = async (
    community: CommunityId,
    at: Instant,
    attribute: string,
    ids: readonly ChangeId[],
    owned: number,
  ) => {
    const bytes = ids.reduce((sum, id) => sum + Buffer.byteLength(id), 0)
    for (let row = 0; ; row += 1) {
      const result = await table.update(removalsKey(community, hourOf(at), row), {
        expression:
          'SET #owned = if_not_exists(#owned, :owned), #expiresAt = :expiresAt ADD #ids :ids, #bytes :bytes',
        names: { '#owned': 'ownedAtStart', '#expiresAt': 'expiresAt', '#ids': attribute, '#bytes': 'bytes' },
        values: {
          ':owned': owned,
          ':expiresAt': expiry(at, keptFor),
          ':ids': new Set(ids),
          ':bytes': bytes,
          ':full': rowSize,
        },
        condition: 'attribute_not_exists(#bytes) OR #bytes < :full',
      })
      if (result === 'done') return
    }
  }

  return {
    history: async (community, window, now) => {
      if (window > keptFor)
        throw new ConnectorError(
          'configurationInvalid',
          'safety.window: at most 90 days of removals are kept',
          {
            field: 'safety.window',
          },
        )
      const rows = await rowsSince(community, hourOf(later(now, -window)), last, now)
      const [first] = rows
      return {
        ownedAtStart: first ? Number(first.ownedAtStart) : await readOwnedCount(table, community),
        departures: union(rows, kinds.departure),
        revocations: union(rows, kinds.revocation),
      }
    },

    recordRemovals: async (community, at, removals) => {
      if (removals.length === 0) return
      const hour = hourOf(at)
      const [owned, rows] = await Promise.all([
        readOwnedCount(table, community),
        rowsSince(community, hour, `${hour}${last}`, at),
      ])
      for (const kind of ['departure', 'revocation'] as const) {
        const known = new Set(union(rows, kinds[kind]))
        const wanted = new Set(
          removals.filter((removal) => removal.kind === kind).map(({ change }) => change),
        )
        for (const ids of chunksBySize([...wanted].filter((id) => !known.has(id)).sort(), chunkSize))
          await addTo(community, at, kinds[kind], ids, owned)
      }
    },
  }
}
