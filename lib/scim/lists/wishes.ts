import { ConnectorError } from '../../core/errors.ts'
import { record } from '../body.ts'
import { matches } from '../filter/evaluate.ts'
import type { Attribute, Filter } from '../filter/filter.ts'
import { parseFilter } from '../filter/parse.ts'
import { type Projection, projectionOf } from '../projection.ts'
import { type Note, unnoted } from '../quirks.ts'
import type { ResourceType } from '../resource-type.ts'
import type { ResourceSchema } from '../schema.ts'
import { uncounted } from '../steps.ts'
import type { ListQuery } from './query.ts'
import { checkSearchable, resolveSort, type Sort } from './sort.ts'

/** A query as one resource type understands it. */
export type Wish = {
  readonly filter?: Filter
  readonly sort?: Sort
  readonly projection: Projection
}

/**
 * RFC 7644 §3.4.2.1: at the root an attribute that a type does not have is one without a value. So each type reads the query by a schema that knows
 * the attributes of all, its own before those of others.
 */
const rootSchema = (own: ResourceSchema, all: readonly ResourceSchema[]): ResourceSchema => {
  const others = all.filter((each) => each !== own)
  return {
    ...own,
    attributes: new Map([...others, own].flatMap(({ attributes }) => [...attributes])),
    extensions: new Map([
      ...others.map(
        ({ urn, attributes, document }) => [urn.toLowerCase(), { urn, attributes, document }] as const,
      ),
      ...[...others, own].flatMap(({ extensions }) => [...extensions]),
    ]),
  }
}

const has = ({ attributes, extensions }: ResourceSchema, { urn, attribute }: Attribute): boolean => {
  if (attribute.type === 'undeclared') return true
  const table = urn === undefined ? attributes : extensions.get(urn.toLowerCase())?.attributes
  return table?.get(attribute.name.toLowerCase()) === attribute
}

const always: Filter = { kind: 'and', filters: [] }
const never: Filter = { kind: 'or', filters: [] }
const isAlways = (filter: Filter): boolean => filter.kind === 'and' && filter.filters.length === 0
const isNever = (filter: Filter): boolean => filter.kind === 'or' && filter.filters.length === 0

/** What is the same for every resource of the type, worked out before any is read. */
const simplified = (schema: ResourceSchema, filter: Filter): Filter => {
  switch (filter.kind) {
    case 'and': {
      const filters = filter.filters.map((each) => simplified(schema, each)).filter((each) => !isAlways(each))
      return filters.some(isNever) ? never : { kind: 'and', filters }
    }
    case 'or': {
      const filters = filter.filters.map((each) => simplified(schema, each)).filter((each) => !isNever(each))
      return filters.some(isAlways) ? always : { kind: 'or', filters }
    }
    case 'not': {
      const inner = simplified(schema, filter.filter)
      if (isAlways(inner)) return never
      return isNever(inner) ? always : { kind: 'not', filter: inner }
    }
    default: {
      const isConstant = !has(schema, filter.path) || filter.path.sub?.path === 'meta.resourceType'
      if (!isConstant) return filter
      const everyResource = record({ meta: record({ resourceType: schema.name }) })
      return matches(filter, everyResource) ? always : never
    }
  }
}

const invalidFilter = (rule: string): ConnectorError =>
  new ConnectorError('invalidFilter', rule, { field: 'filter' })

const checkFilter = (filter: Filter): void => {
  if ('filters' in filter) for (const each of filter.filters) checkFilter(each)
  else if (filter.kind === 'not') checkFilter(filter.filter)
  else checkSearchable(filter.path, invalidFilter)
}

const wishOf = (
  own: ResourceSchema,
  known: ResourceSchema,
  query: ListQuery,
  note: Note,
): Wish | undefined => {
  const parsed = query.filter === undefined ? always : parseFilter(known, query.filter, uncounted, note)
  checkFilter(parsed)
  const filter = simplified(own, parsed)
  if (isNever(filter)) return undefined
  return {
    projection: projectionOf(own, query.parameters),
    ...(isAlways(filter) ? {} : { filter }),
    ...(query.sortBy === undefined ? {} : { sort: resolveSort(known, query.sortBy) }),
  }
}

/** By resource type, without those in which nothing can match. */
export const wishesOf = (
  types: readonly ResourceType[],
  query: ListQuery,
  note: Note,
): ReadonlyMap<ResourceType, Wish> => {
  const schemas = types.map(({ schema }) => schema)
  const wishes = new Map<ResourceType, Wish>()
  const refusals: unknown[] = []
  for (const type of types) {
    try {
      const known = types.length === 1 ? type.schema : rootSchema(type.schema, schemas)
      // One filter, read once for each: a tolerance in it is one.
      const wish = wishOf(type.schema, known, query, type === types[0] ? note : unnoted)
      if (wish !== undefined) wishes.set(type, wish)
    } catch (error) {
      refusals.push(error)
    }
  }
  // One name may be a text here and a flag there: what makes sense for one type at least is asked of that one.
  if (refusals.length === types.length) throw refusals[0]
  return wishes
}
