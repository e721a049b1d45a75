import type { Attributes, AttributeValue } from '../core/member.ts'
import { isList, isRecord } from './body.ts'

/** The name under which an object holds an attribute, in whatever case it was sent. */
export const keyOf = (source: Attributes, name: string): string | undefined => {
  if (Object.hasOwn(source, name)) return name
  const folded = name.toLowerCase()
  return Object.keys(source).find((key) => key.toLowerCase() === folded)
}

export const read = (source: Attributes, name: string): AttributeValue | undefined => {
  const key = keyOf(source, name)
  return key === undefined ? undefined : source[key]
}

/** RFC 7643 §2.5: null, an empty array and an absent attribute are one state. */
export const isAbsent = (value: AttributeValue | undefined): value is undefined | null | readonly [] =>
  value === undefined || value === null || (isList(value) && value.length === 0)

/** One text per JSON value: equal when the values are, whatever the order of names. */
export const canonical = (value: AttributeValue): string => {
  if (isList(value)) return `[${value.map(canonical).join()}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
  return `{${entries.sort().join()}}`
}

/** Equality of JSON values; the order of names does not matter. */
export const sameValue = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean => {
  if (a === b) return true
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((each, index) => sameValue(each, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  )
}
