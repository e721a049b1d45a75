import { ConnectorError } from '../core/errors.ts'
import { type Instant, later } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import { faultOf, storeError } from './store-faults.ts'

const attempts = 14
const budgetSeconds = 10
const firstPause = 0.02
const longestPause = 1

/** What one request may spend on the store, however many calls it makes: budgets per call would add up. */
export type TimeLimit = {
  /** From then on a fault is answered, not waited out. */
  readonly patientUntil: Instant
  /** From then on nothing more is sent. */
  readonly until: Instant
}
export type Patience = {
  readonly clock: Clock
  readonly random: () => number
  readonly limit?: TimeLimit | undefined
}

/** Full jitter: writers that collided once do not meet again. */
export const pauseBefore = ({ clock, random }: Patience, attempt: number): Promise<void> =>
  clock.sleep(random() * Math.min(longestPause, firstPause * 2 ** attempt))

const patientUntil = ({ clock, limit }: Patience): Instant => {
  const now = clock.now()
  if (limit === undefined) return later(now, budgetSeconds)
  if (now >= limit.until)
    throw new ConnectorError('outOfTime', 'the request took too long: send it again', { retryAfter: 5 })
  return limit.patientUntil
}

/** `repeatable`: doing it twice is doing it once, so that it may be sent again when nobody knows whether it happened. */
export const withRetries = async <T>(
  patience: Patience,
  repeatable: boolean,
  send: () => Promise<T>,
): Promise<T> => {
  const until = patientUntil(patience)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      const fault = faultOf(error)
      const hopeless = fault === 'refused' || (fault === 'unavailable' && !repeatable)
      if (hopeless || attempt === attempts || patience.clock.now() >= until) throw storeError(fault, error)
    }
    await pauseBefore(patience, attempt)
  }
}
