import { type Instant, instant, milliseconds } from '../../core/ids.ts'
import { longestWindow, skew } from './limits.ts'

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** A moment with its zone: one without would be another moment for everybody who reads it. */
export const instantOf = (text: string | undefined): Instant | undefined => {
  if (text === undefined || !form.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : instant(at)
}

const seconds = (from: Instant, to: Instant): number => (milliseconds(to) - milliseconds(from)) / 1000

export const hasBegun = (from: Instant, now: Instant): boolean => seconds(now, from) <= skew

/** Ends are exclusive: at that moment it is over, but for the clocks. */
export const isOver = (until: Instant, now: Instant): boolean => seconds(until, now) >= skew

export const isTooFar = (until: Instant, now: Instant): boolean => seconds(now, until) > longestWindow + skew
export const isTooOld = (since: Instant, now: Instant): boolean => seconds(since, now) > longestWindow + skew
