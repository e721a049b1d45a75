import type { AccountId } from './ids.ts'
import { accountsOf, type Ownership } from './ownership.ts'
import type { Change, Plan, Unmanaged } from './plan.ts'
import type { Row } from './plan-rows.ts'
import { isAdmin, personKey, type Stage } from './plan-scene.ts'
import type { Holding } from './role-contents.ts'
import type { Account } from './snapshot.ts'

/** The accounts a change is about, and whose they are by it. */
const claimedBy = (change: Change): readonly (readonly [AccountId, string])[] => {
  if (!('subject' in change)) return []
  const accounts = change.kind === 'invite' ? [change.replaces, change.follows] : [change.subject.account]
  return accounts.flatMap((id) => (id === undefined ? [] : [[id, personKey(change.subject)] as const]))
}

const unmanagedAccount = (stage: Stage, account: Account): Unmanaged => ({
  kind: 'account',
  account: account.id,
  ...(account.email === undefined ? {} : { email: account.email }),
  admin: isAdmin(stage, account),
  ...(account.service ? { service: true } : {}),
})

const unmanagedGrants = (
  stage: Stage,
  account: Account,
  owner: Ownership | undefined,
): readonly Unmanaged[] => {
  // What service accounts hold is theirs, and of an account about to go nothing is anybody's.
  if (account.service || owner?.former === account.id) return []
  const ours = owner?.grants ?? []
  const others = account.roles.filter((role) => !ours.some(({ platformRole }) => platformRole === role))
  if (others.length === 0) return []
  return others.toSorted().map((role) => {
    const roleName = stage.roles.get(role)?.name ?? role
    return { kind: 'grant', account: account.id, platformRole: role, roleName }
  })
}

/** What took the place of a role of ours, and goes with the write that gives it back. */
const replacedBy = (changes: readonly Change[]) => {
  const going = new Set(
    changes.flatMap((one) =>
      one.kind === 'grant' && one.replaces !== undefined
        ? [`${one.subject.account}\u0000${one.replaces.platformRole}`]
        : [],
    ),
  )
  return (one: Unmanaged): boolean =>
    one.kind === 'grant' && going.has(`${one.account}\u0000${one.platformRole}`)
}

const sameAccount = (a: Unmanaged, b: Unmanaged): number =>
  a.account === b.account ? 0 : a.account < b.account ? -1 : 1

/**
 * What remains of the accounts when their rows are gone: how many hold which roles, who administers, and what is not ours. Not ours are few, and
 * a plan for the whole community names them all anyway.
 */
export const createRemains = (stage: Stage, scope: Plan['scope']) => {
  const holdings = new Map<string, Holding & { accounts: number }>()
  const administrators = new Set<AccountId>()
  const strangers = new Map<AccountId, Account>()
  const beside: Unmanaged[] = []
  const takers = new Map<string, Ownership>()

  const count = (account: Account): void => {
    const key = account.roles.join()
    const known = holdings.get(key)
    if (known === undefined) holdings.set(key, { roles: account.roles, accounts: 1 })
    else known.accounts += 1
    if (isAdmin(stage, account)) administrators.add(account.id)
  }
  const stranger = (account: Account): void => {
    if (strangers.has(account.id)) return
    strangers.set(account.id, account)
    count(account)
  }
  return {
    row: ({ ownership, accounts }: Row): void => {
      const ours = ownership === undefined ? [] : accountsOf(ownership)
      for (const { account, owner } of accounts) {
        if (ours.includes(account.id)) {
          count(account)
          if (scope === 'community') beside.push(...unmanagedGrants(stage, account, ownership))
        } else if (owner === undefined) stranger(account)
      }
    },
    /** Of somebody of whom nothing is said: what they hold is held all the same. */
    silent: ({ accounts }: Row): void => {
      for (const { account } of accounts) count(account)
    },
    /** An account that concerns nobody; each once. */
    other: (account: Account): void => (scope === 'community' ? stranger(account) : count(account)),
    /** Changes of somebody with a record, which may claim an account that the record does not name. */
    planned: (changes: readonly Change[], ownership: Ownership | undefined): void => {
      if (ownership === undefined) return
      const ours = accountsOf(ownership)
      if (changes.some((change) => claimedBy(change).some(([id]) => !ours.includes(id))))
        takers.set(personKey(ownership), ownership)
    },
    holdings: (): readonly Holding[] => [...holdings.values()],
    administers: (id: AccountId): boolean => administrators.has(id),
    /** What is on the platform and not ours, not even by these changes: reported, never changed. */
    unmanaged: (changes: readonly Change[]): readonly Unmanaged[] => {
      if (scope !== 'community') return []
      const claimed = new Map(changes.flatMap(claimedBy))
      const goes = replacedBy(changes)
      const rest = [...strangers.values()].flatMap((account): readonly Unmanaged[] => {
        const person = claimed.get(account.id)
        return person === undefined
          ? [unmanagedAccount(stage, account)]
          : unmanagedGrants(stage, account, takers.get(person))
      })
      return [...beside, ...rest].filter((one) => !goes(one)).toSorted(sameAccount)
    },
  }
}
