import type { Target } from './assignment.ts'
import { ConnectorError } from './errors.ts'
import { type AccountId, fold } from './ids.ts'
import { accountsOf, type Ownership } from './ownership.ts'
import type { Plan } from './plan.ts'
import { createPlanner, type PlanFacts } from './plan-members.ts'
import {
  type AccountRow,
  compareAccounts,
  comparePeople,
  createInlets,
  mergeRows,
  type Owner,
  type Row,
} from './plan-rows.ts'
import { personKey } from './plan-scene.ts'
import type { Account, Snapshot } from './snapshot.ts'

export type PlanInput = Omit<PlanFacts, 'snapshot' | 'scope'> & {
  readonly targets: readonly Target[]
  /** Of every target that has one. In a targeted plan also of whoever else owns an account with a target's e-mail. */
  readonly ownership: readonly Ownership[]
  readonly snapshot: Snapshot
  /**
   * `targeted`: only `targets` are planned, whoever else is in the snapshot. `community`: targets and ownership are all there are, so that
   * ownership without a target is a departure. Absent: as the snapshot's own scope.
   */
  readonly scope?: Plan['scope']
}

const addressesOf = ({ target, ownership }: Row): readonly string[] => {
  const known = [target?.email, ownership === undefined ? undefined : fold(ownership.email)]
  return [...new Set(known.filter((email) => email !== undefined))]
}

/** Rows without accounts: everybody there is, sorted and merged. */
const everybody = (targets: readonly Target[], ownership: readonly Ownership[]): readonly Row[] => {
  const inlets = createInlets()
  inlets.targets.add(targets.toSorted(comparePeople))
  inlets.ownership.add(ownership.toSorted(comparePeople))
  for (const inlet of Object.values(inlets)) inlet.end()
  return [...mergeRows(inlets)].flatMap((step) => (step.kind === 'row' ? [step.row] : []))
}

const byAddress = (
  accounts: readonly Account[],
  addresses: ReadonlySet<string>,
): ReadonlyMap<string, readonly Account[]> => {
  const index = new Map<string, Account[]>()
  for (const account of accounts) {
    const email = account.email === undefined ? undefined : fold(account.email)
    if (email === undefined || !addresses.has(email)) continue
    const sharing = index.get(email)
    if (sharing === undefined) index.set(email, [account])
    else sharing.push(account)
  }
  return index
}

const ownersIn = (rows: readonly Row[], scope: Plan['scope']): ReadonlyMap<AccountId, Owner> => {
  const owners = new Map<AccountId, Owner>()
  for (const { target, ownership } of rows) {
    if (ownership === undefined) continue
    const standing = target?.standing ?? (scope === 'community' ? 'departed' : undefined)
    const owner = { ownership, ...(standing === undefined ? {} : { standing }) }
    for (const account of accountsOf(ownership)) owners.set(account, owner)
  }
  return owners
}

/** The accounts that concern each row, by record or by address. */
const createAccountSearch = (rows: readonly Row[], snapshot: Snapshot, scope: Plan['scope']) => {
  const byId = new Map(snapshot.accounts.map((account) => [account.id, account]))
  const sharing = byAddress(snapshot.accounts, new Set(rows.flatMap(addressesOf)))
  const owners = ownersIn(rows, scope)
  return (row: Row): readonly AccountRow[] => {
    const person = row.target ?? row.ownership
    if (person === undefined) return []
    const { connection, member } = person
    const ours = row.ownership === undefined ? [] : accountsOf(row.ownership)
    const own = ours.flatMap((id) => byId.get(id) ?? [])
    const others = addressesOf(row)
      .flatMap((email) => sharing.get(email) ?? [])
      .filter(({ id }) => !ours.includes(id))
    const found = [
      ...own.map((account): AccountRow => ({ connection, member, account })),
      ...[...new Set(others)].map((account): AccountRow => {
        const owner = owners.get(account.id)
        return { connection, member, account, ...(owner === undefined ? {} : { owner }) }
      }),
    ]
    return found.length < 2 ? found : found.toSorted(compareAccounts)
  }
}

/**
 * The difference between what should be and what is, in the order in which it is to be applied. Pure: the same input gives the same plan,
 * however targets, ownership and accounts are ordered. From an incomplete snapshot nothing is concluded about what it does not show.
 */
export const planChanges = (input: PlanInput): Plan => {
  const { targets, ownership, snapshot: whole, ...given } = input
  const { accounts, ...snapshot } = whole
  const scope = input.scope ?? snapshot.scope
  if (scope === 'community' && snapshot.scope !== 'community')
    throw new ConnectorError(
      'internal',
      'a plan for the whole community needs a snapshot of the whole community',
    )
  const planner = createPlanner({ ...given, snapshot, scope })
  const known = [...new Map(ownership.map((one) => [personKey(one), one])).values()]
  const rows = everybody(targets, known)
  const concerning = createAccountSearch(rows, whole, scope)
  const seen = new Set<AccountId>()
  for (const one of rows) {
    const found = concerning(one)
    for (const { account } of found) seen.add(account.id)
    planner.row({ ...one, accounts: found })
  }
  for (const account of accounts) if (!seen.has(account.id)) planner.other(account)
  return planner.finish()
}
