import type { Stamp } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId, GroupId, GroupMemberId } from '../core/ids.ts'
import { memberId } from '../core/ids.ts'
import type { GroupMember } from '../core/member.ts'
import { chunksOf } from './batches.ts'
import { still } from './conditions.ts'
import { readSide } from './group-items.ts'
import { groupKey, intentKey, intentPartKey } from './keys.ts'
import {
  containerCheck,
  countEffects,
  type Effect,
  memberOfEffect,
  membershipItems,
  readEffects,
  type Wish,
} from './memberships.ts'
import { recordOf, withRecord } from './records.ts'
import { duePut } from './stamped-items.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

/** What the design allows in one transaction. */
export const transactionSize = 25
/** Parts stay below 350 KB, and one transaction below its 4 MB. */
const wishesPerPart = 8_000
const maximumWishes = 40_000
const window = 100
const patience = 50

type Intent = { readonly stamp: Stamp; readonly total: number; readonly parts: number }

/** Ids alone: who they are is found out when they are carried out. */
const encode = ({ op, id }: Wish): string => `${op === 'add' ? '+' : '-'}${id}`
const decode = (text: string): Wish => ({
  op: text.startsWith('+') ? 'add' : 'remove',
  id: memberId(text.slice(1)),
})

/** The whole change, stored with the one due item that makes sure it is carried out. */
export const intentItems = (
  table: Table,
  stamp: Stamp,
  group: GroupId,
  intent: string,
  wishes: readonly Wish[],
): readonly TransactItem[] => {
  if (wishes.length > maximumWishes)
    throw new ConnectorError(
      'payloadTooLarge',
      `members: at most ${maximumWishes} can be changed at once: send several requests`,
      { field: 'members' },
    )
  const { connection: c } = stamp
  const parts = chunksOf(wishes.map(encode), wishesPerPart)
  const record: Intent = { stamp, total: wishes.length, parts: parts.length }
  return [
    { put: { ...withRecord(intentKey(c, group, intent), record), done: 0 } },
    ...parts.map((part, n) => ({
      put: { ...intentPartKey(c, group, intent, n), wishes: JSON.stringify(part) },
    })),
    duePut(table.ids, stamp, { kind: 'intent', group, intent }),
  ]
}

const intentRemoval = (c: ConnectionId, group: GroupId, head: Item): readonly TransactItem[] => {
  const intent = head.sk.slice('I#'.length)
  const parts = Array.from({ length: recordOf<Intent>(head).parts }, (_, n) =>
    intentPartKey(c, group, intent, n),
  )
  return [
    { delete: intentKey(c, group, intent), condition: still('done', Number(head.done)) },
    ...parts.map((key) => ({ delete: key })),
  ]
}

type Touched = Map<GroupMemberId, GroupMember>
type Step = { readonly from: number; readonly to: number; readonly effects: readonly Effect[] }

const itemsFor = ({ op }: Effect): number => (op === 'add' ? 5 : 4)

/** Neighbouring effects together, as many as fit beside the checkpoint, two counters and a check. */
const stepsFrom = (from: number, effects: readonly (Effect | undefined)[]): readonly Step[] => {
  const steps: { from: number; to: number; effects: Effect[] }[] = []
  let room = 0
  for (const [n, effect] of effects.entries()) {
    const size = effect ? itemsFor(effect) : 0
    if (steps.length === 0 || size > room) {
      steps.push({ from: from + n, to: from + n, effects: [] })
      room = transactionSize - 4
    }
    const step = steps.at(-1)
    if (step) step.to = from + n + 1
    if (effect) step?.effects.push(effect)
    room -= size
  }
  return steps
}

/**
 * Carries stored changes out. Every step moves the checkpoint in its own transaction, on the condition that it still stands where it was read:
 * whoever rolls forward at the same time, or again after a crash, each wish is carried out once, and never over a later change.
 */
export const createIntents = (table: Table) => {
  const wishesAt = async (c: ConnectionId, group: GroupId, intent: string, from: number) => {
    const part = Math.floor(from / wishesPerPart)
    const row = await table.get(intentPartKey(c, group, intent, part))
    if (!row) return undefined
    const texts: readonly string[] = JSON.parse(String(row.wishes))
    const start = from - part * wishesPerPart
    return texts.slice(start, start + window).map(decode)
  }

  const take = (stamp: Stamp, group: GroupId, intent: string, { from, to, effects }: Step) => {
    const { connection: c } = stamp
    return table.transact([
      {
        update: intentKey(c, group, intent),
        expression: 'SET #done = :to',
        condition: '#done = :from',
        names: { '#done': 'done' },
        values: { ':from': from, ':to': to },
      },
      ...effects.flatMap((effect) => membershipItems(table, stamp, group, effect)),
      ...containerCheck(stamp, group, effects),
      ...countEffects(table, stamp, group, effects),
    ])
  }

  /** Up to the end of the window, or to the first step somebody else was faster with. */
  const advance = async (head: Item, group: GroupId, touched: Touched): Promise<boolean> => {
    const { stamp } = recordOf<Intent>(head)
    const intent = head.sk.slice('I#'.length)
    const from = Number(head.done)
    const wishes = await wishesAt(stamp.connection, group, intent, from)
    if (wishes === undefined) return false
    const { effects } = await readEffects(table, stamp.connection, group, wishes)
    for (const step of stepsFrom(from, effects)) {
      const result = await take(stamp, group, intent, step)
      if (result.kind !== 'done') return false
      for (const effect of step.effects) touched.set(effect.id, memberOfEffect(effect))
    }
    return true
  }

  const isOver = async (c: ConnectionId, group: GroupId, head: Item): Promise<boolean> => {
    if (Number(head.done) >= recordOf<Intent>(head).total) return true
    const own = await table.get(groupKey(c, group))
    return own === undefined || own.deletedAt !== undefined
  }

  const complete = async (c: ConnectionId, group: GroupId, intent: string, touched: Touched) => {
    for (let disturbed = 0; disturbed < patience; ) {
      const head = await table.get(intentKey(c, group, intent))
      if (head === undefined) return
      const moved = (await isOver(c, group, head))
        ? (await table.transact(intentRemoval(c, group, head))).kind === 'done'
        : await advance(head, group, touched)
      if (moved) continue
      disturbed += 1
      await table.pause(disturbed)
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing this group: try again', {
      retryAfter: 1,
    })
  }

  return {
    /** Older ones of the group first: what was wished later is done later. */
    rollForward: async (c: ConnectionId, group: GroupId, intent: string): Promise<readonly GroupMember[]> => {
      const touched: Touched = new Map()
      const { intents } = await readSide(table, c, group)
      for (const pending of intents.filter((name) => name <= intent))
        await complete(c, group, pending, touched)
      return [...touched.values()]
    },
  }
}
