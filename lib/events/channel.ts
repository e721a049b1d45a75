import type { Instant } from '../core/ids.ts'

/** An event as it leaves: its bytes, and what a carrier needs beside them. */
export type Message = {
  readonly id: string
  readonly type: string
  readonly at: Instant
  readonly body: string
}

/** What became of one message. Codes and numbers only: what a receiver answers is nobody's to repeat. */
export type Fate =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'failed'; readonly code: string; readonly retryAfter?: number }
  /** No attempt will ever succeed. */
  | { readonly kind: 'hopeless'; readonly code: string }
  /** The receiver wants no more of them. */
  | { readonly kind: 'gone' }

export type Channel = {
  /** Messages handed over in one call. */
  readonly atOnce: number
  /** One fate per message, in order; never throws for what a receiver does. */
  readonly send: (messages: readonly Message[]) => Promise<readonly Fate[]>
}
