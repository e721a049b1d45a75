import { type Instant, milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { EventOutbox, OutgoingEvent, ReceiverState } from '../core/ports/events.ts'
import type { Channel, Fate, Message } from './channel.ts'
import { cloudEventOf, cloudEventType } from './cloud-event.ts'
import { isResting, isTooOld, nextAttempt, stateAfter } from './patience.ts'

/** What operators are told of the delivery itself; never in an event, which would go the same way. */
export type DeliveryNews =
  /** Lost for this receiver: too old (`expired`), impossible, or no longer wanted (`gone`). */
  | { readonly kind: 'dropped'; readonly receiver: string; readonly code: string; readonly count: number }
  | { readonly kind: 'gone'; readonly receiver: string }
  | { readonly kind: 'failing'; readonly receiver: string; readonly code: string; readonly failures: number }

export type PassDeps = {
  readonly clock: Pick<Clock, 'now'>
  /** Uniform in [0, 1): spreads attempts. */
  readonly random: () => number
  readonly outbox: EventOutbox
  readonly source: string
  readonly tell: (news: DeliveryNews) => void
}
export type PassInput = {
  readonly receiver: string
  readonly channel: Channel
  /** Number of the configuration that names it. */
  readonly configuration: number
  readonly until: Instant
}
export type DeliveryReport = {
  readonly delivered: number
  readonly failed: number
  readonly dropped: number
}
export type Pass = {
  readonly run: () => Promise<DeliveryReport>
  /** As the receiver turns out to be so far. */
  readonly state: () => ReceiverState
}

const page = 100
const lanes = 4

const chunksOf = <A>(values: readonly A[], size: number): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size))

const messageOf = (source: string, { id, event }: OutgoingEvent): Message => ({
  id,
  type: cloudEventType(event.type),
  at: event.at,
  body: JSON.stringify(cloudEventOf(source, id, event)),
})

/** What is due for one receiver, handed over until nothing is left, the time is over, or the receiver shows that it is down. */
export const createPass = (deps: PassDeps, input: PassInput, before: ReceiverState): Pass => {
  const { clock, outbox, tell } = deps
  const { receiver, channel, configuration, until } = input
  let state = before
  let report: DeliveryReport = { delivered: 0, failed: 0, dropped: 0 }
  const isGone = (): boolean => state.gone === configuration
  const halted = (): boolean => {
    const now = clock.now()
    return now >= until || isResting(state, now)
  }

  const drop = async (events: readonly OutgoingEvent[], code: string): Promise<void> => {
    if (events.length === 0) return
    await outbox.finish(events)
    report = { ...report, dropped: report.dropped + events.length }
    tell({ kind: 'dropped', receiver, code, count: events.length })
  }

  const settle = async (event: OutgoingEvent, fate: Fate): Promise<void> => {
    switch (fate.kind) {
      case 'confirmed':
        report = { ...report, delivered: report.delivered + 1 }
        return outbox.finish([event])
      case 'failed':
        report = { ...report, failed: report.failed + 1 }
        return outbox.defer(event, nextAttempt(event.attempts, clock.now(), deps.random()))
      case 'hopeless':
        return drop([event], fate.code)
      case 'gone':
        if (!isGone()) tell({ kind: 'gone', receiver })
        state = { ...state, gone: configuration }
        return drop([event], 'gone')
    }
  }

  const note = (fates: readonly Fate[], seconds: number): void => {
    const failed = fates.flatMap((fate) => (fate.kind === 'failed' ? [fate] : []))
    const [first] = failed
    const waits = failed.flatMap(({ retryAfter }) => retryAfter ?? [])
    const attempt = {
      confirmed: failed.length < fates.length,
      seconds,
      ...(waits.length === 0 ? {} : { retryAfter: Math.max(...waits) }),
    }
    state = stateAfter(state, attempt, clock.now())
    if (first !== undefined) tell({ kind: 'failing', receiver, code: first.code, failures: state.failures })
  }

  const handOver = async (events: readonly OutgoingEvent[]): Promise<void> => {
    const begun = milliseconds(clock.now())
    const fates = await channel.send(events.map((event) => messageOf(deps.source, event)))
    note(fates, (milliseconds(clock.now()) - begun) / 1000)
    for (const [n, event] of events.entries())
      await settle(event, fates[n] ?? { kind: 'failed', code: 'unanswered' })
  }

  const handOverAll = async (events: readonly OutgoingEvent[]): Promise<void> => {
    const batches = chunksOf(events, channel.atOnce).values()
    const lane = async (): Promise<void> => {
      for (const batch of batches) {
        if (halted() || isGone()) return
        await handOver(batch)
      }
    }
    // Whoever did not answer last time is asked once before it is asked by four.
    await Promise.all(Array.from({ length: state.failures > 0 ? 1 : lanes }, lane))
  }

  return {
    state: () => state,
    run: async () => {
      while (!halted()) {
        const now = clock.now()
        const due = await outbox.due(receiver, now, page)
        if (due.length === 0) break
        const old = due.filter((event) => isGone() || isTooOld(event, now))
        await drop(old, isGone() ? 'gone' : 'expired')
        await handOverAll(due.filter((event) => !old.includes(event)))
      }
      return report
    },
  }
}
