import type { Attributes } from '../../core/member.ts'
import type { Answer, Exchange, Operation } from '../exchange.ts'
import type { ResourceType } from '../resource-type.ts'
import { fittingTexts, listAnswer } from './answers.ts'
import { createBudget } from './budget.ts'
import { cursorPage } from './cursor-page.ts'
import { ordered, pageOf, renderedInOrder } from './order.ts'
import { type ListQuery, listQuery, searchParameters } from './query.ts'
import { type Source, sourceOf } from './source.ts'
import { wishesOf } from './wishes.ts'

/** RFC 7644 §3.4.2: a list of one type, or of all of them at the root. */
export const listResources =
  (types: readonly ResourceType[]): Operation =>
  (exchange) =>
    search(exchange, types, listQuery(exchange.request.query))

/** RFC 7644 §3.4.3: the same, asked by message. */
export const searchResources =
  (types: readonly ResourceType[]): Operation =>
  (exchange) =>
    search(exchange, types, listQuery(searchParameters(exchange.body())))

/** Ids are the order in which resources are kept. */
const inIdOrder = (types: readonly ResourceType[], query: ListQuery): ListQuery =>
  types.length === 1 && !query.descending && query.sortBy?.trim().toLowerCase() === 'id'
    ? { ...query, sortBy: undefined }
    : query

const search = async (
  exchange: Exchange,
  types: readonly ResourceType[],
  asked: ListQuery,
): Promise<Answer> => {
  const query = inIdOrder(types, asked)
  const { paging, sortBy } = query
  const budget = createBudget(exchange, paging.kind === 'cursor' && sortBy === undefined ? 'walk' : 'whole')
  const sources = [...wishesOf(types, query, exchange.note)].map(([type, wish]) =>
    type.with((verbs) => sourceOf({ verbs, exchange, wish, budget })),
  )
  if (paging.kind === 'cursor') {
    const names = types.map(({ schema }) => schema.name)
    return cursorPage(exchange, sources, names, { ...query, paging })
  }
  const { startIndex, count } = paging
  const { total, resources } =
    sortBy === undefined
      ? await windowOf(sources, startIndex - 1, count)
      : await sortedWindow(sources, startIndex - 1, count, query.descending)
  return listAnswer(fittingTexts(resources), { totalResults: total, startIndex })
}

type Window = { readonly total: number; readonly resources: readonly Attributes[] }

/** Types one behind the other, each in id order. */
const windowOf = async (sources: readonly Source[], skip: number, take: number): Promise<Window> => {
  const resources: Attributes[] = []
  let total = 0
  let missing = take
  for (const source of sources) {
    const from = Math.max(0, skip - total)
    const page = await source.window(from, missing)
    resources.push(...page.resources)
    total += page.total
    const isCut = page.resources.length < Math.min(missing, page.total - from)
    missing = isCut ? 0 : missing - page.resources.length
  }
  return { total, resources }
}

const sortedWindow = async (
  sources: readonly Source[],
  skip: number,
  take: number,
  descending: boolean,
): Promise<Window> => {
  const all = await ordered(sources, descending)
  const chosen = pageOf(all.places.slice(skip, skip + take), all.collections)
  const resources = await renderedInOrder(chosen, all.collections)
  return { total: all.places.length, resources }
}
