import { randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Configuration, Webhook } from '../../lib/core/configuration.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import { communityId, type Instant, later } from '../../lib/core/ids.ts'
import { createBusChannel } from '../../lib/events/bus.ts'
import { createEventDelivery } from '../../lib/events/delivery.ts'
import { createOutgoingEvents } from '../../lib/events/outgoing.ts'
import type { DeliveryNews } from '../../lib/events/pass.ts'
import { createReceivers } from '../../lib/events/receivers.ts'
import { createWebhookChannel } from '../../lib/events/webhook.ts'
import { platformUrl } from '../../lib/platforms/address.ts'
import { createTransport } from '../../lib/platforms/transport.ts'
import { createEventOutbox } from '../../lib/store/outbox.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { testClock } from '../platforms/clock.ts'
import { openTestTable } from '../support/table.ts'

export const soc = communityId('demo-soc')
export const secretOf = (letter: string): string =>
  `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`

export type Stage = Awaited<ReturnType<typeof openStage>>

/** A table, a clock, and as many workers as a test wants, wired as the functions are. */
export const openStage = async () => {
  const test = await openTestTable()
  const clock = testClock()
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  const table = createTable({ client: test.client, name: test.name, clock, ids })
  const outbox = createEventOutbox(table)
  const secrets = new Map<string, string>()
  let webhooks: readonly Webhook[] = []
  let number = 1
  const configuration = async (): Promise<Configuration> => ({
    number,
    webhooks,
    connections: [],
    communities: [],
    rules: [],
  })

  const worker = (options: { readonly busUrl?: string; readonly local?: boolean } = {}) => {
    const { busUrl, local = true } = options
    const news: DeliveryNews[] = []
    const told: OperatorEvent[] = []
    const events = {
      emit: async (event: OperatorEvent) => {
        told.push(event)
      },
    }
    const receivers = createReceivers({ clock, configuration, bus: busUrl !== undefined })
    const outgoing = createOutgoingEvents({ ids, outbox, told: events, receivers: receivers.current })
    const post = createTransport(local)
    const onBus = createBusChannel({ bus: 'rolecall', region: 'eu-west-1', endpoint: busUrl ?? '' })
    const delivery = createEventDelivery({
      clock,
      random: () => 0.5,
      outbox,
      source: 'urn:rolecall:test',
      tell: (one) => news.push(one),
      receivers: receivers.current,
      channelOf: (receiver) =>
        receiver.kind === 'bus'
          ? onBus
          : createWebhookChannel(
              {
                clock,
                post,
                secret: async (reference) => secrets.get(reference) ?? secretOf('a'),
                checkUrl: (url) => {
                  platformUrl(url, local)
                },
              },
              receiver.webhook,
            ),
      fresh: outgoing.fresh,
      told: events,
    })
    const soon = (): Instant => later(clock.now(), 30)
    return {
      news,
      told,
      emit: outgoing.emit,
      drift: (count: number) =>
        outgoing.emit({ type: 'drift.found', community: soc, at: clock.now(), count }),
      sweep: () => delivery.sweep(soon()),
      prompt: () => delivery.prompt(soon()),
    }
  }
  return {
    clock,
    ids,
    test,
    table,
    outbox,
    secrets,
    worker,
    /** Known to workers after a minute. */
    configure: (next: readonly Webhook[]) => {
      webhooks = next
      number += 1
    },
    close: test.close,
  }
}

export const hook = (id: string, url: string, more: Partial<Webhook> = {}): Webhook => ({
  id,
  url,
  secret: `env:${id}`,
  ...more,
})
