import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import { communityId } from '../core/ids.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { HeldChange, Hold } from '../core/verdict.ts'
import { collected, inParallel } from './batches.ts'
import { atVersion } from './conditions.ts'
import { holdKey, holdPartKey, holdPartsPartition, holdsPartition } from './keys.ts'
import { pack, unpack } from './packed.ts'
import { recordOf, withRecord } from './records.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

type Head = Omit<Hold, 'held'>

const readAttempts = 5
const writesAtOnce = 8

/** Removes exactly the hold that was read; its parts mean nothing without it. */
export const holdRemoval = (head: Item): readonly TransactItem[] => [
  {
    delete: { pk: head.pk, sk: head.sk },
    condition: atVersion(Number(head.version)),
  },
]

/** The parts of a head that is no more: of no other, which a writer may be about to name. */
export const clearParts = async (table: Table, head: Item): Promise<void> => {
  const community = communityId(head.sk)
  const numbers = Array.from({ length: Number(head.parts) }, (_, n) => n)
  await inParallel(numbers, writesAtOnce, (n) =>
    table.delete(holdPartKey(community, String(head.edition), n)),
  )
}

export const readHead = (table: Table, community: CommunityId): Promise<Item | undefined> =>
  table.get(holdKey(community))

/**
 * One hold per community: a head, and the held changes compressed in parts of any number. The parts are written before the head that names them, so
 * that a hold is seen whole or as it was before.
 */
export const createHolds = (
  table: Table,
): Pick<SafetyStore, 'hold' | 'holds' | 'saveHold' | 'deleteHold'> => {
  /** Undefined when the parts are gone by now: the hold changed between the two reads. */
  const withParts = async (head: Item): Promise<Hold | undefined> => {
    const pk = holdPartsPartition(communityId(head.sk))
    const parts = await collected(table.queryAll({ pk, beginsWith: `${head.edition}#` }))
    if (parts.length !== head.parts) return undefined
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
      const { community, version, digest } = head
      const pieces = await pack(held)
      const edition = table.ids.ordered()
      const parts = pieces.map((data, n) => ({ ...holdPartKey(community, edition, n), data }))
      await inParallel(parts, writesAtOnce, (part) => table.put(part))
      const item = { ...withRecord(holdKey(community), head), version, digest, edition, parts: parts.length }
      const result = await table.transact([{ put: item, condition: atVersion(read.version) }])
      const over = result.kind === 'done' ? before : item
      if (over !== undefined) await clearParts(table, over)
      return result.kind === 'done' ? 'saved' : 'stale'
    },

    deleteHold: async (read) => {
      const head = await readHead(table, read.community)
      // Decided or replaced meanwhile: that hold is not the one to delete.
      if (head?.version !== read.version) return
      const result = await table.transact([...holdRemoval(head)])
      if (result.kind === 'done') await clearParts(table, head)
    },
  }
}
