import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

export type ClientOptions = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>

/**
 * What the SDK does for every request and nobody here has a use for, a third of what it costs: preparing input and output for a logger that is not
 * there, looking for a loop of functions (a table calls none), and describing itself anew.
 */
const unused = ['loggerMiddleware', 'recursionDetectionMiddleware', 'getUserAgentMiddleware'] as const

type Sent = { readonly headers: Record<string, string> }

/** One attempt each: the table client retries, because it knows which writes may be repeated after an unknown end. */
export const createDocumentClient = (options: ClientOptions = {}): DynamoDBDocumentClient => {
  const client = new DynamoDBClient({
    ...options,
    maxAttempts: 1,
    // Without the last of these the SDK warns about a hanging request and goes on waiting.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  })
  for (const name of unused) client.middlewareStack.remove(name)
  // By it the service's own trail tells who asked.
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as Sent
      headers['user-agent'] = 'rolecall'
      return next(args)
    },
    { step: 'build', name: 'userAgent' },
  )
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}
