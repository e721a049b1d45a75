import type { Change } from '../core/plan.ts'
import type { Applied } from '../core/ports/platform.ts'
import type { Account, PlatformRole, Snapshot } from '../core/snapshot.ts'

const replaced = <Item extends { readonly id: string }>(
  items: readonly Item[],
  item: Item,
): readonly Item[] => [...items.filter(({ id }) => id !== item.id), item]

const withoutOldInvitation = (accounts: readonly Account[], change: Change): readonly Account[] =>
  change.kind === 'invite' && change.replaces !== undefined
    ? accounts.filter(({ id }) => id !== change.replaces)
    : accounts

/** The snapshot as it stands after a change, by what was read back. */
export const snapshotAfter = (snapshot: Snapshot, change: Change, applied: Applied): Snapshot => {
  switch (applied.kind) {
    case 'role':
      return { ...snapshot, roles: replaced<PlatformRole>(snapshot.roles, applied.role) }
    case 'account':
      return {
        ...snapshot,
        accounts: replaced<Account>(withoutOldInvitation(snapshot.accounts, change), applied.account),
      }
    case 'gone':
      if (change.kind === 'deleteRole')
        return { ...snapshot, roles: snapshot.roles.filter(({ id }) => id !== change.platformRole) }
      if (change.kind !== 'remove') return snapshot
      return {
        ...snapshot,
        accounts: snapshot.accounts.filter(({ id }) => id !== change.subject.account),
      }
  }
}
