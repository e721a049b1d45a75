import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Instant } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reading, ReadingState } from '../../core/ports/platform.ts'
import type { PageShape } from './shapes.ts'

export const pageSize = 100
const attempts = 4

export type ReadPage = (offset: number, limit: number) => Promise<PageShape>
export type List<T> = {
  readonly read: ReadPage
  /** Of each page at once: what is not needed of an entry is not kept until the last page. */
  readonly itemOf: (entry: unknown) => T
  readonly idOf: (item: T) => string
  readonly what: string
}
export type WholeList<T> = { readonly items: readonly T[]; readonly begunAt: Instant }

/** How far one walk through the pages came. */
type Progress<T> = {
  readonly begunAt: Instant
  readonly attempt: number
  readonly total: number | undefined
  readonly items: readonly T[]
}
/** A half list is an error, never a short list: whoever is missing from it would lose access. */
type Walk<T> =
  | { readonly kind: 'whole'; readonly items: readonly T[] }
  | { readonly kind: 'unsure'; readonly why: string }

/**
 * Pages overlap by one item. When somebody is added and somebody else removed between two pages, the total stays the same and everyone behind
 * moves by one place: a person would be skipped unseen, did the last item of a page not have to come first on the next.
 */
const pageFinding = <T>(
  list: List<T>,
  page: { readonly total: number; readonly items: readonly T[] },
  total: number,
  last: T | undefined,
  expected: number,
): string | undefined => {
  if (page.total !== total) return 'its total changed between pages'
  if (page.items.length !== expected) return 'a page is shorter than its total says'
  const [first] = page.items
  if (last === undefined || (first !== undefined && list.idOf(first) === list.idOf(last))) return undefined
  return 'it moved between pages'
}

const walk = async <T>(list: List<T>, from: Progress<T>, reading: Reading | undefined): Promise<Walk<T>> => {
  const { begunAt, attempt } = from
  const items = [...from.items]
  let total = from.total
  while (total === undefined || items.length < total) {
    const offset = Math.max(0, items.length - 1)
    const { total: now, items: entries } = await list.read(offset, pageSize)
    const page = { total: now, items: entries.map(list.itemOf) }
    total ??= now
    const finding = pageFinding(list, page, total, items.at(-1), Math.min(pageSize, total - offset))
    if (finding !== undefined) return { kind: 'unsure', why: finding }
    items.push(...(items.length === 0 ? page.items : page.items.slice(1)))
    const data = { attempt, total, items }
    await reading?.page(() => ({ begunAt, data }), { read: items.length, total })
  }
  return new Set(items.map(list.idOf)).size === items.length
    ? { kind: 'whole', items }
    : { kind: 'unsure', why: 'an entry repeats' }
}

const kept = z.object({
  attempt: z.number().int().min(1),
  total: z.number().int().min(0),
  items: z.array(z.unknown()),
})

/** What another version of us kept in another form counts as nothing. */
const resumed = <T>(list: List<T>, from: ReadingState | undefined): Progress<T> | undefined => {
  const { success, data } = kept.safeParse(from?.data)
  if (from === undefined || !success) return undefined
  const items = data.items as readonly T[]
  const known = items.every((item) => typeof item === 'object' && item !== null && list.idOf(item) !== '')
  return known && items.length <= data.total ? { ...data, items, begunAt: from.begunAt } : undefined
}

/**
 * The whole list, in a stable order, or `platformUnreadable`. A list that changes while it is read is read again; what counts as a change counts
 * across an interruption, too.
 */
export const readWhole = async <T>(list: List<T>, clock: Clock, reading?: Reading): Promise<WholeList<T>> => {
  let from = resumed(list, reading?.from)
  for (let attempt = from?.attempt ?? 1; ; attempt += 1) {
    from ??= { begunAt: clock.now(), attempt, total: undefined, items: [] }
    const result = await walk(list, from, reading)
    if (result.kind === 'whole') return { items: result.items, begunAt: from.begunAt }
    from = undefined
    if (attempt >= attempts)
      throw new ConnectorError(
        'platformUnreadable',
        `${list.what}: the list is not whole (${result.why}), read ${attempts} times`,
      )
    await clock.sleep(attempt)
  }
}
