import { ConnectorError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'

const attempts = 6

/**
 * Read, decide, write on condition; somebody was faster → read again. Waiting is jittered, so that clients that collided once do not collide
 * again. Given up after a second or so, well before the caller's own timeout.
 */
export const untilWritten = async <T>(clock: Clock, attempt: () => Promise<T | 'stale'>): Promise<T> => {
  for (let n = 0; n < attempts; n += 1) {
    if (n > 0) await clock.sleep(Math.random() * 0.02 * 2 ** n)
    const result = await attempt()
    if (result !== 'stale') return result
  }
  throw new ConnectorError(
    'storeConflict',
    'the resource is being changed by others; send the request again',
    {
      retryAfter: 1,
    },
  )
}
