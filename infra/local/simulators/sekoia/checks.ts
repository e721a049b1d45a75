/** Says what is wrong with a value, or nothing. */
export type Check = { readonly test: (value: unknown) => string | undefined; readonly optional: boolean }
export type Shape = Readonly<Record<string, Check>>

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuidShape.test(value)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const required = (test: Check['test']): Check => ({ test, optional: false })

export const text = (minimum: number, maximum: number): Check =>
  required((value) =>
    typeof value === 'string' && value.length >= minimum && value.length <= maximum
      ? undefined
      : `must be a text of ${minimum} to ${maximum} characters`,
  )
export const uuid: Check = required((value) => (isUuid(value) ? undefined : 'must be a UUID'))
export const email: Check = required((value) =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)
    ? undefined
    : 'must be an e-mail address',
)
export const oneOf = (...values: readonly string[]): Check =>
  required((value) =>
    typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`,
  )
export const list = (item: Check): Check =>
  required((value) =>
    Array.isArray(value) ? value.map(item.test).find((finding) => finding !== undefined) : 'must be a list',
  )
export const recordOf = (key: Check, item: Check): Check =>
  required((value) =>
    isRecord(value)
      ? Object.entries(value)
          .flatMap(([name, one]) => [key.test(name), item.test(one)])
          .find((finding) => finding !== undefined)
      : 'must be an object',
  )
export const optional = (check: Check): Check => ({ ...check, optional: true })

/** The vendor's bodies are closed: an unknown field is refused, as a client that invents fields must notice. */
export const bodyFinding = (shape: Shape, body: unknown): string | undefined => {
  if (!isRecord(body)) return 'the body must be a JSON object'
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(shape, name))
  if (unknown !== undefined) return `unknown field ${unknown}`
  for (const [name, check] of Object.entries(shape)) {
    const value = body[name]
    if (value === undefined) {
      if (!check.optional) return `field ${name} is required`
      continue
    }
    const finding = check.test(value)
    if (finding !== undefined) return `field ${name} ${finding}`
  }
  return undefined
}

export const queryFinding = (allowed: readonly string[], query: URLSearchParams): string | undefined => {
  const unknown = [...query.keys()].find((name) => !allowed.includes(name))
  if (unknown !== undefined) return `unknown query parameter ${unknown}`
  const limit = query.get('limit')
  if (limit !== null && !(/^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 100))
    return 'limit must be between 1 and 100'
  const offset = query.get('offset')
  if (offset !== null && !/^\d{1,9}$/.test(offset)) return 'offset must be a number from 0'
  const direction = query.get('direction')
  return direction === null || /^(asc|desc)$/.test(direction) ? undefined : 'direction must be asc or desc'
}
