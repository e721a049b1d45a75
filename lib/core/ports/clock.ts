import type { Instant } from '../ids.ts'

/** What the rooms need of the machine: handed in, so that the core and every test own their time. */

export type Clock = { readonly now: () => Instant; readonly sleep: (seconds: number) => Promise<void> }
export type Ids = {
  /** Random UUID version 4: never guessable, never containing "bulkId". */
  readonly uuid: () => string
  /** Unique and sorting by time (ULID). */
  readonly ordered: () => string
}
