import type { Switches } from './world.ts'

/** The vendor's web application firewall: callers that collect errors, or ask too fast, are blocked for a while, whatever they then ask. */
export type Firewall = {
  readonly asked: (now: number, limits: Switches['requestBlock']) => void
  /** Seconds the block lasts, 0 when there is none. */
  readonly blockedFor: (now: number) => number
  readonly answered: (status: number, now: number, limits: Switches['errorBlock']) => void
  readonly reset: () => void
}

export const createFirewall = (): Firewall => {
  let errors: readonly number[] = []
  let requests: readonly number[] = []
  let blockedUntil = 0
  return {
    asked: (now, limits) => {
      if (limits.requests === 0) return
      requests = [...requests.filter((at) => at > now - limits.seconds * 1000), now]
      if (requests.length <= limits.requests) return
      blockedUntil = now + limits.block * 1000
      requests = []
    },
    blockedFor: (now) => Math.max(0, Math.ceil((blockedUntil - now) / 1000)),
    answered: (status, now, limits) => {
      if (status < 400 || limits.errors === 0) return
      errors = [...errors.filter((at) => at > now - limits.seconds * 1000), now]
      if (errors.length <= limits.errors) return
      blockedUntil = now + limits.block * 1000
      errors = []
    },
    reset: () => {
      errors = []
      requests = []
      blockedUntil = 0
    },
  }
}
