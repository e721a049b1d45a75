import type { GroupId } from '../../lib/core/ids.ts'
import type { HeldGroup, Memberships } from '../../lib/core/member.ts'
import type { DirectoryReads } from '../../lib/core/ports/directory.ts'
import { type Connections, type GroupState, groupsAround, type Held } from './memory-rows.ts'

const heldGroup = ({ own }: GroupState, through: readonly GroupId[]): HeldGroup => ({
  id: own.id,
  displayName: own.displayName,
  ...(own.externalId === undefined ? {} : { externalId: own.externalId }),
  through,
})

const containsItself = (held: Held, id: GroupId): boolean => {
  const seen = new Set<string>()
  const waiting: GroupId[] = [id]
  for (const inner of waiting)
    for (const { own } of groupsAround(held, inner)) {
      if (own.id === id) return true
      if (!seen.has(own.id)) waiting.push(own.id)
      seen.add(own.id)
    }
  return false
}

/** Outwards, ring by ring: the first way to a group is its shortest. */
const membershipsOf = (held: Held, id: string, life: number): Memberships => {
  const direct = groupsAround(held, id, life)
  const seen = new Set<string>(direct.map(({ own }) => own.id))
  const groups = direct.map((state) => heldGroup(state, []))
  for (const inner of groups)
    for (const outer of groupsAround(held, inner.id)) {
      if (seen.has(outer.own.id)) continue
      seen.add(outer.own.id)
      groups.push(heldGroup(outer, [...inner.through, inner.id]))
    }
  const cycles = held.nested.size === 0 ? [] : groups.filter((group) => containsItself(held, group.id))
  return { groups, cycles: cycles.map((group) => group.id).sort() }
}

export const createMemoryNesting = (
  connections: Connections,
): Pick<DirectoryReads, 'membershipsOf' | 'hasNestedGroups'> => ({
  membershipsOf: async (c, members) => {
    const held = connections.of(c)
    return new Map(members.map(({ id, incarnation }) => [id, membershipsOf(held, id, incarnation)]))
  },
  hasNestedGroups: async (c) => {
    const held = connections.of(c)
    return [...held.nested].some((id) => groupsAround(held, id).length > 0)
  },
})
