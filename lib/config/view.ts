import type { Path } from './findings.ts'

/** A value of a file that may be malformed, and where it stands: cross-checks see as much as there is, and leave types to the schema. */
export type View = { readonly value: unknown; readonly path: Path }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isMap = ({ value }: View): boolean => isRecord(value)

export const field = (view: View, ...names: readonly string[]): View =>
  names.reduce<View>(
    ({ value, path }, name) => ({
      value: isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined,
      path: [...path, name],
    }),
    view,
  )

export const items = (view: View): readonly View[] =>
  Array.isArray(view.value)
    ? view.value.map((value: unknown, index) => ({ value, path: [...view.path, index] }))
    : []

/** Of a map: each key with what it holds. */
export const entries = (view: View): readonly (readonly [string, View])[] =>
  isRecord(view.value) ? Object.keys(view.value).map((key) => [key, field(view, key)]) : []

export const text = (view: View): string | undefined =>
  typeof view.value === 'string' ? view.value : undefined

export const texts = (view: View): readonly string[] =>
  items(view).flatMap((item) => (typeof item.value === 'string' ? [item.value] : []))

export const present = (view: View): boolean => view.value !== undefined && view.value !== null
