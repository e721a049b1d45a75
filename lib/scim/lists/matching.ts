import type { Attributes } from '../../core/member.ts'
import { isList } from '../body.ts'
import { mapBounded } from '../bounded.ts'
import type { Exchange } from '../exchange.ts'
import { matches } from '../filter/evaluate.ts'
import type { Filter } from '../filter/filter.ts'
import { planLookups } from '../filter/plan.ts'
import { pathSet } from '../path-set.ts'
import { type Projection, project, wants } from '../projection.ts'
import type { ResourceVerbs, Stored, Take } from '../resource-type.ts'
import { firstThatFit } from './answers.ts'
import { type Budget, maximumScanned, tooMany } from './budget.ts'
import type { SortKey } from './sort.ts'
import type { Wish } from './wishes.ts'

/** One resource type's part of a query. */
export type Search<S extends Stored> = {
  readonly verbs: ResourceVerbs<S>
  readonly exchange: Exchange
  readonly wish: Wish
  readonly budget: Budget
}
export type Hit<S> = { readonly stored: S; readonly id: string; readonly key: SortKey }

const largestRead = 1_000

/** The attributes a filter looks at, as a projection names them. */
const namesIn = (filter: Filter | undefined): readonly string[] => {
  if (filter === undefined) return []
  if ('filters' in filter) return filter.filters.flatMap(namesIn)
  return filter.kind === 'not' ? namesIn(filter.filter) : [filter.path.attribute.path]
}

const searchedBy = ({ filter, sort }: Wish): Projection => ({
  kind: 'only',
  names: pathSet([...namesIn(filter), ...(sort === undefined ? [] : [sort.path])]),
})

/** Does the query look at what is not stored with the resource? */
export const looksAtDerived = <S extends Stored>({ verbs, wish }: Search<S>): boolean =>
  [...(verbs.derived ?? [])].some((name) => wants(searchedBy(wish), name))

export const rendered = async <S extends Stored>(
  { verbs, exchange, wish: { projection } }: Search<S>,
  stored: readonly S[],
): Promise<readonly Attributes[]> => {
  if (stored.length === 0) return []
  const resources = await verbs.render(exchange, stored, projection)
  return resources.map((each) => project(verbs.schema, projection, verbs.answerable?.(each) ?? each))
}

/** The same of the first that fit into one answer together; at least one. */
export const renderedPage = <S extends Stored>(
  search: Search<S>,
  stored: readonly S[],
): Promise<readonly Attributes[]> => {
  return rendered(
    search,
    firstThatFit(stored, (each) => weightOf(search, each)),
  )
}

export const weightOf = <S extends Stored>({ verbs, wish }: Search<S>, stored: S): number =>
  verbs.weight?.(stored, wish.projection) ?? 0

/** As the filter and the sort see them; what is derived for that counts as read. */
const shown = async <S extends Stored>(
  { verbs, exchange, wish, budget }: Search<S>,
  stored: readonly S[],
): Promise<readonly Attributes[]> => {
  const projection = searchedBy(wish)
  if (verbs.renderForSearch !== undefined)
    return verbs.renderForSearch(exchange, stored, projection, wish.filter, budget)
  const resources = await verbs.render(exchange, stored, projection)
  const rows = [...(verbs.derived ?? [])].flatMap((name) => resources.map((each) => each[name]))
  budget.spend(rows.reduce<number>((sum, each) => sum + (isList(each) ? each.length : 0), 0))
  return resources
}

export const fitting = async <S extends Stored>(
  search: Search<S>,
  stored: readonly S[],
): Promise<readonly Hit<S>[]> => {
  const { filter, sort } = search.wish
  if (filter === undefined && sort === undefined)
    return stored.map((each) => ({ stored: each, id: each.id, key: undefined }))
  const resources = stored.length === 0 ? [] : await shown(search, stored)
  return stored.flatMap((each, place) => {
    const resource = resources[place]
    if (resource === undefined || (filter !== undefined && !matches(filter, resource, search.budget.step)))
      return []
    return [{ stored: each, id: each.id, key: sort?.keyOf(resource) }]
  })
}

const rowCounter = (): Take => {
  let left = maximumScanned
  return (rows) => {
    left -= rows
    return left >= 0
  }
}

/** What look-ups find, in id order; undefined where the directory has to be read. */
export const lookedUp = async <S extends Stored>(
  search: Search<S>,
): Promise<readonly Hit<S>[] | undefined> => {
  const { verbs, exchange } = search
  const { filter, ...wish } = search.wish
  const { lookups } = verbs
  if (filter === undefined || lookups === undefined) return undefined
  const plan = planLookups(filter, [...lookups.keys()])
  if (plan === undefined) return undefined
  const take = rowCounter()
  const found = await mapBounded(plan.tests, 8, async ({ attribute, value }) =>
    lookups.get(attribute)?.(exchange, value, take),
  )
  if (found.some((each) => each === undefined)) return undefined
  const byId = new Map(found.flatMap((each) => each ?? []).map((each) => [each.id, each]))
  return fitting(
    { ...search, wish: plan.rest === undefined ? wish : { ...wish, filter: plan.rest } },
    [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
}

/** Everything that matches, in id order; throws `tooMany` where that is more than a request reads. */
export const matching = async <S extends Stored>(search: Search<S>): Promise<readonly Hit<S>[]> => {
  const found = await lookedUp(search)
  if (found !== undefined) return found
  const { verbs, exchange, budget } = search
  if (verbs.list !== undefined && (await verbs.list(exchange, 1, 0)).total > budget.left()) throw tooMany()
  const hits: Hit<S>[] = []
  let after: string | undefined
  do {
    // One more than allowed shows that there are more.
    const page = await verbs.scan(exchange, Math.min(largestRead, budget.left() + 1), after)
    budget.spend(page.items.length)
    hits.push(...(await fitting(search, page.items)))
    after = page.next
  } while (after !== undefined)
  return hits
}
