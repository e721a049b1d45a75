import type { ConnectionId, GroupId, MemberId } from '../core/ids.ts'
import { groupId, memberId } from '../core/ids.ts'
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
import { countMembership, readMemberPage } from './memberships.ts'
import type { Item, Table } from './table-client.ts'

const width = 8

/** What a dead request left, and rows under tombstones. */
export const createUpkeep = (table: Table): DirectoryUpkeep => {
  const { rollForward } = createIntents(table)

  const purgeRow = async (c: ConnectionId, member: MemberId, row: Item): Promise<void> => {
    const group = groupId(row.sk)
    const own = await table.get(groupKey(c, group))
    const counted = own !== undefined && own.deletedAt === undefined
    const result = await table.transact([
      { delete: groupToMember(c, group, member), condition: still('incarnation', Number(row.incarnation)) },
      { delete: memberToGroup(c, group, member) },
      ...(counted ? [countMembership(table, c, group, -1, table.clock.now())] : []),
    ])
    // Renewed for a later life, or purged with its group: only the near side may be left then.
    if (result.kind === 'cancelled')
      await table.delete(memberToGroup(c, group, member), still('incarnation', Number(row.incarnation)))
  }

  const purgeMember = async (c: ConnectionId, id: MemberId, limit: number): Promise<boolean> => {
    const item = await table.get(memberKey(c, id))
    const life = item === undefined || item.deletedAt !== undefined ? undefined : item.incarnation
    const stale: Item[] = []
    for await (const row of table.queryAll({ pk: membershipsPartition(c, id) })) {
      if (row.incarnation !== life) stale.push(row)
      if (stale.length > limit) break
    }
    await inParallel(stale.slice(0, limit), width, (row) => purgeRow(c, id, row))
    return stale.length <= limit
  }

  const purgeSide = async (c: ConnectionId, id: GroupId): Promise<void> => {
    const rows = await collected(table.queryAll({ pk: groupSidePartition(c, id) }))
    const newest = rows.filter((row) => row.sk.startsWith('I#')).at(-1)
    // Under a tombstone an intent is only cleared away.
    if (newest) await rollForward(c, id, newest.sk.slice('I#'.length))
    await inParallel(rows, width, ({ pk, sk }) => table.delete({ pk, sk }))
  }

  const purgeGroup = async (c: ConnectionId, id: GroupId, limit: number): Promise<boolean> => {
    const own = await table.get(groupKey(c, id))
    if (own === undefined || own.deletedAt === undefined) return true
    const { items, next } = await table.query({ pk: membersPartition(c, id), limit })
    const pairs = items.map(({ sk }) => [
      { delete: groupToMember(c, id, memberId(sk)) },
      { delete: memberToGroup(c, id, memberId(sk)) },
    ])
    const perTransaction = Math.floor(transactionSize / 2)
    await inParallel(chunksOf(pairs, perTransaction), width, (some) => table.transact(some.flat()))
    if (next !== undefined) return false
    await purgeSide(c, id)
    return true
  }

  return {
    rollForward,
    purge: (c, subject, limit) =>
      subject.kind === 'member' ? purgeMember(c, subject.id, limit) : purgeGroup(c, subject.id, limit),
    membersUnder: async (c, group, limit, after) => {
      const { ids, next } = await readMemberPage(table, c, group, limit, after)
      return { items: ids, ...(next === undefined ? {} : { next }) }
    },
  }
}
