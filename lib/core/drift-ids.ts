import { unreachable } from './errors.ts'
import type { AccountId, RoleId } from './ids.ts'
import type { DriftFound } from './plan.ts'

/** A grant lost by hand, and what corrects it: the same one whatever takes the role's place this time. */
export const lossId = (account: AccountId, role: RoleId): string => `grantLost/${account}/${role}`

/** Stable, readable identity of a difference: the same one has the same id at every look. */
export const driftId = (drift: DriftFound): string => {
  switch (drift.kind) {
    case 'grantLost':
      return lossId(drift.subject.account, drift.role)
    case 'reenabled':
    case 'disabled':
      return `${drift.kind}/${drift.subject.account}`
    case 'accountGone':
      return `accountGone/${drift.subject.connection}/${drift.subject.member}`
    case 'roleEdited':
    case 'roleGone':
      return `${drift.kind}/${drift.role}`
    default:
      return unreachable(drift)
  }
}
