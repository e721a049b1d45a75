import type { ConnectionId, GroupId, GroupMemberId, MemberId } from '../core/ids.ts'
import { groupId } from '../core/ids.ts'
import type { DirectoryUpkeep } from '../core/ports/directory.ts'
import { chunksOf, collected, inParallel } from './batches.ts'
import { still } from './conditions.ts'
import { createIntents, transactionSize } from './intents.ts'
import {
  groupKey,
  groupSidePartition,
  groupToMember,
  memberKey,
  membershipsPartition,
  membersPartition,
  memberToGroup,
} from './keys.ts'
import { memberOfRow } from './lives.ts'
import { forgetShown } from './login-items.ts'
import { countMembership, readMemberPage } from './memberships.ts'
import { countNested } from './nested-count.ts'
import type { Item, Table } from './table-client.ts'

const width = 8

/** What a dead request left, and rows under tombstones. */
export const createUpkeep = (table: Table): DirectoryUpkeep => {
  const { rollForward } = createIntents(table)

  /** Either direction's row, seen from somebody who is gone. */
  const purgeRow = async (c: ConnectionId, group: GroupId, inside: GroupMemberId, row: Item) => {
    const seen = still('incarnation', Number(row.incarnation))
    const own = await table.get(groupKey(c, group))
    const counted = own !== undefined && own.deletedAt === undefined
    const result = await table.transact([
      { delete: groupToMember(c, group, inside), condition: seen },
      { delete: memberToGroup(c, group, inside) },
      ...(counted ? [countMembership(table, c, group, -1, table.clock.now())] : []),
      ...countNested(c, row.type === 'Group' ? -1 : 0),
    ])
    // Renewed for a later life, or purged with its group: only the near side may be left then.
    if (result.kind === 'cancelled') await table.delete(memberToGroup(c, group, inside), seen)
  }

  /** Rows of an earlier life, or of one that is over, in the groups around; true when none are left. */
  const purgeAbove = async (
    c: ConnectionId,
    id: GroupMemberId,
    limit: number,
    life?: unknown,
  ): Promise<boolean> => {
    const stale: Item[] = []
    for await (const row of table.queryAll({ pk: membershipsPartition(c, id) })) {
      if (row.incarnation !== life) stale.push(row)
      if (stale.length > limit) break
    }
    await inParallel(stale.slice(0, limit), width, (row) => purgeRow(c, groupId(row.sk), id, row))
    return stale.length <= limit
  }

  const purgeMember = async (c: ConnectionId, id: MemberId, limit: number): Promise<boolean> => {
    const item = await table.get(memberKey(c, id))
    const isOver = item === undefined || item.deletedAt !== undefined
    if (isOver) await forgetShown(table, c, id)
    return purgeAbove(c, id, limit, isOver ? undefined : item.incarnation)
  }

  const purgeSide = async (c: ConnectionId, id: GroupId): Promise<void> => {
    const rows = await collected(table.queryAll({ pk: groupSidePartition(c, id) }))
    const newest = rows.filter((row) => row.sk.startsWith('I#')).at(-1)
    // Under a tombstone an intent is only cleared away.
    if (newest) await rollForward(c, id, newest.sk.slice('I#'.length))
    await inParallel(rows, width, ({ pk, sk }) => table.delete({ pk, sk }))
  }

  /** Users' rows below a tombstone are counted nowhere any more; those of groups are, in the connection. */
  const purgeBelow = async (c: ConnectionId, id: GroupId, limit: number): Promise<boolean> => {
    const { items, next } = await table.query({ pk: membersPartition(c, id), limit })
    const nested = items.filter(({ type }) => type === 'Group')
    const pairs = items
      .filter(({ type }) => type !== 'Group')
      .map((row) => [
        { delete: groupToMember(c, id, memberOfRow(row).id) },
        { delete: memberToGroup(c, id, memberOfRow(row).id) },
      ])
    const perTransaction = Math.floor(transactionSize / 2)
    await inParallel(chunksOf(pairs, perTransaction), width, (some) => table.transact(some.flat()))
    await inParallel(nested, width, (row) => purgeRow(c, id, memberOfRow(row).id, row))
    return next === undefined
  }

  const purgeGroup = async (c: ConnectionId, id: GroupId, limit: number): Promise<boolean> => {
    const own = await table.get(groupKey(c, id))
    if (own === undefined || own.deletedAt === undefined) return true
    if (!(await purgeAbove(c, id, limit)) || !(await purgeBelow(c, id, limit))) return false
    await purgeSide(c, id)
    return true
  }

  return {
    rollForward,
    purge: (c, subject, limit) =>
      subject.kind === 'member' ? purgeMember(c, subject.id, limit) : purgeGroup(c, subject.id, limit),
    membersUnder: async (c, group, limit, after) => {
      const { items, ...next } = await readMemberPage(table, c, group, limit, after)
      return { items: items.map(memberOfRow), ...next }
    },
  }
}
