import { systemClock as clock, createIds } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createConsoleEndpoint } from '../lib/console/endpoint.ts'
import type { ConsoleRequest, ConsoleResponse } from '../lib/console/exchange.ts'
import { createPreview } from '../lib/console/preview.ts'
import { later } from '../lib/core/ids.ts'
import { authenticate } from '../lib/scim/authentication.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createCredentialStore } from '../lib/store/credentials.ts'
import { createTable } from '../lib/store/table-client.ts'
import { wirePreviews } from './wiring-previews.ts'
import { wireRules } from './wiring-rules.ts'

// Seconds. A person or a script is waiting; API Gateway gives up after 30.
const patience = 5
const answerWithin = 27

/** The console's API over the table, with a time limit of its own for every request. `publicUrl`: what identity providers know us by. */
export const wireConsole = (
  environment: Environment,
): ((request: ConsoleRequest, publicUrl: string) => Promise<ConsoleResponse>) => {
  const { dynamodbEndpoint: endpoint, tableName: name, auditRetentionDays, local } = environment
  const client = createDocumentClient(endpoint === undefined ? {} : { endpoint })
  const shared = { client, name, clock, ids: createIds(), auditKeptFor: auditRetentionDays * 86_400 }
  const rules = wireRules(createTable(shared), local)
  const previewsOver = wirePreviews(environment, rules)
  return (request, publicUrl) => {
    const now = clock.now()
    const limit = { patientUntil: later(now, patience), until: later(now, answerWithin) }
    const table = createTable({ ...shared, limit })
    const credentials = createCredentialStore(table)
    const serve = createConsoleEndpoint({
      operations: { 'POST /preview': createPreview(previewsOver(table, publicUrl)) },
      authenticate: async (connection, authorization) => {
        const credential = await authenticate({ credentials, clock }, connection, 'admin', authorization)
        // Beside the request, and not worth failing it: the day of last use is for people who tidy up.
        await credentials.markUsed(credential, now.slice(0, 10)).catch(() => undefined)
        return credential
      },
    })
    return serve(request)
  }
}
