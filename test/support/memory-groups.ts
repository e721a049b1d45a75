import {
  type ConnectionId,
  fold,
  type GroupId,
  type GroupMemberId,
  groupId,
  memberId,
} from '../../lib/core/ids.ts'
import type { Group, GroupMember } from '../../lib/core/member.ts'
import type {
  DirectoryReads,
  DirectoryWrites,
  GroupDraft,
  GroupWrite,
  MembershipDelta,
} from '../../lib/core/ports/directory.ts'
import { groupChanges, namesGroup, nextGroup } from '../../lib/store/group-items.ts'
import { checkNames, isLive } from '../../lib/store/member-items.ts'
import { ownCopy } from './memory-members.ts'
import {
  type Change,
  type Connections,
  dropRow,
  type GroupState,
  groupsAround,
  type Held,
  isIn,
  lifeOf,
  type OwnGroup,
  putRow,
} from './memory-rows.ts'
import { createSortedIds } from './sorted-ids.ts'

type GroupPart = Pick<
  DirectoryReads,
  | 'group'
  | 'groups'
  | 'findGroups'
  | 'listGroups'
  | 'scanGroups'
  | 'groupsWith'
  | 'membersOf'
  | 'membershipRows'
  | 'whichAreIn'
> &
  Pick<DirectoryWrites, 'createGroup' | 'changeGroup' | 'deleteGroup'>
type Wish = { readonly op: 'add' | 'remove'; readonly id: string }
type Wishes = { readonly unknown: readonly string[]; readonly effects: readonly Wish[] }

export const groupOf = ({ own, moves, movedAt, rows }: GroupState): Group => ({
  ...own,
  version: own.version + moves,
  memberCount: rows.size,
  lastModified: movedAt !== undefined && movedAt > own.lastModified ? movedAt : own.lastModified,
})

export const memberIn = ({ groups }: Held, id: string): GroupMember =>
  groups.has(id) ? { type: 'Group', id: groupId(id) } : { type: 'User', id: memberId(id) }

const living = (held: Held, ids: Iterable<string>): readonly GroupState[] =>
  [...new Set(ids)].flatMap((id) => {
    const state = held.groups.get(id)
    return state && isLive(state.own) ? [state] : []
  })

/** Additions win over removals of the same member: a request means what it ends with. */
const wishesOf = (held: Held, state: GroupState, delta: MembershipDelta | undefined): Wishes => {
  if (delta === undefined) return { unknown: [], effects: [] }
  const add = new Set<string>(delta.kind === 'delta' ? delta.add : delta.members)
  const remove = delta.kind === 'delta' ? new Set<string>(delta.remove) : state.rows.keys()
  const effects: Wish[] = []
  for (const id of remove) if (!add.has(id) && isIn(held, state, id)) effects.push({ op: 'remove', id })
  for (const id of add) if (!isIn(held, state, id)) effects.push({ op: 'add', id })
  // A group being created cannot be named by anybody yet, itself included.
  return { unknown: [...add].filter((id) => lifeOf(held, id) === undefined), effects }
}

/** Groups around this one, at whatever distance, and itself: whoever of them is put into it closes a circle. */
const circleOf = (held: Held, id: string): ReadonlySet<string> => {
  const seen = new Set([id])
  for (const inner of seen) for (const { own } of groupsAround(held, inner)) seen.add(own.id)
  return seen
}

const moveNames = (held: Held, before: OwnGroup | undefined, next: OwnGroup): void => {
  if (before && isLive(before)) {
    const ids = held.groupNames.get(fold(before.displayName))
    ids?.delete(before.id)
    if (ids?.size === 0) held.groupNames.delete(fold(before.displayName))
    if (before.externalId !== undefined && held.groupExternalIds.get(before.externalId) === before.id)
      held.groupExternalIds.delete(before.externalId)
  }
  if (!isLive(next)) return
  const ids = held.groupNames.get(fold(next.displayName)) ?? new Set<string>()
  held.groupNames.set(fold(next.displayName), ids.add(next.id))
  if (next.externalId !== undefined) held.groupExternalIds.set(next.externalId, next.id)
}

const takenBy = (
  held: Held,
  { id, externalId }: Pick<OwnGroup, 'id' | 'externalId'>,
): GroupWrite | undefined => {
  const holder = externalId === undefined ? undefined : held.groupExternalIds.get(externalId)
  const state = holder === undefined || holder === id ? undefined : held.groups.get(holder)
  return state && isLive(state.own)
    ? { kind: 'taken', attribute: 'externalId', by: groupOf(state) }
    : undefined
}

