import type { OperatorEvent } from '../events.ts'
import type { Instant } from '../ids.ts'

/** Operators' events on their way out of the house: written once per receiver, delivered at least once. */

/** In the place of a receiver, where nobody knows the receivers: the next sweep addresses it. */
export const unaddressed = 'unaddressed'

export type OutgoingEvent = {
  /** Unique and sorting by time, the same for every receiver: their key against repetition. */
  readonly id: string
  readonly receiver: string
  readonly event: OperatorEvent
  readonly attempts: number
  readonly notBefore?: Instant
}

/** How a receiver has answered of late; shared by all workers, so that a dead one is asked by one of them now and then. */
export type ReceiverState = {
  /** Attempts in a row that came to nothing. */
  readonly failures: number
  readonly notBefore?: Instant
  /** Answers after so long that nobody but the sweep waits for it. */
  readonly slow?: true
  /** It said that it wants no more, and the configuration that named it. */
  readonly gone?: number
}
/** The right to deliver to a receiver: one worker at a time, so that what is delivered twice stays an exception. */
export type ReceiverClaim = {
  readonly receiver: string
  readonly token: string
  readonly state: ReceiverState
}

export type EventOutbox = {
  /** Durable when it resolves; the same ids again are the same rows. */
  readonly append: (events: readonly OutgoingEvent[]) => Promise<void>
  /** Takeable at `now`: those never tried first, each kind in order of time. */
  readonly due: (receiver: string, now: Instant, limit: number) => Promise<readonly OutgoingEvent[]>
  /** Confirmed, or given up. */
  readonly finish: (events: readonly OutgoingEvent[]) => Promise<void>
  /** One more attempt came to nothing; nothing happens to what was finished meanwhile. */
  readonly defer: (event: OutgoingEvent, notBefore: Instant) => Promise<void>
  /** Undefined while another worker has the receiver, or its state says to leave it alone (`rests`). */
  readonly claim: (
    receiver: string,
    seconds: number,
    rests: (state: ReceiverState) => boolean,
  ) => Promise<ReceiverClaim | undefined>
  readonly release: (claim: ReceiverClaim, state: ReceiverState) => Promise<void>
}
