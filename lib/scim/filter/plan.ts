import { ConnectorError } from '../../core/errors.ts'
import type { AttributeValue } from '../../core/member.ts'
import { isTooLong } from '../resources.ts'
import type { Attribute, Filter } from './filter.ts'

/** What an index answers. `attribute` is the schema's path. */
export type IndexedTest = { readonly attribute: string; readonly value: string }

export type FilterPlan = {
  readonly lookup: IndexedTest
  /** The tests on memberships, answered by their rows and not by a resource's contents. */
  readonly memberships: readonly string[]
  /** To be true of every resource the look-up finds. */
  readonly rest: readonly Filter[]
}

const conjuncts = (filter: Filter): readonly Filter[] =>
  filter.kind === 'and' ? filter.filters.flatMap(conjuncts) : [filter]

const pathOf = (path: Attribute): string => (path.sub ?? path.attribute).path

/** `a eq "x"`, and `a[… and value eq "x"]` read as the look-up it contains. */
const indexed = (filter: Filter): IndexedTest | undefined => {
  if (filter.kind === 'compare' && filter.operator === 'eq' && typeof filter.value === 'string')
    return { attribute: pathOf(filter.path), value: filter.value }
  if (filter.kind !== 'element') return undefined
  const inner = conjuncts(filter.filter).map(indexed)
  return inner.find((each) => each?.attribute === `${filter.path.attribute.path}.value`)
}

/** Attributes that stand in no resource as stored: a test on them anywhere else would quietly be false. */
const derived: ReadonlySet<string> = new Set(['groups', 'members'])
const namesDerived = (filter: Filter): boolean => {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.some(namesDerived)
    case 'not':
      return namesDerived(filter.filter)
    default:
      return derived.has(filter.path.attribute.path)
  }
}

const isMembership = (filter: Filter): boolean =>
  filter.kind === 'compare' || (filter.kind === 'element' && filter.filter.kind === 'compare')
    ? indexed(filter)?.attribute === 'members.value'
    : false

/**
 * A filter → one look-up with a constant number of reads, and what remains to be tested on its few results. What would need the whole directory
 * is refused, never ignored (RFC 7644 §3.4.2.2).
 */
export const planFilter = (filter: Filter, indexes: readonly string[]): FilterPlan => {
  const all = conjuncts(filter)
  const memberships = all.filter(isMembership).map((each) => indexed(each)?.value ?? '')
  const rest = all.filter((each) => !isMembership(each))
  const tests = rest.map(indexed).filter((each) => each !== undefined)
  const [member] = memberships
  const byMember = member === undefined ? undefined : { attribute: 'members.value', value: member }
  const lookup =
    indexes
      .map((index) => tests.find((test) => test.attribute === index))
      .find((each) => each !== undefined) ?? byMember
  if (lookup === undefined || !indexes.includes(lookup.attribute) || rest.some(namesDerived))
    throw new ConnectorError(
      'invalidFilter',
      `supported are "eq" on one of ${indexes.join(', ')}, alone or joined by "and" with further tests of the resource's own attributes`,
    )
  return { lookup, memberships, rest }
}

/** Longer than anything stored: the answer is known without a read. */
export const findsNothing = (plan: FilterPlan): boolean => isTooLong(plan.lookup.value)

export const isUuid = (value: AttributeValue | undefined): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)