export const createMemoryGroups = (
  connections: Connections,
  uuid: () => string,
  note: (change: Change) => void,
): GroupPart => {
  const carryOut = (
    held: Held,
    state: GroupState,
    effects: readonly Wish[],
    at: Group['created'],
  ): GroupWrite => {
    const around = effects.some(({ id }) => held.groups.has(id)) ? circleOf(held, state.own.id) : new Set()
    for (const { op, id } of effects) {
      if (op === 'add') putRow(held, state, id, lifeOf(held, id) ?? 0)
      else dropRow(held, state, id)
      const { type, id: changed } = memberIn(held, id)
      note({ kind: type === 'User' ? 'member' : 'group', connection: state.own.connection, id: changed })
    }
    if (effects.length > 0) {
      state.moves += 1
      state.movedAt = at
    }
    const added = effects.filter(({ op }) => op === 'add')
    return {
      kind: 'written',
      group: groupOf(state),
      added: added.length,
      removed: effects.length - added.length,
      cycles: added
        .filter(({ id }) => around.has(id))
        .map(({ id }) => groupId(id))
        .sort(),
    }
  }

  /** Own attributes are conditional on what the caller read; memberships may have moved meanwhile. */
  const current = (held: Held, before: Group, whole: boolean): GroupState | undefined => {
    const state = held.groups.get(before.id)
    if (!state || !isLive(state.own)) return undefined
    return whole && groupChanges(before, state.own).length > 0 ? undefined : state
  }

  const createGroup: DirectoryWrites['createGroup'] = async (
    { connection, at },
    draft: GroupDraft,
    members,
  ) => {
    checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const held = connections.of(connection)
    const id = groupId(uuid())
    const blank = { connection, id, version: 0, created: at, lastModified: at }
    const own = nextGroup({ ...draft, ...blank }, { ...draft, attributes: ownCopy(draft.attributes) }, at)
    const state: GroupState = { own, moves: 0, movedAt: undefined, rows: new Map(), order: createSortedIds() }
    const { unknown, effects } = wishesOf(held, state, { kind: 'delta', add: members, remove: [] })
    if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
    const taken = takenBy(held, own)
    if (taken) return taken
    held.groups.set(id, state)
    held.groupOrder.add(id)
    moveNames(held, undefined, own)
    return carryOut(held, state, effects, at)
  }

  /** New own attributes; undefined when nobody holds the names. */
  const describe = (
    held: Held,
    state: GroupState,
    draft: GroupDraft,
    at: Group['created'],
  ): GroupWrite | undefined => {
    const changed = groupChanges(state.own, draft)
    if (changed.length === 0) return undefined
    const next = nextGroup(state.own, { ...draft, attributes: ownCopy(draft.attributes) }, at)
    const taken = takenBy(held, next)
    if (taken) return taken
    moveNames(held, state.own, next)
    state.own = next
    if (namesGroup(changed)) note({ kind: 'group', connection: next.connection, id: next.id })
    return undefined
  }

  const changeGroup: DirectoryWrites['changeGroup'] = async ({ at }, before, { draft, members }) => {
    if (draft) checkNames({ displayName: draft.displayName, externalId: draft.externalId })
    const held = connections.of(before.connection)
    const state = current(held, before, draft !== undefined)
    if (state === undefined) return { kind: 'stale' }
    const { unknown, effects } = wishesOf(held, state, members)
    if (unknown.length > 0) return { kind: 'unknownMembers', ids: unknown }
    const taken = draft && describe(held, state, draft, at)
    if (taken) return taken
    return carryOut(held, state, effects, at)
  }

  const deleteGroup: DirectoryWrites['deleteGroup'] = async ({ at }, before) => {
    const held = connections.of(before.connection)
    const state = current(held, before, true)
    if (state === undefined) return { kind: 'stale' }
    const next = { ...state.own, version: state.own.version + 1, lastModified: at, deletedAt: at }
    moveNames(held, state.own, next)
    state.own = next
    held.groupOrder.delete(next.id)
    note({ kind: 'group', connection: next.connection, id: next.id })
    return { kind: 'written', group: groupOf(state), added: 0, removed: 0, cycles: [] }
  }

  const groups = (c: ConnectionId, ids: Iterable<string>): readonly Group[] =>
    living(connections.of(c), ids).map(groupOf)

  return {
    createGroup,
    changeGroup,
    deleteGroup,
    group: async (c, id) => groups(c, [id])[0],
    groups: async (c, ids) => groups(c, ids),
    findGroups: async (c, { by, value }) => {
      const held = connections.of(c)
      if (by === 'displayName') return groups(c, [...(held.groupNames.get(fold(value)) ?? [])].sort())
      const id = held.groupExternalIds.get(value)
      return groups(c, id === undefined ? [] : [id])
    },
    listGroups: async (c, startIndex, count) => {
      const { groupOrder } = connections.of(c)
      return {
        total: groupOrder.size(),
        resources: groups(c, groupOrder.at(startIndex - 1, Math.max(0, count))),
      }
    },
    scanGroups: async (c, limit, after) => {
      const ids = connections.of(c).groupOrder.after(after, limit + 1)
      const items = groups(c, ids.slice(0, limit))
      const last = items.at(-1)
      return { items, ...(ids.length > limit && last ? { next: last.id } : {}) }
    },
    groupsWith: async (c, id) => groupsAround(connections.of(c), id).map(groupOf),
    membersOf: async (c, id: GroupId, limit, after) => {
      const held = connections.of(c)
      return memberPage(held, held.groups.get(id), limit, after, (state, each) => isIn(held, state, each))
    },
    membershipRows: async (c, id: GroupId, limit, after) => {
      const held = connections.of(c)
      const state = held.groups.get(id)
      const { items, ...next } = memberPage(held, state, limit, after, () => true)
      return {
        items: items.map((one) => ({ ...one, incarnation: state?.rows.get(one.id) ?? 0 })),
        ...next,
      }
    },
    whichAreIn: async (c, id, members) => {
      const held = connections.of(c)
      const state = held.groups.get(id)
      return new Set(state === undefined ? [] : members.filter((member) => isIn(held, state, member)))
    },
  }
}

export const memberPage = (
  held: Held,
  state: GroupState | undefined,
  limit: number,
  after: GroupMemberId | undefined,
  isKept: (state: GroupState, id: string) => boolean,
) => {
  if (state === undefined) return { items: [] }
  const ids = state.order.after(after, limit + 1)
  const items = ids.slice(0, limit).filter((id) => isKept(state, id))
  const last = ids[limit - 1]
  return {
    items: items.map((id) => memberIn(held, id)),
    ...(ids.length > limit && last !== undefined ? { next: memberIn(held, last).id } : {}),
  }
}
