import type { ConnectionId, GroupId } from '../core/ids.ts'
import { fold, groupId } from '../core/ids.ts'
import type { Group } from '../core/member.ts'
import type { DirectoryReads, GroupLookup } from '../core/ports/directory.ts'
import { collected, inParallel } from './batches.ts'
import { readOwnGroups } from './containers.ts'
import { groupOf, type OwnGroup, ownGroupOf, readSide, type Side } from './group-items.ts'
import {
  displayNamePartition,
  fitsKey,
  groupExternalIdGuard,
  groupKey,
  groupPartition,
  isResourceId,
} from './keys.ts'
import { isLive } from './member-items.ts'
import { createMembershipReads } from './membership-reads.ts'
import type { Table } from './table-client.ts'
import { createWalk } from './walks.ts'

type GroupReads = Pick<
  DirectoryReads,
  | 'group'
  | 'groups'
  | 'findGroups'
  | 'listGroups'
  | 'scanGroups'
  | 'membershipsOf'
  | 'groupsWith'
  | 'hasNestedGroups'
  | 'membersOf'
  | 'membershipRows'
  | 'whichAreIn'
>
export type RollForward = (c: ConnectionId, group: GroupId, intent: string) => Promise<unknown>
/** What a group was put together from. */
export type Sighting = { readonly own: OwnGroup; readonly side: Side }
/** Of groups that were just read: their next change starts from it and need not look again. */
export type Sightings = WeakMap<Group, Sighting>

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

export const createGroupReads = (
  table: Table,
  rollForward: RollForward,
  sightings: Sightings,
): GroupReads => {
  const walk = createWalk(table, { kind: 'G', partition: groupPartition })

  const seen = (own: OwnGroup, side: Side): Group => {
    const group = groupOf(own, side)
    sightings.set(group, { own, side })
    return group
  }

  const withSides = (groups: readonly OwnGroup[]): Promise<readonly Group[]> =>
    inParallel(groups, width, async (own) =>
      seen(own, await settledSide(table, rollForward, own.connection, own.id)),
    )

  const idsFor = async (c: ConnectionId, { by, value }: GroupLookup): Promise<readonly GroupId[]> => {
    if (by === 'displayName')
      return collected(table.queryAll({ pk: displayNamePartition(c, value) }), (row) => groupId(row.sk))
    const guard = await table.get(groupExternalIdGuard(c, value))
    return guard ? [groupId(String(guard.id))] : []
  }

  return {
    ...createMembershipReads(table, withSides),

    group: async (c, id) => {
      if (!isResourceId(id)) return undefined
      const [item, side] = await Promise.all([
        table.get(groupKey(c, id)),
        settledSide(table, rollForward, c, id),
      ])
      const own = item && ownGroupOf(item)
      return own && isLive(own) ? seen(own, side) : undefined
    },

    groups: async (c, ids) => withSides(await readOwnGroups(table, c, ids)),

    findGroups: async (c, lookup) => {
      if (!fitsKey(lookup.value)) return []
      const found = await readOwnGroups(table, c, await idsFor(c, lookup))
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
  }
}
