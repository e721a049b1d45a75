import { ConnectorError } from '../core/errors.ts'
import type { Instant } from '../core/ids.ts'
import { milliseconds } from '../core/ids.ts'
import type { Key } from './keys.ts'
import type { Table } from './table-client.ts'

/** Each failure means that another host got its slots; so many in a row mean something else. */
const attempts = 100
const keptFor = 24 * 3600

type Request = {
  /** Milliseconds between two slots. */
  readonly spacing: number
  readonly count: number
  /** Nothing is leased that would start later than this. */
  readonly latest: number
  /** Where the caller last saw the line end: right, it saves the read. */
  readonly expected: number | undefined
}

const moveEnd = (table: Table, key: Key, end: number, condition: string, seen: number) =>
  table.update(key, {
    expression: 'SET #end = :end, #expiresAt = :expiresAt',
    condition: `attribute_not_exists(#end) OR ${condition}`,
    names: { '#end': 'end', '#expiresAt': 'expiresAt' },
    values: { ':end': end, ':seen': seen, ':expiresAt': Math.ceil(end / 1000) + keptFor },
  })

/** Takes the next slots of the shared time line; undefined when they would come too late. */
export const leaseSlots = async (
  table: Table,
  key: Key,
  { spacing, count, latest, expected }: Request,
): Promise<{ readonly start: number; readonly end: number } | undefined> => {
  let seen = expected
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    seen ??= Number((await table.get(key))?.end ?? 0)
    const start = Math.max(milliseconds(table.clock.now()), seen)
    if (start > latest) return undefined
    const end = start + count * spacing
    if ((await moveEnd(table, key, end, '#end = :seen', seen)) !== 'conditionFailed') return { start, end }
    seen = undefined
  }
  throw new ConnectorError('storeConflict', 'no slot could be leased: too many workers share this rate')
}

/** Nobody's next slot lies before `until`. */
export const postpone = async (table: Table, key: Key, until: Instant): Promise<void> => {
  const end = milliseconds(until)
  await moveEnd(table, key, end, '#end < :seen', end)
}
