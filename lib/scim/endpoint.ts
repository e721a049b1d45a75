import type { Actor } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Directory } from '../core/ports/directory.ts'
import { maximumBytes } from './body.ts'
import { errorAnswer } from './errors.ts'
import type { Answer, Exchange, Observed, ScimRequest, ScimResponse } from './exchange.ts'
import type { Note, Quirk } from './quirks.ts'
import { type Route, routeOf } from './routes.ts'

export type EndpointDeps = { readonly directory: Directory; readonly clock: Clock }

/** Answers a request whose sender is known. Never throws: whatever goes wrong below is a SCIM error (RFC 7644 §3.12). */
export type ScimEndpoint = (request: ScimRequest, actor: Actor) => Promise<ScimResponse>

export const createScimEndpoint =
  (deps: EndpointDeps): ScimEndpoint =>
  async (request, actor) => {
    const route = routeOf(request.method, request.path)
    const quirks: Partial<Record<Quirk, number>> = {}
    const note: Note = (quirk) => {
      quirks[quirk] = (quirks[quirk] ?? 0) + 1
    }
    const operation = route.kind === 'unknown' ? 'unknown' : route.name
    try {
      const { connection, requestId } = request
      const stamp = { connection, actor, requestId, at: deps.clock.now() }
      const answer = await perform({ ...deps, request, stamp, note }, route)
      return responseTo(request, answer, { operation, quirks })
    } catch (error) {
      return failure(request, error, { operation, quirks }, allowed(route))
    }
  }

const allowed = (route: Route): Readonly<Record<string, string>> =>
  route.kind === 'methodNotAllowed' ? { allow: route.allow } : {}

const perform = async (exchange: Exchange, route: Route): Promise<Answer> => {
  switch (route.kind) {
    case 'unknown':
      throw new ConnectorError('notFound', 'no such endpoint')
    case 'methodNotAllowed':
      throw new ConnectorError('methodNotAllowed', `allowed here: ${route.allow}`)
    case 'operation':
      checkBody(exchange.request)
      return route.operation(exchange, route.id)
  }
}

const jsonTypes: ReadonlySet<string> = new Set(['application/scim+json', 'application/json'])

const utf8 = /^charset="?utf-?8"?$/

const checkBody = ({ body, headers }: ScimRequest): void => {
  if (body === undefined || body.length === 0) return
  if (body.length > maximumBytes)
    throw new ConnectorError('payloadTooLarge', `the body is larger than ${maximumBytes} bytes`)
  const [type = '', ...parameters] = (headers['content-type'] ?? 'application/scim+json')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  if (!jsonTypes.has(type))
    throw new ConnectorError('unsupportedMediaType', 'send application/scim+json or application/json')
  // RFC 8259 §8.1. A gateway hands `application/json` over as text, so that no later look at the bytes would notice.
  if (parameters.some((each) => each.startsWith('charset=') && !utf8.test(each)))
    throw new ConnectorError('unsupportedMediaType', 'send the body in UTF-8')
  if (!/^(?:identity)?$/i.test(headers['content-encoding']?.trim() ?? ''))
    throw new ConnectorError('unsupportedMediaType', 'send the body without a Content-Encoding')
}

/** RFC 7644 §3.8: the form the client accepts; OneLogin reads `application/json` only, and says so. */
const mediaType = (accept: string | undefined): string => {
  const types = (accept ?? '').toLowerCase()
  const isPlain = types.includes('application/json') && !types.includes('application/scim+json')
  return `${isPlain ? 'application/json' : 'application/scim+json'}; charset=utf-8`
}

const responseTo = (request: ScimRequest, answer: Answer, observed: Observed): ScimResponse => ({
  status: answer.status,
  headers: {
    ...(answer.body === undefined ? {} : { 'content-type': mediaType(request.headers.accept) }),
    // Personal data: no cache on the way keeps it.
    'cache-control': 'no-store',
    'x-request-id': request.requestId,
    ...answer.headers,
  },
  ...(answer.body === undefined ? {} : { body: answer.body }),
  observed,
})

/** Any error as the response the client gets. */
export const failure = (
  request: ScimRequest,
  error: unknown,
  observed: Observed,
  headers: Readonly<Record<string, string>> = {},
): ScimResponse => {
  const { code, status, body, headers: own } = errorAnswer(error)
  return responseTo(
    request,
    { status, body, headers: { ...own, ...headers } },
    { ...observed, code, ...(code === 'internal' ? { error } : {}) },
  )
}
