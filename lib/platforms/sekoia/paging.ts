import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { PageShape } from './shapes.ts'

export const pageSize = 100
const attempts = 4

export type ReadPage = (offset: number, limit: number) => Promise<PageShape>

/** A half list is an error, never a short list: whoever is missing from it would lose access. */
type Walk =
  | { readonly kind: 'whole'; readonly items: readonly unknown[] }
  | { readonly kind: 'unsure'; readonly why: string }

const idOf = (item: unknown): string => String((item as { readonly uuid?: unknown } | null)?.uuid)

/**
 * Pages overlap by one item. When somebody is added and somebody else removed between two pages, the total stays the same and everyone behind
 * moves by one place: a person would be skipped unseen, did the last item of a page not have to come first on the next.
 */
const pageFinding = (
  page: PageShape,
  total: number,
  seen: readonly unknown[],
  expected: number,
): string | undefined => {
  if (page.total !== total) return 'its total changed between pages'
  if (page.items.length !== expected) return 'a page is shorter than its total says'
  const last = seen.at(-1)
  return last === undefined || idOf(page.items[0]) === idOf(last) ? undefined : 'it moved between pages'
}

const walk = async (read: ReadPage): Promise<Walk> => {
  let items: readonly unknown[] = []
  let total: number | undefined
  do {
    const offset = Math.max(0, items.length - 1)
    const page = await read(offset, pageSize)
    total ??= page.total
    const finding = pageFinding(page, total, items, Math.min(pageSize, total - offset))
    if (finding !== undefined) return { kind: 'unsure', why: finding }
    items = [...items, ...(items.length === 0 ? page.items : page.items.slice(1))]
  } while (items.length < total)
  return new Set(items.map(idOf)).size === items.length
    ? { kind: 'whole', items }
    : { kind: 'unsure', why: 'an entry repeats' }
}

/** The whole list, in a stable order, or `platformUnreadable`. A list that changes while it is read is read again. */
export const readWhole = async (read: ReadPage, clock: Clock, what: string): Promise<readonly unknown[]> => {
  let why = ''
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await clock.sleep(attempt - 1)
    const result = await walk(read)
    if (result.kind === 'whole') return result.items
    why = result.why
  }
  throw new ConnectorError(
    'platformUnreadable',
    `${what}: the list is not whole (${why}), read ${attempts} times`,
  )
}
