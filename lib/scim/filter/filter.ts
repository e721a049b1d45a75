import type { AttributePath } from '../attribute-path.ts'

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'
export type FilterValue = string | number | boolean | null
export type Attribute = Extract<AttributePath, { kind: 'attribute' }>

/** RFC 7644 §3.4.2.2, resolved against the schema. */
export type Filter =
  | {
      readonly kind: 'compare'
      readonly path: Attribute
      readonly operator: Operator
      readonly value: FilterValue
    }
  | { readonly kind: 'present'; readonly path: Attribute }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** One element must satisfy the whole filter. */
  | { readonly kind: 'element'; readonly path: Attribute; readonly filter: Filter }

/** The filter as text; `parseFilter` reads the same filter back. */
export const printFilter = (filter: Filter): string => print(filter, printName)

/** What stands between the brackets of a value path. */
export const printElementFilter = (filter: Filter): string => print(filter, printSubName)

type PrintName = (path: Attribute) => string
const printName: PrintName = (path) => (path.sub ?? path.attribute).path
const printSubName: PrintName = ({ attribute, sub }) =>
  sub === undefined ? attribute.name : `${attribute.name}.${sub.name}`

const print = (filter: Filter, name: PrintName): string => {
  switch (filter.kind) {
    case 'compare':
      return `${name(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'present':
      return `${name(filter.path)} pr`
    case 'and':
      return filter.filters.map((each) => grouped(each, name, isJoined(each))).join(' and ')
    case 'or':
      // `and` binds closer than `or`: it needs no parentheses of its own.
      return filter.filters.map((each) => grouped(each, name, each.kind === 'or')).join(' or ')
    case 'not':
      return `not (${print(filter.filter, name)})`
    case 'element':
      return `${name(filter.path)}[${printElementFilter(filter.filter)}]`
  }
}
const isJoined = ({ kind }: Filter): boolean => kind === 'and' || kind === 'or'
const grouped = (filter: Filter, name: PrintName, isGrouped: boolean): string =>
  isGrouped ? `(${print(filter, name)})` : print(filter, name)
