import { ConnectorError } from '../core/errors.ts'
import type { AccountId, CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import { communityId } from '../core/ids.ts'
import { accountsOf, type Ownership } from '../core/ownership.ts'
import type { OwnershipStore } from '../core/ports/ownership.ts'
import { collected } from './batches.ts'
import { atVersion } from './conditions.ts'
import {
  accountGuard,
  ownedCountKey,
  ownedPartition,
  ownershipKey,
  ownershipPartition,
  ownershipPointerKey,
  standingPartition,
} from './keys.ts'
import { readOwnedCount } from './owned-count.ts'
import { recordOf, withRecord } from './records.ts'
import { createRoleOwnerships } from './role-ownership.ts'
import type { Table, TransactItem } from './table-client.ts'

type Saved = Awaited<ReturnType<OwnershipStore['saveOwnership']>>

const pointerPrefix = 'O#'
const keyOf = (o: Ownership) => ownershipKey(o.community, o.connection, o.member)
const pointerOf = (o: Ownership) => ownershipPointerKey(o.connection, o.member, o.community)

const countBy = (community: CommunityId, change: number): readonly TransactItem[] =>
  change === 0
    ? []
    : [
        {
          update: ownedCountKey(community),
          expression: 'ADD #n :change',
          names: { '#n': 'n' },
          values: { ':change': change },
        },
      ]

/** The guard keeps an account with one owner: taken only when free, released only by its holder. */
const takeGuard = (o: Ownership, account: AccountId): TransactItem => ({
  put: { ...accountGuard(o.community, account), connection: o.connection, member: o.member },
  condition: { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } },
})
const releaseGuard = (o: Ownership, account: AccountId): TransactItem => ({
  delete: accountGuard(o.community, account),
  condition: {
    expression: '#connection = :connection AND #member = :member',
    names: { '#connection': 'connection', '#member': 'member' },
    values: { ':connection': o.connection, ':member': o.member },
  },
})

/** Somebody counts once, however many accounts the record claims. */
const counts = (o: Ownership | undefined): number => (o !== undefined && accountsOf(o).length > 0 ? 1 : 0)

const guardChanges = (before: Ownership | undefined, next: Ownership): readonly TransactItem[] => {
  const [held, claimed] = [before === undefined ? [] : accountsOf(before), accountsOf(next)]
  return [
    ...held.filter((id) => !claimed.includes(id)).map((id) => releaseGuard(next, id)),
    ...claimed.filter((id) => !held.includes(id)).map((id) => takeGuard(next, id)),
    ...countBy(next.community, counts(next) - counts(before)),
  ]
}

/** Who owns what. The record, the pointer on the member's side, the account's guard and the exact count change in one transaction. */
export const createOwnershipStore = (table: Table): OwnershipStore => {
  const ownership = async (community: CommunityId, connection: ConnectionId, member: MemberId) => {
    const item = await table.get(ownershipKey(community, connection, member))
    return item && recordOf<Ownership>(item)
  }

  const ownershipOfAccount = async (community: CommunityId, account: AccountId) => {
    const guard = await table.get(accountGuard(community, account))
    if (!guard) return undefined
    const owner = await ownership(community, guard.connection as ConnectionId, guard.member as MemberId)
    // The two are read one after the other: the account may have changed hands in between.
    return owner !== undefined && accountsOf(owner).includes(account) ? owner : undefined
  }

  /** Whoever else owns the account that `next` claims. */
  const otherOwner = async (next: Ownership): Promise<Ownership | undefined> => {
    for (const account of accountsOf(next)) {
      const owner = await ownershipOfAccount(next.community, account)
      if (owner !== undefined && keyOf(owner).sk !== keyOf(next).sk) return owner
    }
    return undefined
  }

  const saveOwnership = async (next: Ownership): Promise<Saved> => {
    const before = await ownership(next.community, next.connection, next.member)
    if ((before?.version ?? 0) !== next.version) return { kind: 'stale' }
    const saved: Ownership = { ...next, version: next.version + 1 }
    const record = { ...withRecord(keyOf(saved), saved), version: saved.version }
    const result = await table.transact([
      { put: record, condition: atVersion(next.version) },
      ...(before ? [] : [{ put: pointerOf(saved) }]),
      ...guardChanges(before, saved),
    ])
    if (result.kind === 'done') return { kind: 'saved', ownership: saved }
    const owner = await otherOwner(next)
    return owner ? { kind: 'conflict', owner } : { kind: 'stale' }
  }

  const deleteOwnership = async (read: Ownership): Promise<void> => {
    const owned = await ownership(read.community, read.connection, read.member)
    if (!owned) return
    const result =
      owned.version === read.version &&
      (await table.transact([
        { delete: keyOf(owned), condition: atVersion(owned.version) },
        { delete: pointerOf(owned) },
        ...accountsOf(owned).map((account) => releaseGuard(owned, account)),
        ...countBy(owned.community, -counts(owned)),
      ]))
    if (!result || result.kind === 'cancelled')
      throw new ConnectorError('storeConflict', 'the ownership changed since it was read: read it again')
  }

  return {
    ownership,
    ownershipOfAccount,
    ownershipsOf: async (connection, member) => {
      const pointers = table.queryAll({
        pk: standingPartition(connection, member),
        beginsWith: pointerPrefix,
      })
      const keys = await collected(pointers, (item) =>
        ownershipKey(communityId(item.sk.slice(pointerPrefix.length)), connection, member),
      )
      return (await table.batchGet(keys)).map((item) => recordOf<Ownership>(item))
    },
    ownerships: async (community, limit, after) => {
      const page = await table.query({
        pk: ownershipPartition(community),
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return {
        items: page.items.map((item) => recordOf<Ownership>(item)),
        ...(page.next === undefined ? {} : { next: page.next }),
      }
    },
    saveOwnership,
    deleteOwnership,
    ownedCount: (community) => readOwnedCount(table, community),
    ownedCounts: () =>
      collected(table.queryAll({ pk: ownedPartition }), ({ sk, n }) => ({
        community: communityId(sk),
        accounts: Number(n),
      })),
    ...createRoleOwnerships(table),
  }
}
