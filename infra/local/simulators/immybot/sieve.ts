import { queryValue } from './checks.ts'

/** Sieve: `Filters`, `Sorts`, `Page`, `PageSize`. What it does not know, it passes over in silence. */
export const sieveQuery = ['Filters', 'Sorts', 'Page', 'PageSize'] as const

type Value = string | number | boolean | null
export type Fields<T> = Readonly<Record<string, (one: T) => Value>>

const operators = ['!@=', '!_=', '!_-=', '_-=', '==', '!=', '>=', '<=', '@=', '_=', '>', '<'] as const
type Operator = (typeof operators)[number]

const termShape = /^([\w.|()\s]+?)\s*(!_-=|!@=|!_=|_-=|==|!=|>=|<=|@=|_=|>|<)(\*?)([\s\S]*)$/

/** Splits at a separator that no backslash hides. */
const split = (value: string, separator: string): readonly string[] =>
  value
    .split(new RegExp(`(?<!\\\\)\\${separator}`))
    .map((part) => part.replaceAll(`\\${separator}`, separator))

const compares = (operator: Operator, own: string, wanted: string): boolean => {
  switch (operator) {
    case '==':
      return own === wanted
    case '!=':
      return own !== wanted
    case '@=':
      return own.includes(wanted)
    case '!@=':
      return !own.includes(wanted)
    case '_=':
      return own.startsWith(wanted)
    case '!_=':
      return !own.startsWith(wanted)
    case '_-=':
      return own.endsWith(wanted)
    case '!_-=':
      return !own.endsWith(wanted)
    default:
      return ordered(operator, own, wanted)
  }
}

const ordered = (operator: '>' | '<' | '>=' | '<=', own: string, wanted: string): boolean => {
  const numbers = Number(own) - Number(wanted)
  const order = Number.isNaN(numbers) ? (own < wanted ? -1 : own > wanted ? 1 : 0) : numbers
  if (operator.startsWith('>')) return order > 0 || (order === 0 && operator === '>=')
  return order < 0 || (order === 0 && operator === '<=')
}

const getter = <T>(fields: Fields<T>, field: string): ((one: T) => Value) | undefined =>
  Object.entries(fields).find(([known]) => known.toLowerCase() === field.trim().toLowerCase())?.[1]

/** `a==x|y`, `(a|b)@=*x`; nothing when no field of it is known. */
const term = <T>(fields: Fields<T>, written: string): ((one: T) => boolean) | undefined => {
  const [, names = '', operator = '', folds = '', values = ''] = termShape.exec(written.trim()) ?? []
  const known = names
    .replace(/^\(|\)$/g, '')
    .split('|')
    .flatMap((field) => getter(fields, field) ?? [])
  const operation = operators.find((one) => one === operator)
  if (known.length === 0 || operation === undefined) return undefined
  const fold = (value: string): string => (folds === '*' ? value.toLowerCase() : value)
  const wanted = split(values.trim(), '|').map(fold)
  const textOf = (value: Value): string => (value === null ? 'null' : fold(String(value)))
  return (one) => known.some((get) => wanted.some((value) => compares(operation, textOf(get(one)), value)))
}

const compared = (a: Value, b: Value): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [first, second] = [String(a ?? '').toLowerCase(), String(b ?? '').toLowerCase()]
  return first < second ? -1 : first > second ? 1 : 0
}

const sorted = <T>(items: readonly T[], fields: Fields<T>, written: string): readonly T[] =>
  split(written, ',').reduceRight<readonly T[]>((soFar, part) => {
    const name = part.trim()
    const get = getter(fields, name.replace(/^-/, ''))
    if (get === undefined) return soFar
    const sign = name.startsWith('-') ? -1 : 1
    return soFar.toSorted((a, b) => sign * compared(get(a), get(b)))
  }, items)

export const sieved = <T>(
  query: URLSearchParams,
  items: readonly T[],
  fields: Fields<T>,
  cap: number,
): readonly T[] => {
  const terms = split(queryValue(query, 'Filters') ?? '', ',').flatMap((one) => term(fields, one) ?? [])
  const found = terms.length === 0 ? items : items.filter((one) => terms.every((matches) => matches(one)))
  const inOrder = sorted(found, fields, queryValue(query, 'Sorts') ?? '')
  const asked = queryValue(query, 'PageSize')
  const size = Math.min(...[asked === undefined ? 0 : Number(asked), cap].filter((one) => one > 0))
  if (!Number.isFinite(size)) return inOrder
  const from = (Number(queryValue(query, 'Page') ?? '1') - 1) * size
  return inOrder.slice(from, from + size)
}
