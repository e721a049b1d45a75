import type { Stamp } from '../core/audit.ts'
import { type ConnectionId, fold, type MemberId, memberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { collected } from './batches.ts'
import { fitsKey, formerNameKey, formerNamePartition } from './keys.ts'
import { expiry, isExpired } from './records.ts'
import type { Table, TransactItem } from './table-client.ts'

/** Beside the audit entry of a rename, and kept as long: the trail of a person is asked for under the name they had then. */
export const formerNamePuts = (
  { auditKeptFor }: Pick<Table, 'auditKeptFor'>,
  { at }: Stamp,
  before: Member | undefined,
  { connection, id, userName }: Member,
): readonly TransactItem[] => {
  if (before === undefined || fold(before.userName) === fold(userName)) return []
  const key = formerNameKey(connection, before.userName, id)
  return [{ put: { ...key, expiresAt: expiry(at, auditKeptFor) } }]
}

export const idsByFormerName = async (
  table: Table,
  c: ConnectionId,
  value: string,
): Promise<readonly MemberId[]> => {
  if (!fitsKey(value)) return []
  const rows = await collected(table.queryAll({ pk: formerNamePartition(c, value) }))
  return rows.filter((row) => !isExpired(row, table.clock.now())).map(({ sk }) => memberId(sk))
}
