import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { LoginRequest } from '../core/ports/logins.ts'

/**
 * One cookie per login, named by its handle, so that two tabs do not meet. `__Host-` keeps other hosts of the domain from setting it; the answer is
 * a form another site sends, so that `SameSite=None` it has to be.
 */
const name = (handle: string): string => `__Host-rolecall-${handle}`
const ours = /^__Host-rolecall-([A-Za-z0-9_-]{22})=(.*)$/s
const attributes = 'Path=/; Secure; HttpOnly; SameSite=None'

/** Seconds a person has to log in. */
export const loginLifetime = 600
/** Logins one browser may have under way: beyond that the oldest are given up, before headers grow too long to be accepted. */
const mostLogins = 5
/** Nobody has so many; more need not be answered one by one. */
const mostCleared = 30

/** RelayState holds 80 bytes at most (SAML bindings 3.4.3): this is 22, and means nothing to anybody. */
export const newHandle = (): string => randomBytes(16).toString('base64url')
export const newSecret = (): string => randomBytes(32).toString('base64url')
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export const setCookie = (handle: string, secret: string): string =>
  `${name(handle)}=${secret}; ${attributes}; Max-Age=${loginLifetime}`
export const clearCookie = (handle: string): string => `${name(handle)}=; ${attributes}; Max-Age=0`

type Kept = { readonly handle: string; readonly value: string }
const keptIn = (cookies: readonly string[]): readonly Kept[] =>
  cookies.flatMap((cookie) => {
    const [, handle, value] = ours.exec(cookie.trim()) ?? []
    return handle === undefined || value === undefined ? [] : [{ handle, value }]
  })

/** What makes room for one more. Browsers name the oldest first (RFC 6265 §5.4). */
export const clearSurplus = (cookies: readonly string[]): readonly string[] => {
  const kept = keptIn(cookies)
  const surplus = Math.min(kept.length - (mostLogins - 1), mostCleared)
  return surplus <= 0 ? [] : kept.slice(0, surplus).map(({ handle }) => clearCookie(handle))
}

/** Whether the browser that brings the answer is the one that was sent for it. */
export const isBrowserOf = (cookies: readonly string[], { handle, browser }: LoginRequest): boolean => {
  const [only, ...others] = keptIn(cookies).filter((one) => one.handle === handle)
  if (only === undefined || others.length > 0) return false
  const presented = Buffer.from(hashOf(only.value), 'hex')
  const expected = Buffer.from(browser, 'hex')
  return presented.length === expected.length && timingSafeEqual(presented, expected)
}
