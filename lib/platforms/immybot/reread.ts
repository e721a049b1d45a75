import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'

/** Readings of a list that the platform gives whole or not at all, before it counts as not whole. */
const readings = 4

/**
 * A list without pages and without a total does not tell whether it is whole, and what it leaves out would count as gone: so it counts when two
 * readings in a row show the same entries.
 */
export const readTwice = async <T>(
  read: () => Promise<readonly T[]>,
  keyOf: (one: T) => number | string,
  clock: Clock,
  what: string,
): Promise<readonly T[]> => {
  const print = (items: readonly T[]): string => JSON.stringify(items.map(keyOf).toSorted())
  let before = await read()
  for (let reading = 2; reading <= readings; reading += 1) {
    const again = await read()
    if (print(again) === print(before)) return again
    before = again
    await clock.sleep(1)
  }
  throw new ConnectorError(
    'platformUnreadable',
    `${what}: the list is another one each time, read ${readings} times`,
  )
}
