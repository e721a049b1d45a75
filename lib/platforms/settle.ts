import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'

/** Reads after a write, and how often: the platform may show a write a moment later. */
const readings = 3

/**
 * A write that may or may not have happened, that was refused because it had happened before, or that was answered by something nobody
 * understands: only reading tells.
 */
const attempted = async (write: () => Promise<void>): Promise<ConnectorError | undefined> => {
  try {
    await write()
    return undefined
  } catch (error) {
    if (isConnectorError(error, 'platformUncertain', 'platformNotFound', 'platformUnreadable')) return error
    throw error
  }
}

/** Codes by which a change counts as not done. */
const refusals = [
  'platformRefused',
  'platformForbidden',
  'platformUnauthorized',
  'platformNotFound',
  'platformThrottled',
] as const

const uncertain = (what: string, error: unknown): unknown => {
  if (!isConnectorError(error, ...refusals)) return error
  const { status, retryAfter } = error
  return new ConnectorError('platformUncertain', `${what}: sent, and not seen through: ${error.message}`, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

/**
 * What follows a write of the same change. A refusal of it says nothing about the write: by its own code the whole change would be taken for
 * refused, and what was just made would be nobody's.
 */
export const afterWrite = async <T>(what: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step()
  } catch (error) {
    throw uncertain(what, error)
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
    const seen = await afterWrite(what, () => look(reading))
    if (seen !== undefined) return seen
  }
  throw doubt ?? new ConnectorError('platformDisagrees', `${what}: the platform does not show it`)
}
