import { createIds, systemClock } from '../config/clock.ts'
import { createCurrentConfiguration } from '../config/current.ts'
import { operatorName } from '../config/environment.ts'
import { createConfigurationAt } from '../config/past.ts'
import { createPatterns } from '../config/patterns.ts'
import { createSecrets } from '../config/secrets.ts'
import { createOutgoingEvents } from '../events/outgoing.ts'
import { createWakeUps } from '../lambda/wake.ts'
import { createPlatforms } from '../platforms/catalog.ts'
import { platformTraits } from '../platforms/traits.ts'
import { createTransport } from '../platforms/transport.ts'
import { createAuditLog } from '../store/audit.ts'
import { createDocumentClient } from '../store/client.ts'
import { createConfigurationStore } from '../store/configuration.ts'
import { createCredentialStore } from '../store/credentials.ts'
import { createDirectory } from '../store/directory.ts'
import { createDriftStore } from '../store/drift.ts'
import { createLoginStore } from '../store/logins.ts'
import { createMembershipOrigins } from '../store/membership-origins.ts'
import { createEventOutbox } from '../store/outbox.ts'
import { createOutcomeStore } from '../store/outcomes.ts'
import { createOwnershipStore } from '../store/ownership.ts'
import { createPace } from '../store/pace.ts'
import { createPauseStore } from '../store/pauses.ts'
import { createRunStore } from '../store/plans.ts'
import { createQuarantineStore } from '../store/quarantine.ts'
import { createSafetyStore } from '../store/safety.ts'
import { createTable } from '../store/table-client.ts'
import { createMetadataFailures, createTrustStore } from '../store/trust.ts'
import { createWorkQueue } from '../store/work-queue.ts'
import type { Access } from './access.ts'

/** Everything a command may need, over one table. Opening it asks nothing of anybody. */
export const openHouse = (access: Access) => {
  const client = createDocumentClient(access.client)
  const ids = createIds()
  const table = createTable({ client, name: access.table, clock: systemClock, ids })
  const configurations = createConfigurationStore(table)
  const audit = createAuditLog(table)
  const { endpoint: _local, ...awsClient } = access.client
  const queueUrl = access.wakeQueueUrl
  const { region } = access.client
  const secrets = createSecrets({
    clock: systemClock,
    local: access.local,
    aws: access.local ? {} : awsClient,
  })
  return {
    access,
    clock: systemClock,
    ids,
    operator: operatorName(),
    configurations,
    configuration: createCurrentConfiguration({
      store: configurations,
      clock: systemClock,
      local: access.local,
      traits: platformTraits,
    }),
    credentials: createCredentialStore(table),
    directory: createDirectory(table),
    logins: createLoginStore(table),
    trust: createTrustStore(table),
    metadataFailures: createMetadataFailures(table),
    origins: createMembershipOrigins(table),
    ownership: createOwnershipStore(table),
    outcomes: createOutcomeStore(table),
    safety: createSafetyStore(table),
    quarantine: createQuarantineStore(table),
    runs: createRunStore(table),
    drift: createDriftStore(table),
    work: createWorkQueue(table),
    // Addresses from configuration: without redirects, and never to a private place.
    get: createTransport(access.local),
    audit,
    configurationAt: createConfigurationAt({
      store: configurations,
      audit,
      local: access.local,
      traits: platformTraits,
    }),
    // The next sweep logs and addresses them: who listens is for the functions to know.
    events: createOutgoingEvents({
      ids,
      outbox: createEventOutbox(table),
      told: { emit: async () => undefined },
    }),
    pauses: createPauseStore(table),
    patterns: createPatterns(),
    secrets,
    platforms: createPlatforms({
      secrets,
      pace: createPace(table, { egress: access.egress }),
      clock: systemClock,
      allowLoopback: access.local,
    }),
    // Without a queue at hand the sweep wakes the worker within a minute.
    wakeUps:
      queueUrl === undefined
        ? { wake: async () => undefined }
        : createWakeUps({ queueUrl, ...(region === undefined ? {} : { region }) }),
    close: async () => {
      client.destroy()
      await access.close()
    },
  }
}
export type House = ReturnType<typeof openHouse>
