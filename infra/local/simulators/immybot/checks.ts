/** Says what is wrong with a value, or nothing. */
export type Check = {
  readonly test: (value: unknown) => string | undefined
  readonly optional: boolean
  /** For the OpenAPI description. */
  readonly type: string
}
export type Shape = Readonly<Record<string, Check>>

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const required = (type: string, test: Check['test']): Check => ({ test, optional: false, type })
export const optional = (check: Check): Check => ({ ...check, optional: true })
export const nullable = (check: Check): Check => ({
  ...check,
  test: (value) => (value === null ? undefined : check.test(value)),
})

const largest = 2_147_483_647
export const isInteger = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= largest
export const integer = required('integer', (value) => (isInteger(value) ? undefined : 'must be an integer'))
export const boolean = required('boolean', (value) =>
  typeof value === 'boolean' ? undefined : 'must be true or false',
)
export const text = required('string', (value) =>
  typeof value === 'string' && value.length <= 1000 ? undefined : 'must be a text',
)
export const name = required('string', (value) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= 200
    ? undefined
    : 'must be a text that is not empty',
)
export const email = required('string', (value) =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)
    ? undefined
    : 'must be an e-mail address',
)
export const list = (item: Check, least = 0): Check =>
  required('array', (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    if (value.length < least) return 'must not be empty'
    return value.map(item.test).find((finding) => finding !== undefined)
  })
export const anyOf = (...checks: readonly Check[]): Check =>
  required(checks[0]?.type ?? 'object', (value) =>
    checks.some(({ test }) => test(value) === undefined) ? undefined : 'has a wrong type',
  )

/** The vendor's enumerations take the name or the number. */
export const enumeration = (values: Readonly<Record<string, number>>): Check =>
  required('string', (value) =>
    enumNumber(values, value) === undefined ? `must be one of ${Object.keys(values).join(', ')}` : undefined,
  )
export const enumNumber = (values: Readonly<Record<string, number>>, value: unknown): number | undefined => {
  if (typeof value === 'string') return Object.hasOwn(values, value) ? values[value] : undefined
  return Object.values(values).find((one) => one === value)
}

export const record = (shape: Shape, closed: boolean): Check =>
  required('object', (value) => shapeFinding(shape, value, closed))

export const shapeFinding = (shape: Shape, body: unknown, closed: boolean): string | undefined => {
  if (!isFields(body)) return 'must be a JSON object'
  const unknown = Object.keys(body).find((field) => !Object.hasOwn(shape, field))
  if (closed && unknown !== undefined) return `unknown field ${unknown}`
  for (const [field, check] of Object.entries(shape)) {
    const value = Object.hasOwn(body, field) ? body[field] : undefined
    if (value === undefined) {
      if (!check.optional) return `The ${field} field is required.`
      continue
    }
    const finding = check.test(value)
    if (finding !== undefined) return `${field}: ${finding}`
  }
  return undefined
}

/** 1 to the largest 32-bit integer, as the specification says of `Page` and `PageSize`. */
const counted: Readonly<Record<string, number>> = { page: 1, pagesize: 1, skip: 0, take: 0 }

/** ASP.NET binds names without regard to case. */
export const queryFinding = (
  allowed: readonly string[],
  query: URLSearchParams,
  closed: boolean,
): string | undefined => {
  const known = allowed.map((one) => one.toLowerCase())
  for (const [field, value] of query) {
    const folded = field.toLowerCase()
    if (!known.includes(folded)) {
      if (closed) return `unknown query parameter ${field}`
      continue
    }
    const least = Object.hasOwn(counted, folded) ? counted[folded] : undefined
    if (least === undefined) continue
    if (!/^\d{1,10}$/.test(value) || Number(value) < least || Number(value) > largest)
      return `${field} must be a number from ${least}`
  }
  return undefined
}

export const queryValue = (query: URLSearchParams, wanted: string): string | undefined =>
  [...query].find(([field]) => field.toLowerCase() === wanted.toLowerCase())?.[1]
