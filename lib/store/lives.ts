import type { ConnectionId, GroupId, GroupMemberId } from '../core/ids.ts'
import { groupId, memberId } from '../core/ids.ts'
import type { GroupMember } from '../core/member.ts'
import { groupKey, groupToMember, isResourceId, memberKey, membersPartition } from './keys.ts'
import type { Item, Table } from './table-client.ts'

/** Who an id is, and in which of its lives. */
export type Life = { readonly type: GroupMember['type']; readonly incarnation: number }
/** A deleted group stays deleted: it has one life. */
export const groupLife = 1

export type Lives = ReadonlyMap<string, Life>
/** The life each present row belongs to. */
export type Rows = ReadonlyMap<string, number>

const lifeOf = (type: Life['type'], item: Item): Life => ({
  type,
  incarnation: type === 'Group' ? groupLife : Number(item.incarnation),
})
const living = (type: Life['type'], items: readonly Item[]): readonly (readonly [string, Life])[] =>
  items.flatMap((item) => (item.deletedAt === undefined ? [[item.sk, lifeOf(type, item)] as const] : []))

/** What tells whether somebody lives, and in which life: nobody's attributes are carried around for that. */
const vital = ['incarnation', 'deletedAt'] as const

/**
 * Who these ids are and which rows they have in the group: one request, the same in a group of any size. Only what is no User is looked for among
 * the groups. Without a group no rows are read.
 */
export const readLives = async (
  table: Table,
  c: ConnectionId,
  group: GroupId | undefined,
  given: readonly GroupMemberId[],
): Promise<{ readonly lives: Lives; readonly rows: Rows }> => {
  const ids = given.filter(isResourceId)
  const keys = [
    ...ids.map((id) => memberKey(c, memberId(id))),
    ...(group === undefined ? [] : ids.map((id) => groupToMember(c, group, id))),
  ]
  const found = await table.batchGet(keys, vital)
  const isRow = ({ pk }: Item): boolean => group !== undefined && pk === membersPartition(c, group)
  const users = found.filter((item) => !isRow(item))
  const known = new Set(users.map(({ sk }) => sk))
  const others = ids.filter((id) => !known.has(id))
  const groupKeys = others.map((id) => groupKey(c, groupId(id)))
  const groups = await table.batchGet(groupKeys, vital)
  return {
    lives: new Map([...living('User', users), ...living('Group', groups)]),
    rows: new Map(found.filter(isRow).map((row) => [row.sk, Number(row.incarnation)])),
  }
}

export const memberOfRow = ({ sk, type }: Item): GroupMember =>
  type === 'Group' ? { type, id: groupId(sk) } : { type: 'User', id: memberId(sk) }

/** Rows of those who live, and live the life the row was written for. */
export const livingOf = async (
  table: Table,
  c: ConnectionId,
  rows: readonly Item[],
): Promise<readonly Item[]> => {
  const keyFor = (row: Item) => {
    const { type, id } = memberOfRow(row)
    return type === 'Group' ? groupKey(c, id) : memberKey(c, id)
  }
  const items = await table.batchGet(rows.map(keyFor), vital)
  const alive = new Map(items.filter((item) => item.deletedAt === undefined).map((item) => [item.sk, item]))
  return rows.filter((row) => {
    const item = alive.get(row.sk)
    return item && lifeOf(memberOfRow(row).type, item).incarnation === row.incarnation
  })
}
