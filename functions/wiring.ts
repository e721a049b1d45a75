import { systemClock as clock } from '../lib/config/clock.ts'
import { createCurrentConfiguration } from '../lib/config/current.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createPatterns } from '../lib/config/patterns.ts'
import type { Community } from '../lib/core/configuration.ts'
import { ConnectorError } from '../lib/core/errors.ts'
import { createOutgoingEvents } from '../lib/events/outgoing.ts'
import { createReceivers } from '../lib/events/receivers.ts'
import { createEvents, createUndelivered } from '../lib/lambda/events.ts'
import { createLogger } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import { createWakeUps } from '../lib/lambda/wake.ts'
import { platformTraits } from '../lib/platforms/traits.ts'
import type { LogFields } from '../lib/provisioning/deps.ts'
import { wireStore } from './wiring-store.ts'

/** The same ports for the three functions between a due item and a platform; not a function itself. Platforms are known, not called. */
export const wireProvisioning = (part: string, environment: Environment) => {
  const { instance, wakeQueueUrl: queueUrl, sqsEndpoint, region, local, logLevel, eventBusName } = environment
  if (queueUrl === undefined)
    throw new ConnectorError('configurationInvalid', 'environment variable WAKE_QUEUE_URL is not set')
  const service = `${instance}-${part}`
  const logger = createLogger(service, logLevel)
  const count = createCounter(service)
  const { configurations, pace, ...store } = wireStore(environment)
  const receivers = createReceivers({
    clock,
    bus: eventBusName !== undefined,
    configuration: createCurrentConfiguration({
      store: configurations,
      clock,
      local,
      traits: platformTraits,
      // What was pushed a second ago must not be judged by what was there before.
      freshFor: 0,
    }),
  })
  const told = createEvents(logger, count)
  const { ids, outbox } = store
  const outgoing = createOutgoingEvents({ ids, outbox, told, receivers: receivers.current })
  const deps = {
    ...store,
    clock,
    random: Math.random,
    log: {
      info: (text: string, fields: LogFields) => logger.info(text, fields),
      warn: (text: string, fields: LogFields) => logger.warn(text, fields),
    },
    wakeUps: createWakeUps({
      queueUrl,
      ...(sqsEndpoint === undefined ? {} : { endpoint: sqsEndpoint }),
      ...(region === undefined ? {} : { region }),
    }),
    events: outgoing,
    configuration: receivers.configuration,
    platforms: { traits: ({ platform }: Community) => platformTraits(platform) },
    patterns: createPatterns(),
  }
  return { deps, logger, pace, receivers, outgoing, told, undelivered: createUndelivered(logger, count) }
}
