import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isRecord, record } from '../body.ts'
import type { Filter } from '../filter/filter.ts'
import { sameValue } from '../json.ts'
import { elementKey } from '../same-element.ts'
import type { SchemaAttribute } from '../schema.ts'
import { isPrimary } from '../validate.ts'

type List = readonly AttributeValue[]

export const withName = (
  source: Attributes | undefined,
  name: string,
  value: AttributeValue | undefined,
): Attributes => {
  const result: Record<string, AttributeValue> = Object.assign(Object.create(null), source)
  if (value === undefined) delete result[name]
  else result[name] = value
  return result
}

/** An element to be removed may be named by its value alone. */
export const withoutElements = (attribute: SchemaAttribute, before: List, unwanted: List): List => {
  const isTyped = (each: AttributeValue): boolean => !isRecord(each) || each.type !== undefined
  const keys = (list: List): ReadonlySet<string> => new Set(list.map((each) => elementKey(attribute, each)))
  const typed = keys(unwanted.filter(isTyped))
  const untyped = keys(unwanted.filter((each) => !isTyped(each)))
  return before.filter((old) => {
    const bare = isRecord(old) ? withName(old, 'type', undefined) : old
    return !typed.has(elementKey(attribute, old)) && !untyped.has(elementKey(attribute, bare))
  })
}

/** RFC 7644 §3.5.2: setting one value primary takes it from the others. Of an undeclared attribute nobody knows what the word means in it. */
export const settlePrimary = (attribute: SchemaAttribute, before: List, after: List): List => {
  if (attribute.type === 'undeclared') return after
  const fresh = after.filter((each) => isPrimary(each) && !before.some((old) => sameValue(old, each)))
  const [chosen, second] = fresh
  if (second !== undefined)
    throw new ConnectorError('invalidValue', `${attribute.path}: only one value can be primary`, {
      field: attribute.path,
    })
  if (chosen === undefined) return after
  return after.map((each) =>
    each !== chosen && isRecord(each) && isPrimary(each) ? withName(each, 'primary', false) : each,
  )
}

/** The element that a filter of equalities describes: what Entra ID means by replacing a value that is not there. */
export const elementOf = (filter: Filter): Attributes | undefined => {
  switch (filter.kind) {
    case 'compare':
      return filter.operator === 'eq' && filter.value !== null && filter.path.sub === undefined
        ? record({ [filter.path.attribute.name]: filter.value })
        : undefined
    case 'and': {
      const parts = filter.filters.map(elementOf).filter((each) => each !== undefined)
      const names = parts.flatMap((each) => Object.keys(each))
      // One attribute with two values describes nothing that could be.
      const isPossible = parts.length === filter.filters.length && new Set(names).size === names.length
      return isPossible ? record(Object.assign({}, ...parts)) : undefined
    }
    default:
      return undefined
  }
}
