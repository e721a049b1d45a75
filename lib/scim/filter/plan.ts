import type { Attribute, Filter } from './filter.ts'

/** What an index answers. `attribute` is the schema's path. */
export type IndexedTest = { readonly attribute: string; readonly value: string }
/** Look-ups that together find everything the filter can match. */
export type LookupPlan = {
  /** Empty: nothing can match. */
  readonly tests: readonly IndexedTest[]
  /** What they leave open: to be true of all they find. Absent: nothing. */
  readonly rest?: Filter
}

// Beyond this, reading the directory in pages costs less than asking for each value.
const maximumTests = 100

/** The schema path a filter tests. */
export const testedPath = ({ attribute, sub }: Attribute): string => (sub ?? attribute).path

/** Undefined where no look-ups do: the directory is read then, and each resource tested by the whole filter. */
export const planLookups = (filter: Filter, indexes: readonly string[]): LookupPlan | undefined => {
  const plan = planned(filter, indexes)
  return plan !== undefined && plan.tests.length <= maximumTests ? plan : undefined
}

const planned = (filter: Filter, indexes: readonly string[]): LookupPlan | undefined => {
  switch (filter.kind) {
    case 'compare': {
      const attribute = testedPath(filter.path)
      const isIndexed = filter.operator === 'eq' && indexes.includes(attribute)
      return isIndexed && typeof filter.value === 'string'
        ? { tests: [{ attribute, value: filter.value }] }
        : undefined
    }
    // emails[type eq "work" and value eq "x"]: inside, names are those of the attribute's parts, and one element must have all of it.
    case 'element': {
      const inner = planned(filter.filter, indexes)
      return inner && (inner.rest === undefined ? inner : { tests: inner.tests, rest: filter })
    }
    case 'or': {
      const branches = filter.filters.map((each) => planned(each, indexes))
      const found = branches.filter((each) => each !== undefined)
      if (found.length < branches.length) return undefined
      const tests = found.flatMap((each) => each.tests)
      return found.every(({ rest }) => rest === undefined) ? { tests } : { tests, rest: filter }
    }
    case 'and':
      return cheapest(filter.filters, indexes)
    case 'present':
    case 'not':
      return undefined
  }
}

/** One part of a conjunction is looked up, the others are tested on what it finds. */
const cheapest = (filters: readonly Filter[], indexes: readonly string[]): LookupPlan | undefined => {
  const rank = ({ tests: [first] }: LookupPlan): number =>
    first === undefined ? -1 : indexes.indexOf(first.attribute)
  const [chosen] = filters
    .map((part) => ({ part, plan: planned(part, indexes) }))
    .flatMap(({ part, plan }) => (plan === undefined ? [] : [{ part, plan }]))
    .toSorted((a, b) => a.plan.tests.length - b.plan.tests.length || rank(a.plan) - rank(b.plan))
  if (chosen === undefined) return undefined
  const { part, plan } = chosen
  const others = filters.filter((each) => each !== part)
  const rest = plan.rest === undefined ? others : [plan.rest, ...others]
  return rest.length === 0 ? plan : { tests: plan.tests, rest: { kind: 'and', filters: rest } }
}
