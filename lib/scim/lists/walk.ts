import type { Attributes } from '../../core/member.ts'
import type { Stored } from '../resource-type.ts'
import { fitting, type Hit, lookedUp, looksAtDerived, renderedPage, type Search } from './matching.ts'

/** A part of the matching resources, in id order. */
export type Walked = {
  readonly resources: readonly Attributes[]
  /** The id to go on behind; absent at the end. */
  readonly next?: string
  /** How many match altogether, where that is known. */
  readonly total?: number
}
type Found<S> = {
  readonly hits: readonly Hit<S>[]
  readonly next?: string | undefined
  readonly total?: number | undefined
}

const largestRead = 1_000
const firstRead = 100
const lookedAtOnce = 25
// Each of these may bring rows of its own.
const derivedRead = 25

/** On from behind an id, until the page is full or the budget used up. Whoever is there all the time is met exactly once: ids never change. */
export const walk = async <S extends Stored>(
  search: Search<S>,
  after: string | undefined,
  want: number,
): Promise<Walked> => {
  const known = await lookedUp(search)
  const { hits, next, total } =
    known === undefined ? await scanned(search, after, want) : cut(known, after, want)
  const resources = await renderedPage(
    search,
    hits.map(({ stored }) => stored),
  )
  const goesOn = resources.length < hits.length ? hits[resources.length - 1]?.id : next
  return {
    resources,
    ...(goesOn === undefined ? {} : { next: goesOn }),
    ...(total === undefined ? {} : { total }),
  }
}

const cut = <S>(all: readonly Hit<S>[], after: string | undefined, want: number): Found<S> => {
  const ahead = after === undefined ? all : all.filter(({ id }) => id > after)
  const hits = ahead.slice(0, want)
  return { hits, total: all.length, next: ahead.length > want ? hits.at(-1)?.id : undefined }
}

const scanned = async <S extends Stored>(
  search: Search<S>,
  start: string | undefined,
  want: number,
): Promise<Found<S>> => {
  const { verbs, exchange, wish } = search
  const [{ hits, next }, everything] = await Promise.all([
    pages(search, start, want),
    wish.filter === undefined ? verbs.list?.(exchange, 1, 0) : undefined,
  ])
  const isWhole = start === undefined && next === undefined
  return { hits, next, total: everything?.total ?? (isWhole ? hits.length : undefined) }
}

/** Piece by piece: a filter may make a page of resources the work of minutes. */
const fittingAmong = async <S extends Stored>(
  search: Search<S>,
  items: readonly S[],
): Promise<{ readonly fit: readonly Hit<S>[]; readonly stoppedBehind?: string }> => {
  const fit: Hit<S>[] = []
  for (let at = 0; at < items.length; ) {
    const some = items.slice(at, at + lookedAtOnce)
    fit.push(...(await fitting(search, some)))
    at += some.length
    const last = some.at(-1)
    if (search.budget.isTired() && at < items.length && last !== undefined)
      return { fit, stoppedBehind: last.id }
  }
  return { fit }
}

const pages = async <S extends Stored>(
  search: Search<S>,
  start: string | undefined,
  want: number,
): Promise<Found<S>> => {
  const { verbs, exchange, wish, budget } = search
  const isDerived = looksAtDerived(search)
  const hits: Hit<S>[] = []
  let size = isDerived ? derivedRead : firstRead
  let after = start
  for (;;) {
    const missing = want - hits.length
    const most = wish.filter === undefined ? missing : Math.min(size, Math.max(1, budget.left()))
    const page = await verbs.scan(exchange, most, after)
    budget.spend(page.items.length)
    const { fit, stoppedBehind = page.next } = await fittingAmong(search, page.items)
    hits.push(...fit.slice(0, missing))
    const next = fit.length > missing ? hits.at(-1)?.id : stoppedBehind
    if (next === undefined || hits.length >= want || budget.isUsedUp()) return { hits, next }
    after = next
    if (!isDerived) size = Math.min(largestRead, size * 2)
  }
}
