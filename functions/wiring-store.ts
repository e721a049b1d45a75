import { createIds, systemClock } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createAuditLog } from '../lib/store/audit.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createConfigurationStore } from '../lib/store/configuration.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createDriftStore } from '../lib/store/drift.ts'
import { createStoreIdentity } from '../lib/store/identity.ts'
import { createLeases } from '../lib/store/leases.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import { createEventOutbox } from '../lib/store/outbox.ts'
import { createOutcomeStore } from '../lib/store/outcomes.ts'
import { createOwnershipStore } from '../lib/store/ownership.ts'
import { createPace } from '../lib/store/pace.ts'
import { createPauseStore } from '../lib/store/pauses.ts'
import { createRunStore } from '../lib/store/plans.ts'
import { createQuarantineStore } from '../lib/store/quarantine.ts'
import { createReadingStore } from '../lib/store/readings.ts'
import { createSafetyStore } from '../lib/store/safety.ts'
import { createTable } from '../lib/store/table-client.ts'
import { createMetadataFailures, createTrustStore } from '../lib/store/trust.ts'
import { createUpkeep } from '../lib/store/upkeep.ts'
import { createWorkQueue } from '../lib/store/work-queue.ts'

const secondsPerDay = 86_400

/** Every port the table implements. */
export const wireStore = (environment: Environment) => {
  const { dynamodbEndpoint: endpoint, tableName: name, egressId: egress, auditRetentionDays } = environment
  const ids = createIds()
  const client = createDocumentClient(endpoint === undefined ? {} : { endpoint })
  const auditKeptFor = auditRetentionDays * secondsPerDay
  const table = createTable({ client, name, clock: systemClock, ids, auditKeptFor })
  return {
    ids,
    directory: createDirectory(table),
    logins: createLoginStore(table),
    upkeep: createUpkeep(table),
    work: createWorkQueue(table),
    ownership: createOwnershipStore(table),
    outcomes: createOutcomeStore(table),
    safety: createSafetyStore(table),
    readings: createReadingStore(table),
    runs: createRunStore(table),
    drift: createDriftStore(table),
    quarantine: createQuarantineStore(table),
    identity: createStoreIdentity(table, { client, name }),
    leases: createLeases(table, { holder: ids.uuid() }),
    audit: createAuditLog(table),
    pauses: createPauseStore(table),
    trust: createTrustStore(table),
    metadataFailures: createMetadataFailures(table),
    outbox: createEventOutbox(table),
    configurations: createConfigurationStore(table),
    pace: createPace(table, { egress }),
  }
}
