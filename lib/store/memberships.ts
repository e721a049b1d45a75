import type { Stamp } from '../core/audit.ts'
import type { ConnectionId, GroupId, MemberId } from '../core/ids.ts'
import { memberId } from '../core/ids.ts'
import { still } from './conditions.ts'
import {
  groupCounterKey,
  groupToMember,
  isResourceId,
  memberKey,
  membersPartition,
  memberToGroup,
  shards,
} from './keys.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Condition, Item, Table, TransactItem } from './table-client.ts'

/** One wish about one membership. */
export type Wish = { readonly op: 'add' | 'remove'; readonly id: MemberId }
/** A wish that changes something, with what was seen when that was found out. */
export type Effect = Wish & {
  /** The member's own life. */
  readonly incarnation: number
  /** The life the present row belongs to; undefined: no row. */
  readonly row: number | undefined
}
export type Effects = {
  /** In the order of the wishes; undefined for one that changes nothing. */
  readonly effects: readonly (Effect | undefined)[]
  /** To be added, but not there. */
  readonly unknown: readonly MemberId[]
}

/** Additions win over removals of the same member: a request means what it ends with. */
export const wishesOf = (add: readonly MemberId[], remove: readonly MemberId[]): readonly Wish[] => {
  const adding = new Set(add)
  return [
    ...[...new Set(remove)].filter((id) => !adding.has(id)).map((id): Wish => ({ op: 'remove', id })),
    ...[...adding].map((id): Wish => ({ op: 'add', id })),
  ]
}

type Lives = ReadonlyMap<string, number>
const livesOf = (rows: readonly Item[]): Lives =>
  new Map(rows.flatMap((row) => (row.deletedAt === undefined ? [[row.sk, Number(row.incarnation)]] : [])))

/** Members and rows of exactly these ids: the same cost in a group of any size. */
const readLives = async (table: Table, c: ConnectionId, group: GroupId, given: readonly MemberId[]) => {
  const ids = given.filter(isResourceId)
  const [members, rows] = await Promise.all([
    table.batchGet(ids.map((id) => memberKey(c, id))),
    table.batchGet(ids.map((id) => groupToMember(c, group, id))),
  ])
  return { members: livesOf(members), rows: livesOf(rows) }
}

const effectOf = (wish: Wish, members: Lives, rows: Lives): Effect | undefined => {
  const incarnation = members.get(wish.id)
  if (incarnation === undefined) return undefined
  const row = rows.get(wish.id)
  const isIn = row === incarnation
  return isIn === (wish.op === 'add') ? undefined : { ...wish, incarnation, row }
}

/** What the wishes come to. A row of an earlier life, or of a deleted member, counts as absent. */
export const readEffects = async (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  wishes: readonly Wish[],
): Promise<Effects> => {
  const { members, rows } = await readLives(
    table,
    c,
    group,
    wishes.map(({ id }) => id),
  )
  return {
    effects: wishes.map((wish) => effectOf(wish, members, rows)),
    unknown: wishes.filter(({ op, id }) => op === 'add' && !members.has(id)).map(({ id }) => id),
  }
}

export const readMembership = async (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  ids: readonly MemberId[],
): Promise<ReadonlySet<MemberId>> => {
  const { members, rows } = await readLives(table, c, group, ids)
  return new Set(ids.filter((id) => members.has(id) && members.get(id) === rows.get(id)))
}

export const readMemberPage = async (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  limit: number,
  after?: MemberId,
) => {
  const pk = membersPartition(c, group)
  const { items, next } = await table.query({ pk, limit, ...(after === undefined ? {} : { after }) })
  return {
    ids: items.map((row) => memberId(row.sk)),
    lives: livesOf(items),
    ...(next === undefined ? {} : { next: memberId(next) }),
  }
}

const rowStill = (life: number | undefined): Condition =>
  life === undefined
    ? { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }
    : still('incarnation', life)

const livingAs = (incarnation: number): Condition => ({
  expression: '#life = :life AND attribute_not_exists(#deleted)',
  names: { '#life': 'incarnation', '#deleted': 'deletedAt' },
  values: { ':life': incarnation },
})

/** Both directions together, the member's due item and trail, and for an addition the check that the member still lives. */
export const membershipItems = (
  table: Table,
  stamp: Stamp,
  group: GroupId,
  { op, id, incarnation, row }: Effect,
): readonly TransactItem[] => {
  const { connection: c, at, requestId } = stamp
  const there = groupToMember(c, group, id)
  const back = memberToGroup(c, group, id)
  const kind = op === 'add' ? 'groupJoined' : 'groupLeft'
  const noted = [
    duePut(table.ids, stamp, { kind: 'member', member: id }),
    ...auditPuts(table, stamp, { kind, member: id, group }),
  ]
  if (op === 'remove') return [{ delete: there, condition: rowStill(row) }, { delete: back }, ...noted]
  const fields = { incarnation, at, requestId }
  return [
    { put: { ...there, ...fields }, condition: rowStill(row) },
    { put: { ...back, ...fields } },
    { check: memberKey(c, id), condition: livingAs(incarnation) },
    ...noted,
  ]
}

/** Rows that come or go; a row renewed for a later life was counted already. */
export const countChange = (effects: readonly Effect[]): number =>
  effects.reduce((sum, { op, row }) => sum + (op === 'remove' ? -1 : Number(row === undefined)), 0)

/** Any of the shards will do: writers to one group rarely meet. */
export const countMembership = (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  change: number,
  at: Stamp['at'],
): TransactItem => ({
  update: groupCounterKey(c, group, Number.parseInt(table.ids.uuid().slice(0, 2), 16) % shards),
  expression: 'ADD #version :one, #n :change SET #at = :at',
  names: { '#version': 'version', '#n': 'n', '#at': 'at' },
  values: { ':one': 1, ':change': change, ':at': at },
})
