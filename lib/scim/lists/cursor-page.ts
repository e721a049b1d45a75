import { ConnectorError } from '../../core/errors.ts'
import type { Attributes } from '../../core/member.ts'
import type { Answer, Exchange } from '../exchange.ts'
import { fittingTexts, listAnswer } from './answers.ts'
import type { Position } from './cursors.ts'
import { comparePlaces, ordered, pageOf, renderedInOrder } from './order.ts'
import type { ListQuery, Paging } from './query.ts'
import type { Source } from './source.ts'

type CursorQuery = ListQuery & { readonly paging: Extract<Paging, { kind: 'cursor' }> }
type Page = {
  /** With the position behind each, from which a page that holds no more of them goes on. */
  readonly entries: readonly { readonly resource: Attributes; readonly position: Position }[]
  /** Behind all of them; absent at the end. */
  readonly next?: Position | undefined
  readonly total?: number | undefined
}

/** RFC 9865. `types`: the names of all that are searched, in their order. */
export const cursorPage = async (
  exchange: Exchange,
  sources: readonly Source[],
  types: readonly string[],
  query: CursorQuery,
): Promise<Answer> => {
  const { filter = null, sortBy, descending, paging } = query
  const bound = JSON.stringify([types, filter, sortBy?.toLowerCase() ?? null, descending])
  const from = paging.cursor === '' ? undefined : exchange.cursors.open(bound, paging.cursor)
  const page =
    sortBy === undefined
      ? await walked(sources, types, from, paging.count)
      : await sorted(sources, types, from, paging.count, descending)
  const texts = fittingTexts(page.entries.map(({ resource }) => resource))
  const next = texts.length < page.entries.length ? page.entries[texts.length - 1]?.position : page.next
  return listAnswer(texts, {
    totalResults: page.total,
    nextCursor: next === undefined ? undefined : exchange.cursors.seal(bound, next),
  })
}

const placeOf = (types: readonly string[], { type }: Position): number => {
  const place = types.indexOf(type)
  if (place < 0)
    throw new ConnectorError('invalidCursor', 'cursor: is none of this query', { field: 'cursor' })
  return place
}

type Entry = Page['entries'][number]

const walked = async (
  sources: readonly Source[],
  types: readonly string[],
  from: Position | undefined,
  count: number,
): Promise<Page> => {
  const start = from === undefined ? 0 : placeOf(types, from)
  const ahead = sources.filter(({ type }) => types.indexOf(type) >= start)
  // What stands before the cursor is not counted again.
  let total: number | undefined = ahead.length === sources.length ? 0 : undefined
  const entries: Entry[] = []
  for (const [n, source] of ahead.entries()) {
    const { type } = source
    if (entries.length === count) return { entries, next: { type, id: '' } }
    const after = from?.type === type && from.id !== '' ? from.id : undefined
    const page = await source.walk(after, count - entries.length)
    entries.push(
      ...page.resources.map((resource) => ({ resource, position: { type, id: String(resource.id) } })),
    )
    total = sum(total, page.total)
    if (page.next !== undefined) {
      const isLast = n === ahead.length - 1
      return { entries, next: { type, id: page.next }, total: isLast ? total : undefined }
    }
  }
  return { entries, total }
}

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b

const sorted = async (
  sources: readonly Source[],
  types: readonly string[],
  from: Position | undefined,
  count: number,
  descending: boolean,
): Promise<Page> => {
  const { places, collections } = await ordered(sources, descending)
  const sourceOf = (type: string): number => sources.findIndex((each) => each.type === type)
  if (from !== undefined) placeOf(types, from)
  const last = from && { source: sourceOf(from.type), id: from.id, key: from.key }
  const ahead =
    last === undefined ? places : places.filter((each) => comparePlaces(each, last, descending) > 0)
  const chosen = pageOf(ahead.slice(0, count), collections)
  const resources = await renderedInOrder(chosen, collections)
  const entries = chosen.flatMap(({ source, id, key }, n) => {
    const resource = resources[n]
    const type = sources[source]?.type
    if (resource === undefined || type === undefined) return []
    return [{ resource, position: { type, id, ...(key === undefined ? {} : { key }) } }]
  })
  return {
    entries,
    total: places.length,
    next: ahead.length > chosen.length ? entries.at(-1)?.position : undefined,
  }
}
