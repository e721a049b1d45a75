import { isConnectorError } from '../core/errors.ts'
import { type CommunityId, type Instant, later, milliseconds } from '../core/ids.ts'
import type { Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, traceOf } from './faults.ts'
import { playIsolated } from './isolated.ts'
import { holdLease } from './lease.ts'
import { createOpenings, type Open, type Run } from './opening.ts'
import { quarantineIfRestored } from './quarantine.ts'
import type { RoundReport } from './round-report.ts'
import { refuseWishes } from './stored-plan.ts'
import { together } from './together.ts'

export type RunReport = {
  readonly ending:
    | 'done'
    /** Another worker has the community. */
    | 'busy'
    | 'notConfigured'
    | 'outOfTime'
    | 'leaseLost'
    | 'paused'
    /** A fault of our own: the work is still there. */
    | 'failed'
  readonly rounds: number
  readonly applied: number
  readonly failed: number
  readonly held: number
  readonly finished: number
  readonly deferred: number
}
export type Provisioner = {
  /** Works off what a community has waiting, until nothing is left or the deadline comes. */
  readonly run: (community: CommunityId, deadline: Instant) => Promise<RunReport>
}

/** Work taken at once: a round's plan and its targeted reads stay small, so that urgent work is not behind much else. */
const batch = 100

const nothing: RunReport = {
  ending: 'done',
  rounds: 0,
  applied: 0,
  failed: 0,
  held: 0,
  finished: 0,
  deferred: 0,
}

const endingOf = (ending: RoundReport['ending']): RunReport['ending'] | undefined => {
  if (ending.kind === 'complete') return undefined
  if (ending.kind === 'paused') return 'paused'
  return ending.code === 'yielded' ? undefined : ending.code
}

const plus = (total: RunReport, round: RoundReport): RunReport => ({
  ending: endingOf(round.ending) ?? total.ending,
  rounds: total.rounds + 1,
  applied: total.applied + round.applied,
  failed: total.failed + round.failed,
  held: total.held + round.held,
  finished: total.finished + round.finished,
  deferred: total.deferred + round.deferred,
})

/** In a community that nobody could call the last time: one of those who were put off may be why, for whom the others would wait for ever. */
const fewIfTried = (taken: readonly Work[]): readonly Work[] => {
  if (taken.some(({ subject }) => subject.kind !== 'member')) return taken
  const end = taken.findIndex(({ attempts }, index) => index >= Math.max(1, batch / 10 ** attempts))
  return end < 0 ? taken : taken.slice(0, end)
}

/** Longer than any run. */
const asideSeconds = 600

/** A look at everybody is put off before it begins: if it is what kills the run, the next one serves the others first. */
const putAside = async (deps: Provisioning, taken: readonly Work[]): Promise<readonly Work[]> => {
  const [first, ...rest] = taken
  if (first === undefined || first.subject.kind === 'member') return taken
  return [(await deps.work.defer(first, later(deps.clock.now(), asideSeconds))) ?? first, ...rest]
}

const workOff = async (deps: Provisioning, run: Run, open: Open): Promise<RunReport> => {
  let total = nothing
  const wary = (await deps.pauses.pause(run.id)) !== undefined
  for (;;) {
    const now = deps.clock.now()
    if (milliseconds(now) >= milliseconds(run.deadline)) return { ...total, ending: 'outOfTime' }
    const waiting = together(await deps.work.take(run.id, now, batch))
    const taken = wary ? fewIfTried(waiting) : waiting
    if (taken.length === 0) return total
    // Read after the work was taken: a wish that came with a newer configuration is judged by that one.
    const configuration = await deps.configuration()
    const community = configuration.communities.find((one) => one.id === run.id)
    if (community === undefined) {
      await refuseWishes(deps, taken)
      await deps.work.finish(taken)
      return { ...total, ending: 'notConfigured', finished: total.finished + taken.length }
    }
    const kept = await putAside(deps, taken)
    const { priority } = kept[0] ?? { priority: 'join' }
    const round = await playIsolated(deps, run, () => open({ configuration, community, priority }), kept)
    total = plus(total, round)
    const yielded = round.ending.kind === 'stopped' && round.ending.code === 'yielded'
    if (!yielded && (round.ending.kind !== 'complete' || round.finished + round.deferred === 0)) return total
  }
}

/** Whoever was overtaken notices it by records that moved on, too. */
const isLost = async (lease: Run['lease']): Promise<boolean> => {
  try {
    await lease.check()
    return false
  } catch (thrown) {
    return isConnectorError(thrown, 'leaseLost')
  }
}

export const createProvisioner = (deps: Provisioning): Provisioner => {
  const openings = createOpenings(deps)

  const underLease = async (run: Run): Promise<RunReport> => {
    const { id: community } = run
    const opening = openings(run)
    try {
      await quarantineIfRestored(deps)
      const report = await workOff(deps, run, opening.open)
      await opening.close()
      return report
    } catch (thrown) {
      const { code } = asConnectorError(thrown)
      if (code === 'leaseLost' || (await isLost(run.lease))) return { ...nothing, ending: 'leaseLost' }
      // The wake-up is not given back: in flight it would keep every later one of the community waiting. The sweep sends the next.
      deps.log.warn('run failed', { community, code, ...traceOf(thrown) })
      await deps.events.emit({ type: 'run.failed', community, at: deps.clock.now(), code })
      return { ...nothing, ending: 'failed' }
    }
  }

  return {
    run: async (community, deadline) => {
      const lease = await holdLease(deps, community)
      if (lease === undefined) return { ...nothing, ending: 'busy' }
      let report: RunReport
      try {
        report = await underLease({ id: community, runId: deps.ids.uuid(), deadline, lease })
      } finally {
        await lease.release()
      }
      if (report.ending === 'outOfTime') await deps.wakeUps.wake(community, deps.ids.ordered())
      return report
    },
  }
}
