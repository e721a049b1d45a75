import { communityId } from '../core/ids.ts'
import type { Quarantine, QuarantineStore } from '../core/ports/runs.ts'
import { collected } from './batches.ts'
import { absent } from './conditions.ts'
import { quarantineKey, quarantinesPartition } from './keys.ts'
import type { Item, Table } from './table-client.ts'

const quarantineOf = ({ sk, since, reason }: Item): Quarantine => ({
  community: communityId(sk),
  since: since as Quarantine['since'],
  reason: String(reason),
})

/** Communities in which nothing is written on the platform until a person says that our records can be trusted. */
export const createQuarantineStore = (table: Table): QuarantineStore => ({
  quarantine: async (community) => {
    const item = await table.get(quarantineKey(community))
    return item && quarantineOf(item)
  },
  quarantines: () => collected(table.queryAll({ pk: quarantinesPartition }), quarantineOf),
  impose: async ({ community, since, reason }) =>
    (await table.put({ ...quarantineKey(community), since, reason }, absent)) === 'done',
  release: async (community) => {
    await table.delete(quarantineKey(community))
  },
})
