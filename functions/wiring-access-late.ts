import type { AccessReads } from '../lib/core/ports/access.ts'
import type { Table } from '../lib/store/table-client.ts'

/** Loads what answers `accessOf` with the first call: no request that does not ask for it pays for it. */
export const createLateAccess = (shared: Table, local: boolean): ((table: Table) => AccessReads) => {
  let loading: Promise<(table: Table) => AccessReads> | undefined
  return (table) => ({
    accessOf: async (connection, members) => {
      loading ??= import('./wiring-access.ts').then(({ wireAccess }) => wireAccess(shared, local))
      return (await loading)(table).accessOf(connection, members)
    },
  })
}
