/** Says what is wrong with a value, or nothing. */
export type Test = (value: unknown) => string | undefined
export type Field = { readonly test: Test; readonly optional: boolean }
export type Shape =
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  | { readonly kind: 'list'; readonly item: Test }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const required = (test: Test): Field => ({ test, optional: false })
export const optional = (test: Test): Field => ({ test, optional: true })

export const text =
  (minimum = 0, maximum = 1000): Test =>
  (value) =>
    typeof value === 'string' && value.length >= minimum && value.length <= maximum
      ? undefined
      : `must be a text of ${minimum} to ${maximum} characters`
export const matching =
  (pattern: RegExp, rule: string): Test =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : rule
export const email = matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be an e-mail address')
export const boolean: Test = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
export const oneOf =
  (...values: readonly (string | number)[]): Test =>
  (value) =>
    values.some((one) => one === value) ? undefined : `must be one of ${values.join(', ')}`
export const listOf =
  (item: Test): Test =>
  (value) =>
    Array.isArray(value) ? value.map(item).find((finding) => finding !== undefined) : 'must be a list'

const fieldFinding = (name: string, field: Field, value: unknown): string | undefined => {
  if (value === undefined) return field.optional ? undefined : `lacks the field ${name}`
  const finding = field.test(value)
  return finding === undefined ? undefined : `field ${name} ${finding}`
}

/** The vendor's bodies are closed (`additionalProperties: false`). */
export const record =
  (fields: Readonly<Record<string, Field>>): Test =>
  (value) => {
    if (!isRecord(value)) return 'must be an object'
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
    if (unknown !== undefined) return `has the unknown field ${unknown}`
    return Object.entries(fields)
      .map(([name, field]) => fieldFinding(name, field, value[name]))
      .find((finding) => finding !== undefined)
  }

export const bodyFinding = (shape: Shape, body: unknown): string | undefined =>
  shape.kind === 'list' ? listOf(shape.item)(body) : record(shape.fields)(body)
