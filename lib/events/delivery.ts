import { isConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import { type ReceiverState, unaddressed } from '../core/ports/events.ts'
import type { Events } from '../core/ports/runs.ts'
import type { Channel } from './channel.ts'
import type { OutgoingEvents } from './outgoing.ts'
import { createPass, type DeliveryReport, type PassDeps } from './pass.ts'
import { isResting } from './patience.ts'
import { type Receiver, wants } from './receivers.ts'

export type DeliveryDeps = PassDeps & {
  readonly receivers: () => Promise<readonly Receiver[]>
  readonly channelOf: (receiver: Receiver) => Channel
  readonly fresh: OutgoingEvents['fresh']
  /** Log and metrics, for events that came from where neither is kept. */
  readonly told: Events
}
export type EventDelivery = {
  /** At the end of a run: what is new, to those who have answered quickly. Never throws, and is over soon after `until`. */
  readonly prompt: (until: Instant) => Promise<DeliveryReport>
  /** Everything that is due, to everybody. Never throws. */
  readonly sweep: (until: Instant) => Promise<DeliveryReport>
}

const nothing: DeliveryReport = { delivered: 0, failed: 0, dropped: 0 }
const sum = (reports: readonly DeliveryReport[]): DeliveryReport =>
  reports.reduce(
    (total, one) => ({
      delivered: total.delivered + one.delivered,
      failed: total.failed + one.failed,
      dropped: total.dropped + one.dropped,
    }),
    nothing,
  )

/** Beyond `until`: for the answers still waited for, and the rows behind them. */
const margin = 30
const readdressed = 100

const codeOf = (error: unknown): string => (isConnectorError(error) ? error.code : 'internal')

export const createEventDelivery = (deps: DeliveryDeps): EventDelivery => {
  const { clock, outbox, tell } = deps
  const secondsTo = (until: Instant): number =>
    Math.max(0, Math.ceil((milliseconds(until) - milliseconds(clock.now())) / 1000)) + margin

  const serve = async (
    receiver: Receiver,
    until: Instant,
    rests: (state: ReceiverState) => boolean,
  ): Promise<DeliveryReport> => {
    const { name } = receiver
    if ((await outbox.due(name, clock.now(), 1)).length === 0) return nothing
    const claim = await outbox.claim(name, secondsTo(until), rests)
    if (claim === undefined) return nothing
    const configuration = receiver.kind === 'webhook' ? receiver.configuration : 0
    const input = { receiver: name, channel: deps.channelOf(receiver), configuration, until }
    const pass = createPass(deps, input, claim.state)
    try {
      return await pass.run()
    } finally {
      await outbox.release(claim, pass.state())
    }
  }

  /** A fault of the outbox with one receiver is none of the others'; its events are still there. */
  const guarded = async (receiver: string, task: () => Promise<DeliveryReport>): Promise<DeliveryReport> => {
    try {
      return await task()
    } catch (error) {
      tell({ kind: 'failing', receiver, code: codeOf(error), failures: 1 })
      return nothing
    }
  }

  const serveAll = async (
    until: Instant,
    rests: (state: ReceiverState) => boolean,
    only?: readonly string[],
  ): Promise<DeliveryReport> => {
    const receivers = (await deps.receivers()).filter(({ name }) => only?.includes(name) ?? true)
    return sum(
      await Promise.all(
        receivers.map((receiver) => guarded(receiver.name, () => serve(receiver, until, rests))),
      ),
    )
  }

  /** The same ids at a second try: stopped in between, nothing is lost and nothing is new. */
  const address = async (until: Instant): Promise<void> => {
    while (clock.now() < until) {
      const found = await outbox.due(unaddressed, clock.now(), readdressed)
      if (found.length === 0) return
      const receivers = await deps.receivers()
      for (const { id, event } of found) {
        await deps.told.emit(event)
        const wanting = receivers.filter((one) => wants(one, event.type))
        await outbox.append(wanting.map(({ name }) => ({ id, receiver: name, event, attempts: 0 })))
      }
      await outbox.finish(found)
    }
  }

  return {
    prompt: async (until) => {
      const fresh = deps.fresh()
      if (fresh.length === 0) return nothing
      const now = clock.now()
      const rests = (state: ReceiverState): boolean =>
        state.failures > 0 || state.slow === true || isResting(state, now)
      return guarded('all', () => serveAll(until, rests, fresh))
    },
    sweep: async (until) => {
      const now = clock.now()
      await guarded(unaddressed, async () => {
        await address(until)
        return nothing
      })
      return guarded('all', () => serveAll(until, (state) => isResting(state, now)))
    },
  }
}
