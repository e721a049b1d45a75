import type { Attributes } from '../../core/member.ts'
import { firstThatFit } from './answers.ts'
import { compareKeys, type SortKey } from './sort.ts'
import type { Collected, Source } from './source.ts'

/** A matching resource: of which source, at which place among its hits. */
export type Place = {
  readonly source: number
  readonly place: number
  readonly id: string
  readonly key: SortKey
}
export type Ordered = {
  readonly places: readonly Place[]
  readonly collections: readonly Collected[]
}

/** Everything that matches, by sort key; what has the same stays in the order of types and ids, in either direction. */
export const ordered = async (sources: readonly Source[], descending: boolean): Promise<Ordered> => {
  const collections: Collected[] = []
  // One behind the other: they share one budget.
  for (const source of sources) collections.push(await source.collect())
  const places = collections.flatMap(({ hits }, source) =>
    hits.map(({ id, key }, place) => ({ source, place, id, key })),
  )
  return { collections, places: places.toSorted((a, b) => comparePlaces(a, b, descending)) }
}

export const comparePlaces = (
  a: Pick<Place, 'source' | 'id' | 'key'>,
  b: Pick<Place, 'source' | 'id' | 'key'>,
  descending: boolean,
): number => {
  const difference = compareKeys(a.key, b.key, descending) || a.source - b.source
  if (difference !== 0 || a.id === b.id) return difference
  return a.id < b.id ? -1 : 1
}

/** The first that fit into one answer. */
export const pageOf = (chosen: readonly Place[], collections: readonly Collected[]): readonly Place[] =>
  firstThatFit(chosen, ({ source, place }) => collections[source]?.weightOf(place) ?? 0)

/** Each type renders its own at once. */
export const renderedInOrder = async (
  chosen: readonly Place[],
  collections: readonly Collected[],
): Promise<readonly Attributes[]> => {
  const bySource = await Promise.all(
    collections.map(({ render }, source) =>
      render(chosen.filter((each) => each.source === source).map(({ place }) => place)),
    ),
  )
  const taken = collections.map(() => 0)
  return chosen.flatMap(({ source }) => {
    const at = taken[source] ?? 0
    taken[source] = at + 1
    const resource = bySource[source]?.[at]
    return resource === undefined ? [] : [resource]
  })
}
