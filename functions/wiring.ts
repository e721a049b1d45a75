import { systemClock as clock } from '../lib/config/clock.ts'
import { createCurrentConfiguration } from '../lib/config/current.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createPatterns } from '../lib/config/patterns.ts'
import { createSecrets } from '../lib/config/secrets.ts'
import { ConnectorError } from '../lib/core/errors.ts'
import { earlier, type Instant, later } from '../lib/core/ids.ts'
import { createEvents } from '../lib/lambda/events.ts'
import { createLogger } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import { createWakeUps } from '../lib/lambda/wake.ts'
import { catalog, createPlatforms } from '../lib/platforms/catalog.ts'
import type { Provisioning } from '../lib/provisioning/deps.ts'
import { wireStore } from './wiring-store.ts'

/** The same ports for the three functions between a due item and a platform; not a function itself. `end`: when the invocation is over. */
export const wireProvisioning = (part: string, environment: Environment, end?: () => Instant) => {
  const { instance, wakeQueueUrl: queueUrl, sqsEndpoint, region, local, logLevel } = environment
  if (queueUrl === undefined)
    throw new ConnectorError('configurationInvalid', 'environment variable WAKE_QUEUE_URL is not set')
  const service = `${instance}-${part}`
  const logger = createLogger(service, logLevel)
  const { configurations, pace, ...store } = wireStore(environment)
  const deps: Provisioning = {
    ...store,
    clock,
    random: Math.random,
    log: {
      info: (text, fields) => logger.info(text, fields),
      warn: (text, fields) => logger.warn(text, fields),
    },
    wakeUps: createWakeUps({
      queueUrl,
      ...(sqsEndpoint === undefined ? {} : { endpoint: sqsEndpoint }),
      ...(region === undefined ? {} : { region }),
    }),
    events: createEvents(logger, createCounter(service)),
    configuration: createCurrentConfiguration({
      store: configurations,
      clock,
      local,
      traits: (platform) => catalog[platform].traits,
      // What was pushed a second ago must not be judged by what was there before.
      freshFor: 0,
    }),
    platforms: createPlatforms({
      secrets: createSecrets({ clock, local }),
      pace,
      clock,
      allowLoopback: local,
      // One exchange may take a minute, but never longer than the function lives.
      ...(end === undefined ? {} : { deadline: () => earlier(later(clock.now(), 60), end()) }),
    }),
    patterns: createPatterns(),
  }
  return { deps, logger }
}
