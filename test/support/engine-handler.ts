import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { Engine } from '../../infra/local/dynamodb/engine.ts'
import { isServiceError } from '../../infra/local/dynamodb/service-error.ts'

type Handler = Extract<NonNullable<DynamoDBClientConfig['requestHandler']>, { handle: unknown }>
type Sent = { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }
type Answer = Awaited<ReturnType<Handler['handle']>>

const bytes = (value: object): Uint8Array => Buffer.from(JSON.stringify(value))
const answered = (statusCode: number, body: object): Answer => ({
  response: { statusCode, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: bytes(body) },
})

const decoder = new TextDecoder()
const textOf = (body: unknown): string => (body instanceof Uint8Array ? decoder.decode(body) : String(body))

/**
 * The SDK's way to the engine of the same process: its requests and answers as they would be sent, and no socket in between. What HTTP adds is tested
 * where it matters: test/local, test/e2e and every function's own client.
 */
export const engineHandler = (handle: Engine['handle']): Handler => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async (request: Sent) => {
    const { headers, body } = request
    const [, operation = ''] = String(headers['x-amz-target'] ?? headers['X-Amz-Target'] ?? '').split('.')
    try {
      return answered(200, await handle(operation, JSON.parse(textOf(body)) as object))
    } catch (error) {
      if (isServiceError(error)) return answered(error.statusCode, error.body)
      throw error
    }
  },
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
})
