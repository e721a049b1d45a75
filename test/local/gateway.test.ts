import { request } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Functions, openFunctions } from '../../infra/local/functions.ts'
import { startGateway } from '../../infra/local/gateway.ts'
import type { Listening } from '../../infra/local/listen.ts'

let functions: Functions
let gateway: Listening
beforeAll(async () => {
  process.env.AWS_PROFILE = 'production'
  functions = openFunctions({
    environment: () => ({ TABLE_NAME: 'demo-table' }),
    directory: new URL('functions/', import.meta.url),
  })
  gateway = await startGateway(functions, 0)
})
afterAll(async () => {
  delete process.env.AWS_PROFILE
  await gateway.close()
  await functions.close()
})

type Echo = {
  readonly event: APIGatewayProxyEventV2
  readonly called: string
  readonly remaining: number
  readonly environment: { readonly table?: string; readonly profile?: string }
}
const call = (path: string, options?: RequestInit) => fetch(`${gateway.url}${path}`, options)
const echo = async (path: string, options?: RequestInit): Promise<Echo> =>
  (await (await call(path, options)).json()) as Echo

describe('events', () => {
  test('path, query, route and context are those of payload format 2.0', async () => {
    const { event, remaining } = await echo(
      '/demo/scim/v2/Users/a%20b?filter=userName%20eq%20%22x%22&count=1&count=2',
    )
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /{connection}/scim/{proxy+}',
      rawPath: '/demo/scim/v2/Users/a b',
      rawQueryString: 'filter=userName%20eq%20%22x%22&count=1&count=2',
      queryStringParameters: { filter: 'userName eq "x"', count: '1,2' },
      pathParameters: { connection: 'demo', proxy: 'v2/Users/a b' },
      requestContext: {
        http: { method: 'GET', path: '/demo/scim/v2/Users/a b', sourceIp: '127.0.0.1' },
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      isBase64Encoded: false,
    })
    expect(event.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(event).not.toHaveProperty('body')
    expect(remaining).toBeGreaterThan(20_000)
    expect(remaining).toBeLessThanOrEqual(29_000)
  })

  test.each(['v2', 'v2/'])('the base URL itself is routed: %s', async (proxy) => {
    const { event } = await echo(`/demo/scim/${proxy}`)
    expect(event.routeKey).toBe('ANY /{connection}/scim/{proxy+}')
    expect(event.pathParameters).toEqual({ connection: 'demo', proxy })
  })

  test.each([
    ['GET /health', 'GET /health', 'scim', undefined],
    ['PATCH /d/scim/v2/Users/1', 'ANY /{connection}/scim/{proxy+}', 'scim', 'd'],
    ['GET /d/saml/metadata', 'GET /{connection}/saml/metadata', 'saml', 'd'],
    ['GET /d/saml/login?community=soc', 'GET /{connection}/saml/login', 'saml', 'd'],
    ['POST /d/saml/acs', 'POST /{connection}/saml/acs', 'saml', 'd'],
    ['POST /d/hooks/okta', 'POST /{connection}/hooks/okta', 'hooks', 'd'],
    ['POST /d/hooks/entra', 'POST /{connection}/hooks/entra', 'hooks', 'd'],
    ['POST /console/api/v1/d/preview', 'ANY /console/{proxy+}', 'console', undefined],
    // The longer fixed beginning wins, as at API Gateway.
    ['GET /console/scim/v2', 'ANY /console/{proxy+}', 'console', undefined],
  ] as const)('%s is %s of %s', async (asked, routeKey, called, connection) => {
    const [method = '', path = ''] = asked.split(' ')
    const seen = await echo(path, { method })
    expect([seen.event.routeKey, seen.event.requestContext.routeKey, seen.called]).toEqual([
      routeKey,
      routeKey,
      called,
    ])
    expect(seen.event.pathParameters?.connection).toBe(connection)
  })

  test('header names are lower case, repeated ones joined, cookies apart', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${gateway.url}/demo/scim/v2/Users`,
        { headers: { 'X-Twice': ['one', 'two'], Cookie: 'a=1; b=2', Authorization: 'Bearer t' } },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () => resolve(text))
        },
      )
      sent.on('error', reject)
      sent.end()
    })
    const { event } = JSON.parse(body) as Echo
    expect(event.headers).toMatchObject({
      'x-twice': 'one,two',
      authorization: 'Bearer t',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    })
    expect(event.headers).not.toHaveProperty('cookie')
    expect(event.cookies).toEqual(['a=1', 'b=2'])
  })

  test.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/scim+json', true],
    ['application/x-www-form-urlencoded', true],
  ])('a body of type %s: base64 %s', async (type, base64) => {
    const { event } = await echo('/demo/scim/v2/Users', {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"name":"Zoë"}',
    })
    expect(event.isBase64Encoded).toBe(base64)
    expect(Buffer.from(event.body ?? '', base64 ? 'base64' : 'utf8').toString()).toBe('{"name":"Zoë"}')
  })

  test('functions see the house’s environment and nothing of the machine’s AWS settings', async () => {
    const { environment } = await echo('/demo/scim/v2/Users')
    expect(environment).toEqual({ table: 'demo-table' })
  })
})

describe('answers', () => {
  test('status, headers, cookies and a base64 body', async () => {
    const response = await call('/demo/scim/v2/binary')
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('image/gif')
    expect(response.headers.get('x-count')).toBe('2')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 1]))
  })

  test('a result without a status code is the body', async () => {
    const response = await call('/demo/scim/v2/plain')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ answer: 42 })
  })

  test('204 has no body', async () => {
    const response = await call('/demo/scim/v2/nothing', { method: 'DELETE' })
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([204, 'W/"1"', ''])
  })

  test.each(['throw', 'huge', 'crash'])(
    '%s becomes a bare 500, and the next request is served',
    async (what) => {
      const response = await call(`/demo/scim/v2/${what}`)
      expect(response.status).toBe(500)
      expect(await response.json()).toEqual({ message: 'Internal Server Error' })
      expect((await call('/demo/scim/v2/Users')).status).toBe(200)
    },
  )

  test.each([
    'GET /',
    'GET /unknown',
    'GET /demo/scim',
    'GET /demo/scim/',
    'GET /demo/oauth2/token',
    'GET /console',
    'GET /console/',
    'GET /demo/saml',
    'GET /demo/saml/acs',
    'POST /demo/saml/login',
    'POST /demo/saml/metadata',
    'GET /demo/saml/metadata/x',
    'GET /demo/hooks/okta',
    'POST /demo/hooks/other',
  ])('%s is not routed', async (asked) => {
    const [method = '', path = ''] = asked.split(' ')
    const response = await call(path, { method })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ message: 'Not Found' })
  })

  test('/health is for GET only', async () => {
    expect((await echo('/health')).event.routeKey).toBe('GET /health')
    expect((await call('/health', { method: 'POST' })).status).toBe(404)
  })

  test('a malformed escape is 400', async () => {
    expect((await call('/demo/scim/v2/%E0%A4%A')).status).toBe(400)
  })

  test('more than 10 MB, or more than Lambda’s 6 MB as an event, is 413', async () => {
    const post = (bytes: number) =>
      call('/demo/scim/v2/Users', {
        method: 'POST',
        headers: { 'content-type': 'application/scim+json' },
        body: 'x'.repeat(bytes),
      })
    expect((await post(10 * 1024 * 1024 + 1)).status).toBe(413)
    expect((await post(5 * 1024 * 1024)).status).toBe(413)
    expect((await post(3 * 1024 * 1024)).status).toBe(200)
  })
})

test('a taken port is named with the way out', async () => {
  await expect(startGateway(functions, gateway.port)).rejects.toMatchObject({
    code: 'configurationInvalid',
    field: 'PORT',
    message: expect.stringContaining(`port ${gateway.port} of 127.0.0.1 is taken`),
  })
})
