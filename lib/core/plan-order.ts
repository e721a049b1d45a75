import { unreachable } from './errors.ts'
import type { Change } from './plan.ts'

/** Departures before everything that gives: leaving is urgent, and nobody waits behind a long list of joins. */
const rank = (change: Change): number => {
  switch (change.kind) {
    case 'forget':
    case 'forgetRole':
      return 0
    case 'createRole':
      return 1
    case 'repairRole':
      return 2
    case 'suspend':
    case 'remove':
      if (change.reason === 'readdressed') return 9
      return change.reason === 'departed' ? 3 : 4
    case 'adopt':
      return 5
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

/** Stable: within a rank the given order (people by id, their own changes as planned) stays. */
export const inOrder = (changes: readonly Change[]): readonly Change[] =>
  changes.toSorted((a, b) => rank(a) - rank(b))
