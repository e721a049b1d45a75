import { systemClock as clock, createIds } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { later } from '../lib/core/ids.ts'
import type { ScimRequest, ScimResponse } from '../lib/scim/exchange.ts'
import { createScimService } from '../lib/scim/service.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createCredentialStore } from '../lib/store/credentials.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createMentions } from '../lib/store/member-mentions.ts'
import { createTable } from '../lib/store/table-client.ts'
import { createLateAccess } from './wiring-access-late.ts'

// Seconds. Identity providers retry by themselves: a throttled store is theirs to wait for. API Gateway gives up after 30.
const patience = 5
// A bulk request has hundreds of operations to be patient for: with five seconds for all, the later ones would fail at their first conflict.
const bulkPatience = 15
const answerWithin = 23

/** The SCIM service over the table, with a time limit of its own for every request. */
export const wireScim = (environment: Environment): ((request: ScimRequest) => Promise<ScimResponse>) => {
  const { dynamodbEndpoint: endpoint, tableName: name, auditRetentionDays, local } = environment
  const client = createDocumentClient(endpoint === undefined ? {} : { endpoint })
  const shared = { client, name, clock, ids: createIds(), auditKeptFor: auditRetentionDays * 86_400 }
  const accessOver = createLateAccess(createTable(shared), local)
  return (request) => {
    const now = clock.now()
    const patient = request.path === '/Bulk' ? bulkPatience : patience
    const limit = { patientUntil: later(now, patient), until: later(now, answerWithin) }
    const table = createTable({ ...shared, limit })
    const service = createScimService({
      directory: createDirectory(table),
      credentials: createCredentialStore(table),
      access: accessOver(table),
      // Tried once: no request waits for what is only noted beside it.
      mentions: createMentions(createTable({ ...shared, limit: { ...limit, patientUntil: now } })),
      clock,
    })
    return service(request)
  }
}
