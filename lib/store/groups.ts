import type { AuditEvent, Stamp } from '../core/audit.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { ConnectionId, GroupId, MemberId } from '../core/ids.ts'
import { groupId } from '../core/ids.ts'
import type { Group } from '../core/member.ts'
import type { DirectoryWrites, GroupDraft, GroupWrite, MembershipDelta } from '../core/ports/directory.ts'
import { chunksOf } from './batches.ts'
import { absent, atVersion } from './conditions.ts'
import {
  emptySide,
  groupChanges,
  groupItem,
  groupOf,
  namesGroup,
  nextGroup,
  type OwnGroup,
  ownGroupOf,
  readSide,
  type Side,
} from './group-items.ts'
import { moveNames, type NameMoves } from './group-names.ts'
import { type RollForward, settledSide } from './group-reads.ts'
import { intentItems, transactionSize } from './intents.ts'
import { groupKey } from './keys.ts'
import { checkNames, isLive } from './member-items.ts'
import {
  countChange,
  countMembership,
  type Effect,
  membershipItems,
  readEffects,
  readMemberPage,
  type Wish,
  wishesOf,
} from './memberships.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Table, TransactItem } from './table-client.ts'
import { countResource } from './totals.ts'

const attempts = 20
const rowsPerPage = 1_000
/** An audit row stays below 400 KB. */
const idsPerAudit = 5_000

/** What a request does to a group, all of it in one transaction. */
type Step = {
  readonly stamp: Stamp
  readonly own: OwnGroup
  readonly side: Side
  readonly ownItems: readonly TransactItem[]
  readonly effects: readonly Effect[]
}
/** Undefined: somebody was faster, look again. */
type Tried = GroupWrite | undefined

const ids = (effects: readonly Effect[], op: Wish['op']): readonly MemberId[] =>
  effects.filter((effect) => effect.op === op).map(({ id }) => id)

