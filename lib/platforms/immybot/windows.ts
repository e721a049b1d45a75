import { type Entry, sameIds } from './paging.ts'

/** As many entries as are asked for at once. */
export const windowSize = 200

/** Entries from `skip` on, at most `take` and so many as the instance gives at once, by id. */
export type ReadWindow<T extends Entry> = (skip: number, take: number) => Promise<readonly T[]>

/** Exactly what was asked for came, and the same again: all there is, or an instance that counts the entries and does not go on. */
const standsStill = async <T extends Entry>(read: ReadWindow<T>, all: readonly T[]): Promise<boolean> =>
  all.length === windowSize && (await read(0, 1)).length === 1

/**
 * A whole list in windows that overlap by one entry; undefined when it moved. A window that comes short may be the instance's own cap, or cut, so
 * the end is where nothing stands behind the last entry. A list begun with fewer than `enough` entries is taken for whole.
 */
export const readWindows = async <T extends Entry>(
  read: ReadWindow<T>,
  enough: number,
): Promise<readonly T[] | undefined> => {
  let all = await read(0, windowSize)
  let grown = all.length >= enough
  while (grown) {
    const skip = Math.max(0, all.length - 1)
    const got = await read(skip, windowSize)
    // An instance that knows no windows sends everything, and once more the same.
    if (sameIds(got, all)) {
      if (await standsStill(read, all)) return undefined
      break
    }
    if (all.length > 0 && got[0]?.id !== all[skip]?.id) return undefined
    const next = [...all.slice(0, skip), ...got]
    grown = next.length > all.length
    all = next
  }
  return new Set(all.map(({ id }) => id)).size === all.length ? all : undefined
}
