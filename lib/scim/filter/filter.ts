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

export const printFilter = (filter: Filter): string => {
  switch (filter.kind) {
    case 'compare':
      return `${nameOf(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'present':
      return `${nameOf(filter.path)} pr`
    case 'and':
    case 'or':
      return filter.filters.map((each) => group(each)).join(` ${filter.kind} `)
    case 'not':
      return `not (${printFilter(filter.filter)})`
    case 'element':
      return `${nameOf(filter.path)}[${printFilter(filter.filter)}]`
  }
}
const group = (filter: Filter): string =>
  filter.kind === 'and' || filter.kind === 'or' ? `(${printFilter(filter)})` : printFilter(filter)

// A sub-attribute knows its whole path; inside an element filter only its last part is written.
const nameOf = (path: Attribute): string =>
  path.sub?.path ??
  (path.attribute.path.includes('.') && path.urn === undefined ? path.attribute.name : path.attribute.path)
