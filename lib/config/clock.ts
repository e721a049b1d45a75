import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicFactory } from 'ulid'
import { instant } from '../core/ids.ts'
import type { Clock, Ids } from '../core/ports/clock.ts'

/** This machine's time. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  sleep: (seconds) => pause(seconds * 1000),
}

/** Random and time-ordered ids; the ordered ones of one process never repeat, not even within a millisecond. */
export const createIds = (): Ids => {
  const ordered = monotonicFactory()
  return { uuid: () => randomUUID(), ordered: () => ordered() }
}
