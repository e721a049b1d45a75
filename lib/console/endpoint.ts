import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, connectionId } from '../core/ids.ts'
import type { Credential } from '../core/ports/configuration.ts'
import { errorAnswer } from './errors.ts'
import type { ConsoleRequest, ConsoleResponse, Observed, Operations } from './exchange.ts'
import { type Bag, objectIn } from './values.ts'

export type EndpointDeps = {
  readonly operations: Operations
  /** Of an `admin` credential of the connection; throws `unauthenticated` without telling what is wrong. */
  readonly authenticate: (connection: ConnectionId, authorization: string | undefined) => Promise<Credential>
}

/** A candidate configuration of the largest size, as JSON text within JSON, and an assertion beside it. */
const maximumBytes = 5 * 1024 * 1024

const headers = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

const form = /^\/console\/api\/v1\/([a-z0-9][a-z0-9-]{0,62})(\/[a-z0-9/-]{1,100})$/

const bodyOf = ({ headers: sent, body }: ConsoleRequest): Bag => {
  const type = (sent['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new ConnectorError('unsupportedMediaType', 'content-type: must be application/json', {
      field: 'content-type',
    })
  if (body === undefined || body.length === 0)
    throw new ConnectorError('invalidSyntax', 'body: is missing; send a JSON object', { field: 'body' })
  if (body.length > maximumBytes)
    throw new ConnectorError('payloadTooLarge', `body: is larger than ${maximumBytes} bytes; send less`, {
      field: 'body',
    })
  return objectIn(textOf(body), 'body')
}

const textOf = (body: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new ConnectorError('invalidSyntax', 'body: is not UTF-8 (RFC 8259 §8.1); send it in UTF-8', {
      field: 'body',
    })
  }
}

const nothingThere = (): ConnectorError =>
  new ConnectorError('notFound', 'there is nothing at this address; compare it with the documentation')

type Routed = {
  readonly connection: ConnectionId
  readonly path: string
}
const routeOf = ({ path }: ConsoleRequest): Routed | undefined => {
  const [, connection, below] = form.exec(path) ?? []
  return connection === undefined || below === undefined
    ? undefined
    : { connection: connectionId(connection), path: below }
}

const methodsAt = (operations: Operations, path: string): readonly string[] =>
  Object.keys(operations).flatMap((key) => {
    const [method = '', there] = key.split(' ')
    return there === path ? [method] : []
  })

/** Behind `/console/api/v1/{connection}`: who asks first, before anything of the request is parsed; then the operation. Never throws. */
export const createConsoleEndpoint = ({
  operations,
  authenticate,
}: EndpointDeps): ((request: ConsoleRequest) => Promise<ConsoleResponse>) => {
  const respond = (
    request: ConsoleRequest,
    status: number,
    body: object,
    observed: Observed,
    more: Readonly<Record<string, string>> = {},
  ): ConsoleResponse => ({
    status,
    headers: { ...headers, ...more },
    body: JSON.stringify({ ...body, requestId: request.requestId }),
    observed,
  })

  const refuse = (
    request: ConsoleRequest,
    error: unknown,
    observed: Observed,
    allow: readonly string[] = [],
  ) => {
    const { status, code, headers: more, body } = errorAnswer(error)
    const fault = status >= 500 ? { error } : {}
    const allowed = allow.length === 0 ? {} : { allow: allow.join(', ') }
    return respond(request, status, body, { ...observed, code, ...fault }, { ...more, ...allowed })
  }

  return async (request) => {
    const routed = routeOf(request)
    const allowed = routed === undefined ? [] : methodsAt(operations, routed.path)
    if (routed === undefined || allowed.length === 0)
      return refuse(request, nothingThere(), { operation: 'none' })
    const { connection, path } = routed
    const operation = `${request.method} ${path}`
    const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (serve === undefined) {
      const wrong = new ConnectorError('methodNotAllowed', `method: must be ${allowed.join(' or ')} here`)
      return refuse(request, wrong, { operation: 'none' }, allowed)
    }
    let observed: Observed = { operation }
    try {
      const credential = await authenticate(connection, request.headers.authorization)
      observed = { ...observed, connection, credential: credential.id }
      const answer = await serve({ connection, credential, body: () => bodyOf(request) })
      return respond(request, 200, { result: answer }, observed)
    } catch (error) {
      return refuse(request, error, observed)
    }
  }
}
