import { ConnectorError } from '../core/errors.ts'
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
): Pick<OwnershipStore, 'roleOwnerships' | 'saveRoleOwnership' | 'deleteRoleOwnership'> => ({
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
  deleteRoleOwnership: async ({ community, role, version }) => {
    const key = roleOwnershipKey(community, role)
    if ((await table.delete(key, atVersion(version))) === 'done') return
    // Gone already is as good as done; our own first attempt may have done it.
    if ((await table.get(key)) !== undefined)
      throw new ConnectorError('storeConflict', `the record of role ${role} changed since it was read`)
  },
})
