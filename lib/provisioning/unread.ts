import type { Community } from '../core/configuration.ts'
import type { ConnectorError } from '../core/errors.ts'
import type { Instant } from '../core/ids.ts'
import type { Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, reachOf } from './faults.ts'
import { backInPlace } from './rest.ts'
import type { RoundReport } from './round-report.ts'
import { deferAll, wideIn } from './settle.ts'
import type { Snapshots } from './snapshots.ts'
import type { Turn } from './turn.ts'

/** What becomes of a round that did not come to see what it was to look at. */
type Unread = {
  readonly community: Community
  readonly deadline: Instant
  readonly turn: Turn
  readonly snapshots: Pick<Snapshots, 'unfinished'>
}

const nothingPlayed = { applied: 0, failed: 0, held: 0, finished: 0, deferred: 0 } as const

/** For whoever asks why nothing happens here. */
export const notePause = async (
  deps: Provisioning,
  [first]: readonly Work[],
  { code, message: detail }: ConnectorError,
): Promise<void> => {
  if (first === undefined) return
  await deps.pauses.notePause({ community: first.community, at: deps.clock.now(), code, detail })
}

const pause = async (
  deps: Provisioning,
  taken: readonly Work[],
  error: ConnectorError,
): Promise<RoundReport> => {
  await notePause(deps, taken, error)
  return {
    ...(await deferAll(deps, taken, error.retryAfter)),
    applied: 0,
    failed: 0,
    held: 0,
    ending: { kind: 'paused', error },
  }
}

/** Reading took the whole run: the look at everybody waits longer each time, and the others go before it. */
const putOff = async (deps: Provisioning, round: Unread, taken: readonly Work[]): Promise<RoundReport> => {
  const wide = taken.filter(({ subject }) => subject.kind === 'community')
  const { community, deadline } = round
  await deps.events.emit({ type: 'run.failed', community: community.id, at: deadline, code: 'outOfTime' })
  return {
    ...(await deferAll(deps, wide.length > 0 ? wide : taken, undefined)),
    applied: 0,
    failed: 0,
    held: 0,
    ending: { kind: 'stopped', code: 'outOfTime' },
  }
}

/** The list is read on after what is more urgent, or in the next run. */
const readOnLater = async (
  deps: Provisioning,
  round: Unread,
  taken: readonly Work[],
  code: 'yielded' | 'outOfTime',
): Promise<RoundReport> => {
  await backInPlace(deps, round.community.id, wideIn(taken))
  return { ...nothingPlayed, ending: { kind: 'stopped', code } }
}

const stopped = ({ turn }: Unread): 'yielded' | 'outOfTime' | undefined => {
  if (turn.yielded()) return 'yielded'
  return turn.late() ? 'outOfTime' : undefined
}

/** A platform that cannot be read puts off everything taken; everything else is not the platform's fault. */
const unreadable = (thrown: unknown): ConnectorError | undefined => {
  const error = asConnectorError(thrown)
  return reachOf(error) === 'run' || error.code === 'internal' ? undefined : error
}

/** `round` is absent when not even its platform could be opened. */
export const leaveUnread = async (
  deps: Provisioning,
  round: Unread | undefined,
  taken: readonly Work[],
  thrown: unknown,
): Promise<RoundReport> => {
  const error = unreadable(thrown)
  if (error === undefined) throw thrown
  const code = round !== undefined && error.code === 'outOfTime' ? stopped(round) : undefined
  if (round === undefined || code === undefined) return pause(deps, taken, error)
  return code === 'yielded' || round.snapshots.unfinished()
    ? readOnLater(deps, round, taken, code)
    : putOff(deps, round, taken)
}
