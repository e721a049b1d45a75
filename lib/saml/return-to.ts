import { isLoopback } from '../core/public-url.ts'

/** Blanks, control characters and backslashes are read by one browser so and by the next otherwise. */
const doubtful = /[\s\\\p{Cc}\p{Cf}\p{Zs}]/u
const withUser = /^[a-z]+:\/*[^/?#]*@/i
const longest = 2_000

/** An address a browser may be sent to, in its one spelling: https, or http on this machine; nothing in it that could be read in two ways. */
export const safeUrl = (text: string, local: boolean): URL | undefined => {
  if (text.length > longest || doubtful.test(text) || withUser.test(text)) return undefined
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return undefined
  if (url.protocol === 'https:') return url
  return local && isLoopback(url.hostname) ? url : undefined
}

/** Whole origins are compared after parsing, never beginnings of texts. Undefined: nobody is sent there. */
export const returnTarget = (
  text: string,
  origins: readonly string[],
  local: boolean,
): string | undefined => {
  const url = safeUrl(text, local)
  return url !== undefined && origins.includes(url.origin) ? url.href : undefined
}
