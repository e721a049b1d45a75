import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isRecord, record } from '../body.ts'
import type { Filter } from '../filter/filter.ts'
import { sameValue } from '../json.ts'
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

/** RFC 7643 §2.4: two elements with one value and one type are the same element. */
const sameElement = (attribute: SchemaAttribute, a: AttributeValue, b: AttributeValue): boolean => {
  if (!isRecord(a) || !isRecord(b) || typeof a.value !== 'string' || typeof b.value !== 'string')
    return sameValue(a, b)
  const exact = attribute.subAttributes.get('value')?.exact === true
  const key = (value: string): string => (exact ? value : fold(value))
  return key(a.value) === key(b.value) && fold(String(a.type ?? '')) === fold(String(b.type ?? ''))
}

/** Adding is set-like (RFC 7644 §3.5.2.1): what is there already is completed, not doubled. */
export const added = (attribute: SchemaAttribute, before: List, more: List): List => {
  const list = [...before]
  for (const each of more) {
    const at = list.findIndex((old) => sameElement(attribute, old, each))
    if (at < 0) list.push(each)
    else list[at] = merged(list[at], each)
  }
  return list
}

export const withoutElements = (attribute: SchemaAttribute, before: List, unwanted: List): List =>
  before.filter((old) => !unwanted.some((each) => names(attribute, old, each)))

/** An element to be removed may be named by its value alone. */
const names = (attribute: SchemaAttribute, old: AttributeValue, wanted: AttributeValue): boolean => {
  if (!isRecord(old) || !isRecord(wanted) || wanted.type !== undefined)
    return sameElement(attribute, old, wanted)
  return sameElement(attribute, withName(old, 'type', undefined), wanted)
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
      return filter.operator === 'eq' && filter.value !== null
        ? record({ [filter.path.attribute.name]: filter.value })
        : undefined
    case 'and': {
      const parts = filter.filters.map(elementOf).filter((each) => each !== undefined)
      return parts.length === filter.filters.length ? record(Object.assign({}, ...parts)) : undefined
    }
    default:
      return undefined
  }
}
