import type { Budget, Safety } from './configuration.ts'
import type { HeldChange, Hold, Verdict } from './verdict.ts'

const smaller = (a: Budget, b: Budget): Budget => ({
  fraction: Math.min(a.fraction, b.fraction),
  floor: Math.min(a.floor, b.floor),
})
const both = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]

/** Of each limit the one that lets less through: no version loosens the limits its own effect is judged by. */
export const stricter = (current: Safety, candidate: Safety): Safety => ({
  departures: smaller(current.departures, candidate.departures),
  revocations: smaller(current.revocations, candidate.revocations),
  window: Math.max(current.window, candidate.window),
  minimumAdmins: Math.max(current.minimumAdmins, candidate.minimumAdmins),
  requiredAdmins: both(current.requiredAdmins, candidate.requiredAdmins),
  whileHeld: candidate.whileHeld,
  protected: both(current.protected, candidate.protected),
})

/** What would wait for a person and does not yet; what somebody rejected is no news. */
export const newlyHeld = ({ held }: Verdict, hold: Hold | undefined): readonly HeldChange[] => {
  const known = new Set(hold?.held.map(({ change }) => change.id))
  return held.filter(({ change, reason }) => reason.kind !== 'rejected' && !known.has(change.id))
}
