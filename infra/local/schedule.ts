import type { Functions } from './functions.ts'

export type ScheduleOptions = {
  /** Seconds; the stack's are 60 and 900. */
  readonly sweepEvery: number
  readonly reconcileEvery: number
}
export type Schedule = { readonly close: () => void }

/** EventBridge Scheduler on one machine. A run that is due while the last one still runs is left out: the next does the same work. */
export const startSchedule = (functions: Pick<Functions, 'invoke'>, options: ScheduleOptions): Schedule => {
  let closed = false
  const every = (kind: 'sweep' | 'reconcile', seconds: number): (() => void) => {
    let running = false
    const run = async (): Promise<void> => {
      if (running) return
      running = true
      try {
        await functions.invoke('reconcile', { kind })
      } catch (error) {
        if (!closed) console.error(`function reconcile (${kind}):`, error)
      } finally {
        running = false
      }
    }
    const timer = setInterval(() => void run(), seconds * 1000)
    // What was left undone when the machine stopped is found by the first sweep, at once.
    if (kind === 'sweep') void run()
    return () => clearInterval(timer)
  }
  const stops = [every('sweep', options.sweepEvery), every('reconcile', options.reconcileEvery)]
  return {
    close: () => {
      closed = true
      for (const stop of stops) stop()
    },
  }
}
