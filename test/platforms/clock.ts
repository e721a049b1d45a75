import { ConnectorError } from '../../lib/core/errors.ts'
import { type Instant, instant, later, milliseconds } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports/clock.ts'
import type { Pace } from '../../lib/core/ports/platform.ts'

/** A clock that only moves when somebody sleeps, or when the test says so. */
export type TestClock = Clock & { readonly advance: (seconds: number) => void; readonly slept: () => number }

export const testClock = (start = Date.parse('2026-03-02T09:00:00.000Z')): TestClock => {
  let now = start
  let slept = 0
  return {
    now: () => instant(now),
    sleep: async (seconds) => {
      now += seconds * 1000
      slept += seconds
    },
    advance: (seconds) => {
      now += seconds * 1000
    },
    slept: () => slept,
  }
}

export type TestPace = Pace & {
  readonly permits: () => number
  /** Seconds each pause asked for, in order. */
  readonly pauses: () => readonly number[]
}

/** The contract of `Pace` on a test clock: waits out pauses by moving the clock, refuses what lies behind the deadline. */
export const testPace = (clock: TestClock): TestPace => {
  let pausedUntil: Instant = instant(0)
  let permits = 0
  let pauses: readonly number[] = []
  return {
    permit: async (_baseUrl, _perSecond, deadline) => {
      if (pausedUntil > deadline) throw new ConnectorError('outOfTime', 'the platform is paused')
      const wait = milliseconds(pausedUntil) - milliseconds(clock.now())
      if (wait > 0) await clock.sleep(wait / 1000)
      permits += 1
    },
    pause: async (_baseUrl, until) => {
      pauses = [...pauses, (milliseconds(until) - milliseconds(clock.now())) / 1000]
      if (until > pausedUntil) pausedUntil = until
    },
    permits: () => permits,
    pauses: () => pauses,
  }
}

/** An hour from any moment: never in the way. */
export const anHour =
  (clock: Clock): (() => Instant) =>
  () =>
    later(clock.now(), 3600)
