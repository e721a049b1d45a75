import { memberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { MemberWrite } from '../core/ports/directory.ts'
import { absent, still } from './conditions.ts'
import { type Key, memberExternalIdGuard, memberKey, userNameGuard } from './keys.ts'
import { isLive, memberOf } from './member-items.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

type Taken = Extract<MemberWrite, { readonly kind: 'taken' }>
type Claim = { readonly attribute: Taken['attribute']; readonly key: Key }
export type GuardMoves = { readonly kind: 'moves'; readonly items: readonly TransactItem[] } | Taken

const claimsOf = ({ connection, userName, externalId }: Member): readonly Claim[] => [
  { attribute: 'userName', key: userNameGuard(connection, userName) },
  ...(externalId === undefined
    ? []
    : [{ attribute: 'externalId' as const, key: memberExternalIdGuard(connection, externalId) }]),
]

/** A deleted person's userName goes to somebody else only when both are told apart by their externalId. */
const yields = (holder: Member, next: Member, attribute: Taken['attribute']): boolean =>
  attribute === 'userName' &&
  !isLive(holder) &&
  holder.externalId !== undefined &&
  next.externalId !== undefined &&
  holder.externalId !== next.externalId

const take = (claim: Claim, next: Member, guard: Item | undefined): TransactItem => ({
  put: { ...claim.key, id: next.id },
  condition: guard === undefined ? absent : still('id', String(guard.id)),
})

const holdersOf = async (table: Table, guards: readonly Item[], next: Member) => {
  const others = guards.map((row) => String(row.id)).filter((id) => id !== next.id)
  const rows = await table.batchGet(others.map((id) => memberKey(next.connection, memberId(id))))
  return new Map(rows.map((row) => [row.sk, memberOf(row)]))
}

/** What a claim costs: its guard and, when that was a tombstone's, that it stays a tombstone meanwhile. */
const claimItems = (claim: Claim, next: Member, guard: Item | undefined, holder: Member | undefined) => {
  // Restored: its own still, but at this very moment somebody else might be given it.
  if (guard?.id === next.id) return [{ check: claim.key, condition: still('id', next.id) }]
  const checked: TransactItem[] = holder
    ? [{ check: memberKey(holder.connection, holder.id), condition: still('version', holder.version) }]
    : []
  return [take(claim, next, guard), ...checked]
}

type Moving = { readonly claims: readonly Claim[]; readonly released: readonly Claim[] }

/** A live member holds its guards, so unchanged ones are left alone; a tombstone's may have gone to somebody else. */
const movingOf = (before: Member | undefined, next: Member): Moving => {
  const wanted = claimsOf(next)
  const old = before === undefined ? [] : claimsOf(before)
  const held = new Set(before !== undefined && isLive(before) ? old.map(({ key }) => key.pk) : [])
  return {
    claims: wanted.filter(({ key }) => !held.has(key.pk)),
    released: old.filter(({ key }) => !wanted.some((claim) => claim.key.pk === key.pk)),
  }
}

const releasing = ({ key }: Claim, next: Member): TransactItem => ({
  delete: key,
  condition: still('id', next.id),
})

/** Mostly nobody holds the new names and a live member holds its own: without a look, the conditions tell. */
export const guardMovesUnseen = (before: Member | undefined, next: Member): readonly TransactItem[] => {
  const { claims, released } = movingOf(before, next)
  return [
    ...claims.map((claim) => take(claim, next, undefined)),
    ...released.map((claim) => releasing(claim, next)),
  ]
}

/** With a look at who holds what. */
export const moveGuards = async (
  table: Table,
  before: Member | undefined,
  next: Member,
): Promise<GuardMoves> => {
  const { claims, released } = movingOf(before, next)
  if (claims.length + released.length === 0) return { kind: 'moves', items: [] }

  const rows = await table.batchGet([...claims, ...released].map(({ key }) => key))
  const guards = new Map(rows.map((row) => [row.pk, row]))
  const holders = await holdersOf(table, rows, next)
  const items: TransactItem[] = []
  for (const claim of claims) {
    const guard = guards.get(claim.key.pk)
    const holder = guard && holders.get(String(guard.id))
    if (holder && !yields(holder, next, claim.attribute))
      return { kind: 'taken', attribute: claim.attribute, by: holder }
    items.push(...claimItems(claim, next, guard, holder))
  }
  for (const claim of released)
    if (guards.get(claim.key.pk)?.id === next.id) items.push(releasing(claim, next))
  return { kind: 'moves', items }
}
