import { readEnvironment } from '../lib/config/environment.ts'
import type { Observed } from '../lib/console/exchange.ts'
import { type HttpRequest, type HttpResponse, httpFunction } from '../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../lib/lambda/logging.ts'
import { wireConsole } from './wiring-console.ts'

const environment = readEnvironment()
const logger = createLogger(`${environment.instance}-console`, environment.logLevel)
const serveConsole = wireConsole(environment)

/** Ids and codes: nothing of what somebody sent, and nothing of what they were shown. */
const observe = (requestId: string, status: number, milliseconds: number, observed: Observed): void => {
  const { error, ...facts } = observed
  const line = { requestId, status, milliseconds, ...facts }
  if (error === undefined) logger.info('console request', line)
  else logger.error('console request failed', { ...line, ...errorFacts(error) })
}

const serve = async (request: HttpRequest): Promise<HttpResponse> => {
  const began = performance.now()
  const { observed, ...response } = await serveConsole(request, environment.publicUrl ?? request.origin)
  observe(request.requestId, response.status, Math.round(performance.now() - began), observed)
  return response
}

/** The console's API behind the HTTP API: `/console/api/v1/{connection}/…`. */
export const handler = httpFunction(logger, serve)
