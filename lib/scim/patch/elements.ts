import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isRecord, record } from '../body.ts'
import type { Filter } from '../filter/filter.ts'
import { canonical, sameValue } from '../json.ts'
import type { SchemaAttribute } from '../schema.ts'
import { isPrimary } from '../validate.ts'

type List = readonly AttributeValue[]

export const merged = (before: AttributeValue | undefined, more: AttributeValue): AttributeValue =>
  isRecord(before) && isRecord(more) ? record({ ...before, ...more }) : more

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

/**
 * RFC 7643 §2.4: two elements with one value and one type are the same element. Equal keys stand for that, so that lists are compared in the
 * time it takes to read them.
 */
const keyOf = (attribute: SchemaAttribute, element: AttributeValue): string => {
  if (typeof element === 'string' && !attribute.exact) return canonical(fold(element))
  if (!isRecord(element) || typeof element.value !== 'string') return canonical(element)
  const exact = attribute.subAttributes.get('value')?.exact === true
  const value = exact ? element.value : fold(element.value)
  return JSON.stringify([value, fold(String(element.type ?? ''))])
}

/** Adding is set-like (RFC 7644 §3.5.2.1): what is there already is completed, not doubled. */
export const added = (attribute: SchemaAttribute, before: List, more: List): List => {
  const list: AttributeValue[] = []
  const places = new Map<string, number>()
  for (const [n, each] of [...before, ...more].entries()) {
    const key = keyOf(attribute, each)
    const at = places.get(key)
    if (at !== undefined && n >= before.length) list[at] = merged(list[at], each)
    else list.push(each)
    if (at === undefined) places.set(key, list.length - 1)
  }
  return list
}

/** An element to be removed may be named by its value alone. */
export const withoutElements = (attribute: SchemaAttribute, before: List, unwanted: List): List => {
  const isTyped = (each: AttributeValue): boolean => !isRecord(each) || each.type !== undefined
  const keys = (list: List): ReadonlySet<string> => new Set(list.map((each) => keyOf(attribute, each)))
  const typed = keys(unwanted.filter(isTyped))
  const untyped = keys(unwanted.filter((each) => !isTyped(each)))
  return before.filter((old) => {
    const bare = isRecord(old) ? withName(old, 'type', undefined) : old
    return !typed.has(keyOf(attribute, old)) && !untyped.has(keyOf(attribute, bare))
  })
}

/** RFC 7644 §3.5.2: setting one value primary takes it from the others. */
export const settlePrimary = (attribute: SchemaAttribute, before: List, after: List): List => {
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
      const names = new Set(parts.flatMap((each) => Object.keys(each)))
      // The same attribute twice describes nothing that could be.
      return names.size === filter.filters.length ? record(Object.assign({}, ...parts)) : undefined
    }
    default:
      return undefined
  }
}
