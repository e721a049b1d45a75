import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { Change } from '../core/plan.ts'
import type { PlanFate, PlanHead, RunStore, StoredPlan } from '../core/ports/runs.ts'
import type { HeldChange, Verdict } from '../core/verdict.ts'
import { collected, inParallel } from './batches.ts'
import { absent, still } from './conditions.ts'
import { fateKey, planCounterKey, planHeadKey, planHeadsPartition, planKey, plansPartition } from './keys.ts'
import { pack, unpack } from './packed.ts'
import { expiry, isExpired, recordOf, withRecord } from './records.ts'
import type { Item, Table } from './table-client.ts'

const keptFor = 30 * 24 * 3600
const attempts = 20
const width = 4

/** A change of a verdict is one of the plan's: its place there, so that many thousand of them are not stored twice. */
type Place = number | Change
type PackedVerdict = Omit<Verdict, 'allowed' | 'held' | 'withheld'> & {
  readonly allowed: readonly Place[]
  readonly held: readonly (Omit<HeldChange, 'change'> & { readonly change: Place })[]
  readonly withheld: readonly Place[]
}
type Packed = { readonly plan: StoredPlan['plan']; readonly verdict: PackedVerdict }

const packed = ({ plan, verdict }: Pick<StoredPlan, 'plan' | 'verdict'>): Packed => {
  const places = new Map(plan.changes.map((change, place) => [change, place]))
  const placeOf = (change: Change): Place => places.get(change) ?? change
  return {
    plan,
    verdict: {
      ...verdict,
      allowed: verdict.allowed.map(placeOf),
      held: verdict.held.map((one) => ({ ...one, change: placeOf(one.change) })),
      withheld: verdict.withheld.map(placeOf),
    },
  }
}

const unpacked = ({ number, at }: PlanHead, { plan, verdict }: Packed): StoredPlan => {
  const changeAt = (place: Place): Change => {
    const change = typeof place === 'number' ? plan.changes[place] : place
    if (change === undefined)
      throw new ConnectorError('storeUnavailable', `plan ${number} cannot be read: a change is missing`)
    return change
  }
  return {
    number,
    at,
    plan,
    verdict: {
      ...verdict,
      allowed: verdict.allowed.map(changeAt),
      held: verdict.held.map((one) => ({ ...one, change: changeAt(one.change) })),
      withheld: verdict.withheld.map(changeAt),
    },
  }
}

/**
 * Plans with their verdicts, numbered, compressed, in parts. The head is written last: a plan without it was never finished and does not
 * exist, so that a plan of any size is there whole or not at all. Heads stand by themselves: a list reads none of the parts.
 */
export const createRunStore = (table: Table): RunStore => {
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

  /** Undefined when it has expired, or a part of it has gone before the rest. */
  const read = async (community: CommunityId, row: Item | undefined): Promise<StoredPlan | undefined> => {
    if (row === undefined || isExpired(row, table.clock.now())) return undefined
    const head = recordOf<PlanHead>(row)
    const beginsWith = planKey(community, head.number, 0).sk.replace(/\d+$/, '')
    const parts = await collected(table.queryAll({ pk: plansPartition(community), beginsWith }))
    if (parts.length !== row.parts) return undefined
    const pieces = parts.map((part) => part.data)
    return unpacked(head, await unpack<Packed>(pieces, `plan ${head.number}`))
  }

  const heads = (community: CommunityId, limit: number): AsyncIterable<Item> =>
    table.queryAll({ pk: planHeadsPartition(community), forward: false, limit })

  return {
    savePlan: async (plan, verdict, at) => {
      const { community } = plan
      const number = await nextNumber(community)
      const pieces = await pack(packed({ plan, verdict }))
      const expiresAt = expiry(at, keptFor)
      await inParallel([...pieces.entries()], width, ([part, data]) =>
        table.put({ ...planKey(community, number, part), expiresAt, data }),
      )
      const head: PlanHead = {
        number,
        at,
        configuration: plan.configuration,
        scope: plan.scope,
        changes: plan.changes.length,
        allowed: verdict.allowed.length,
        held: verdict.held.length,
      }
      const row = withRecord(planHeadKey(community, number), head)
      await table.put({ ...row, parts: pieces.length, expiresAt })
      return number
    },

    latestPlan: async (community) => {
      for await (const row of heads(community, 1)) {
        const plan = await read(community, row)
        if (plan !== undefined) return plan
        // They expire in the order in which they were written.
        if (isExpired(row, table.clock.now())) return undefined
      }
      return undefined
    },

    plan: async (community, number) => read(community, await table.get(planHeadKey(community, number))),

    plans: async (community, limit) => {
      const found: PlanHead[] = []
      for await (const row of heads(community, limit)) {
        if (found.length === limit || isExpired(row, table.clock.now())) break
        found.push(recordOf<PlanHead>(row))
      }
      return found
    },

    saveFate: async (community, fate) => {
      const row = withRecord(fateKey(community, fate.number), fate)
      await table.put({ ...row, expiresAt: expiry(fate.at, keptFor) })
    },

    fate: async (community, number) => {
      const row = await table.get(fateKey(community, number))
      return row === undefined || isExpired(row, table.clock.now()) ? undefined : recordOf<PlanFate>(row)
    },
  }
}
