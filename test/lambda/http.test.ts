import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { type HttpRequest, httpFunction, requestOf } from '../../lib/lambda/http.ts'
import { createLogger, errorFacts } from '../../lib/lambda/logging.ts'

const event = (more: object = {}): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/acme/scim/v2/Users',
  rawQueryString: 'filter=userName%20eq%20%22a%2Bb%22&count=5&count=6',
  headers: { Host: 'api.example.test', 'Content-TYPE': 'application/scim+json' },
  requestContext: {
    accountId: '0',
    apiId: 'a',
    domainName: 'api.example.test',
    domainPrefix: 'api',
    http: { method: 'post', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
    requestId: 'request-1',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  isBase64Encoded: false,
  ...more,
})
const context = { getRemainingTimeInMillis: () => 1_000 } as Context
const silent = createLogger('test', 'SILENT')

describe('an API Gateway event', () => {
  it('becomes plain values', () => {
    const request = requestOf(event())
    expect({ ...request, query: [...request.query] }).toEqual({
      method: 'POST',
      path: '/acme/scim/v2/Users',
      query: [
        ['filter', 'userName eq "a+b"'],
        ['count', '5'],
        ['count', '6'],
      ],
      headers: { host: 'api.example.test', 'content-type': 'application/scim+json' },
      cookies: [],
      body: undefined,
      requestId: 'request-1',
      origin: 'https://api.example.test',
    })
  })

  it.each([
    ['as text', { body: '{"a":"é"}' }],
    ['in base64', { body: Buffer.from('{"a":"é"}').toString('base64'), isBase64Encoded: true }],
  ])('carries its body %s', (_, more) => {
    expect(Buffer.from(requestOf(event(more)).body ?? []).toString()).toBe('{"a":"é"}')
  })

  it('says how the caller reached us', () => {
    const { origin } = requestOf(event({ headers: { host: '127.0.0.1:8080', 'x-forwarded-proto': 'http' } }))
    expect(origin).toBe('http://127.0.0.1:8080')
  })
})

describe('a function behind the HTTP API', () => {
  it('hands plain values on and the answer back', async () => {
    const handler = httpFunction(silent, async ({ path, method }: HttpRequest) => ({
      status: 201,
      headers: { location: path },
      body: method,
    }))
    expect(await handler(event(), context)).toEqual({
      statusCode: 201,
      headers: { location: '/acme/scim/v2/Users' },
      isBase64Encoded: false,
      body: 'POST',
    })
  })

  it('turns an exception into a bare 500', async () => {
    const handler = httpFunction(silent, async () => {
      throw new Error('the key of ada@acme.test is s3cret')
    })
    expect(await handler(event(), context)).toEqual({
      statusCode: 500,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Internal Server Error"}',
    })
  })
})

describe('what is logged of an error', () => {
  it('is where it came from, and never a text that is not ours', () => {
    const facts = errorFacts(new TypeError('ada@acme.test', { cause: new Error('s3cret') }))
    expect(facts).toMatchObject({ error: 'TypeError', cause: { error: 'Error' } })
    expect(JSON.stringify(facts)).toContain('http.test.ts')
    expect(JSON.stringify(facts)).not.toMatch(/ada@acme|s3cret/)
  })

  it('is the code and the sentence of one of ours', () => {
    expect(errorFacts(new ConnectorError('storeConflict', 'somebody else was faster'))).toMatchObject({
      code: 'storeConflict',
      message: 'somebody else was faster',
    })
    expect(errorFacts('thrown text')).toEqual({ error: 'string' })
  })
})
