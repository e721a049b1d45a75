import { systemClock as clock, createIds } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { later } from '../lib/core/ids.ts'
import { createEntraCallers } from '../lib/hooks/entra-caller.ts'
import type { HookAnswer, HookRequest } from '../lib/hooks/exchange.ts'
import { answerHook, answerWithin, type HookDeps, hookNamed } from '../lib/hooks/service.ts'
import { acceptLogin } from '../lib/provisioning/login-accept.ts'
import { createAssignmentReads } from '../lib/provisioning/sign-in.ts'
import { authenticate } from '../lib/scim/authentication.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createCredentialStore } from '../lib/store/credentials.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import { createTable } from '../lib/store/table-client.ts'
import { fetchKeys } from './wiring-keys.ts'
import { wireRules } from './wiring-rules.ts'

/** The hooks over the table, each call with the time its identity provider has. */
export const wireHooks = (environment: Environment): ((request: HookRequest) => Promise<HookAnswer>) => {
  const { dynamodbEndpoint: endpoint, tableName: name, auditRetentionDays, local } = environment
  const client = createDocumentClient(endpoint === undefined ? {} : { endpoint })
  const shared = { client, name, clock, ids: createIds(), auditKeptFor: auditRetentionDays * 86_400 }
  const rules = wireRules(createTable(shared), local)
  const entraCaller = createEntraCallers({ clock, fetchKeys: fetchKeys(local) })
  return (request) => {
    const now = clock.now()
    const seconds = answerWithin[hookNamed(request.hook) ?? 'entra']
    // A fault is said while there is still time to say it.
    const limit = { patientUntil: later(now, seconds * 0.6), until: later(now, seconds) }
    const table = createTable({ ...shared, limit })
    const credentials = createCredentialStore(table)
    const reads = { ...rules, directory: createDirectory(table), logins: createLoginStore(table) }
    const ports: HookDeps = {
      ...reads,
      credentials,
      entraCaller,
      assignments: createAssignmentReads(reads),
      signIn: { accept: (stamp, claim) => acceptLogin(reads, stamp, claim) },
      authenticate: (connection, header) => authenticate({ credentials, clock }, connection, 'hooks', header),
    }
    return answerHook(ports, request)
  }
}
