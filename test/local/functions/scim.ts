// Stands in for a handler in the tests of the machinery around handlers: what it does is asked for by the path.
import { setTimeout as sleep } from 'node:timers/promises'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'

export const handler = async (event: APIGatewayProxyEventV2, context: Context): Promise<unknown> => {
  switch (event.pathParameters?.proxy?.replace('v2/', '')) {
    case 'throw':
      throw new Error('on purpose')
    case 'crash':
      setImmediate(() => {
        throw new Error('the sandbox dies')
      })
      await sleep(5000)
      return undefined
    case 'huge':
      return { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024) }
    case 'plain':
      return { answer: 42 }
    case 'nothing':
      return { statusCode: 204, headers: { etag: 'W/"1"' } }
    case 'binary':
      return {
        statusCode: 201,
        headers: { 'Content-Type': 'image/gif', 'X-Count': 2 },
        cookies: ['a=1', 'b=2'],
        body: Buffer.from([0, 255, 1]).toString('base64'),
        isBase64Encoded: true,
      }
    default:
      return {
        statusCode: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          event,
          called: context.functionName,
          remaining: context.getRemainingTimeInMillis(),
          environment: { table: process.env.TABLE_NAME, profile: process.env.AWS_PROFILE },
        }),
      }
  }
}
