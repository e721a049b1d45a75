import type { GroupId } from '../../lib/core/ids.ts'
import type { GroupReference } from '../../lib/core/member.ts'
import { createNesting } from '../../lib/core/nesting.ts'
import type { DirectoryReads } from '../../lib/core/ports/directory.ts'
import { type Connections, type GroupState, groupsAround, type Held } from './memory-rows.ts'

const referenceTo = ({ own }: GroupState): GroupReference => ({
  id: own.id,
  displayName: own.displayName,
  ...(own.externalId === undefined ? {} : { externalId: own.externalId }),
})

/** For each of these groups, and of those around them, the groups in which it stands directly. */
const containersOf = (
  held: Held,
  groups: Iterable<GroupId>,
): ReadonlyMap<GroupId, readonly GroupReference[]> => {
  const containers = new Map<GroupId, readonly GroupReference[]>()
  if (held.nested.size === 0) return containers
  const waiting = new Set(groups)
  for (const id of waiting) {
    const around = groupsAround(held, id).map(referenceTo)
    containers.set(id, around)
    for (const group of around) waiting.add(group.id)
  }
  return containers
}

export const createMemoryNesting = (
  connections: Connections,
): Pick<DirectoryReads, 'membershipsOf' | 'hasNestedGroups'> => ({
  membershipsOf: async (c, members) => {
    const held = connections.of(c)
    const direct = members.map(
      ({ id, incarnation }) => [id, groupsAround(held, id, incarnation).map(referenceTo)] as const,
    )
    const reached = direct.flatMap(([, groups]) => groups.map((group) => group.id))
    const follow = createNesting(containersOf(held, reached))
    return new Map(direct.map(([id, groups]) => [id, follow(groups)]))
  },
  hasNestedGroups: async (c) => {
    const held = connections.of(c)
    return [...held.nested].some((id) => groupsAround(held, id).length > 0)
  },
})
