import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, fold, type MemberId, memberId } from '../core/ids.ts'
import type { AttributeValue, Member } from '../core/member.ts'
import { collected } from './batches.ts'
import {
  emailKey,
  emailPartition,
  fitsKey,
  type Key,
  manyEmailsKey,
  manyEmailsPartition,
  manyTombstonesKey,
  manyTombstonesPartition,
} from './keys.ts'
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

type Placed = Addressed & Pick<Member, 'deletedAt'>
const isLive = ({ deletedAt }: Placed): boolean => deletedAt === undefined

/** The row of all addresses, of the living and of the deleted apart: no look-up of the ones reads the others. */
const manyMoves = (
  { connection: c, id }: Pick<Member, 'connection' | 'id'>,
  before: Placed | undefined,
  next: Placed,
): readonly TransactItem[] => {
  const rowOf = (one: Placed): Key => (isLive(one) ? manyEmailsKey(c, id) : manyTombstonesKey(c, id))
  const [old, wanted] = [manyOf(before), manyOf(next)]
  const moved = before !== undefined && isLive(before) !== isLive(next)
  const same = !moved && old.length === wanted.length && wanted.every((email, n) => email === old[n])
  if (same) return []
  const gone = before !== undefined && old.length > 0 && (moved || wanted.length === 0)
  return [
    ...(gone ? [{ delete: rowOf(before) }] : []),
    ...(wanted.length > 0 ? [{ put: { ...rowOf(next), emails: wanted } }] : []),
  ]
}

/**
 * From the addresses that stand with a member to those that are to. A tombstone keeps its look-up items, so that who comes by an address of it is
 * known for gone; a restored one gets all of them anew.
 */
export const emailMoves = (before: (Member & Placed) | undefined, next: Member): readonly TransactItem[] => {
  const { connection: c, id } = next
  const old = new Set(before ? emailsOf(before) : [])
  const wanted = new Set(emailsOf(next))
  const there = before !== undefined && (isLive(before) || !isLive(next)) ? old : new Set<string>()
  return [
    ...[...wanted].filter((email) => !there.has(email)).map((email) => ({ put: emailKey(c, email, id) })),
    ...[...old].filter((email) => !wanted.has(email)).map((email) => ({ delete: emailKey(c, email, id) })),
    ...manyMoves(next, before, next),
  ]
}

const amongMany = async (table: Table, pk: string, email: string): Promise<readonly Item[]> => {
  const found: Item[] = []
  let seen = 0
  for await (const row of table.queryAll({ pk })) {
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

const idsIn = async (
  table: Table,
  c: ConnectionId,
  value: string,
  many: string,
): Promise<readonly MemberId[]> => {
  const [direct, others] = await Promise.all([
    fitsKey(value) ? collected(table.queryAll({ pk: emailPartition(c, value) })) : [],
    amongMany(table, many, fold(value)),
  ])
  return [...new Set([...direct, ...others].map(({ sk }) => sk))].sort().map(memberId)
}

/** Whoever has this address, whichever of theirs it is: one look-up, and those who have more than have look-up items. */
export const idsByEmail = (table: Table, c: ConnectionId, value: string): Promise<readonly MemberId[]> =>
  idsIn(table, c, value, manyEmailsPartition(c))

/** Deleted members who had it. */
export const deletedByEmail = (table: Table, c: ConnectionId, value: string): Promise<readonly MemberId[]> =>
  idsIn(table, c, value, manyTombstonesPartition(c))
