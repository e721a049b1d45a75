import { systemClock as clock } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createPatterns } from '../lib/config/patterns.ts'
import type { Community } from '../lib/core/configuration.ts'
import { ConnectorError } from '../lib/core/errors.ts'
import type { CurrentConfiguration } from '../lib/core/ports/configuration.ts'
import type { SignIn } from '../lib/core/ports/logins.ts'
import { createWakeUps } from '../lib/lambda/wake.ts'
import { platformTraits } from '../lib/platforms/traits.ts'
import type { LogFields } from '../lib/provisioning/deps.ts'
import { createSignIn } from '../lib/provisioning/sign-in.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import { createOutcomeStore } from '../lib/store/outcomes.ts'
import { createOwnershipStore } from '../lib/store/ownership.ts'
import { createSafetyStore } from '../lib/store/safety.ts'
import type { Table } from '../lib/store/table-client.ts'
import { createWorkQueue } from '../lib/store/work-queue.ts'

type Log = { readonly warn: (text: string, fields: LogFields) => void }

/** What follows from a login, for whoever has seen one: each request over its own table, with its own time. */
export const wireSignIn = (
  { wakeQueueUrl: queueUrl, sqsEndpoint, region }: Environment,
  configuration: CurrentConfiguration,
  log: Log,
): ((table: Table) => SignIn) => {
  if (queueUrl === undefined)
    throw new ConnectorError('configurationInvalid', 'environment variable WAKE_QUEUE_URL is not set')
  const patterns = createPatterns()
  const wakeUps = createWakeUps({
    queueUrl,
    ...(sqsEndpoint === undefined ? {} : { endpoint: sqsEndpoint }),
    ...(region === undefined ? {} : { region }),
  })
  return (table) =>
    createSignIn({
      configuration,
      patterns,
      platforms: { traits: ({ platform }: Community) => platformTraits(platform) },
      clock,
      random: Math.random,
      log: { info: () => undefined, ...log },
      directory: createDirectory(table),
      logins: createLoginStore(table),
      ownership: createOwnershipStore(table),
      outcomes: createOutcomeStore(table),
      safety: createSafetyStore(table),
      work: createWorkQueue(table),
      wakeUps,
    })
}
