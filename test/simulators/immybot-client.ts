import { demoClient, demoEntraTenant } from '../../infra/local/simulators/immybot/demo.ts'
import { createImmybot, type ImmybotControl } from '../../infra/local/simulators/immybot/immybot.ts'
import type { World } from '../../infra/local/simulators/immybot/world.ts'

/** The simulator as a client sees it, without any of our own client code. */
export type Reply = {
  readonly status: number
  readonly html: boolean
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}
export type Instance = {
  readonly control: ImmybotControl
  readonly world: () => World
  readonly now: () => number
  readonly pass: (seconds: number) => void
  readonly token: (
    form?: Readonly<Record<string, string | undefined>>,
    tenant?: string,
    host?: string,
  ) => Reply
  /** `token` absent: one is fetched when there is none yet, or when it has ended. */
  readonly call: (method: string, path: string, body?: unknown, token?: string) => Reply
  /** A call that must succeed; what it answered. */
  readonly get: <T = Readonly<Record<string, unknown>>>(path: string) => T
  readonly done: (method: string, path: string, body?: unknown) => unknown
}

export const start = '2026-03-02T09:00:00.000Z'
export const defaultForm = {
  grant_type: 'client_credentials',
  client_id: demoClient.clientId,
  client_secret: demoClient.secret,
  scope: 'https://demo.immy.bot/.default',
}

export const openInstance = (): Instance => {
  let now = Date.parse(start)
  const simulator = createImmybot({ now: () => now })
  let known: string | undefined

  const send = (
    method: string,
    address: string,
    headers: Readonly<Record<string, string | undefined>>,
    body = '',
  ): Reply => {
    const [path = '', query = ''] = address.split('?')
    const answer = simulator.handle({ method, path, query: new URLSearchParams(query), headers, body })
    const html = answer.headers['content-type'] === 'text/html'
    const json = answer.headers['content-type']?.includes('json') === true
    return {
      status: answer.status,
      html,
      headers: answer.headers,
      body: json && answer.body !== '' ? JSON.parse(answer.body) : answer.body,
    }
  }

  const token: Instance['token'] = (form = {}, tenant = demoEntraTenant, host = undefined) => {
    const fields = Object.entries({ ...defaultForm, ...form }).filter(([, value]) => value !== undefined)
    return send(
      'POST',
      `/${tenant}/oauth2/v2.0/token`,
      { 'content-type': 'application/x-www-form-urlencoded', host },
      new URLSearchParams(fields as [string, string][]).toString(),
    )
  }

  const fetched = (): string => {
    known = String((token().body as { access_token?: string }).access_token)
    return known
  }
  const call: Instance['call'] = (method, path, body, given) => {
    const sent = (bearer: string): Reply => {
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const headers = { authorization: `Bearer ${bearer}`, ...type }
      return send(method, path, headers, body === undefined ? '' : JSON.stringify(body))
    }
    if (given !== undefined) return sent(given)
    const reply = sent(known ?? fetched())
    return reply.status === 401 ? sent(fetched()) : reply
  }

  const done: Instance['done'] = (method, path, body) => {
    const reply = call(method, `/api/v1${path}`, body)
    if (reply.status !== 200 || reply.html)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  return {
    control: simulator.control,
    world: simulator.control.world,
    now: () => now,
    pass: (seconds) => {
      now += seconds * 1000
    },
    token,
    call,
    done,
    get: <T>(path: string) => done('GET', path) as T,
  }
}
