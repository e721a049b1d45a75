import { type Instant, instant, milliseconds } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports/clock.ts'

export type TestClock = Clock & {
  readonly advance: (seconds: number) => void
  readonly setTo: (at: Instant) => void
  /** No time passes while this is under way. */
  readonly during: <T>(work: Promise<T>) => Promise<T>
}

/** Far ahead: Amazon's engine deletes what has expired by the machine's own time, while a test still looks at it. */
export const firstOfMay = instant(Date.UTC(2096, 4, 1, 8, 0, 0))

/** Time that passes only when told to, or when somebody sleeps: sleepers wake in the order of their moments. */
export const createTestClock = (start: Instant = firstOfMay): TestClock => {
  let now = milliseconds(start)
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  let waking = false
  let busy = 0

  /** Lets everything that is running come to rest first, so that who sleeps shortest is known. */
  const wakeNext = () => {
    if (waking) return
    waking = true
    setTimeout(() => {
      waking = false
      if (busy > 0) return wakeNext()
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
    during: async (work) => {
      busy += 1
      return await work.finally(() => {
        busy -= 1
      })
    },
    setTo: (at) => {
      now = milliseconds(at)
    },
  }
}
