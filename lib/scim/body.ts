import { ConnectorError } from '../core/errors.ts'
import type { Attributes, AttributeValue } from '../core/member.ts'

export const maximumBytes = 1_048_576
const maximumDepth = 32
// As own names they are harmless on null prototypes, but not everything below us (marshalling, logging) builds those.
const refusedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

// One level per bracket; a string is one match, so brackets inside it do not count. Linear: alternatives start with different characters, and a
// string that never ends is one match, too; looked for again behind each of its quotes, it would cost the square of its length.
const brackets = /"(?:[^"\\]|\\.)*"?|[[{]|[\]}]/gs

/** `JSON.parse` recurses: a body of brackets would exhaust the stack, so depth is bounded by one linear pass before it. */
const checkDepth = (text: string): void => {
  let depth = 0
  for (const [token] of text.matchAll(brackets)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    if (depth > maximumDepth)
      throw new ConnectorError('invalidSyntax', `the body is nested more than ${maximumDepth} levels deep`)
  }
}

const revive = (name: string, value: unknown): unknown => {
  if (refusedNames.has(name))
    throw new ConnectorError('invalidSyntax', `"${name}" is not allowed as an attribute name`)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? record(value) : value
}

/** A copy on a null prototype: reading a name the caller did not send never finds an inherited one. */
export const record = (source: object): Attributes => Object.assign(Object.create(null), source)

export const isRecord = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isList = (value: unknown): value is readonly AttributeValue[] => Array.isArray(value)

/** Reads a request body: size, encoding, depth, syntax, names — in this order, each before the next can be made to cost anything. */
export const parseBody = (bytes: Uint8Array | undefined): Attributes => {
  if (bytes === undefined || bytes.length === 0)
    throw new ConnectorError('invalidSyntax', 'the request needs a JSON body')
  if (bytes.length > maximumBytes)
    throw new ConnectorError('payloadTooLarge', `the body is larger than ${maximumBytes} bytes`)
  const text = decode(bytes)
  checkDepth(text)
  const body = parseJson(text)
  if (!isRecord(body)) throw new ConnectorError('invalidSyntax', 'the body must be a JSON object')
  return body
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ConnectorError('invalidSyntax', 'the body is not UTF-8 (RFC 8259 §8.1)', { cause })
  }
}
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text, revive)
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    // The engine's own message quotes the body.
    throw new ConnectorError('invalidSyntax', 'the body is not JSON')
  }
}
