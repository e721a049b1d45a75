import { randomUUID } from 'node:crypto'
import type { Directory, DirectoryUpkeep } from '../../lib/core/ports/directory.ts'
import { createMemoryGroups } from './memory-groups.ts'
import { createMemoryMembers } from './memory-members.ts'
import { createMemoryNesting } from './memory-nesting.ts'
import { type Change, createConnections } from './memory-rows.ts'
import { createMemoryUpkeep, purgeMember } from './memory-upkeep.ts'

export type MemoryDirectory = {
  readonly directory: Directory
  readonly upkeep: DirectoryUpkeep
  /** How many due items the store would have written: each asks for one look at a member or group. */
  readonly changes: () => number
}

/**
 * The directory port over maps: what the store promises, without what makes it last. A member comes and goes in a group of any size at the same
 * cost, and any place in a list is reached by way of chunks. Everything happens in one go, so there are no conflicts and nothing half done.
 */
export const createMemoryDirectory = (
  options: { readonly uuid?: () => string; readonly onChange?: (change: Change) => void } = {},
): MemoryDirectory => {
  const { uuid = randomUUID, onChange } = options
  const connections = createConnections()
  let changes = 0
  const note = (change: Change): void => {
    changes += 1
    onChange?.(change)
  }
  const members = createMemoryMembers(
    connections,
    uuid,
    (c, id) => void purgeMember(connections.of(c), id, Number.POSITIVE_INFINITY),
    note,
  )
  const groups = createMemoryGroups(connections, uuid, note)
  return {
    directory: { ...members, ...groups, ...createMemoryNesting(connections) },
    upkeep: createMemoryUpkeep(connections),
    changes: () => changes,
  }
}
