import { createHmac, randomUUID } from 'node:crypto'
import { demoApp, demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import { createNetography } from '../../infra/local/simulators/netography/netography.ts'

/** The simulator without a network, and without any of our own client code. */
export type Reply = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>> & { readonly data?: unknown }
  readonly headers: Readonly<Record<string, string>>
}
export type Claims = Readonly<Record<string, unknown>>

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export const jwtOf = (
  claims: Claims,
  secret: string = demoApp.sharedSecret,
  header: unknown = { alg: 'HS256', typ: 'JWT' },
): string => {
  const content = `${encoded(header)}.${encoded(claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

export const begin = Date.parse('2026-03-02T09:00:00.000Z')

export const openClient = () => {
  let now = begin
  const simulator = createNetography({ now: () => now })
  const claims = (more: Claims = {}): Claims => ({
    iat: Math.floor(now / 1000),
    jti: randomUUID(),
    appname: demoApp.appname,
    appkey: demoApp.appkey,
    shortname: demoShortname,
    ...more,
  })
  const raw = (
    method: string,
    path: string,
    body = '',
    headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
  ): Reply => {
    const [plain = '', query = ''] = path.split('?')
    const answer = simulator.handle({ method, path: plain, query: new URLSearchParams(query), headers, body })
    return { ...answer, body: answer.body === '' ? {} : JSON.parse(answer.body) }
  }
  const exchange = (jwt: string): Reply => raw('POST', '/api/v1/auth/token', JSON.stringify({ jwt }))
  const tokenFor = (shortname: string): string =>
    String(exchange(jwtOf(claims({ shortname }))).body.access_token)
  let token = ''
  const call = (method: string, path: string, body?: unknown, bearer = token): Reply =>
    raw(method, `/api/v1${path}`, body === undefined ? '' : JSON.stringify(body), {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    })
  const logIn = (shortname = demoShortname): string => {
    token = tokenFor(shortname)
    return token
  }
  return {
    simulator,
    control: simulator.control,
    claims,
    raw,
    exchange,
    call,
    logIn,
    advance: (seconds: number) => {
      now += seconds * 1000
    },
  }
}
export type Client = ReturnType<typeof openClient>
