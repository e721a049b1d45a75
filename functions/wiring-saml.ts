import { systemClock as clock, createIds } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createSecrets } from '../lib/config/secrets.ts'
import { later } from '../lib/core/ids.ts'
import { loginUrlOf } from '../lib/platforms/login-url.ts'
import type { LogFields } from '../lib/provisioning/deps.ts'
import type { SamlRequest, SamlResponse } from '../lib/saml/exchange.ts'
import { createSamlService } from '../lib/saml/service.ts'
import { createOwnKeys } from '../lib/saml/trust/own-keys.ts'
import { createAuditLog } from '../lib/store/audit.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createLoginRequests, createReplays } from '../lib/store/login-requests.ts'
import { createTable } from '../lib/store/table-client.ts'
import { createTrustStore } from '../lib/store/trust.ts'
import { wireRules } from './wiring-rules.ts'
import { wireSignIn } from './wiring-sign-in.ts'

// Seconds. A person is waiting: a throttled store gets some patience. API Gateway gives up after 30, and a login may wait for platforms for 20.
const patience = 5
const answerWithin = 27

type Log = { readonly warn: (text: string, fields: LogFields) => void }

/** The SAML service provider over the table, with a time limit of its own for every request. Platforms are known, and none is called. */
export const wireSaml = (
  environment: Environment,
  log: Log,
): ((request: SamlRequest) => Promise<SamlResponse>) => {
  const { dynamodbEndpoint: endpoint, tableName: name, auditRetentionDays, local } = environment
  const client = createDocumentClient(endpoint === undefined ? {} : { endpoint })
  const shared = { client, name, clock, ids: createIds(), auditKeptFor: auditRetentionDays * 86_400 }
  const rules = wireRules(createTable(shared), local)
  const ownKeys = createOwnKeys(createSecrets({ clock, local }))
  const signInOver = wireSignIn(environment, rules, log)
  return (request) => {
    const now = clock.now()
    const limit = { patientUntil: later(now, patience), until: later(now, answerWithin) }
    const table = createTable({ ...shared, limit })
    const service = createSamlService({
      configuration: rules.configuration,
      trust: createTrustStore(table),
      ownKeys,
      requests: createLoginRequests(table),
      replays: createReplays(table),
      signIn: signInOver(table),
      audit: createAuditLog(table),
      clock,
      loginUrl: loginUrlOf,
      local,
    })
    return service(request)
  }
}
