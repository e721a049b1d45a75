import { type CommunityId, type Instant, milliseconds } from '../core/ids.ts'
import type { Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, traceOf } from './faults.ts'
import { playRound, type Round } from './round.ts'
import type { RoundReport } from './round-report.ts'
import { deferAll } from './settle.ts'

const none: RoundReport = {
  applied: 0,
  failed: 0,
  held: 0,
  finished: 0,
  deferred: 0,
  ending: { kind: 'complete' },
}
const both = (a: RoundReport, b: RoundReport): RoundReport => ({
  applied: a.applied + b.applied,
  failed: a.failed + b.failed,
  held: a.held + b.held,
  finished: a.finished + b.finished,
  deferred: a.deferred + b.deferred,
  ending: b.ending,
})

/** A fault nobody foresaw is somebody's in particular: halved until that one is alone, who waits, and the others go on. */
export const playIsolated = async (
  deps: Provisioning,
  { id, deadline }: { readonly id: CommunityId; readonly deadline: Instant },
  open: () => Promise<Round>,
  taken: readonly Work[],
): Promise<RoundReport> => {
  try {
    return await playRound(deps, open, taken)
  } catch (thrown) {
    const error = asConnectorError(thrown)
    if (error.code !== 'internal') throw error
    const late = milliseconds(deps.clock.now()) >= milliseconds(deadline)
    if (late) return { ...none, ending: { kind: 'stopped', code: 'outOfTime' } }
    if (taken.length === 1) {
      deps.log.warn('work put off', { community: id, ...traceOf(thrown) })
      return { ...none, ...(await deferAll(deps, taken, undefined)), failed: 1 }
    }
    const half = Math.ceil(taken.length / 2)
    const first = await playIsolated(deps, { id, deadline }, open, taken.slice(0, half))
    if (first.ending.kind !== 'complete') return first
    return both(first, await playIsolated(deps, { id, deadline }, open, taken.slice(half)))
  }
}
