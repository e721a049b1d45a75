import type { AuditEvent, Stamp } from '../core/audit.ts'
import type { ConnectionId, GroupId, GroupMemberId } from '../core/ids.ts'
import { groupId } from '../core/ids.ts'
import type { Group } from '../core/member.ts'
import type { DirectoryWrites, GroupDraft, GroupWrite, MembershipDelta } from '../core/ports/directory.ts'
import { absent, atVersion } from './conditions.ts'
import { readContainers } from './containers.ts'
import {
  emptySide,
  groupChanges,
  groupItem,
  namesGroup,
  nextGroup,
  type OwnGroup,
  ownGroupOf,
  readSide,
  type Side,
} from './group-items.ts'
import { moveNames, type NameMoves } from './group-names.ts'
import { type RollForward, type Sighting, type Sightings, settledSide } from './group-reads.ts'
import { createGroupSteps } from './group-steps.ts'
import { groupKey } from './keys.ts'
import { memberOfRow } from './lives.ts'
import { checkNames, isLive } from './member-items.ts'
import { type Effect, readEffects, readMemberPage, type Wish, wishesOf } from './memberships.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Table } from './table-client.ts'
import { countResource } from './totals.ts'

const rowsPerPage = 1_000
/** Groups looked through for ways back to a group that others are put into. */
const groupsAbove = 1_000

/** What rules matched of the group, for whoever asks about the past. */
const namedAs = ({ displayName, externalId }: GroupDraft) => ({
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
})

