import type { ConnectionId, GroupId } from '../core/ids.ts'
import { fold, groupId } from '../core/ids.ts'
import type { Group, GroupReference } from '../core/member.ts'
import type { DirectoryReads, GroupLookup } from '../core/ports/directory.ts'
import { collected, inParallel } from './batches.ts'
import { groupOf, type OwnGroup, ownGroupOf, readSide, type Side } from './group-items.ts'
import {
  displayNamePartition,
  fitsKey,
  groupExternalIdGuard,
  groupKey,
  groupPartition,
  isResourceId,
  memberKey,
  membershipsPartition,
} from './keys.ts'
import { isLive } from './member-items.ts'
import { readMemberPage, readMembership } from './memberships.ts'
import type { Table } from './table-client.ts'
import { createWalk } from './walks.ts'

type GroupReads = Pick<
  DirectoryReads,
  'group' | 'findGroups' | 'listGroups' | 'scanGroups' | 'groupsOf' | 'membersOf' | 'whichAreIn'
>
export type RollForward = (c: ConnectionId, group: GroupId, intent: string) => Promise<unknown>

const width = 16

/** A change that was accepted but not carried out to its end, because its request died, is carried out before anybody looks. */
export const settledSide = async (
  table: Table,
  rollForward: RollForward,
  c: ConnectionId,
  id: GroupId,
): Promise<Side> => {
  const side = await readSide(table, c, id)
  const newest = side.intents.at(-1)
  if (newest === undefined) return side
  await rollForward(c, id, newest)
  return readSide(table, c, id)
}

const refers = (group: OwnGroup, { by, value }: GroupLookup): boolean =>
  by === 'displayName' ? fold(group.displayName) === fold(value) : group.externalId === value

const referenceTo = ({ id, displayName, externalId }: OwnGroup): GroupReference => ({
  id,
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
})

export const createGroupReads = (table: Table, rollForward: RollForward): GroupReads => {
  const walk = createWalk(table, { kind: 'G', partition: groupPartition })

  const withSides = (groups: readonly OwnGroup[]): Promise<readonly Group[]> =>
    inParallel(groups, width, async (own) =>
      groupOf(own, await settledSide(table, rollForward, own.connection, own.id)),
    )

  const ownGroups = async (c: ConnectionId, ids: readonly GroupId[]): Promise<readonly OwnGroup[]> =>
    (await table.batchGet(ids.filter(isResourceId).map((id) => groupKey(c, id))))
      .map(ownGroupOf)
      .filter(isLive)

  const idsFor = async (c: ConnectionId, { by, value }: GroupLookup): Promise<readonly GroupId[]> => {
    if (by === 'displayName')
      return collected(table.queryAll({ pk: displayNamePartition(c, value) }), (row) => groupId(row.sk))
    const guard = await table.get(groupExternalIdGuard(c, value))
    return guard ? [groupId(String(guard.id))] : []
  }

  return {
    group: async (c, id) => (await withSides(await ownGroups(c, [id])))[0],

    findGroups: async (c, lookup) => {
      if (!fitsKey(lookup.value)) return []
      const found = await ownGroups(c, await idsFor(c, lookup))
      return withSides(found.filter((own) => refers(own, lookup)))
    },

    listGroups: async (c, startIndex, count) => {
      const { total, items } = await walk.list(c, startIndex, count)
      return { total, resources: await withSides(items.map(ownGroupOf)) }
    },

    scanGroups: async (c, limit, after) => {
      const { items, ...next } = await walk.scan(c, limit, after)
      return { items: await withSides(items.map(ownGroupOf)), ...next }
    },

    groupsOf: async (c, id) => {
      if (!isResourceId(id)) return []
      const [member, rows] = await Promise.all([
        table.get(memberKey(c, id)),
        collected(table.queryAll({ pk: membershipsPartition(c, id) })),
      ])
      if (member === undefined || member.deletedAt !== undefined) return []
      const current = rows.filter((row) => row.incarnation === member.incarnation)
      return (
        await ownGroups(
          c,
          current.map((row) => groupId(row.sk)),
        )
      ).map(referenceTo)
    },

    membersOf: async (c, id, limit, after) => {
      const { ids, next } = await readMemberPage(table, c, id, limit, after)
      const living = await readMembership(table, c, id, ids)
      return { items: ids.filter((member) => living.has(member)), ...(next === undefined ? {} : { next }) }
    },

    whichAreIn: (c, id, members) => readMembership(table, c, id, members),
  }
}
