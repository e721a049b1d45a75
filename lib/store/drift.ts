import type { CommunityId } from '../core/ids.ts'
import type { DriftRecord, DriftStore, Sight } from '../core/ports/runs.ts'
import { collected, inParallel } from './batches.ts'
import { driftKey, driftPartition, sightKey } from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Table } from './table-client.ts'

const width = 16
const prefix = driftKey('' as CommunityId, '').sk

/** One row per difference, so that a correction is counted without touching the others; and the latest whole look beside them. */
export const createDriftStore = (table: Table): DriftStore => ({
  drift: (community) =>
    collected(table.queryAll({ pk: driftPartition(community), beginsWith: prefix }), (item) =>
      recordOf<DriftRecord>(item),
    ),
  saveDrift: async (community, records) => {
    await inParallel(records, width, (one) => table.put(withRecord(driftKey(community, one.id), one)))
  },
  dropDrift: async (community, ids) => {
    await inParallel(ids, width, (id) => table.delete(driftKey(community, id)))
  },
  sight: async (community) => {
    const item = await table.get(sightKey(community))
    return item && recordOf<Sight>(item)
  },
  saveSight: async (community, sight) => {
    await table.put(withRecord(sightKey(community), sight))
  },
})
