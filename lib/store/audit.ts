import type { AuditEntry } from '../core/audit.ts'
import type { AuditLog, AuditSubject } from '../core/ports/runs.ts'
import { auditItems } from './audit-items.ts'
import { inParallel } from './batches.ts'
import { auditPartition } from './keys.ts'
import { isExpired, recordOf } from './records.ts'
import type { Table } from './table-client.ts'

const width = 8
/** Sorts behind every character keys are made of. */
const last = '\uffff'

const partitionOf = (subject: AuditSubject): string =>
  subject.kind === 'configuration'
    ? auditPartition('system', 'configuration')
    : auditPartition(subject.kind, subject.id, subject.connection)

/** Append-only: every row has a key of its own. What must stand together with a change is written in that change's transaction instead. */
export const createAuditLog = (table: Table): AuditLog => {
  const page: AuditLog['page'] = async (subject, { limit, until, after }) => {
    const { items, next } = await table.query({
      pk: partitionOf(subject),
      forward: false,
      limit,
      ...(until === undefined ? {} : { to: `${until}#${last}` }),
      ...(after === undefined ? {} : { after }),
    })
    const now = table.clock.now()
    const first = items.findIndex((item) => isExpired(item, now))
    // Rows expire in the order in which they were written: behind the first expired one there is nothing.
    if (first >= 0) return { items: items.slice(0, first).map((item) => recordOf<AuditEntry>(item)) }
    return {
      items: items.map((item) => recordOf<AuditEntry>(item)),
      ...(next === undefined ? {} : { next }),
    }
  }

  return {
    append: async (entries) => {
      const items = entries.flatMap((entry) => auditItems(entry, table.ids.ordered(), table.auditKeptFor))
      await inParallel(items, width, (item) => table.put(item))
    },
    page,
    about: async (subject, limit) => {
      const found: AuditEntry[] = []
      let after: string | undefined
      while (found.length < limit) {
        const { items, next } = await page(subject, {
          limit: limit - found.length,
          ...(after === undefined ? {} : { after }),
        })
        found.push(...items)
        if (next === undefined) break
        after = next
      }
      return found
    },
  }
}
