import type { OperatorEvent } from '../core/events.ts'
import type { Instant } from '../core/ids.ts'
import { later } from '../core/ids.ts'
import {
  type EventOutbox,
  type OutgoingEvent,
  type ReceiverState,
  unaddressed,
} from '../core/ports/events.ts'
import { inParallel } from './batches.ts'
import { absent, still } from './conditions.ts'
import { type Key, outboxKey, outboxPartition, outboxShards, receiverKey } from './keys.ts'
import { expiry, isExpired, recordOf, withRecord } from './records.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

/** Sorts behind every character keys are made of. */
const last = '\uffff'
const width = 8
/** Longer than any event is tried for: what nobody takes any more, of a receiver that left the configuration for instance, goes by itself. */
const keptFor = 7 * 24 * 3600
const free = '0'

const keyOf = ({ receiver, notBefore, id }: OutgoingEvent): Key => outboxKey(receiver, notBefore, id)
const rowOf = (event: OutgoingEvent): Item => ({
  ...withRecord(keyOf(event), event),
  expiresAt: expiry(event.event.at, keptFor),
})

/** News of a change, to be written in its own transaction; the sweep finds out who wants it. */
export const eventPut = ({ ids }: Pick<Table, 'ids'>, event: OperatorEvent): TransactItem => ({
  put: rowOf({ id: ids.ordered(), receiver: unaddressed, event, attempts: 0 }),
})

type ReceiverRow = { readonly token: string; readonly until: string; readonly state: ReceiverState }
const fresh: ReceiverState = { failures: 0 }
const receiverRow = (item: Item | undefined): ReceiverRow | undefined =>
  item && {
    token: String(item.token),
    until: String(item.until),
    state: recordOf<ReceiverState>(item),
  }

/**
 * A queue of its own per receiver, in few shards: none waits behind another's events, and a take reads just what it returns. Rows are written
 * once and removed by whoever saw them confirmed; a removal that is lost costs a repetition.
 */
export const createEventOutbox = (table: Table): EventOutbox => {
  const due = async (receiver: string, now: Instant, limit: number): Promise<readonly OutgoingEvent[]> => {
    const shards = Array.from({ length: outboxShards }, (_, shard) => outboxPartition(receiver, shard))
    const pages = await inParallel(shards, width, (pk) => table.query({ pk, to: `${now}#${last}`, limit }))
    return pages
      .flatMap((page) => page.items)
      .filter((item) => !isExpired(item, now))
      .sort((a, b) => (a.sk < b.sk ? -1 : 1))
      .slice(0, limit)
      .map((item) => recordOf<OutgoingEvent>(item))
  }

  return {
    append: async (events) => {
      await inParallel(events, width, (event) => table.put(rowOf(event)))
    },
    due,
    finish: async (events) => {
      await inParallel(events, width, (event) => table.delete(keyOf(event)))
    },

    defer: async (event, notBefore) => {
      const seen = { expression: 'attribute_exists(#pk)', names: { '#pk': 'pk' } }
      const next: OutgoingEvent = { ...event, notBefore, attempts: event.attempts + 1 }
      if (event.notBefore === notBefore) {
        await table.put(rowOf(next), seen)
        return
      }
      await table.transact([{ delete: keyOf(event), condition: seen }, { put: rowOf(next) }])
    },

    claim: async (receiver, seconds, rests) => {
      const now = table.clock.now()
      const row = receiverRow(await table.get(receiverKey(receiver)))
      const state = row?.state ?? fresh
      if ((row !== undefined && row.until > now) || rests(state)) return undefined
      const token = table.ids.ordered()
      const written = await table.put(
        { ...withRecord(receiverKey(receiver), state), token, until: later(now, seconds) },
        row === undefined ? absent : still('token', row.token),
      )
      return written === 'done' ? { receiver, token, state } : undefined
    },

    release: async ({ receiver, token }, state) => {
      // Whoever took it over knows better by now.
      await table.put(
        { ...withRecord(receiverKey(receiver), state), token, until: free },
        still('token', token),
      )
    },
  }
}
