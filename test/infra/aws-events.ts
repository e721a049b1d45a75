// Events as AWS sends them, field by field after the samples of the developer guides; nothing is left out that a handler might trip over.
import { createHash, randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda'

const account = '123456789012'
const region = 'eu-west-1'
const host = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com'

export type Request = {
  readonly method: string
  readonly path: string
  readonly token?: string
  readonly query?: string
  readonly body?: object
  /** As a browser posts it, instead of `body`. */
  readonly form?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** Scheme and host as the browser knows them; absent: API Gateway's own. */
  readonly origin?: string
}

/** The stack's routes, by what is behind the connection. */
const routeOf = (
  method: string,
  path: string,
): { readonly routeKey: string; readonly parameters?: Readonly<Record<string, string>> } => {
  const [, connection = '', proxy = ''] = /^\/([^/]+)\/scim\/(.+)$/.exec(path) ?? []
  if (proxy !== '') return { routeKey: 'ANY /{connection}/scim/{proxy+}', parameters: { connection, proxy } }
  const [, below = ''] = /^\/console\/(.+)$/.exec(path) ?? []
  if (below !== '') return { routeKey: 'ANY /console/{proxy+}', parameters: { proxy: below } }
  const [, at = '', rest = ''] = /^\/([^/]+)(\/(?:saml|hooks)\/\w+)$/.exec(path) ?? []
  if (rest !== '') return { routeKey: `${method} /{connection}${rest}`, parameters: { connection: at } }
  return { routeKey: `${method} ${path}` }
}

/** API Gateway developer guide, payload format 2.0: `application/scim+json` and forms arrive in base64, header names in lower case, cookies apart. */
export const httpEvent = (request: Request): APIGatewayProxyEventV2 => {
  const { method, path, token, query = '', body, form, cookies, origin = `https://${host}` } = request
  const { routeKey, parameters } = routeOf(method, path)
  const { protocol, host: called } = new URL(origin)
  const text = form !== undefined ? new URLSearchParams(form).toString() : body && JSON.stringify(body)
  const type =
    form === undefined ? 'application/scim+json; charset=utf-8' : 'application/x-www-form-urlencoded'
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies !== undefined && { cookies: [...cookies] }),
    headers: {
      accept: 'application/scim+json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      'content-length': String(Buffer.byteLength(text ?? '')),
      ...(text !== undefined && { 'content-type': type }),
      host: called,
      'user-agent': 'okta-scim-client/1.0.0',
      'x-amzn-trace-id': 'Root=1-67891234-abcdef012345678912345678',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': protocol.slice(0, -1),
    },
    ...(query !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    ...(parameters !== undefined && { pathParameters: { ...parameters } }),
    requestContext: {
      accountId: account,
      apiId: 'a1b2c3d4e5',
      domainName: host,
      domainPrefix: 'a1b2c3d4e5',
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'okta-scim-client/1.0.0',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: '$default',
      time: '22/Nov/2026:06:50:00 +0000',
      timeEpoch: 1_795_330_200_000,
    },
    ...(text !== undefined && { body: Buffer.from(text, 'utf8').toString('base64') }),
    isBase64Encoded: text !== undefined,
  }
}

type Stored = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>

/** DynamoDB developer guide, streams and Lambda: what the mapping's filter lets through. */
export const streamEvent = (images: readonly Stored[]): DynamoDBStreamEvent => ({
  Records: images.map((NewImage, index): DynamoDBRecord => {
    const { pk, sk } = NewImage
    return {
      eventID: randomUUID().replaceAll('-', ''),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: 1_795_330_200,
        Keys: { ...(pk && { pk }), ...(sk && { sk }) },
        NewImage,
        SequenceNumber: `${80_312_650_000_000_000n + BigInt(index)}`,
        SizeBytes: 312,
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/rolecall-Table/stream/2026-11-22T06:50:00.000`,
    }
  }),
})

/** Lambda developer guide, "Using Lambda with Amazon SQS": one message of a FIFO queue. */
export const queueEvent = (group: string, body: string): SQSEvent => ({
  Records: [
    {
      messageId: randomUUID(),
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1795330200180',
        SequenceNumber: '18849496460467696128',
        MessageGroupId: group,
        SenderId: `AROAEXAMPLE:rolecall-Dispatch`,
        MessageDeduplicationId: randomUUID(),
        ApproximateFirstReceiveTimestamp: '1795330200185',
      },
      messageAttributes: {},
      md5OfBody: createHash('md5').update(body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${region}:${account}:rolecall-WakeUps.fifo`,
      awsRegion: region,
    },
  ],
})
