import { readEnvironment } from '../lib/config/environment.ts'
import { type HttpRequest, type HttpResponse, httpFunction } from '../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import type { Observed } from '../lib/saml/exchange.ts'
import { loginOutcome } from '../lib/saml/refusals.ts'
import { wireSaml } from './wiring-saml.ts'

const environment = readEnvironment()
const service = `${environment.instance}-saml`
const logger = createLogger(service, environment.logLevel)
const count = createCounter(service)
const serveSaml = wireSaml(environment, { warn: (text, fields) => logger.warn(text, fields) })

/** Codes, ids and counts: nothing of what somebody sent or an assertion says. */
const observe = (
  { requestId }: HttpRequest,
  status: number,
  milliseconds: number,
  observed: Observed,
): void => {
  const { error, ...seen } = observed
  const line = { requestId, status, milliseconds, ...seen }
  const kind = loginOutcome(observed.outcome)
  // The line has a message of its own.
  const { message: reason, ...facts } = error === undefined ? {} : errorFacts(error)
  if (error !== undefined) logger.error('saml request failed', { ...line, ...facts, reason })
  else if (kind === 'unusable') logger.error('saml connection cannot be used', line)
  else if (kind === 'refused') logger.warn('saml request refused', line)
  else logger.info('saml request', line)
  const { connection, operation, outcome } = observed
  if (connection !== undefined && operation !== 'metadata')
    count(operation === 'acs' ? 'Login' : 'LoginRequest', 1, { connection, outcome })
}

const serve = async (request: HttpRequest): Promise<HttpResponse> => {
  const began = performance.now()
  const publicUrl = environment.publicUrl ?? request.origin
  const { observed, ...response } = await serveSaml({ ...request, publicUrl })
  observe(request, response.status, Math.round(performance.now() - began), observed)
  return response
}

/** Rolecall as SAML service provider behind the HTTP API: `/{connection}/saml/metadata`, `/login` and `/acs`. */
export const handler = httpFunction(logger, serve)