/** Groups of the directory. Membership changes touch rows and one sharded counter, never the group's own item. */
export const createGroups = (
  table: Table,
  rollForward: RollForward,
): Pick<DirectoryWrites, 'createGroup' | 'changeGroup' | 'deleteGroup'> => {
  const audit = (stamp: Stamp, event: AuditEvent) => auditPuts(table, stamp, event)

  const membersAudit = (stamp: Stamp, group: GroupId, effects: readonly Effect[], intent?: string) =>
    chunksOf(effects, idsPerAudit).flatMap((some) =>
      audit(stamp, {
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
    ...(effects.length === 0
      ? []
      : [countMembership(table, stamp.connection, own.id, countChange(effects), stamp.at)]),
    ...membersAudit(stamp, own.id, effects),
  ]

  const take = async (step: Step): Promise<Tried> => {
    const { stamp, own, side, ownItems, effects } = step
    const added = ids(effects, 'add').length
    const removed = effects.length - added
    if (ownItems.length + effects.length === 0)
      return { kind: 'written', group: groupOf(own, side), added, removed }
    const items = effects.length < transactionSize ? small(step) : []
    if (items.length > 0 && items.length <= transactionSize) {
      if ((await table.transact(items)).kind === 'cancelled') return undefined
      const moved: Side = effects.length === 0 ? side : { ...side, version: side.version + 1, at: stamp.at }
      const after = { ...moved, count: side.count + countChange(effects) }
      return { kind: 'written', group: groupOf(own, after), added, removed }
    }
    const intent = table.ids.ordered()
    const stored = await table.transact([
      ...ownItems,
      ...intentItems(table, stamp, own.id, intent, effects),
      ...membersAudit(stamp, own.id, effects, intent),
    ])
    if (stored.kind === 'cancelled') return undefined
    const expected: Side = { ...side, count: side.count + countChange(effects) }
    const after = await carriedOut(stamp, own.id, intent, expected)
    return { kind: 'written', group: groupOf(own, after), added, removed }
  }

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

  const until = async (attempt: () => Promise<Tried>): Promise<GroupWrite> => {
    for (let round = 0; round < attempts; round += 1) {
      const result = await attempt()
      if (result) return result
      await table.pause(round)
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing this group: try again', {
      retryAfter: 1,
    })
  }

  const listed = async (c: ConnectionId, group: GroupId): Promise<readonly MemberId[]> => {
    const all: MemberId[] = []
    let page = await readMemberPage(table, c, group, rowsPerPage)
    all.push(...page.ids)
    while (page.next !== undefined) {
      page = await readMemberPage(table, c, group, rowsPerPage, page.next)
      all.push(...page.ids)
    }
    return all
  }

  const wishesFor = async (c: ConnectionId, id: GroupId, delta: MembershipDelta | undefined) => {
    if (delta === undefined) return []
    if (delta.kind === 'delta') return wishesOf(delta.add, delta.remove)
    return wishesOf(delta.members, await listed(c, id))
  }

  const effectsOf = async (c: ConnectionId, id: GroupId, wishes: readonly Wish[]) => {
    const { effects, unknown } = await readEffects(table, c, id, wishes)
    return { effects: effects.filter((effect) => effect !== undefined), unknown }
  }

  /** The group's own item with its names, due item and audit. */
  const ownWrite = async (
    stamp: Stamp,
    before: OwnGroup | undefined,
    next: OwnGroup,
    event: AuditEvent,
  ): Promise<NameMoves> => {
    const names = await moveNames(table, before, next)
    if (names.kind === 'taken') return names
    const change = Number(isLive(next)) - Number(before !== undefined)
    const reaches = before !== undefined && (change !== 0 || namesGroup(groupChanges(before, next)))
    const items = [
      { put: groupItem(next), condition: before ? atVersion(before.version) : absent },
      ...names.items,
      ...(change === 0 ? [] : [countResource(next.connection, 'G', next.id, change > 0 ? 1 : -1)]),
      ...(reaches ? [duePut(table.ids, stamp, { kind: 'group', group: next.id })] : []),
      ...audit(stamp, event),
    ]
    return { kind: 'moves', items }
  }

  /** Own attributes are conditional on what the caller read; memberships may have moved meanwhile. */
  const current = async (before: Group, whole: boolean): Promise<OwnGroup | undefined> => {
    const item = await table.get(groupKey(before.connection, before.id))
    const own = item && ownGroupOf(item)
    if (!own || !isLive(own)) return undefined
    return whole && groupChanges(before, own).length > 0 ? undefined : own
  }

  const createGroup = async (
    stamp: Stamp,
    draft: GroupDraft,
    members: readonly MemberId[],
  ): Promise<GroupWrite> => {
    checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const { connection, at } = stamp
    const id = groupId(table.ids.uuid())
    const own = nextGroup({ connection, id, ...draft, version: 0, created: at, lastModified: at }, draft, at)
    const changed = groupChanges({ displayName: '', attributes: {} }, draft)
    return until(async () => {
      const { effects, unknown } = await effectsOf(connection, id, wishesOf(members, []))
      if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
      const names = await ownWrite(stamp, undefined, own, { kind: 'groupCreated', group: id, changed })
      if (names.kind === 'taken') return names
      return take({ stamp, own, side: emptySide, ownItems: names.items, effects })
    })
  }

  const changeGroup: DirectoryWrites['changeGroup'] = async (stamp, before, { draft, members }) => {
    if (draft) checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const { connection: c, id } = before
    return until(async () => {
      const own = await current(before, draft !== undefined)
      if (own === undefined) return { kind: 'stale' }
      const side = await settledSide(table, rollForward, c, id)
      const { effects, unknown } = await effectsOf(c, id, await wishesFor(c, id, members))
      if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
      const next = draft === undefined ? own : nextGroup(own, draft, stamp.at)
      const changed = groupChanges(own, next)
      if (changed.length === 0) return take({ stamp, own, side, ownItems: [], effects })
      const names = await ownWrite(stamp, own, next, { kind: 'groupUpdated', group: id, changed })
      if (names.kind === 'taken') return names
      return take({ stamp, own: next, side, ownItems: names.items, effects })
    })
  }

  const deleteGroup: DirectoryWrites['deleteGroup'] = (stamp, before) =>
    until(async () => {
      const own = await current(before, true)
      if (own === undefined) return { kind: 'stale' }
      const side = await readSide(table, before.connection, before.id)
      const next: OwnGroup = {
        ...own,
        version: own.version + 1,
        lastModified: stamp.at,
        deletedAt: stamp.at,
      }
      const event: AuditEvent = { kind: 'groupDeleted', group: own.id, changed: [] }
      const names = await ownWrite(stamp, own, next, event)
      return names.kind === 'taken'
        ? names
        : take({ stamp, own: next, side, ownItems: names.items, effects: [] })
    })

  return { createGroup, changeGroup, deleteGroup }
}
