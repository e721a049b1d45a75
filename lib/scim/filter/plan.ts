import type { Attribute, Filter } from './filter.ts'

/** What an index answers. `attribute` is the schema's path. */
export type IndexedTest = { readonly attribute: string; readonly value: string }

// Beyond this, reading the directory in pages costs less than asking for each value.
const maximumTests = 100

/** The schema path a filter tests. */
export const testedPath = ({ attribute, sub }: Attribute): string => (sub ?? attribute).path

/**
 * Look-ups that find everything the filter can match, and perhaps more: all of them are tested by the whole filter afterwards. Undefined where no
 * look-ups do: the directory is read then. An empty list: nothing can match.
 */
export const planLookups = (
  filter: Filter,
  indexes: readonly string[],
): readonly IndexedTest[] | undefined => {
  const tests = lookupsOf(filter, indexes)
  return tests !== undefined && tests.length <= maximumTests ? tests : undefined
}

const lookupsOf = (filter: Filter, indexes: readonly string[]): readonly IndexedTest[] | undefined => {
  switch (filter.kind) {
    case 'compare': {
      const attribute = testedPath(filter.path)
      const isIndexed = filter.operator === 'eq' && indexes.includes(attribute)
      return isIndexed && typeof filter.value === 'string' ? [{ attribute, value: filter.value }] : undefined
    }
    // emails[type eq "work" and value eq "x"]: inside, names are those of the attribute's parts.
    case 'element':
      return lookupsOf(filter.filter, indexes)
    case 'or': {
      const branches = filter.filters.map((each) => lookupsOf(each, indexes))
      const found = branches.filter((each) => each !== undefined)
      return found.length === branches.length ? found.flat() : undefined
    }
    case 'and':
      return cheapest(
        filter.filters.map((each) => lookupsOf(each, indexes)),
        indexes,
      )
    case 'present':
    case 'not':
      return undefined
  }
}

const cheapest = (
  branches: readonly (readonly IndexedTest[] | undefined)[],
  indexes: readonly string[],
): readonly IndexedTest[] | undefined => {
  const rank = ([first]: readonly IndexedTest[]): number =>
    first === undefined ? -1 : indexes.indexOf(first.attribute)
  return branches
    .filter((each) => each !== undefined)
    .toSorted((a, b) => a.length - b.length || rank(a) - rank(b))[0]
}
