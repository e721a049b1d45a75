import { type Instant, instant, milliseconds } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports.ts'

export type TestClock = Clock & {
  readonly advance: (seconds: number) => void
  readonly setTo: (at: Instant) => void
}

export const firstOfMay = instant(Date.UTC(2026, 4, 1, 8, 0, 0))

/** Time that passes only when told to, or when somebody sleeps: sleepers wake in the order of their moments. */
export const createTestClock = (start: Instant = firstOfMay): TestClock => {
  let now = milliseconds(start)
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  let waking = false

  /** Lets everything that is running come to rest first, so that who sleeps shortest is known. */
  const wakeNext = () => {
    if (waking) return
    waking = true
    setTimeout(() => {
      waking = false
      sleepers.sort((a, b) => a.at - b.at)
      const next = sleepers.shift()
      if (!next) return
      now = Math.max(now, next.at)
      next.wake()
      if (sleepers.length > 0) wakeNext()
    }, 5)
  }

  return {
    now: () => instant(now),
    sleep: (seconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + seconds * 1000, wake })
        wakeNext()
      }),
    advance: (seconds) => {
      now += seconds * 1000
    },
    setTo: (at) => {
      now = milliseconds(at)
    },
  }
}
