/** So many requests in any minute; the vendor lists 429 and gives no figures. */
export type Limits = {
  /** Seconds until the next request is allowed, 0 when it is now. */
  readonly blockedFor: (now: number, perMinute: number) => number
  readonly counted: (now: number) => void
  readonly reset: () => void
}

export const createLimits = (): Limits => {
  let times: readonly number[] = []
  const recent = (now: number): readonly number[] => times.filter((at) => at > now - 60_000 && at <= now)
  return {
    blockedFor: (now, perMinute) => {
      const within = recent(now)
      if (perMinute === 0 || within.length < perMinute) return 0
      const oldest = within.at(-perMinute) ?? now
      return Math.max(1, Math.ceil((oldest + 60_000 - now) / 1000))
    },
    counted: (now) => {
      times = [...recent(now), now]
    },
    reset: () => {
      times = []
    },
  }
}
