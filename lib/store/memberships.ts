import type { AuditEvent, Stamp } from '../core/audit.ts'
import type { ConnectionId, GroupId, GroupMemberId } from '../core/ids.ts'
import { groupId, memberId } from '../core/ids.ts'
import type { GroupMember } from '../core/member.ts'
import { absent, still } from './conditions.ts'
import {
  groupCounterKey,
  groupKey,
  groupToMember,
  memberKey,
  membersPartition,
  memberToGroup,
  shards,
} from './keys.ts'
import { groupLife, type Life, type Lives, memberOfRow, type Rows, readLives } from './lives.ts'
import { countNested } from './nested-count.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Condition, Table, TransactItem } from './table-client.ts'

/** One wish about one membership. */
export type Wish = { readonly op: 'add' | 'remove'; readonly id: GroupMemberId }
/** A wish that changes something, with what was seen when that was found out. */
export type Effect = Wish &
  Life & {
    /** The life the present row belongs to; undefined: no row. */
    readonly row: number | undefined
  }
export type Effects = {
  /** In the order of the wishes; undefined for one that changes nothing. */
  readonly effects: readonly (Effect | undefined)[]
  /** To be added, but not there. */
  readonly unknown: readonly GroupMemberId[]
}

/** Additions win over removals of the same member: a request means what it ends with. */
export const wishesOf = (
  add: readonly GroupMemberId[],
  remove: readonly GroupMemberId[],
): readonly Wish[] => {
  const adding = new Set(add)
  return [
    ...[...new Set(remove)].filter((id) => !adding.has(id)).map((id): Wish => ({ op: 'remove', id })),
    ...[...adding].map((id): Wish => ({ op: 'add', id })),
  ]
}

const effectOf = (wish: Wish, lives: Lives, rows: Rows): Effect | undefined => {
  const life = lives.get(wish.id)
  if (life === undefined) return undefined
  const row = rows.get(wish.id)
  const isIn = row === life.incarnation
  return isIn === (wish.op === 'add') ? undefined : { ...wish, ...life, row }
}

/** What the wishes come to. A row of an earlier life, or of a deleted member, counts as absent; a group that is only about to be has no rows. */
export const readEffects = async (
  table: Table,
  c: ConnectionId,
  group: GroupId | undefined,
  wishes: readonly Wish[],
): Promise<Effects> => {
  const { lives, rows } = await readLives(
    table,
    c,
    group,
    wishes.map(({ id }) => id),
  )
  return {
    effects: wishes.map((wish) => effectOf(wish, lives, rows)),
    unknown: wishes.filter(({ op, id }) => op === 'add' && !lives.has(id)).map(({ id }) => id),
  }
}

export const readMembership = async (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  ids: readonly GroupMemberId[],
): Promise<ReadonlySet<GroupMemberId>> => {
  const { lives, rows } = await readLives(table, c, group, ids)
  return new Set(ids.filter((id) => lives.has(id) && lives.get(id)?.incarnation === rows.get(id)))
}

/** Rows in id order, whoever still lives or not. */
export const readMemberPage = async (
  table: Table,
  c: ConnectionId,
  group: GroupId,
  limit: number,
  after?: GroupMemberId,
) => {
  const pk = membersPartition(c, group)
  const { items, next } = await table.query({ pk, limit, ...(after === undefined ? {} : { after }) })
  const last = items.at(-1)
  return { items, ...(next === undefined || !last ? {} : { next: memberOfRow(last).id }) }
}

const rowStill = (life: number | undefined): Condition =>
  life === undefined ? absent : still('incarnation', life)

const livingAs = ({ type, incarnation }: Life): Condition =>
  type === 'Group'
    ? {
        expression: 'attribute_exists(#pk) AND attribute_not_exists(#deleted)',
        names: { '#pk': 'pk', '#deleted': 'deletedAt' },
      }
    : {
        expression: '#life = :life AND attribute_not_exists(#deleted)',
        names: { '#life': 'incarnation', '#deleted': 'deletedAt' },
        values: { ':life': incarnation },
      }

export const memberOfEffect = ({ type, id }: Effect): GroupMember =>
  type === 'Group' ? { type, id: groupId(id) } : { type, id: memberId(id) }

const event = (op: Wish['op'], inside: GroupMember, group: GroupId): AuditEvent =>
  inside.type === 'User'
    ? { kind: op === 'add' ? 'groupJoined' : 'groupLeft', member: inside.id, group }
    : { kind: op === 'add' ? 'groupNested' : 'groupUnnested', group: inside.id, into: group }

/** Who must be looked at: the person, or everybody in the group that moved. */
const noted = (table: Table, stamp: Stamp, group: GroupId, effect: Effect): readonly TransactItem[] => {
  const inside = memberOfEffect(effect)
  return [
    duePut(
      table.ids,
      stamp,
      inside.type === 'User' ? { kind: 'member', member: inside.id } : { kind: 'group', group: inside.id },
    ),
    ...auditPuts(table, stamp, event(effect.op, inside, group)),
  ]
}

/** For an addition, that whoever is added still lives. A group in itself is looked after as its container. */
const lifeCheck = (c: ConnectionId, group: GroupId, effect: Effect): readonly TransactItem[] => {
  const { type, id } = memberOfEffect(effect)
  if (id === group) return []
  return [{ check: type === 'Group' ? groupKey(c, id) : memberKey(c, id), condition: livingAs(effect) }]
}

/** Both directions together, the member's due item and trail, and for an addition the check that the member still lives. */
export const membershipItems = (
  table: Table,
  stamp: Stamp,
  group: GroupId,
  effect: Effect,
): readonly TransactItem[] => {
  const { connection: c, at, requestId, actor } = stamp
  const { op, id, type, incarnation, row } = effect
  const there = groupToMember(c, group, id)
  const back = memberToGroup(c, group, id)
  const after = noted(table, stamp, group, effect)
  if (op === 'remove') return [{ delete: there, condition: rowStill(row) }, { delete: back }, ...after]
  const fields = { incarnation, at, requestId, ...(type === 'Group' ? { type } : {}) }
  return [
    { put: { ...there, ...fields }, condition: rowStill(row) },
    // The request stands with the membership for as long as that lasts: the audit trail is not kept so long.
    { put: { ...back, ...fields, actor } },
    ...lifeCheck(c, group, effect),
    ...after,
  ]
}

/**
 * A group that takes in others is still there: they are counted in the connection, and nobody would look below its tombstone again. Not asked for
 * people, so that writers to one group rarely meet.
 */
export const containerCheck = (
  { connection }: Stamp,
  group: GroupId,
  effects: readonly Effect[],
): readonly TransactItem[] =>
  effects.some(({ op, type }) => op === 'add' && type === 'Group')
    ? [{ check: groupKey(connection, group), condition: livingAs({ type: 'Group', incarnation: groupLife }) }]
    : []

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

/** What is counted of them: in the group, and for groups among them in the connection. */
export const countEffects = (
  table: Table,
  { connection: c, at }: Stamp,
  group: GroupId,
  effects: readonly Effect[],
): readonly TransactItem[] =>
  effects.length === 0
    ? []
    : [
        countMembership(table, c, group, countChange(effects), at),
        ...countNested(c, countChange(effects.filter(({ type }) => type === 'Group'))),
      ]
