import type { AccountId, CommunityId } from '../core/ids.ts'
import { accountsOf, type Ownership } from '../core/ownership.ts'
import { accountGuard, ownedCountKey } from './keys.ts'
import type { Condition, TransactItem } from './table-client.ts'

/** What stands beside a record of ownership and changes with it in one transaction: the accounts' guards and the exact count. */

type Held = { readonly by: Ownership; readonly account: AccountId }

const heldBy = (o: Ownership): Condition => ({
  expression: '#connection = :connection AND #member = :member',
  names: { '#connection': 'connection', '#member': 'member' },
  values: { ':connection': o.connection, ':member': o.member },
})
const isFree: Condition = { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }

const guardOf = (o: Ownership, account: AccountId, condition: Condition): TransactItem => ({
  put: { ...accountGuard(o.community, account), connection: o.connection, member: o.member },
  condition,
})
/** Released only by its holder. */
export const releaseGuard = (o: Ownership, account: AccountId): TransactItem => ({
  delete: accountGuard(o.community, account),
  condition: heldBy(o),
})

export const countBy = (community: CommunityId, change: number): readonly TransactItem[] =>
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

/** Somebody counts once, however many accounts the record claims. */
export const counts = (o: Ownership | undefined): number =>
  o !== undefined && accountsOf(o).length > 0 ? 1 : 0

/** From the records that go or change to the one that stands afterwards: an account passes only from its holder, or is taken when free. */
export const guardChanges = (before: readonly Ownership[], next: Ownership): readonly TransactItem[] => {
  const held: readonly Held[] = before.flatMap((by) => accountsOf(by).map((account) => ({ by, account })))
  const claimed = accountsOf(next)
  const same = ({ by }: Held): boolean => by.connection === next.connection && by.member === next.member
  const change = before.reduce((sum, one) => sum - counts(one), counts(next))
  return [
    ...held
      .filter(({ account }) => !claimed.includes(account))
      .map(({ by, account }) => releaseGuard(by, account)),
    ...held
      .filter((one) => claimed.includes(one.account) && !same(one))
      .map(({ by, account }) => guardOf(next, account, heldBy(by))),
    ...claimed
      .filter((id) => held.every(({ account }) => account !== id))
      .map((id) => guardOf(next, id, isFree)),
    ...countBy(next.community, change),
  ]
}
