import { fold } from '../core/ids.ts'
import type { AttributeValue } from '../core/member.ts'
import { isRecord, record } from './body.ts'
import { canonical } from './json.ts'
import type { SchemaAttribute } from './schema.ts'

type List = readonly AttributeValue[]

/**
 * RFC 7643 §2.4: two elements with one value and one type are the same element. Equal keys stand for that, so that lists are compared in the
 * time it takes to read them.
 */
export const elementKey = (attribute: SchemaAttribute, element: AttributeValue): string => {
  if (typeof element === 'string' && !attribute.exact) return canonical(fold(element))
  if (!isRecord(element) || typeof element.value !== 'string') return canonical(element)
  const exact = attribute.subAttributes.get('value')?.exact === true
  const value = exact ? element.value : fold(element.value)
  return JSON.stringify([value, fold(String(element.type ?? ''))])
}

export const merged = (before: AttributeValue | undefined, more: AttributeValue): AttributeValue =>
  isRecord(before) && isRecord(more) ? record({ ...before, ...more }) : more

/** As `merged`, one after the other: an element is copied once, however many complete it. */
const merging = (): typeof merged => {
  const copies = new Set<AttributeValue>()
  return (before, more) => {
    if (isRecord(before) && isRecord(more) && copies.has(before)) return Object.assign(before, more)
    const copy = merged(before, more)
    if (copy !== more) copies.add(copy)
    return copy
  }
}

/** Adding is set-like (RFC 7644 §3.5.2.1): what is there already is completed, not doubled. */
export const added = (attribute: SchemaAttribute, before: List, more: List): List => {
  const list: AttributeValue[] = []
  const places = new Map<string, number>()
  const merge = merging()
  for (const [n, each] of [...before, ...more].entries()) {
    const key = elementKey(attribute, each)
    const at = places.get(key)
    if (at !== undefined && n >= before.length) list[at] = merge(list[at], each)
    else list.push(each)
    if (at === undefined) places.set(key, list.length - 1)
  }
  return list
}

/** Elements that a change of a part of them has made the same are one from then on. */
export const distinct = (attribute: SchemaAttribute, list: List): List =>
  attribute.multiValued ? added(attribute, [], list) : list