/** Groups of the directory. Membership changes touch rows and one sharded counter, never the group's own item. */
export const createGroups = (
  table: Table,
  rollForward: RollForward,
  sightings: Sightings,
): Pick<DirectoryWrites, 'createGroup' | 'changeGroup' | 'deleteGroup'> => {
  const { take, until } = createGroupSteps(table, rollForward)
  const settled = (c: ConnectionId, id: GroupId) => settledSide(table, rollForward, c, id)
  const present = (c: ConnectionId, id: GroupId) => readSide(table, c, id)

  const listed = async (c: ConnectionId, group: GroupId): Promise<readonly GroupMemberId[]> => {
    const all: GroupMemberId[] = []
    let after: GroupMemberId | undefined
    do {
      const page = await readMemberPage(table, c, group, rowsPerPage, after)
      all.push(...page.items.map((row) => memberOfRow(row).id))
      after = page.next
    } while (after !== undefined)
    return all
  }

  const wishesFor = async (
    c: ConnectionId,
    id: GroupId,
    delta: MembershipDelta | undefined,
  ): Promise<readonly Wish[]> => {
    if (delta === undefined) return []
    if (delta.kind === 'delta') return wishesOf(delta.add, delta.remove)
    return wishesOf(delta.members, await listed(c, id))
  }

  const effectsOf = async (c: ConnectionId, id: GroupId | undefined, wishes: readonly Wish[]) => {
    const { effects, unknown } = await readEffects(table, c, id, wishes)
    return { effects: effects.filter((effect) => effect !== undefined), unknown }
  }

  /** Which of the groups that are put into this one contain it already, or are it. */
  const cyclesOf = async (group: OwnGroup, effects: readonly Effect[]): Promise<readonly GroupId[]> => {
    const put = effects.filter(({ op, type }) => op === 'add' && type === 'Group')
    if (put.length === 0) return []
    const from = new Map([[group.id, group]])
    const above = await readContainers(table, group.connection, from, groupsAbove)
    const around = new Set([group.id, ...[...above.values()].flat().map(({ id }) => id)])
    return put
      .map(({ id }) => groupId(id))
      .filter((id) => around.has(id))
      .sort()
  }

  /** The group's own item with its names, due item and audit. */
  const ownWrite = async (
    stamp: Stamp,
    before: OwnGroup | undefined,
    next: OwnGroup,
    event: AuditEvent,
    look: boolean,
  ): Promise<NameMoves> => {
    const names = await moveNames(table, before, next, look)
    if (names.kind === 'taken') return names
    const change = Number(isLive(next)) - Number(before !== undefined)
    const reaches = before !== undefined && (change !== 0 || namesGroup(groupChanges(before, next)))
    const items = [
      { put: groupItem(next), condition: before ? atVersion(before.version) : absent },
      ...names.items,
      ...(change === 0 ? [] : [countResource(next.connection, 'G', next.id, change > 0 ? 1 : -1)]),
      ...(reaches ? [duePut(table.ids, stamp, { kind: 'group', group: next.id })] : []),
      ...auditPuts(table, stamp, event),
    ]
    return { kind: 'moves', items }
  }

  /** What the caller's own read saw, once: a later attempt, or a second change, looks for itself. */
  const sighted = (before: Group): Sighting | undefined => {
    const sighting = sightings.get(before)
    sightings.delete(before)
    return sighting
  }

  /** Own attributes are conditional on what the caller read; memberships may have moved meanwhile. */
  const current = async (
    before: Group,
    whole: boolean,
    sideOf: (c: ConnectionId, id: GroupId) => Promise<Side>,
  ): Promise<Sighting | undefined> => {
    const { connection: c, id } = before
    const sighting = sighted(before)
    if (sighting) return sighting
    const [item, side] = await Promise.all([table.get(groupKey(c, id)), sideOf(c, id)])
    const own = item && ownGroupOf(item)
    if (!own || !isLive(own)) return undefined
    return whole && groupChanges(before, own).length > 0 ? undefined : { own, side }
  }

  const createGroup = async (
    stamp: Stamp,
    draft: GroupDraft,
    members: readonly GroupMemberId[],
  ): Promise<GroupWrite> => {
    checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const { connection, at } = stamp
    const id = groupId(table.ids.uuid())
    const own = nextGroup({ connection, id, ...draft, version: 0, created: at, lastModified: at }, draft, at)
    const changed = groupChanges({ displayName: '', attributes: {} }, draft)
    return until(async (round) => {
      const { effects, unknown } = await effectsOf(connection, undefined, wishesOf(members, []))
      if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
      const event: AuditEvent = { kind: 'groupCreated', group: id, changed, named: namedAs(own) }
      const names = await ownWrite(stamp, undefined, own, event, round > 0)
      if (names.kind === 'taken') return names
      return take({ stamp, own, side: emptySide, ownItems: names.items, effects, cycles: [] })
    })
  }

  const changeGroup: DirectoryWrites['changeGroup'] = async (stamp, before, { draft, members }) => {
    if (draft) checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const { connection: c, id } = before
    return until(async (round) => {
      const seen = await current(before, draft !== undefined, settled)
      if (seen === undefined) return { kind: 'stale' }
      const { own, side } = seen
      const { effects, unknown } = await effectsOf(c, id, await wishesFor(c, id, members))
      if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
      const cycles = await cyclesOf(own, effects)
      const next = draft === undefined ? own : nextGroup(own, draft, stamp.at)
      const changed = groupChanges(own, next)
      if (changed.length === 0) return take({ stamp, own, side, ownItems: [], effects, cycles })
      const event: AuditEvent = { kind: 'groupUpdated', group: id, changed, named: namedAs(next) }
      const names = await ownWrite(stamp, own, next, event, round > 0)
      if (names.kind === 'taken') return names
      return take({ stamp, own: next, side, ownItems: names.items, effects, cycles })
    })
  }

  const deleteGroup: DirectoryWrites['deleteGroup'] = (stamp, before) =>
    until(async (round) => {
      const seen = await current(before, true, present)
      if (seen === undefined) return { kind: 'stale' }
      const { own, side } = seen
      const next: OwnGroup = {
        ...own,
        version: own.version + 1,
        lastModified: stamp.at,
        deletedAt: stamp.at,
      }
      const event: AuditEvent = { kind: 'groupDeleted', group: own.id, changed: [], named: namedAs(own) }
      const names = await ownWrite(stamp, own, next, event, round > 0)
      if (names.kind === 'taken') return names
      return take({ stamp, own: next, side, ownItems: names.items, effects: [], cycles: [] })
    })

  return { createGroup, changeGroup, deleteGroup }
}
