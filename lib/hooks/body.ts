import { refuse } from './errors.ts'
import type { HookRequest } from './exchange.ts'

/** Okta's assertion and Entra's context are a few kilobytes; with a thousand groups it is a tenth of this. */
export const mostBytes = 256 * 1024

const isJson = /^application\/json\s*(;.*)?$/i

/** A JSON object that came from outside: only its own properties are there. */
export type Outside = { readonly [name: string]: unknown }

const isObject = (value: unknown): value is Outside =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Read after it is known who asks: size, type and syntax, and nothing of what is in it. */
export const bodyOf = ({ headers, body }: Pick<HookRequest, 'headers' | 'body'>): Outside => {
  if (body === undefined || body.byteLength === 0)
    throw refuse('invalidSyntax', 'body', 'is empty', 'send the event as JSON')
  if (body.byteLength > mostBytes)
    throw refuse('payloadTooLarge', 'body', 'must not be over 256 KB', 'send fewer groups with the event')
  if (!isJson.test(headers['content-type'] ?? ''))
    throw refuse('unsupportedMediaType', 'content-type', 'must be application/json', 'send the event as JSON')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw refuse('invalidSyntax', 'body', 'must be JSON in UTF-8', 'send the event unchanged')
  }
  if (isObject(value)) return value
  throw refuse('invalidSyntax', 'body', 'must be one JSON object', 'send the event unchanged')
}

const own = (value: Outside, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
const asSent = 'send the event as the identity provider documents it'

/** The object at a path; what is not there is refused by its name. */
export const objectAt = (value: Outside, path: string): Outside => {
  const found = optionalObjectAt(value, path)
  if (found !== undefined) return found
  throw refuse('invalidValue', path, 'must be an object', asSent)
}

export const optionalObjectAt = (value: Outside, path: string): Outside | undefined => {
  let here: Outside = value
  for (const name of path.split('.')) {
    const next = own(here, name)
    if (next === undefined || next === null) return undefined
    if (!isObject(next)) throw refuse('invalidValue', path, 'must be an object', asSent)
    here = next
  }
  return here
}

const longest = 1024

/** Text of a length that a name or an id has. */
export const textAt = (value: Outside, name: string, path: string): string => {
  const found = optionalTextAt(value, name, path)
  if (found !== undefined) return found
  throw refuse('invalidValue', path, 'must be a text that is not empty', asSent)
}

export const optionalTextAt = (value: Outside, name: string, path: string): string | undefined => {
  const found = own(value, name)
  if (found === undefined || found === null || found === '') return undefined
  if (typeof found === 'string' && found.length <= longest) return found
  throw refuse('invalidValue', path, `must be a text of at most ${longest} characters`, asSent)
}

export const listAt = (value: Outside, name: string, path: string): readonly unknown[] => {
  const found = own(value, name)
  if (found === undefined || found === null) return []
  if (Array.isArray(found)) return found
  throw refuse('invalidValue', path, 'must be a list', asSent)
}

export const isOutside = isObject
