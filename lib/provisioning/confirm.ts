import { grantId, suspendId } from '../core/change-ids.ts'
import type { AccountId } from '../core/ids.ts'
import type { OwnedGrant, Ownership } from '../core/ownership.ts'
import { suspendedGrants } from '../core/ownership-after.ts'
import type { Change, ChangeId } from '../core/plan.ts'
import type { Account, Snapshot } from '../core/snapshot.ts'

export type Confirmation = {
  readonly before: Ownership
  readonly after: Ownership
  /** The changes that turn out to have happened. */
  readonly changes: readonly { readonly id: ChangeId; readonly kind: Change['kind'] }[]
}

const withoutMark = <Item extends { readonly unconfirmed?: true }>(item: Item): Item => {
  const { unconfirmed: _unconfirmed, ...rest } = item
  return rest as Item
}

/** The record says what was given, and no longer in whose place: the grant is told by that alone. */
const confirm = (before: Ownership, account: Account): Confirmation | undefined => {
  const shown = (grant: OwnedGrant): boolean =>
    grant.unconfirmed === true && account.roles.includes(grant.platformRole)
  const { suspended } = before
  const off = suspended?.unconfirmed === true && account.status === 'disabled' ? suspended : undefined
  const changes = [
    ...before.grants
      .filter(shown)
      .map(({ role }) => ({ id: grantId(account.id, role), kind: 'grant' }) as const),
    ...(off === undefined ? [] : [{ id: suspendId(account.id, off.reason), kind: 'suspend' } as const]),
  ]
  if (changes.length === 0) return undefined
  const seen = before.grants.map((grant) => (shown(grant) ? withoutMark(grant) : grant))
  const grants = off === undefined ? seen : suspendedGrants(seen, account)
  const after = { ...before, grants, ...(off === undefined ? {} : { suspended: withoutMark(off) }) }
  return { before, after, changes }
}

/** What an earlier run wrote ahead and died before reading back: the platform shows it, so it was done. */
export const confirmations = (
  ownership: readonly Ownership[],
  snapshot: Snapshot,
): readonly Confirmation[] => {
  const accounts = new Map<AccountId, Account>(snapshot.accounts.map((one) => [one.id, one]))
  return ownership.flatMap((one) => {
    const account = one.account === undefined ? undefined : accounts.get(one.account)
    return account === undefined ? [] : (confirm(one, account) ?? [])
  })
}
