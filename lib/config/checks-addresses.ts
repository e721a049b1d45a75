import { urlProblemOf, urlProblemText } from '../core/public-url.ts'
import type { CheckOptions } from './checks-communities.ts'
import type { Finding } from './findings.ts'
import { text, type View } from './view.ts'

export const finding = (view: View, what: string, why: string, remedy: string): Finding => ({
  path: view.path,
  what,
  why,
  remedy,
})

/** Why it is no address we go to, or send somebody to; `kept`: what it may hold beside a host. */
export const addressFindings = (
  view: View,
  options: CheckOptions,
  why: string,
  kept: 'origin' | 'address',
): readonly Finding[] => {
  const value = text(view)
  if (value === undefined) return []
  const wrong = urlProblemOf(value, options.local)
  if (wrong !== undefined)
    return [finding(view, urlProblemText[wrong], why, 'write the public address, https://host')]
  const { pathname, search } = new URL(value)
  if (kept === 'address' || (pathname === '/' && search === '')) return []
  return [finding(view, 'is more than an origin', why, `write ${new URL(value).origin}`)]
}
