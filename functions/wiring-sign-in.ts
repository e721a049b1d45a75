import type { Environment } from '../lib/config/environment.ts'
import { ConnectorError } from '../lib/core/errors.ts'
import type { SignIn } from '../lib/core/ports/logins.ts'
import { createWakeUps } from '../lib/lambda/wake.ts'
import type { LogFields } from '../lib/provisioning/deps.ts'
import { createSignIn } from '../lib/provisioning/sign-in.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import { createOutcomeStore } from '../lib/store/outcomes.ts'
import { createOwnershipStore } from '../lib/store/ownership.ts'
import { createSafetyStore } from '../lib/store/safety.ts'
import type { Table } from '../lib/store/table-client.ts'
import { createWorkQueue } from '../lib/store/work-queue.ts'
import type { wireRules } from './wiring-rules.ts'

type Log = { readonly warn: (text: string, fields: LogFields) => void }

/** What follows from a login, for whoever has seen one: each request over its own table, with its own time. */
export const wireSignIn = (
  { wakeQueueUrl: queueUrl, sqsEndpoint, region }: Environment,
  rules: ReturnType<typeof wireRules>,
  log: Log,
): ((table: Table) => SignIn) => {
  if (queueUrl === undefined)
    throw new ConnectorError('configurationInvalid', 'environment variable WAKE_QUEUE_URL is not set')
  const wakeUps = createWakeUps({
    queueUrl,
    ...(sqsEndpoint === undefined ? {} : { endpoint: sqsEndpoint }),
    ...(region === undefined ? {} : { region }),
  })
  return (table) =>
    createSignIn({
      ...rules,
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
