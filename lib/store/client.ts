import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

export type ClientOptions = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>

/** One attempt each: the table client retries, because it knows which writes may be repeated after an unknown end. */
export const createDocumentClient = (options: ClientOptions = {}): DynamoDBDocumentClient => {
  const client = new DynamoDBClient({
    ...options,
    maxAttempts: 1,
    // Without the last of these the SDK warns about a hanging request and goes on waiting.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  })
  // It prepares every request and answer for a logger that is not there: a fifth of what the SDK costs.
  client.middlewareStack.remove('loggerMiddleware')
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}
