import type { AccountId } from './ids.ts'
import type { Change, ChangeId } from './plan.ts'
import type { Verdict } from './verdict.ts'

/** Roles that are to be taken and stay for now, and what may not be done while they are there. */
export const createKeptRoles = <Cause>() => {
  const kept = new Map<AccountId, Cause>()
  const replaced = new Map<AccountId, Cause>()
  return {
    keep: (change: Change, cause: Cause): void => {
      if (change.kind !== 'revoke') return
      kept.set(change.subject.account, cause)
      if (change.replaced) replaced.set(change.subject.account, cause)
    },
    /** The platform would take the old role away for the new one; and whoever is let in again would have it. */
    stops: (change: Change): Cause | undefined => {
      if (change.kind === 'grant') return replaced.get(change.subject.account)
      return change.kind === 'resume' ? kept.get(change.subject.account) : undefined
    },
  }
}

/** Roles that go although what was to replace them is not given after all: they count as lost. */
export const unreplacedIn = ({ allowed }: Pick<Verdict, 'allowed'>): ReadonlySet<ChangeId> => {
  const given = new Set(allowed.flatMap((one) => (one.kind === 'grant' ? [one.subject.account] : [])))
  const unreplaced = allowed.filter(
    (one) => one.kind === 'revoke' && one.replaced && !given.has(one.subject.account),
  )
  return new Set(unreplaced.map(({ id }) => id))
}
