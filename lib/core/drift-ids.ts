import { unreachable } from './errors.ts'
import type { DriftFound } from './plan.ts'

/** Stable, readable identity of a difference: the same one has the same id at every look. */
export const driftId = (drift: DriftFound): string => {
  switch (drift.kind) {
    case 'grantLost':
      return `grantLost/${drift.subject.account}/${drift.role}`
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
