import type { RejectionCode } from '../verified.ts'
import { largestMessage } from './limits.ts'

export type Decoded = { readonly text: string } | { readonly code: RejectionCode }

const letters = /^[A-Za-z0-9+/]+={0,2}$/

/** Strict: what other decoders would skip or guess is refused. Identity providers break lines, so those may be there. */
const fromBase64 = (value: string): Buffer | undefined => {
  const joined = value.replaceAll(/\r?\n/g, '')
  if (joined.length % 4 !== 0 || !letters.test(joined)) return undefined
  const bytes = Buffer.from(joined, 'base64')
  // Bits left over in the last letter must be zero: one text, one encoding.
  return bytes.toString('base64', bytes.length - (bytes.length % 3 || 3)) === joined.slice(-4)
    ? bytes
    : undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export const fromUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The document within the form's parameter. */
export const decodeMessage = (values: readonly string[]): Decoded => {
  const [value, ...more] = values
  if (value === undefined || more.length > 0) return { code: 'message.parameter' }
  if (value.length > largestMessage) return { code: 'message.size' }
  const bytes = fromBase64(value)
  if (bytes === undefined) return { code: 'message.base64' }
  const text = fromUtf8(bytes)
  return text === undefined ? { code: 'message.encoding' } : { text }
}
