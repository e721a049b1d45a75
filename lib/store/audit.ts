import type { AuditEntry } from '../core/audit.ts'
import type { AuditLog } from '../core/ports/runs.ts'
import { auditItems } from './audit-items.ts'
import { inParallel } from './batches.ts'
import { auditPartition } from './keys.ts'
import { isExpired, recordOf } from './records.ts'
import type { Table } from './table-client.ts'

const width = 8

/** Append-only: every row has a key of its own. What must stand together with a change is written in that change's transaction instead. */
export const createAuditLog = (table: Table): AuditLog => ({
  append: async (entries) => {
    const items = entries.flatMap((entry) => auditItems(entry, table.ids.ordered(), table.auditKeptFor))
    await inParallel(items, width, (item) => table.put(item))
  },

  about: async (subject, limit) => {
    const partition = auditPartition(subject.kind, subject.id, subject.connection)
    const now = table.clock.now()
    const found: AuditEntry[] = []
    if (limit < 1) return found
    for await (const item of table.queryAll({ pk: partition, forward: false, limit })) {
      // Rows expire in the order in which they were written: behind the first expired one there is nothing.
      if (isExpired(item, now)) break
      found.push(recordOf<AuditEntry>(item))
      if (found.length === limit) break
    }
    return found
  },
})
