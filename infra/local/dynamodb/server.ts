import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../listen.ts'
import type { Engine } from './engine.ts'
import { isServiceError, type ServiceError, serviceError } from './service-error.ts'

export type EngineServer = { readonly endpoint: string; readonly close: () => Promise<void> }

/** The service's own cap on a request is 16 MB. */
const maximumBytes = 16 * 1024 * 1024

/**
 * The DynamoDB JSON protocol on a random loopback port. With `secret`, a request must be signed with it as its access key id: any SDK does so
 * when given it as a credential, and another local user who finds the port does not know it.
 */
export const serveEngine = async (
  engine: Engine,
  options: { readonly secret?: string } = {},
): Promise<EngineServer> => {
  const server = createServer((request, response) => {
    answer(engine, options.secret, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const known = isServiceError(error) ? error : unexpected(error)
        send(response, known.statusCode, known.body)
      },
    )
  })
  server.keepAliveTimeout = 60_000
  const { url, close } = await listen(server, 0)
  return { endpoint: url, close }
}

const answer = async (
  engine: Engine,
  secret: string | undefined,
  request: IncomingMessage,
): Promise<object> => {
  const body = await read(request)
  if (secret !== undefined && accessKeyOf(request) !== secret)
    throw serviceError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  const [version, operation] = String(request.headers['x-amz-target'] ?? '').split('.')
  if (version !== 'DynamoDB_20120810' || !operation)
    throw serviceError('UnknownOperationException', 'X-Amz-Target names no DynamoDB operation')
  return engine.handle(operation, parse(body))
}

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maximumBytes)
      throw serviceError('RequestEntityTooLargeException', 'Request too large', {}, 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parse = (text: string): object => {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return body
  } catch {
    // answered below
  }
  throw serviceError('SerializationException', 'The body is not a JSON object')
}

/** SigV4: `Credential=<access key id>/<date>/<region>/dynamodb/aws4_request`. */
const accessKeyOf = (request: IncomingMessage): string | undefined =>
  /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1]

const unexpected = (error: unknown): ServiceError => {
  console.error('local DynamoDB engine:', error)
  return serviceError('InternalServerError', 'Internal server error', {}, 500)
}

const send = (response: ServerResponse, status: number, body: object): void => {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
