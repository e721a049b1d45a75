import type { AuditEvent, Stamp } from '../core/audit.ts'
import type { Ids } from '../core/ports/clock.ts'
import type { DueSubject } from '../core/work.ts'
import { auditItems } from './audit-items.ts'
import { dueItem } from './due-items.ts'
import type { Table, TransactItem } from './table-client.ts'

/** The due item of a change, to be written in its own transaction. */
export const duePut = (ids: Ids, { connection, at }: Stamp, subject: DueSubject): TransactItem => ({
  put: dueItem({ position: ids.ordered(), connection, at, ...subject }),
})

/** The audit rows of a change, to be written in its own transaction. */
export const auditPuts = (
  { ids, auditKeptFor }: Pick<Table, 'ids' | 'auditKeptFor'>,
  { at, requestId, actor, connection }: Stamp,
  event: AuditEvent,
  more: Readonly<Record<string, unknown>> = {},
): readonly TransactItem[] => {
  const items = auditItems({ at, requestId, actor, connection, event }, ids.ordered(), auditKeptFor)
  return items.map((item) => ({ put: { ...item, ...more } }))
}
