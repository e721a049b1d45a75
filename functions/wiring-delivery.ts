import { systemClock as clock } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createSecrets } from '../lib/config/secrets.ts'
import { createBusChannel } from '../lib/events/bus.ts'
import type { Channel } from '../lib/events/channel.ts'
import { cloudEventSource } from '../lib/events/cloud-event.ts'
import { createEventDelivery, type EventDelivery } from '../lib/events/delivery.ts'
import type { Receiver } from '../lib/events/receivers.ts'
import { createWebhookChannel } from '../lib/events/webhook.ts'
import { platformUrl } from '../lib/platforms/address.ts'
import { createTransport } from '../lib/platforms/transport.ts'
import type { wireProvisioning } from './wiring.ts'

/** For the functions that hand events over: they alone bring the bus's client and the way to a webhook along. */
export const wireDelivery = (
  { local, region, instance, eventBusName: bus = 'default' }: Environment,
  { deps, outgoing, receivers, told, undelivered }: ReturnType<typeof wireProvisioning>,
): EventDelivery => {
  const secret = createSecrets({ clock, local })
  const post = createTransport(local)
  const checkUrl = (url: string): void => {
    platformUrl(url, local)
  }
  const onBus = createBusChannel({ bus, ...(region === undefined ? {} : { region }) })
  const channelOf = (receiver: Receiver): Channel =>
    receiver.kind === 'bus'
      ? onBus
      : createWebhookChannel({ clock, post, secret, checkUrl }, receiver.webhook)
  return createEventDelivery({
    clock,
    random: deps.random,
    outbox: deps.outbox,
    source: cloudEventSource(instance),
    tell: undelivered,
    receivers: receivers.current,
    channelOf,
    fresh: outgoing.fresh,
    told,
  })
}
