import { unreachable } from './errors.ts'
import type { AccountId } from './ids.ts'
import type { Change } from './plan.ts'

const rolesDone = 2

const adopted = 5
/** Of what was taken over, nothing can be forgotten before it was. */
const justAfter = adopted + 0.5
/** Whoever is let in again finds nothing there that they are not to have. */
const beforeResuming = adopted + 0.7

/** Departures before everything that gives: leaving is urgent, and nobody waits behind a long list of joins. */
const rank = (change: Change): number => {
  switch (change.kind) {
    case 'forget':
    case 'forgetRole':
      return 0
    case 'createRole':
      return 1
    case 'repairRole':
      return rolesDone
    case 'suspend':
    case 'remove':
      if (change.reason === 'readdressed') return 9
      return change.reason === 'departed' ? 3 : 4
    case 'adopt':
      return adopted
    case 'resume':
      return 6
    case 'grant':
    case 'revoke':
      return 7
    case 'invite':
      return 8
    // When everybody who had it has let go of it.
    case 'deleteRole':
      return 10
    default:
      return unreachable(change)
  }
}

const takenOverIn = (changes: readonly Change[]): ReadonlySet<AccountId> =>
  new Set(
    changes.flatMap((change) =>
      change.kind === 'adopt' && change.from !== undefined ? [change.subject.account] : [],
    ),
  )

const resumedIn = (changes: readonly Change[]): ReadonlySet<AccountId> =>
  new Set(changes.flatMap((change) => (change.kind === 'resume' ? [change.subject.account] : [])))

/** Accounts that are an administrator's by this plan. */
const promotedIn = (changes: readonly Change[]): ReadonlySet<AccountId> =>
  new Set(
    changes.flatMap((change) => (change.kind === 'grant' && change.admin ? [change.subject.account] : [])),
  )

/**
 * Stable: within a rank the given order (people by id, their own changes as planned) stays. Whoever becomes an administrator goes before all who
 * leave or stop being one, so that nobody has to wait for a successor.
 */
export const inOrder = (changes: readonly Change[]): readonly Change[] => {
  const [promoted, takenOver, resumed] = [promotedIn(changes), takenOverIn(changes), resumedIn(changes)]
  const among = (accounts: ReadonlySet<AccountId>, account: AccountId | undefined): boolean =>
    account !== undefined && accounts.has(account)
  const ownPlace = (change: Change): number => {
    if (change.kind === 'forget' && among(takenOver, change.subject.account)) return justAfter
    return change.kind === 'revoke' && among(resumed, change.subject.account) ? beforeResuming : rank(change)
  }
  const place = (change: Change): number => {
    const account = 'subject' in change ? change.subject.account : undefined
    const own = ownPlace(change)
    return own > 0 && among(promoted, account) ? rolesDone + own / 100 : own
  }
  return changes.toSorted((a, b) => place(a) - place(b))
}
