import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import { communityId } from '../core/ids.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { HeldChange, Hold } from '../core/verdict.ts'
import { collected } from './batches.ts'
import { atVersion } from './conditions.ts'
import { holdKey, holdPartKey, holdPartsPartition, holdsPartition } from './keys.ts'
import { pack, unpack } from './packed.ts'
import { recordOf, withRecord } from './records.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

type Head = Omit<Hold, 'held'>

/** What one transaction takes (4 MB) with room for an approval: some 40,000 held changes. */
const maximumParts = 10
const readAttempts = 5

const deleteParts = (community: CommunityId, from: number, to: number): readonly TransactItem[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, n) => ({ delete: holdPartKey(community, from + n) }))

/** Removes exactly the hold that was read, its parts included. */
export const holdRemoval = (head: Item): readonly TransactItem[] => [
  {
    delete: { pk: head.pk, sk: head.sk },
    condition: atVersion(Number(head.version)),
  },
  ...deleteParts(communityId(head.sk), 0, Number(head.parts)),
]

export const readHead = (table: Table, community: CommunityId): Promise<Item | undefined> =>
  table.get(holdKey(community))

/** One hold per community: a head, and the held changes compressed in parts, always written in one transaction. */
export const createHolds = (
  table: Table,
): Pick<SafetyStore, 'hold' | 'holds' | 'saveHold' | 'deleteHold'> => {
  /** Undefined when the parts belong to another version: the hold changed between the two reads. */
  const withParts = async (head: Item): Promise<Hold | undefined> => {
    const parts = await collected(table.queryAll({ pk: holdPartsPartition(communityId(head.sk)) }))
    const whole = parts.length === head.parts && parts.every((part) => part.version === head.version)
    if (!whole) return undefined
    const pieces = parts.map((part) => part.data)
    return { ...recordOf<Head>(head), held: await unpack<HeldChange[]>(pieces, 'the hold') }
  }

  const hold = async (community: CommunityId): Promise<Hold | undefined> => {
    for (let attempt = 0; attempt < readAttempts; attempt += 1) {
      const head = await readHead(table, community)
      if (!head) return undefined
      const found = await withParts(head)
      if (found) return found
    }
    throw new ConnectorError('storeConflict', 'the hold keeps changing while it is read: try again')
  }

  return {
    hold,
    holds: async () => {
      const heads = await collected(table.queryAll({ pk: holdsPartition }))
      const found: Hold[] = []
      for (const head of heads) {
        const one = await hold(communityId(head.sk))
        if (one) found.push(one)
      }
      return found
    },

    saveHold: async ({ held, ...read }) => {
      const before = await readHead(table, read.community)
      if (Number(before?.version ?? 0) !== read.version) return 'stale'
      const head: Head = { ...read, version: read.version + 1 }
      const pieces = await pack(held)
      if (pieces.length > maximumParts)
        throw new ConnectorError(
          'payloadTooLarge',
          `${held.length} held changes are more than one hold can keep`,
        )
      const result = await table.transact([
        {
          put: {
            ...withRecord(holdKey(head.community), head),
            version: head.version,
            digest: head.digest,
            parts: pieces.length,
          },
          condition: atVersion(read.version),
        },
        ...pieces.map((data, n) => ({
          put: { ...holdPartKey(head.community, n), version: head.version, data },
        })),
        ...deleteParts(head.community, pieces.length, Number(before?.parts ?? 0)),
      ])
      return result.kind === 'done' ? 'saved' : 'stale'
    },

    deleteHold: async (read) => {
      const head = await readHead(table, read.community)
      // Decided or replaced meanwhile: that hold is not the one to delete.
      if (head?.version === read.version) await table.transact([...holdRemoval(head)])
    },
  }
}
