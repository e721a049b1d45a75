import type { CommunityId } from '../core/ids.ts'
import { ownedCountKey } from './keys.ts'
import type { Table } from './table-client.ts'

export const readOwnedCount = async (table: Table, community: CommunityId): Promise<number> =>
  Number((await table.get(ownedCountKey(community)))?.n ?? 0)
