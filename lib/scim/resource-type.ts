import type { Attributes } from '../core/member.ts'
import type { ListPage, ScanPage } from '../core/ports/directory.ts'
import type { Exchange } from './exchange.ts'
import type { Filter } from './filter/filter.ts'
import type { Budget } from './lists/budget.ts'
import type { Projection } from './projection.ts'
import type { Extension, ResourceSchema } from './schema.ts'

/** What the pipeline needs to know of a resource as its type keeps it. */
export type Stored = { readonly id: string; readonly version: number }
/** `stale`: somebody else was faster; the resource is read again, and the wish applied to what it is then. */
export type Written<S> = S | 'stale'

/** Counts rows that look-ups read; false: all of a request's together are more than it reads. */
export type Take = (rows: number) => boolean
/** Live resources with this value; undefined when they are too many to be looked up: the directory is read instead. */
export type Lookup<S> = (exchange: Exchange, value: string, take: Take) => Promise<readonly S[] | undefined>

/** Everything a resource type brings. The pipeline does the rest: routes, preconditions, lists, projection, discovery. */
export type ResourceVerbs<S extends Stored> = {
  readonly schema: ResourceSchema
  /** By schema path: what answers an `eq` on it. The first are preferred; a type without any is scanned. */
  readonly lookups?: ReadonlyMap<string, Lookup<S>>
  /** Attributes that stand in no stored form and cost reads of their own. */
  readonly derived?: ReadonlySet<string>
  /** The extensions that have something to show here; absent: all of the schema's. */
  readonly offered?: (exchange: Exchange) => readonly Extension[]
  readonly read: (exchange: Exchange, id: string) => Promise<S | undefined>
  /** Told of a resource that was asked for by its id; never fails. */
  readonly asked?: (exchange: Exchange, stored: S) => Promise<void>
  /** Exact totals and random access in id order, where the store has them. */
  readonly list?: (exchange: Exchange, startIndex: number, count: number) => Promise<ListPage<S>>
  /** Bytes in an answer, about, where they may be many: a page ends before what would not fit is even read. */
  readonly weight?: (stored: S, projection: Projection) => number
  /** In id order, behind the id `after`. */
  readonly scan: (exchange: Exchange, limit: number, after?: string) => Promise<ScanPage<S>>
  /** Whole resources in the order given; derived attributes only as far as the projection wants them. */
  readonly render: (
    exchange: Exchange,
    stored: readonly S[],
    projection: Projection,
  ) => Promise<readonly Attributes[]>
  /** As one answer carries it: what may be without end is left out whole, never cut. A filter or a sort sees all of it. */
  readonly answerable?: (resource: Attributes) => Attributes
  /** The same as `render` for a filter or a sort to look at, where derived attributes can be had for less or need a bound. */
  readonly renderForSearch?: (
    exchange: Exchange,
    stored: readonly S[],
    projection: Projection,
    filter: Filter | undefined,
    budget: Budget,
  ) => Promise<readonly Attributes[]>
  /** The same of what `create` just wrote, where less needs to be read; absent: as any other. */
  readonly renderCreated?: ResourceVerbs<S>['render']
  /** Reads what was sent, once. What it returns may be tried several times. */
  readonly create: (exchange: Exchange) => () => Promise<Written<S>>
  readonly replace: (exchange: Exchange) => (before: S) => Promise<Written<S>>
  readonly patch: (exchange: Exchange) => (before: S) => Promise<Written<S>>
  readonly remove: (exchange: Exchange, before: S) => Promise<Written<unknown>>
  /** A PATCH is answered 204, unless the client names the attributes it wants to see. */
  readonly patchesSilently?: true
}

/** A resource type without its stored form, so that different ones stand in one list. */
export type ResourceType = {
  readonly schema: ResourceSchema
  /** Hands the verbs to what works with any stored form. */
  readonly with: <R>(use: <S extends Stored>(verbs: ResourceVerbs<S>) => R) => R
}

export const resourceType = <S extends Stored>(verbs: ResourceVerbs<S>): ResourceType => ({
  schema: verbs.schema,
  with: (use) => use(verbs),
})
