import type { Community, Configuration } from '../core/configuration.ts'
import { type CommunityId, type Instant, later, milliseconds } from '../core/ids.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, traceOf } from './faults.ts'
import { type HeldLease, holdLease } from './lease.ts'
import { quarantineIfRestored } from './quarantine.ts'
import { playRound, type Round, type RoundReport } from './round.ts'
import { deferAll } from './settle.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'

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
  return ending.kind === 'paused' ? 'paused' : ending.code
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

/** What is more urgent than a look at the whole community goes first, on its own; what comes behind it is covered by it. */
const together = (taken: readonly Work[]): readonly Work[] => {
  const whole = taken.findIndex(({ subject }) => subject.kind === 'community')
  return whole <= 0 ? taken : taken.slice(0, whole)
}

/** Longer than any run. */
const asideSeconds = 600

/** A look at everybody is put off before it begins: if it is what kills the run, the next one serves the others first. */
const putAside = async (deps: Provisioning, taken: readonly Work[]): Promise<readonly Work[]> => {
  const [first, ...rest] = taken
  if (first?.subject.kind !== 'community') return taken
  return [(await deps.work.defer(first, later(deps.clock.now(), asideSeconds))) ?? first, ...rest]
}

type Run = {
  readonly id: CommunityId
  readonly runId: string
  readonly deadline: Instant
  readonly lease: HeldLease
}

/** The platform is opened per round (its credentials may change) and its snapshot kept while it is the same one. */
const createOpener = (deps: Provisioning) => {
  let opened: { readonly platform: Platform; readonly snapshots: Snapshots } | undefined
  return async (run: Run, configuration: Configuration, community: Community): Promise<Round> => {
    const platform = await deps.platforms.open(community)
    if (opened?.platform !== platform) opened = { platform, snapshots: createSnapshots(platform, deps.clock) }
    const { runId, deadline, lease } = run
    return { configuration, community, ...opened, lease, deadline, runId }
  }
}

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
const playIsolated = async (
  deps: Provisioning,
  { id, deadline }: Pick<Run, 'id' | 'deadline'>,
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

const workOff = async (deps: Provisioning, run: Run): Promise<RunReport> => {
  const open = createOpener(deps)
  let total = nothing
  for (;;) {
    const now = deps.clock.now()
    if (milliseconds(now) >= milliseconds(run.deadline)) return { ...total, ending: 'outOfTime' }
    const taken = together(await deps.work.take(run.id, now, batch))
    if (taken.length === 0) return total
    // Read after the work was taken: a wish that came with a newer configuration is judged by that one.
    const configuration = await deps.configuration()
    const community = configuration.communities.find((one) => one.id === run.id)
    if (community === undefined) {
      await deps.work.finish(taken)
      return { ...total, ending: 'notConfigured', finished: total.finished + taken.length }
    }
    const kept = await putAside(deps, taken)
    const round = await playIsolated(deps, run, () => open(run, configuration, community), kept)
    total = plus(total, round)
    if (round.ending.kind !== 'complete' || round.finished + round.deferred === 0) return total
  }
}

export const createProvisioner = (deps: Provisioning): Provisioner => ({
  run: async (community, deadline) => {
    const lease = await holdLease(deps, community)
    if (lease === undefined) return { ...nothing, ending: 'busy' }
    let report: RunReport
    try {
      await quarantineIfRestored(deps)
      report = await workOff(deps, { id: community, runId: deps.ids.uuid(), deadline, lease })
    } catch (thrown) {
      const { code } = asConnectorError(thrown)
      report = { ...nothing, ending: code === 'leaseLost' ? 'leaseLost' : 'failed' }
      // The wake-up is not given back: in flight it would keep every later one of the community waiting. The sweep sends the next.
      if (report.ending === 'failed') {
        deps.log.warn('run failed', { community, code, ...traceOf(thrown) })
        await deps.events.emit({ type: 'run.failed', community, at: deps.clock.now(), code })
      }
    } finally {
      await lease.release()
    }
    if (report.ending === 'outOfTime') await deps.wakeUps.wake(community, deps.ids.ordered())
    return report
  },
})
