import type { Configuration, Webhook } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import type { EventType } from '../core/events.ts'
import { type Instant, later } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { CurrentConfiguration } from '../core/ports/configuration.ts'

/** Where events go. The name is that of its queue in the outbox. */
export type Receiver = { readonly name: string } & (
  | { readonly kind: 'bus' }
  | { readonly kind: 'webhook'; readonly webhook: Webhook; readonly configuration: number }
)

export const wants = (receiver: Receiver, type: EventType): boolean =>
  receiver.kind === 'bus' || (receiver.webhook.events?.includes(type) ?? true)

export type ReceiversDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly configuration: CurrentConfiguration
  /** Whether there is an event bus. */
  readonly bus: boolean
}
export type Receivers = {
  /** The configuration, as before; whoever reads it here spares the receivers a reading of their own. */
  readonly configuration: CurrentConfiguration
  readonly current: () => Promise<readonly Receiver[]>
}

/** Seconds for which a reading of the configuration is good enough to know the receivers by: an event costs none of its own. */
const freshFor = 60

const receiversIn = (
  { webhooks, number }: Pick<Configuration, 'webhooks' | 'number'>,
  bus: boolean,
): readonly Receiver[] => [
  ...(bus ? [{ name: 'bus', kind: 'bus' } as const] : []),
  ...webhooks.map(
    (webhook) =>
      ({ name: `webhook/${webhook.id}`, kind: 'webhook', webhook, configuration: number }) as const,
  ),
]

export const createReceivers = (deps: ReceiversDeps): Receivers => {
  let known: { readonly receivers: readonly Receiver[]; readonly until: Instant } | undefined
  const configuration: CurrentConfiguration = async () => {
    const read = await deps.configuration()
    known = { receivers: receiversIn(read, deps.bus), until: later(deps.clock.now(), freshFor) }
    return read
  }
  return {
    configuration,
    current: async () => {
      if (known !== undefined && deps.clock.now() < known.until) return known.receivers
      try {
        return receiversIn(await configuration(), deps.bus)
      } catch (error) {
        if (!isConnectorError(error, 'configurationMissing')) throw error
        return receiversIn({ webhooks: [], number: 0 }, deps.bus)
      }
    },
  }
}
