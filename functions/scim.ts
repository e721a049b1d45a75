import { readEnvironment } from '../lib/config/environment.ts'
import { connectionId } from '../lib/core/ids.ts'
import { type HttpRequest, type HttpResponse, httpFunction } from '../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import { isConnection } from '../lib/scim/authentication.ts'
import type { Observed } from '../lib/scim/exchange.ts'
import { wireScim } from './wiring-scim.ts'

const environment = readEnvironment()
const service = `${environment.instance}-scim`
const logger = createLogger(service, environment.logLevel)
const count = createCounter(service)
const serveScim = wireScim(environment)

const observe = (request: HttpRequest, connection: string, status: number, observed: Observed): void => {
  const { error, quirks, groupCycles = [], ...facts } = observed
  const known = isConnection(connection) ? { connection } : {}
  // A log line has an end; the metric tells how many.
  const cycles = groupCycles.length === 0 ? {} : { groupCycles: groupCycles.slice(0, 100) }
  const line = { requestId: request.requestId, ...known, status, ...facts, ...cycles, quirks }
  if (error === undefined) logger.info('scim request', line)
  else logger.error('scim request failed', { ...line, ...errorFacts(error) })
  for (const [quirk, times] of Object.entries(quirks)) count('Quirk', times, { connection, quirk })
  if (groupCycles.length > 0) count('GroupCycle', groupCycles.length, { connection })
}

const serve = async (request: HttpRequest): Promise<HttpResponse> => {
  if (request.path === '/health')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' }
  const [, connection = '', path = ''] = /^\/([^/]*)\/scim\/v2(\/.*)?$/s.exec(request.path) ?? []
  const baseUrl = `${environment.publicUrl ?? request.origin}/${connection}/scim/v2`
  const response = await serveScim({ ...request, connection: connectionId(connection), baseUrl, path })
  observe(request, connection, response.status, response.observed)
  return response
}

/** SCIM 2.0 behind the HTTP API: `/{connection}/scim/v2` and `/health`. */
export const handler = httpFunction(logger, serve)
