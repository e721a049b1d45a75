import { readEnvironment } from '../lib/config/environment.ts'
import { isConnectorError } from '../lib/core/errors.ts'
import { connectionId } from '../lib/core/ids.ts'
import type { HookAnswer } from '../lib/hooks/exchange.ts'
import { type HttpRequest, type HttpResponse, httpFunction } from '../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../lib/lambda/logging.ts'
import { createCounter } from '../lib/lambda/metrics.ts'
import { isConnection } from '../lib/scim/authentication.ts'
import { wireHooks } from './wiring-hooks.ts'

const environment = readEnvironment()
const service = `${environment.instance}-hooks`
const logger = createLogger(service, environment.logLevel)
const count = createCounter(service)
const answer = wireHooks(environment)

/** A caller's mistake has no place in our source. */
const refusalFacts = (error: unknown) =>
  isConnectorError(error) ? { code: error.code, field: error.field } : {}

/** A 401 may name any connection: only who is known is counted under its own name. */
const observe = (
  requestId: string,
  named: string,
  milliseconds: number,
  { status, observed }: HookAnswer,
): void => {
  const { error, claims, hook = 'unknown', ...facts } = observed
  const connection = isConnection(named) && status !== 401 && status !== 404 ? named : 'unknown'
  const line = { requestId, connection, hook, status, milliseconds, ...facts, claims }
  if (error === undefined) logger.info('hook answered', line)
  else if (status >= 500) logger.error('hook failed', { ...line, fault: errorFacts(error) })
  else logger.warn('hook refused', { ...line, ...refusalFacts(error) })
  const outcomes =
    error === undefined ? claims.map(({ outcome }) => outcome) : [status >= 500 ? 'failed' : 'refused']
  for (const outcome of outcomes) count('HookAnswer', 1, { connection, hook, outcome })
  count('HookDuration', milliseconds, { connection, hook }, 'Milliseconds')
}

const serve = async (request: HttpRequest): Promise<HttpResponse> => {
  const began = performance.now()
  const [, connection = '', hook = ''] = /^\/([^/]*)\/hooks\/([^/]*)\/?$/s.exec(request.path) ?? []
  const origin = environment.publicUrl ?? request.origin
  const answered = await answer({ ...request, connection: connectionId(connection), hook, origin })
  observe(request.requestId, connection, Math.round(performance.now() - began), answered)
  const { status, headers, body } = answered
  return { status, headers, body }
}

/** The token hooks of identity providers behind the HTTP API: `POST /{connection}/hooks/okta` and `/hooks/entra`. */
export const handler = httpFunction(logger, serve)
