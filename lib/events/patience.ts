import { type Instant, later } from '../core/ids.ts'
import type { OutgoingEvent, ReceiverState } from '../core/ports/events.ts'

/** How long, how often, and when no more. Seconds. */
const givenUpAfter = 3 * 86_400
const firstPause = 10
const longestPause = 6 * 3600
/** Attempts in a row after which it is the receiver, and no longer the events. */
const patience = 3
const firstRest = 30
const longestRest = 900
const longestAskedFor = 3600
/** Answers after longer than this are waited for by the sweep only. */
const promptSeconds = 2

export const isTooOld = ({ event }: OutgoingEvent, now: Instant): boolean =>
  later(event.at, givenUpAfter) <= now

/** Between the attempts for one event: ten seconds, then four times as long each time, spread by a fifth to either side. */
export const nextAttempt = (attempts: number, now: Instant, random: number): Instant =>
  later(now, Math.min(firstPause * 4 ** attempts, longestPause) * (0.8 + 0.4 * random))

export const isDown = ({ failures }: ReceiverState): boolean => failures >= patience

export type Attempt = {
  readonly confirmed: boolean
  readonly seconds: number
  readonly retryAfter?: number
}

const slowness = (seconds: number): Pick<ReceiverState, 'slow'> =>
  seconds > promptSeconds ? { slow: true } : {}

export const isResting = ({ notBefore }: ReceiverState, now: Instant): boolean =>
  notBefore !== undefined && notBefore > now

/** What a receiver is like after an attempt. Down, it rests longer each time, and then one attempt shows whether it is back. */
export const stateAfter = (state: ReceiverState, attempt: Attempt, now: Instant): ReceiverState => {
  const kept = { ...(state.gone === undefined ? {} : { gone: state.gone }), ...slowness(attempt.seconds) }
  if (attempt.confirmed) return { ...kept, failures: 0 }
  // Begun beside the attempt that showed it: one and the same outage.
  if (isResting(state, now)) return state
  const failures = state.failures + 1
  const rest = isDown({ failures })
    ? Math.min(firstRest * 2 ** (failures - patience), longestRest)
    : attempt.retryAfter
  if (rest === undefined) return { ...kept, failures }
  const seconds = Math.max(rest, Math.min(attempt.retryAfter ?? 0, longestAskedFor))
  return { ...kept, failures, notBefore: later(now, Math.min(seconds, longestAskedFor)) }
}
