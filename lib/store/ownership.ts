import { ConnectorError } from '../core/errors.ts'
import type { AccountId, CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import { communityId } from '../core/ids.ts'
import { accountsOf, type Ownership } from '../core/ownership.ts'
import type { OwnershipStore } from '../core/ports/ownership.ts'
import { collected } from './batches.ts'
import { atVersion } from './conditions.ts'
import {
  accountGuard,
  ownedPartition,
  ownershipKey,
  ownershipPartition,
  ownershipPointerKey,
  standingPartition,
} from './keys.ts'
import { readOwnedCount } from './owned-count.ts'
import { countBy, counts, guardChanges, releaseGuard } from './ownership-guards.ts'
import { recordOf, withRecord } from './records.ts'
import { createRoleOwnerships } from './role-ownership.ts'
import type { Table, TransactItem } from './table-client.ts'

type Saved = Awaited<ReturnType<OwnershipStore['saveOwnership']>>

const pointerPrefix = 'O#'
const keyOf = (o: Ownership) => ownershipKey(o.community, o.connection, o.member)
const pointerOf = (o: Ownership) => ownershipPointerKey(o.connection, o.member, o.community)

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

  const stamped = (next: Ownership): Ownership => ({
    ...next,
    touchedAt: table.clock.now(),
    version: next.version + 1,
  })
  const putting = (before: Ownership | undefined, saved: Ownership): readonly TransactItem[] => [
    {
      put: { ...withRecord(keyOf(saved), saved), version: saved.version },
      condition: atVersion(saved.version - 1),
    },
    ...(before ? [] : [{ put: pointerOf(saved) }]),
  ]

  const saveOwnership = async (next: Ownership): Promise<Saved> => {
    const before = await ownership(next.community, next.connection, next.member)
    if ((before?.version ?? 0) !== next.version) return { kind: 'stale' }
    const saved = stamped(next)
    const result = await table.transact([
      ...putting(before, saved),
      ...guardChanges(before ? [before] : [], saved),
    ])
    if (result.kind === 'done') return { kind: 'saved', ownership: saved }
    const owner = await otherOwner(next)
    return owner ? { kind: 'conflict', owner } : { kind: 'stale' }
  }

  const transferOwnership: OwnershipStore['transferOwnership'] = async (from, next) => {
    const before = await ownership(next.community, next.connection, next.member)
    if ((before?.version ?? 0) !== next.version) return { kind: 'stale' }
    const saved = stamped(next)
    const result = await table.transact([
      { delete: keyOf(from), condition: atVersion(from.version) },
      { delete: pointerOf(from) },
      ...putting(before, saved),
      ...guardChanges(before ? [from, before] : [from], saved),
    ])
    return result.kind === 'done' ? { kind: 'saved', ownership: saved } : { kind: 'stale' }
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
    transferOwnership,
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
