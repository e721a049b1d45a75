import type { HoldReason } from '../../../lib/core/verdict.ts'
import { createSafetyStore } from '../../../lib/store/safety.ts'
import { type Storage, withTable } from '../storage.ts'

/** What `rolecall holds` would list, in words. */
export const readHeld = (storage: Storage): Promise<readonly string[]> =>
  withTable(storage, async (table) => {
    const holds = await createSafetyStore(table).holds()
    return holds.flatMap((hold) => hold.held.map(({ reason }) => inWords(reason)))
  })

const inWords = (reason: HoldReason): string => {
  switch (reason.kind) {
    case 'budget':
      return `more ${reason.removal}s than the budget of ${reason.limit} allows`
    case 'emptyDesired':
      return `the directory names nobody, but ${reason.owned} accounts are ours`
    case 'minimumAdmins':
      return `fewer than ${reason.minimum} administrators would remain`
    case 'roleWidened':
      return `a role would gain ${reason.gains.join(', ')}`
    case 'roleDropped':
      return `the configuration no longer knows ${reason.roles.join(', ')}`
    case 'requiredAdmin':
    case 'flapping':
    case 'protected':
    case 'incompleteSnapshot':
    case 'awaitingApproval':
    case 'rejected':
      return reason.kind
  }
}
