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
 * After a write, a reading that is refused says nothing about the write. By its own code it would be taken for a refusal of the change, and what
 * was just made would be nobody's.
 */
const uncertain = (what: string, error: unknown): unknown => {
  if (!isConnectorError(error, 'platformThrottled', 'platformUnauthorized', 'platformForbidden')) return error
  const { status, retryAfter } = error
  return new ConnectorError(
    'platformUncertain',
    `${what}: sent, and whether it was done could not be read: ${error.message}`,
    {
      ...(status === undefined ? {} : { status }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
  )
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
    const seen = await look(reading).catch((error: unknown) => {
      throw uncertain(what, error)
    })
    if (seen !== undefined) return seen
  }
  throw doubt ?? new ConnectorError('platformDisagrees', `${what}: the platform does not show it`)
}
