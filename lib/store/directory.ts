import type { Directory } from '../core/ports/directory.ts'
import { createGroupReads, type Sightings } from './group-reads.ts'
import { createGroups } from './groups.ts'
import { createMemberReads } from './member-reads.ts'
import { createMembers } from './members.ts'
import type { Table } from './table-client.ts'
import { createUpkeep } from './upkeep.ts'

/** The directory in the table: see the port for what it promises. */
export const createDirectory = (table: Table): Directory => {
  const { rollForward, purge } = createUpkeep(table)
  const sightings: Sightings = new WeakMap()
  return {
    ...createMemberReads(table),
    ...createMembers(table, purge),
    ...createGroupReads(table, rollForward, sightings),
    ...createGroups(table, rollForward, sightings),
  }
}
