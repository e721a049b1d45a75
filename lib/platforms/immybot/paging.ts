import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Instant } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reading, ReadingState } from '../../core/ports/platform.ts'

/**
 * Lists come as bare arrays, without a total: nothing in an answer says whether it is whole. So windows overlap, and behind the last one a
 * small window is read whose beginning is known already and behind which nothing may stand.
 */
export type Entry = { readonly id: number }
/** A window `[(page - 1) * size, page * size)` of the list in a stable order. */
export type ReadPage<T extends Entry> = (page: number, size: number) => Promise<readonly T[]>

type Window = { readonly start: number; readonly page: number; readonly size: number }
type Walk<T> =
  | { readonly kind: 'whole'; readonly items: readonly T[] }
  | { readonly kind: 'capped'; readonly at: number }
  | { readonly kind: 'unsure'; readonly why: string }

const attempts = 4
/** Large enough that most of it is new, should there be more. */
const tailSize = 32
/** Of fewer sizes than those from three quarters of this on, none may begin before the place. */
const smallestPage = 20

/** Pages begin at multiples of their size, so the size is chosen that begins nearest before the place: they overlap by little and at least by one. */
const windowAt = (place: number, largest: number, smallest: number): Window => {
  const sizes = Array.from({ length: largest - smallest + 1 }, (_, index) => largest - index)
  const known = (size: number): number => ((place % size) + 1) / size
  const size = sizes.reduce((best, one) => (known(one) < known(best) ? one : best), largest)
  return { start: place - (place % size), page: Math.floor(place / size) + 1, size }
}

export const sameIds = (a: readonly Entry[], b: readonly Entry[]): boolean =>
  a.length === b.length && a.every(({ id }, index) => id === b[index]?.id)

/** Where a walk in windows of one size goes on from, and who is told how far it came. */
type Walker<T> = {
  readonly size: number
  readonly from: readonly T[]
  readonly told: (size: number, items: readonly T[]) => Promise<void>
}

const walk = async <T extends Entry>(
  read: ReadPage<T>,
  { size, from, told }: Walker<T>,
): Promise<Walk<T>> => {
  let items = from
  for (;;) {
    const window = windowAt(Math.max(0, items.length - 1), size, Math.ceil(size * 0.75))
    const got = await read(window.page, window.size)
    // An instance that knows no pages sends everything at once; once more must be the same.
    if (got.length > window.size)
      return sameIds(got, await read(1, size)) ? { kind: 'whole', items: got } : moved
    const known = items.slice(window.start)
    if (!sameIds(known, got.slice(0, known.length))) return moved
    items = [...items.slice(0, window.start), ...got]
    await told(size, items)
    if (got.length < window.size) break
  }
  if (items.length === 0) return { kind: 'whole', items }
  const largest = Math.min(tailSize, Math.floor(size * 0.6))
  const tail = windowAt(items.length - 1, largest, Math.ceil(largest / 2))
  const end = await read(tail.page, tail.size)
  if (sameIds(items.slice(tail.start), end)) return { kind: 'whole', items }
  return items.length < size ? { kind: 'capped', at: items.length } : moved
}

const moved = { kind: 'unsure', why: 'it moved between pages, or a page came short' } as const

const repeats = (items: readonly Entry[]): boolean => new Set(items.map(({ id }) => id)).size !== items.length

/** A first page shorter than asked for, with more behind it: perhaps the instance allows no more per page. Then the next ones are as long. */
const walkOnce = async <T extends Entry>(
  read: ReadPage<T>,
  size: number,
  walker: Walker<T>,
): Promise<Walk<T>> => {
  const first = await walk(read, walker)
  if (first.kind !== 'capped') return first
  if (first.at < smallestPage || walker.size !== size) return moved
  const again = await walk(read, { ...walker, size: first.at, from: [] })
  return again.kind === 'capped' ? moved : again
}

/** A list that may be interrupted: `entries` says what a kept part of it has to look like. */
export type Interruptible<T> = { readonly reading: Reading | undefined; readonly entries: z.ZodType<T[]> }
export type WholeList<T> = { readonly items: readonly T[]; readonly begunAt: Instant }

type Progress<T> = {
  readonly begunAt: Instant
  readonly attempt: number
  readonly size: number
  readonly items: readonly T[]
}

/** What another version of us kept in another form counts as nothing. */
const resumed = <T>(from: ReadingState | undefined, entries: z.ZodType<T[]>): Progress<T> | undefined => {
  const number = z.number().int().min(1)
  const { success, data } = z.object({ attempt: number, size: number, items: entries }).safeParse(from?.data)
  return from === undefined || !success ? undefined : { ...data, begunAt: from.begunAt }
}

/** The whole list, or `platformUnreadable`. A list that changes while it is read is read again, across interruptions, too. */
export const readLong = async <T extends Entry>(
  read: ReadPage<T>,
  size: number,
  clock: Clock,
  what: string,
  { reading, entries }: Interruptible<T>,
): Promise<WholeList<T>> => {
  let from = resumed(reading?.from, entries)
  for (let attempt = from?.attempt ?? 1; ; attempt += 1) {
    from ??= { begunAt: clock.now(), attempt, size, items: [] }
    const { begunAt } = from
    const told: Walker<T>['told'] = async (now, items) =>
      reading?.page(() => ({ begunAt, data: { attempt, size: now, items } }), { read: items.length })
    const result = await walkOnce(read, size, { size: from.size, from: from.items, told })
    from = undefined
    if (result.kind === 'whole' && !repeats(result.items)) return { items: result.items, begunAt }
    const why = result.kind === 'unsure' ? result.why : 'an entry repeats'
    if (attempt >= attempts)
      throw new ConnectorError(
        'platformUnreadable',
        `${what}: the list is not whole (${why}), read ${attempts} times`,
      )
    await clock.sleep(attempt)
  }
}

/** The same of a list that is short enough to be read in one go. */
export const readWhole = async <T extends Entry>(
  read: ReadPage<T>,
  size: number,
  clock: Clock,
  what: string,
): Promise<readonly T[]> =>
  (await readLong(read, size, clock, what, { reading: undefined, entries: z.array(z.custom<T>()) })).items
