import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'

/** Reads after a write, and how often: the platform may show a write a moment later. */
const readings = 3

/** A write that may or may not have happened, or that was refused because it had happened before: only reading tells. */
const attempted = async (write: () => Promise<void>): Promise<ConnectorError | undefined> => {
  try {
    await write()
    return undefined
  } catch (error) {
    if (isConnectorError(error, 'platformUncertain', 'platformNotFound')) return error
    throw error
  }
}

/**
 * Writes, then believes only what it reads: `look` gives what it sees once that is as wanted. A lost answer whose write is visible is a
 * success; a write that stays invisible is `platformUncertain` when its answer was lost, else `platformDisagrees`.
 */
export const settled = async <T>(
  clock: Clock,
  what: string,
  write: () => Promise<void>,
  look: (reading: number) => Promise<T | undefined>,
): Promise<T> => {
  const doubt = await attempted(write)
  for (let reading = 1; reading <= readings; reading += 1) {
    if (reading > 1) await clock.sleep(reading - 1)
    const seen = await look(reading)
    if (seen !== undefined) return seen
  }
  throw doubt ?? new ConnectorError('platformDisagrees', `${what}: the platform does not show it`)
}
