import type { Attributes } from '../../core/member.ts'
import type { Stored } from '../resource-type.ts'
import { matching, rendered, renderedPage, type Search, weightOf } from './matching.ts'
import type { SortKey } from './sort.ts'
import { type Walked, walk } from './walk.ts'

/** What one resource type has for a query. Its stored form stays in here: outside, resources are known by their places. */
export type Source = {
  readonly type: string
  /** So many behind so many, in id order, with the exact total. */
  readonly window: (skip: number, take: number) => Promise<Window>
  /** Everything that matches. */
  readonly collect: () => Promise<Collected>
  /** On in id order from behind an id. */
  readonly walk: (after: string | undefined, want: number) => Promise<Walked>
}
export type Window = { readonly total: number; readonly resources: readonly Attributes[] }
export type Collected = {
  readonly hits: readonly { readonly id: string; readonly key: SortKey }[]
  /** What one will take in an answer. */
  readonly weightOf: (place: number) => number
  /** By places among the hits, in the order given. */
  readonly render: (places: readonly number[]) => Promise<readonly Attributes[]>
}

export const sourceOf = <S extends Stored>(search: Search<S>): Source => {
  const { verbs, exchange, wish } = search
  return {
    type: verbs.schema.name,
    walk: (after, want) => walk(search, after, want),
    window: async (skip, take) => {
      if (wish.filter === undefined && verbs.list !== undefined) {
        const { total, resources } = await verbs.list(exchange, skip + 1, take)
        return { total, resources: await renderedPage(search, resources) }
      }
      const hits = await matching(search)
      const chosen = hits.slice(skip, skip + take).map(({ stored }) => stored)
      return { total: hits.length, resources: await renderedPage(search, chosen) }
    },
    collect: async () => {
      const hits = await matching(search)
      const stored = (place: number): readonly S[] => {
        const hit = hits[place]
        return hit === undefined ? [] : [hit.stored]
      }
      return {
        hits,
        weightOf: (place) => stored(place).reduce((sum, each) => sum + weightOf(search, each), 0),
        render: (places) => rendered(search, places.flatMap(stored)),
      }
    },
  }
}
