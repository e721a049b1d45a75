import { systemClock as clock, createIds } from '../lib/config/clock.ts'
import { readEnvironment } from '../lib/config/environment.ts'
import { connectionId, later } from '../lib/core/ids.ts'
import { type HttpRequest, type HttpResponse, httpFunction } from '../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import { isConnection } from '../lib/scim/authentication.ts'
import type { Observed, ScimRequest, ScimResponse } from '../lib/scim/exchange.ts'
import { createScimService } from '../lib/scim/service.ts'
import { createDocumentClient } from '../lib/store/client.ts'
import { createCredentialStore } from '../lib/store/credentials.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createTable } from '../lib/store/table-client.ts'

const environment = readEnvironment()
const service = `${environment.instance}-scim`
const logger = createLogger(service, environment.logLevel)
const count = createCounter(service)
const client = createDocumentClient(
  environment.dynamodbEndpoint === undefined ? {} : { endpoint: environment.dynamodbEndpoint },
)
const ids = createIds()

// Seconds. Identity providers retry by themselves: a throttled store is theirs to wait for. API Gateway gives up after 30.
const patience = 5
const answerWithin = 23
const auditKeptFor = environment.auditRetentionDays * 86_400

const serveScim = (request: ScimRequest): Promise<ScimResponse> => {
  const now = clock.now()
  const limit = { patientUntil: later(now, patience), until: later(now, answerWithin) }
  const table = createTable({ client, name: environment.tableName, clock, ids, limit, auditKeptFor })
  const credentials = createCredentialStore(table)
  return createScimService({ directory: createDirectory(table), credentials, clock })(request)
}

const observe = (request: HttpRequest, connection: string, status: number, observed: Observed): void => {
  const { error, quirks, ...facts } = observed
  const known = isConnection(connection) ? { connection } : {}
  const line = { requestId: request.requestId, ...known, status, ...facts, quirks }
  if (error === undefined) logger.info('scim request', line)
  else logger.error('scim request failed', { ...line, ...errorFacts(error) })
  for (const [quirk, times] of Object.entries(quirks)) count('Quirk', times, { connection, quirk })
}

const serve = async (request: HttpRequest): Promise<HttpResponse> => {
  if (request.path === '/health')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' }
  const [, connection = '', path = ''] = /^\/([^/]*)\/scim\/v2(\/.*)?$/.exec(request.path) ?? []
  const baseUrl = `${environment.publicUrl ?? request.origin}/${connection}/scim/v2`
  const response = await serveScim({ ...request, connection: connectionId(connection), baseUrl, path })
  observe(request, connection, response.status, response.observed)
  return response
}

/** SCIM 2.0 behind the HTTP API: `/{connection}/scim/v2` and `/health`. */
export const handler = httpFunction(logger, serve)
