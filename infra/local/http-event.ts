import type { IncomingHttpHeaders } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'

/** What came over the wire, as plain values. */
export type HttpRequest = {
  readonly method: string
  /** Request target as sent: path and query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly distinct: NodeJS.Dict<string[]>
  readonly body: Buffer
  readonly sourceIp: string
  readonly port: number
}
export type Route = {
  readonly routeKey: string
  readonly parameters: Readonly<Record<string, string>>
}
export type HttpAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** Amazon API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs": payload format 2.0. */
export const eventOf = (
  request: HttpRequest,
  route: Route,
  id: string,
  now: Date,
): APIGatewayProxyEventV2 => {
  const [path, query] = split(request.target)
  const cookies = request.distinct.cookie?.flatMap((header) => header.split(/;\s*/))
  const text = isText(request.headers['content-type'])
  return {
    version: '2.0',
    routeKey: route.routeKey,
    // An HTTP API hands the path over decoded, whatever the name says.
    rawPath: decodeURIComponent(path),
    rawQueryString: query,
    ...(cookies && { cookies }),
    headers: headersOf(request),
    ...(query !== '' && { queryStringParameters: parametersOf(query) }),
    pathParameters: { ...route.parameters },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: request.headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: decodeURIComponent(path),
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: id,
      routeKey: route.routeKey,
      stage: '$default',
      time: timeOf(now),
      timeEpoch: now.getTime(),
    },
    ...(request.body.length > 0 && { body: request.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !text,
  }
}

export const split = (target: string): readonly [path: string, query: string] => {
  const mark = target.indexOf('?')
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

/** Everything else counts as binary, `application/scim+json` too. */
const isText = (contentType: string | undefined): boolean => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return (
    type.startsWith('text/') ||
    ['application/json', 'application/xml', 'application/javascript'].includes(type)
  )
}

const headersOf = (request: HttpRequest): Record<string, string> => {
  const joined = Object.entries(request.distinct)
    .filter(([name]) => name !== 'cookie' && name !== 'connection')
    .map(([name, values]) => [name, (values ?? []).join(',')] as const)
  return {
    ...Object.fromEntries(joined),
    'x-forwarded-for': request.sourceIp,
    'x-forwarded-port': String(request.port),
    'x-forwarded-proto': 'http',
  }
}

const parametersOf = (query: string): Record<string, string> => {
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(values)
}

/** `12/Mar/2020:19:03:58 +0000`. */
const timeOf = (now: Date): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}

/** Lambda's cap on an answer. */
const maximumAnswer = 6 * 1024 * 1024

export const gatewayAnswer = (status: number, message: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
})

/** A result without `statusCode` is a body by itself (payload format 2.0). */
export const answerOf = (result: unknown): HttpAnswer => {
  if (Buffer.byteLength(JSON.stringify(result ?? null)) > maximumAnswer)
    return gatewayAnswer(500, 'Internal Server Error')
  if (typeof result !== 'object' || result === null || !('statusCode' in result))
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof result === 'string' ? result : JSON.stringify(result ?? '')),
    }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as {
    readonly statusCode: number
    readonly headers?: Readonly<Record<string, string | number | boolean>>
    readonly cookies?: readonly string[]
    readonly body?: string
    readonly isBase64Encoded?: boolean
  }
  const plain = Object.entries(headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  )
  return {
    status: statusCode,
    headers: { ...Object.fromEntries(plain), ...(cookies && { 'set-cookie': cookies }) },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  }
}
