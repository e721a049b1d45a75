import { type Instant, later, milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Pace } from '../core/ports/platform.ts'

/** When to leave a platform alone. One brake per base URL and process; the pause itself is shared by all workers through the pace. */
export type Brake = {
  /** Notes an error answer; seconds to stay away, 0 to go on. */
  readonly failed: (status: number | undefined, retryAfter: number | undefined) => Promise<number>
  readonly succeeded: () => void
}

export type BrakeRules = {
  /** So many error answers within `within` seconds … */
  readonly errors: number
  readonly within: number
  /** … mean a pause of so many seconds. */
  readonly pause: number
  /** First pause after a 429 without Retry-After; doubles up to the maximum. */
  readonly throttled: number
  readonly maximum: number
}

export const createBrake = (
  deps: { readonly pace: Pace; readonly clock: Clock; readonly baseUrl: string },
  rules: BrakeRules,
): Brake => {
  let errors: readonly Instant[] = []
  let throttles = 0

  const tooMany = (now: Instant): boolean => {
    errors = [...errors, now].filter((at) => milliseconds(at) > milliseconds(now) - rules.within * 1000)
    if (errors.length < rules.errors) return false
    errors = []
    return true
  }
  const throttledFor = (): number => {
    throttles += 1
    return Math.min(rules.maximum, rules.throttled * 2 ** (throttles - 1))
  }

  return {
    failed: async (status, retryAfter) => {
      if (status === undefined || status < 400) return 0
      const now = deps.clock.now()
      const paused = tooMany(now) ? rules.pause : 0
      const asked = status === 429 ? (retryAfter ?? throttledFor()) : (retryAfter ?? 0)
      const seconds = Math.min(rules.maximum, Math.max(paused, asked))
      if (seconds > 0) await deps.pace.pause(deps.baseUrl, later(now, seconds))
      return seconds
    },
    succeeded: () => {
      throttles = 0
    },
  }
}
