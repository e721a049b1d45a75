import type { ConnectionId, GroupId, GroupMemberId, Instant, MemberId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { createSortedIds, type SortedIds } from './sorted-ids.ts'

/** The group's own record; `version` counts its own changes only. */
export type OwnGroup = Omit<Group, 'memberCount'>
export type GroupState = {
  own: OwnGroup
  /** Of its memberships: each change counts once, whatever its size. */
  moves: number
  movedAt: Instant | undefined
  /** Who stands in it, with the life of theirs in which they came; those who are gone stay until they are purged. */
  readonly rows: Map<string, number>
  readonly order: SortedIds
}

/** Everything held for one connection. */
export type Held = {
  readonly members: Map<string, Member>
  readonly memberOrder: SortedIds
  readonly guards: { readonly userName: Map<string, MemberId>; readonly externalId: Map<string, MemberId> }
  readonly emails: Map<string, Set<string>>
  readonly formerNames: Map<string, Set<string>>
  readonly groups: Map<string, GroupState>
  readonly groupOrder: SortedIds
  readonly groupNames: Map<string, Set<string>>
  readonly groupExternalIds: Map<string, GroupId>
  /** By who stands in them: the same rows from the other side. */
  readonly standing: Map<string, Map<string, number>>
  /** Groups that have ever been put into another: only among these are there nested ones. */
  readonly nested: Set<string>
}
export type Connections = { readonly of: (connection: ConnectionId) => Held }

/** What the store would have written a due item for. */
export type Change = {
  readonly kind: 'member' | 'group'
  readonly connection: ConnectionId
  readonly id: GroupMemberId
}

export const createConnections = (): Connections => {
  const all = new Map<ConnectionId, Held>()
  return {
    of: (connection) => {
      const known = all.get(connection)
      if (known) return known
      const held: Held = {
        members: new Map(),
        memberOrder: createSortedIds(),
        guards: { userName: new Map(), externalId: new Map() },
        emails: new Map(),
        formerNames: new Map(),
        groups: new Map(),
        groupOrder: createSortedIds(),
        groupNames: new Map(),
        groupExternalIds: new Map(),
        standing: new Map(),
        nested: new Set(),
      }
      all.set(connection, held)
      return held
    },
  }
}

/** A group has one life; a member a new one each time they are restored. Undefined: nobody of that id is there. */
export const lifeOf = ({ members, groups }: Held, id: string): number | undefined => {
  const member = members.get(id)
  if (member) return member.deletedAt === undefined ? member.incarnation : undefined
  const group = groups.get(id)
  return group && group.own.deletedAt === undefined ? 1 : undefined
}

/** A row of an earlier life, or of somebody deleted, counts as absent. */
export const isIn = (held: Held, { rows }: GroupState, id: string): boolean => {
  const row = rows.get(id)
  return row !== undefined && row === lifeOf(held, id)
}

export const putRow = (held: Held, state: GroupState, id: string, life: number): void => {
  state.rows.set(id, life)
  state.order.add(id)
  const groups = held.standing.get(id) ?? new Map<string, number>()
  held.standing.set(id, groups.set(state.own.id, life))
  if (held.groups.has(id)) held.nested.add(id)
}

export const dropRow = (held: Held, state: GroupState, id: string): void => {
  state.rows.delete(id)
  state.order.delete(id)
  const groups = held.standing.get(id)
  groups?.delete(state.own.id)
  if (groups?.size === 0) held.standing.delete(id)
}

/** Live groups in which somebody stands directly, in id order. */
export const groupsAround = (held: Held, id: string, life = lifeOf(held, id)): readonly GroupState[] =>
  [...(held.standing.get(id) ?? [])]
    .filter(([, row]) => row === life)
    .map(([group]) => group)
    .sort()
    .flatMap((group) => {
      const state = held.groups.get(group)
      return state && state.own.deletedAt === undefined ? [state] : []
    })
