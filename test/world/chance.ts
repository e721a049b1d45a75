import { monotonicFactory } from 'ulid'
import { milliseconds } from '../../lib/core/ids.ts'
import type { Clock, Ids } from '../../lib/core/ports/clock.ts'

/** Everything in a world that could be otherwise is drawn from here: the same commands give the same world, call by call. */
export type Chance = () => number

/** Mulberry32: small, fast, and good enough to tell identifiers apart. */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const hex = (chance: Chance, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(chance() * 16).toString(16)).join('')

export const uuidFrom = (chance: Chance): string =>
  `${hex(chance, 8)}-${hex(chance, 4)}-4${hex(chance, 3)}-8${hex(chance, 3)}-${hex(chance, 12)}`

export const idsFrom = (chance: Chance, clock: Clock): Ids => {
  const ordered = monotonicFactory(chance)
  return { uuid: () => uuidFrom(chance), ordered: () => ordered(milliseconds(clock.now())) }
}
