import type { RoleOwnership } from '../core/ownership.ts'
import type { OwnershipStore } from '../core/ports/ownership.ts'
import { collected } from './batches.ts'
import { atVersion } from './conditions.ts'
import { roleOwnershipKey, roleOwnershipPartition } from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Table } from './table-client.ts'

/** The roles we created, beside the accounts we own. */
export const createRoleOwnerships = (
  table: Table,
): Pick<OwnershipStore, 'roleOwnerships' | 'saveRoleOwnership'> => ({
  roleOwnerships: (community) =>
    collected(table.queryAll({ pk: roleOwnershipPartition(community) }), (item) =>
      recordOf<RoleOwnership>(item),
    ),
  saveRoleOwnership: async (next) => {
    const saved: RoleOwnership = { ...next, version: next.version + 1 }
    const item = {
      ...withRecord(roleOwnershipKey(saved.community, saved.role), saved),
      version: saved.version,
    }
    const result = await table.put(item, atVersion(next.version))
    return result === 'done' ? { kind: 'saved', ownership: saved } : { kind: 'stale' }
  },
})
