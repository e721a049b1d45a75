import type { Logger } from '@aws-lambda-powertools/logger'
import middy, { type MiddlewareObj, type MiddyfiedHandler } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { errorFacts } from './logging.ts'

/** An API Gateway event (payload format 2.0) as plain values. */
export type HttpRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** `name=value`, as sent. */
  readonly cookies: readonly string[]
  readonly body: Uint8Array | undefined
  readonly requestId: string
  /** Scheme and host as the caller sees them. */
  readonly origin: string
}
export type HttpResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  readonly body?: string
}
export type HttpHandler = MiddyfiedHandler<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Error,
  Context
>

/** API Gateway hands every type it does not know as text over in base64, `application/scim+json` among them. */
const bodyOf = (event: APIGatewayProxyEventV2): Uint8Array | undefined =>
  event.body === undefined ? undefined : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8')

export const requestOf = (event: APIGatewayProxyEventV2): HttpRequest => {
  const headers = Object.fromEntries(
    Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const host = headers.host ?? event.requestContext.domainName
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path: event.rawPath,
    query: new URLSearchParams(event.rawQueryString),
    headers,
    cookies: event.cookies ?? [],
    body: bodyOf(event),
    requestId: event.requestContext.requestId,
    origin: `${headers['x-forwarded-proto'] ?? 'https'}://${host}`,
  }
}

const resultOf = ({ status, headers, cookies, body }: HttpResponse): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  isBase64Encoded: false,
  ...(cookies === undefined ? {} : { cookies: [...cookies] }),
  ...(body === undefined ? {} : { body }),
})

/** Last resort: an exception that no protocol answered is a bare 500; its text stays out of answer and log. */
const bareErrors = (
  logger: Logger,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context> => ({
  onError: (request) => {
    logger.error('request failed', {
      requestId: request.event.requestContext?.requestId,
      ...errorFacts(request.error),
    })
    request.response = {
      statusCode: 500,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Internal Server Error' }),
    }
  },
})

/** The chain of every function behind the HTTP API. */
export const httpFunction = (
  logger: Logger,
  serve: (request: HttpRequest) => Promise<HttpResponse>,
): HttpHandler =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context>()
    .use(bareErrors(logger))
    .handler(async (event) => resultOf(await serve(requestOf(event))))
