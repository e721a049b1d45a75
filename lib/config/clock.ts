import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicFactory } from 'ulid'
import { instant } from '../core/ids.ts'
import type { Clock, Ids } from '../core/ports/clock.ts'

/** This machine's time. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  sleep: (seconds) => pause(seconds * 1000),
}

const pooled = 1_024

/** Numbers from 0 to below 1. The library asks for them one character at a time: a call into the system for each would cost more than all else. */
const randomFromPool = (): (() => number) => {
  let pool = Buffer.alloc(0)
  let next = 0
  return () => {
    if (next >= pool.length) {
      pool = randomBytes(pooled)
      next = 0
    }
    next += 1
    return (pool[next - 1] ?? 0) / 256
  }
}

/** Random and time-ordered ids; the ordered ones of one process never repeat, not even within a millisecond. */
export const createIds = (): Ids => {
  const ordered = monotonicFactory(randomFromPool())
  return { uuid: () => randomUUID(), ordered: () => ordered() }
}
