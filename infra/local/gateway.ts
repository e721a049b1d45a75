import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FunctionName, Functions } from './functions.ts'
import { answerOf, eventOf, gatewayAnswer, type HttpAnswer, type Route, split } from './http-event.ts'
import { type Listening, listen } from './listen.ts'

/** API Gateway's quotas for HTTP APIs: a payload of 10 MB, an integration of 30 seconds. */
const maximumBody = 10 * 1024 * 1024
const integrationTimeout = 30_000
/** Lambda's cap on an event. */
const maximumEvent = 6 * 1024 * 1024

type Routed = Route & { readonly target: FunctionName }

/** The stack's routes and no others, the more exact one first: what is not there is answered as API Gateway does. */
const routes: readonly (readonly [routeKey: string, path: RegExp, target: FunctionName])[] = [
  ['GET /health', /^\/health$/, 'scim'],
  ['ANY /console/{proxy+}', /^\/console\/(?<proxy>.+)$/, 'console'],
  ['ANY /{connection}/scim/{proxy+}', /^\/(?<connection>[^/]+)\/scim\/(?<proxy>.+)$/, 'scim'],
  ['GET /{connection}/saml/metadata', /^\/(?<connection>[^/]+)\/saml\/metadata$/, 'saml'],
  ['GET /{connection}/saml/login', /^\/(?<connection>[^/]+)\/saml\/login$/, 'saml'],
  ['POST /{connection}/saml/acs', /^\/(?<connection>[^/]+)\/saml\/acs$/, 'saml'],
  ['POST /{connection}/hooks/okta', /^\/(?<connection>[^/]+)\/hooks\/okta$/, 'hooks'],
  ['POST /{connection}/hooks/entra', /^\/(?<connection>[^/]+)\/hooks\/entra$/, 'hooks'],
]

const routeOf = (method: string, path: string): Routed | undefined => {
  for (const [routeKey, form, target] of routes) {
    const found = form.exec(path)
    if (found === null || !(routeKey.startsWith('ANY ') || routeKey.startsWith(`${method} `))) continue
    const parameters = Object.entries(found.groups ?? {}).map(
      ([name, value]) => [name, decodeURIComponent(value)] as const,
    )
    return { routeKey, parameters: Object.fromEntries(parameters), target }
  }
  return undefined
}

/** The HTTP API on one machine: node:http in, API Gateway's event to the function, its answer out. */
export const startGateway = (functions: Pick<Functions, 'invoke'>, port: number): Promise<Listening> => {
  const server = createServer((request, response) => {
    handle(functions, request).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        console.error('local gateway:', error)
        send(response, gatewayAnswer(500, 'Internal Server Error'))
      },
    )
  })
  return listen(server, port)
}

const handle = async (
  functions: Pick<Functions, 'invoke'>,
  request: IncomingMessage,
): Promise<HttpAnswer> => {
  const { method = 'GET', url = '/', socket } = request
  const route = safely(() => routeOf(method, split(url)[0]))
  if (route === 'malformed') return gatewayAnswer(400, 'Bad Request')
  if (!route) return gatewayAnswer(404, 'Not Found')
  const body = await read(request)
  if (!body) return gatewayAnswer(413, 'Request Too Long')
  const event = eventOf(
    {
      method,
      target: url,
      headers: request.headers,
      distinct: request.headersDistinct,
      body,
      sourceIp: socket.remoteAddress ?? '127.0.0.1',
      port: socket.localPort ?? 0,
    },
    route,
    randomUUID(),
    new Date(),
  )
  if (Buffer.byteLength(JSON.stringify(event)) > maximumEvent) return gatewayAnswer(413, 'Request Too Long')
  return inTime(invoke(functions, route.target, event))
}

const safely = <T>(run: () => T): T | 'malformed' => {
  try {
    return run()
  } catch (error) {
    if (error instanceof URIError) return 'malformed'
    throw error
  }
}

const invoke = async (
  functions: Pick<Functions, 'invoke'>,
  target: FunctionName,
  event: unknown,
): Promise<HttpAnswer> => {
  try {
    return answerOf(await functions.invoke(target, event))
  } catch (error) {
    console.error(`function ${target}:`, error)
    return gatewayAnswer(500, 'Internal Server Error')
  }
}

const inTime = (answer: Promise<HttpAnswer>): Promise<HttpAnswer> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(gatewayAnswer(503, 'Service Unavailable')), integrationTimeout)
    void answer.then(resolve).finally(() => clearTimeout(timer))
  })

const read = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // Read on to the end: closing early would reset the connection before the client sees the answer.
    if (size <= maximumBody) chunks.push(chunk)
  }
  return size > maximumBody ? undefined : Buffer.concat(chunks)
}

const send = (response: ServerResponse, answer: HttpAnswer): void => {
  const headers = Object.entries(answer.headers).map(
    ([name, value]) => [name, typeof value === 'string' ? value : [...value]] as const,
  )
  const bare = answer.status === 204 || answer.status === 304
  response.writeHead(answer.status, {
    ...Object.fromEntries(headers),
    ...(!bare && { 'content-length': answer.body.length }),
  })
  response.end(bare ? undefined : answer.body)
}
