import type { Stamp } from '../core/audit.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { GroupId, GroupMemberId } from '../core/ids.ts'
import type { GroupWrite } from '../core/ports/directory.ts'
import { chunksOf } from './batches.ts'
import { groupOf, type OwnGroup, readSide, type Side } from './group-items.ts'
import type { RollForward } from './group-reads.ts'
import { intentItems, transactionSize } from './intents.ts'
import {
  containerCheck,
  countChange,
  countEffects,
  type Effect,
  membershipItems,
  type Wish,
} from './memberships.ts'
import { auditPuts } from './stamped-items.ts'
import type { Table, TransactItem } from './table-client.ts'

const attempts = 20
/** An audit row stays below 400 KB. */
const idsPerAudit = 5_000

/** What a request does to a group, all of it in one transaction. */
type Step = {
  readonly stamp: Stamp
  readonly own: OwnGroup
  readonly side: Side
  readonly ownItems: readonly TransactItem[]
  readonly effects: readonly Effect[]
  readonly cycles: readonly GroupId[]
}
/** Undefined: somebody was faster, look again. */
type Tried = GroupWrite | undefined

const ids = (effects: readonly Effect[], op: Wish['op']): readonly GroupMemberId[] =>
  effects.filter((effect) => effect.op === op).map(({ id }) => id)

/** Carries a step out: in one transaction, or as an intent when it is too large for one. */
export const createGroupSteps = (table: Table, rollForward: RollForward) => {
  const membersAudit = (stamp: Stamp, group: GroupId, effects: readonly Effect[], intent?: string) =>
    chunksOf(effects, idsPerAudit).flatMap((some) =>
      auditPuts(table, stamp, {
        kind: 'membersChanged',
        group,
        added: ids(some, 'add'),
        removed: ids(some, 'remove'),
        ...(intent === undefined ? {} : { intent }),
      }),
    )

  const small = ({ stamp, own, ownItems, effects }: Step): readonly TransactItem[] => [
    ...ownItems,
    ...effects.flatMap((effect) => membershipItems(table, stamp, own.id, effect)),
    // Its own item, when it is written, has a condition of its own.
    ...(ownItems.length === 0 ? containerCheck(stamp, own.id, effects) : []),
    ...countEffects(table, stamp, own.id, effects),
    ...membersAudit(stamp, own.id, effects),
  ]

  /**
   * The intent stands with its due item: what keeps it from being carried out now does not take it back. Readers and the sweep roll it forward;
   * a refusal would only make the caller send it again, a second group among it.
   */
  const carriedOut = async (stamp: Stamp, group: GroupId, intent: string, expected: Side): Promise<Side> => {
    try {
      await rollForward(stamp.connection, group, intent)
      return await readSide(table, stamp.connection, group)
    } catch (error) {
      if (isConnectorError(error, 'storeConflict', 'storeThrottled', 'storeUnavailable', 'outOfTime'))
        return expected
      throw error
    }
  }

  const inOne = async (step: Step, items: readonly TransactItem[]): Promise<Side | undefined> => {
    const { stamp, side, effects } = step
    if ((await table.transact(items)).kind === 'cancelled') return undefined
    const moved: Side = effects.length === 0 ? side : { ...side, version: side.version + 1, at: stamp.at }
    return { ...moved, count: side.count + countChange(effects) }
  }

  const asIntent = async ({ stamp, own, side, ownItems, effects }: Step): Promise<Side | undefined> => {
    const intent = table.ids.ordered()
    const stored = await table.transact([
      ...ownItems,
      ...intentItems(table, stamp, own.id, intent, effects),
      ...membersAudit(stamp, own.id, effects, intent),
    ])
    if (stored.kind === 'cancelled') return undefined
    return carriedOut(stamp, own.id, intent, { ...side, count: side.count + countChange(effects) })
  }

  const take = async (step: Step): Promise<Tried> => {
    const { own, side, ownItems, effects, cycles } = step
    const added = ids(effects, 'add').length
    const done = { kind: 'written', added, removed: effects.length - added, cycles } as const
    if (ownItems.length + effects.length === 0) return { ...done, group: groupOf(own, side) }
    const items = effects.length < transactionSize ? small(step) : []
    const isSmall = items.length > 0 && items.length <= transactionSize
    const after = await (isSmall ? inOne(step, items) : asIntent(step))
    return after && { ...done, group: groupOf(own, after) }
  }

  const until = async (attempt: (round: number) => Promise<Tried>): Promise<GroupWrite> => {
    for (let round = 0; round < attempts; round += 1) {
      const result = await attempt(round)
      if (result) return result
      await table.pause(round)
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing this group: try again', {
      retryAfter: 1,
    })
  }

  return { take, until }
}
