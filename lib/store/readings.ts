import type { CommunityId } from '../core/ids.ts'
import type { ReadingState } from '../core/ports/platform.ts'
import type { ReadingStore } from '../core/ports/runs.ts'
import { readingLifetime } from '../core/snapshot.ts'
import { collected } from './batches.ts'
import { readingKey, readingPartition } from './keys.ts'
import { pack, unpack } from './packed.ts'
import { expiry, isExpired } from './records.ts'
import type { Item, Table } from './table-client.ts'

const head = 0

/**
 * How far a reading came, in parts like a plan; the head, which names their number and what they belong to, is written last. A state of which a part is
 * missing, or another's, is none at all: the list is then read from its beginning.
 */
export const createReadingStore = (table: Table): ReadingStore => {
  const belongsTo =
    (token: unknown) =>
    (part: Item): boolean =>
      part.token === token

  /** The head first: what is left without it counts for nothing. */
  const dropReading = async (community: CommunityId): Promise<void> => {
    const first = await table.get(readingKey(community, head))
    for (let part = head; first !== undefined && part <= Number(first.parts); part += 1)
      await table.delete(readingKey(community, part))
  }

  return {
    reading: async (community) => {
      const first = await table.get(readingKey(community, head))
      if (!first || isExpired(first, table.clock.now())) return undefined
      const from = readingKey(community, head + 1).sk
      const rows = await collected(table.queryAll({ pk: readingPartition(community), from }))
      const parts = rows.filter(belongsTo(first.token))
      if (parts.length !== first.parts) return undefined
      return unpack<ReadingState>(
        parts.map(({ data }) => data),
        'an interrupted reading',
      )
    },

    saveReading: async (community, state) => {
      const pieces = await pack(state)
      const token = table.ids.ordered()
      const expiresAt = expiry(state.begunAt, readingLifetime)
      const row = (part: number) => ({ ...readingKey(community, part), token, expiresAt })
      for (const [index, data] of pieces.entries()) await table.put({ ...row(index + 1), data })
      await table.put({ ...row(head), parts: pieces.length })
    },

    dropReading,
  }
}
