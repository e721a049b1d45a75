import type { ConnectionId, GroupId, GroupMemberId } from '../core/ids.ts'
import { groupId } from '../core/ids.ts'
import type { GroupReference } from '../core/member.ts'
import { referenceTo } from '../core/member-groups.ts'
import type { Containers } from '../core/nesting.ts'
import { collected, inParallel } from './batches.ts'
import { type OwnGroup, ownGroupOf } from './group-items.ts'
import { groupKey, isResourceId, membershipsPartition } from './keys.ts'
import { isLive } from './member-items.ts'
import type { Item, Table } from './table-client.ts'

const width = 16

export const readOwnGroups = async (
  table: Table,
  c: ConnectionId,
  ids: readonly GroupId[],
): Promise<readonly OwnGroup[]> =>
  (await table.batchGet(ids.filter(isResourceId).map((id) => groupKey(c, id)))).map(ownGroupOf).filter(isLive)

/** Groups with a row of this life: of members the incarnation they have, of groups any. */
export const rowsAbove = async (
  table: Table,
  c: ConnectionId,
  id: GroupMemberId,
  isOf: (row: Item) => boolean = () => true,
): Promise<readonly GroupId[]> => {
  const rows = await collected(table.queryAll({ pk: membershipsPartition(c, id) }))
  return rows.filter(isOf).map(({ sk }) => groupId(sk))
}

/** Every living group around the given ones, level by level; each is read once, so that a way back ends. `known` are living ones. */
export const readContainers = async (
  table: Table,
  c: ConnectionId,
  known: ReadonlyMap<GroupId, GroupReference>,
  maximum = Number.POSITIVE_INFINITY,
): Promise<Containers> => {
  const containers = new Map<GroupId, readonly GroupReference[]>()
  const living = new Map<GroupId, GroupReference | undefined>(known)
  let level: readonly GroupId[] = [...known.keys()]
  while (level.length > 0 && containers.size < maximum) {
    const above = await inParallel(level, width, (id) => rowsAbove(table, c, id))
    const unseen = [...new Set(above.flat())].filter((id) => !living.has(id))
    // What is not found is deleted, and not looked for again.
    for (const id of unseen) living.set(id, undefined)
    for (const own of await readOwnGroups(table, c, unseen)) living.set(own.id, referenceTo(own))
    for (const [n, id] of level.entries())
      containers.set(
        id,
        (above[n] ?? []).flatMap((each) => living.get(each) ?? []),
      )
    level = unseen.filter((id) => living.get(id) !== undefined)
  }
  return containers
}
