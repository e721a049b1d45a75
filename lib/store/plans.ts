import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { RunStore, StoredPlan } from '../core/ports/runs.ts'
import { collected } from './batches.ts'
import { absent, still } from './conditions.ts'
import { planCounterKey, planKey, plansPartition } from './keys.ts'
import { pack, unpack } from './packed.ts'
import { expiry, isExpired } from './records.ts'
import type { Item, Table } from './table-client.ts'

const keptFor = 30 * 24 * 3600
const attempts = 20

const isFirst = (part: Item): boolean => part.part === 0
const isWhole = (parts: readonly Item[]): boolean => parts.length === parts[0]?.parts

/**
 * Plans with their verdicts, numbered, compressed, in parts. The first part is written last: a plan without it was never finished
 * and does not exist, so that a plan of any size is there whole or not at all.
 */
export const createRunStore = (table: Table): RunStore => {
  const stored = async (parts: readonly Item[]): Promise<StoredPlan | undefined> => {
    const [first] = parts
    if (!first || !isWhole(parts) || isExpired(first, table.clock.now())) return undefined
    const pieces = parts.map((part) => part.data)
    return await unpack<StoredPlan>(pieces, `plan ${String(first.number)}`)
  }

  const nextNumber = async (community: CommunityId): Promise<number> => {
    const key = planCounterKey(community)
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const seen = Number((await table.get(key))?.n ?? 0)
      const counted = await table.put({ ...key, n: seen + 1 }, seen === 0 ? absent : still('n', seen))
      if (counted === 'done') return seen + 1
      await table.pause(attempt)
    }
    throw new ConnectorError('storeConflict', 'too many plans are stored at once: try again')
  }

  return {
    savePlan: async (plan, verdict, at) => {
      const number = await nextNumber(plan.community)
      const pieces = await pack({ number, at, plan, verdict } satisfies StoredPlan)
      const parts = pieces.map((data, part) => ({
        ...planKey(plan.community, number, part),
        number,
        part,
        parts: pieces.length,
        expiresAt: expiry(at, keptFor),
        data,
      }))
      for (const part of parts.reverse()) await table.put(part)
      return number
    },

    /** Backwards from the end: the first part that comes by completes the latest plan. */
    latestPlan: async (community: CommunityId) => {
      let parts: Item[] = []
      const pk = plansPartition(community)
      for await (const part of table.queryAll({ pk, forward: false, limit: 1 })) {
        if (parts[0]?.number !== part.number) parts = []
        parts.unshift(part)
        if (isFirst(part)) return await stored(parts)
      }
      return undefined
    },

    plan: async (community, number) => {
      const pk = plansPartition(community)
      const beginsWith = planKey(community, number, 0).sk.replace(/\d+$/, '')
      return await stored(await collected(table.queryAll({ pk, beginsWith })))
    },
  }
}
