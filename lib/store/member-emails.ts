import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, fold, type MemberId, memberId } from '../core/ids.ts'
import type { AttributeValue, Member } from '../core/member.ts'
import { collected } from './batches.ts'
import { emailKey, emailPartition, fitsKey, manyEmailsKey, manyEmailsPartition } from './keys.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

/** A member's transaction has room for so many. */
const lookedUp = 3
/** People with more addresses than that, looked through in one look-up: as many as a filter may scan. */
const maximumLookedThrough = 10_000

type Addressed = Pick<Member, 'attributes'>

/** Every address of a person, folded. */
export const addressesOf = ({ attributes }: Addressed): readonly string[] => {
  const entries = Object.entries(attributes).find(([name]) => name.toLowerCase() === 'emails')?.[1]
  if (!Array.isArray(entries)) return []
  const values = entries.flatMap((entry: AttributeValue) =>
    typeof entry === 'object' && entry !== null && 'value' in entry && typeof entry.value === 'string'
      ? [fold(entry.value)]
      : [],
  )
  return [...new Set(values)].filter((value) => value !== '')
}

/** The addresses that get look-up items. */
export const emailsOf = (member: Addressed): readonly string[] =>
  addressesOf(member).filter(fitsKey).slice(0, lookedUp)

/** All of them, of somebody who has more than look-up items: whatever changes place among them, it is found meanwhile. */
const manyOf = (member: Addressed | undefined): readonly string[] => {
  const all = member === undefined ? [] : addressesOf(member)
  return member !== undefined && all.length > emailsOf(member).length ? all : []
}

/** From the addresses of a living member, or none, to those of a living one, or none. */
export const emailMoves = (
  { connection: c, id }: Pick<Member, 'connection' | 'id'>,
  before: Addressed | undefined,
  next: Addressed | undefined,
): readonly TransactItem[] => {
  const old = new Set(before ? emailsOf(before) : [])
  const wanted = new Set(next ? emailsOf(next) : [])
  const [oldMany, many] = [manyOf(before), manyOf(next)]
  const same = oldMany.length === many.length && many.every((email, n) => email === oldMany[n])
  const row = manyEmailsKey(c, id)
  return [
    ...[...wanted].filter((email) => !old.has(email)).map((email) => ({ put: emailKey(c, email, id) })),
    ...[...old].filter((email) => !wanted.has(email)).map((email) => ({ delete: emailKey(c, email, id) })),
    ...(same ? [] : [many.length === 0 ? { delete: row } : { put: { ...row, emails: many } }]),
  ]
}

const amongMany = async (table: Table, c: ConnectionId, email: string): Promise<readonly Item[]> => {
  const found: Item[] = []
  let seen = 0
  for await (const row of table.queryAll({ pk: manyEmailsPartition(c) })) {
    seen += 1
    if (seen > maximumLookedThrough)
      throw new ConnectorError(
        'tooMany',
        `more than ${maximumLookedThrough} people have more than ${lookedUp} e-mail addresses: look for userName or externalId`,
        { field: 'emails.value' },
      )
    if (Array.isArray(row.emails) && row.emails.includes(email)) found.push(row)
  }
  return found
}

/** Whoever has this address, whichever of theirs it is: one look-up, and those who have more than have look-up items. */
export const idsByEmail = async (
  table: Table,
  c: ConnectionId,
  value: string,
): Promise<readonly MemberId[]> => {
  const [direct, many] = await Promise.all([
    fitsKey(value) ? collected(table.queryAll({ pk: emailPartition(c, value) })) : [],
    amongMany(table, c, fold(value)),
  ])
  return [...new Set([...direct, ...many].map(({ sk }) => sk))].sort().map(memberId)
}
