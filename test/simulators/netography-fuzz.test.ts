import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  demoApp,
  demoHandMadeRole,
  demoOwner,
  demoSubShortname,
} from '../../infra/local/simulators/netography/demo.ts'
import { createNetography } from '../../infra/local/simulators/netography/netography.ts'
import type { World } from '../../infra/local/simulators/netography/world.ts'
import { begin, jwtOf, openClient } from './netography-client.ts'

/** What the vendor documents of what is simulated, written down a second time: everything else has to be refused, and to change nothing. */
const numRuns = Math.min(20_000, Number(process.env.FUZZ_BUDGET ?? 500))

type Documented = {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly answers: number
}
const base = '/api/v1'
const ada = {
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada@acme.example',
  nickname: 'al',
  picture: 'https://pictures.test/ada',
  roles: ['readonly'],
}
const owner = { ...ada, email: demoOwner.email, roles: ['admin'] }
const soc = {
  name: 'soc_l2',
  description: 'Second line',
  canMasquerade: false,
  canSendFlow: true,
  permissions: [
    { resource: 'devices', description: 'Devices', fetch: true, create: false, update: false, delete: false },
  ],
}
const customer = { organization: 'Lyon', type: 'customer', retention: 45, rollupRetention: 90 }
const key = { appname: 'sensor', roles: ['neto_flow'], description: 'Sends flow' }
const handMade = '4e000000-0000-4000-8000-00000000000b'
const documented: readonly Documented[] = [
  { method: 'GET', path: `${base}/users`, answers: 200 },
  { method: 'POST', path: `${base}/user`, body: ada, answers: 201 },
  { method: 'GET', path: `${base}/user/${demoOwner.id}`, answers: 200 },
  { method: 'PUT', path: `${base}/user/${demoOwner.id}`, body: owner, answers: 200 },
  { method: 'DELETE', path: `${base}/user/${demoOwner.id}`, answers: 400 },
  { method: 'GET', path: `${base}/roles`, answers: 200 },
  { method: 'POST', path: `${base}/roles`, body: soc, answers: 201 },
  { method: 'GET', path: `${base}/roles/permissions`, answers: 200 },
  { method: 'GET', path: `${base}/roles/${handMade}`, answers: 200 },
  {
    method: 'PUT',
    path: `${base}/roles/${handMade}`,
    body: { ...soc, name: demoHandMadeRole },
    answers: 200,
  },
  { method: 'DELETE', path: `${base}/roles/${handMade}`, answers: 204 },
  { method: 'GET', path: `${base}/api-keys`, answers: 200 },
  { method: 'POST', path: `${base}/api-keys`, body: key, answers: 201 },
  { method: 'GET', path: `${base}/api-keys/${demoApp.appname}`, answers: 200 },
  {
    method: 'PUT',
    path: `${base}/api-keys/${demoApp.appname}`,
    body: { ...key, appname: demoApp.appname },
    answers: 200,
  },
  { method: 'DELETE', path: `${base}/api-keys/${demoApp.appname}`, answers: 204 },
  { method: 'PUT', path: `${base}/api-keys/${demoApp.appname}/regen`, answers: 200 },
  { method: 'GET', path: `${base}/customers/types`, answers: 200 },
  { method: 'GET', path: `${base}/customers`, answers: 200 },
  {
    method: 'POST',
    path: `${base}/customer`,
    body: {
      ...customer,
      shortname: 'demo-lyon',
      username: 'boss@lyon.test',
      given_name: 'B',
      family_name: 'O',
      trial: true,
      fps: 5,
    },
    answers: 201,
  },
  { method: 'GET', path: `${base}/customer/${demoSubShortname}`, answers: 200 },
  { method: 'PUT', path: `${base}/customer/${demoSubShortname}`, body: customer, answers: 200 },
  { method: 'DELETE', path: `${base}/customer/${demoSubShortname}`, answers: 204 },
  { method: 'GET', path: `${base}/customer/access-allowed-ips`, answers: 200 },
  { method: 'PUT', path: `${base}/customer/access-allowed-ips`, body: ['127.0.0.1'], answers: 201 },
]

/** A key that may do everything, and its token. */
const prepared = (): { readonly world: World; readonly token: string } => {
  const client = openClient()
  client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
  const token = client.logIn()
  return { world: client.control.world(), token }
}
const { world, token } = prepared()

type Sent = {
  readonly method: string
  readonly path: string
  readonly query?: string
  readonly body?: string
}
/** One request to a world of its own: how it was answered, and whether any account is different now. */
const ask = ({ method, path, query, body }: Sent, authorization = `Bearer ${token}`) => {
  const simulator = createNetography({ now: () => begin, state: world })
  const answer = simulator.handle({
    method,
    path,
    query: new URLSearchParams(query ?? ''),
    headers: { authorization, 'content-type': 'application/json' },
    body: body ?? '',
  })
  const said = answer.body === '' ? undefined : (JSON.parse(answer.body) as Readonly<Record<string, unknown>>)
  return { status: answer.status, said, changed: simulator.control.world().accounts !== world.accounts }
}
const sent = ({ method, path, body }: Documented): Sent => ({
  method,
  path,
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})
const refused = (given: ReturnType<typeof ask>) => {
  expect(given.changed).toBe(false)
  expect(given.said).toEqual({ status: given.status, name: expect.any(String), message: expect.any(String) })
  return given.status
}

const route = fc.constantFrom(...documented)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const writing = fc.constantFrom(...documented.filter(({ body }) => isRecord(body)))
const fieldsOf = ({ body }: Documented): Readonly<Record<string, unknown>> => (isRecord(body) ? body : {})

describe('what is documented', () => {
  it.each(documented)('$method $path is answered $answers', (one) => {
    const { status, changed } = ask(sent(one))
    expect(status).toBe(one.answers)
    expect(changed).toBe(status < 300 && one.method !== 'GET')
  })
})

describe('what is not documented', () => {
  it('as a method is refused and changes nothing', () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE', 'put')
    fc.assert(
      fc.property(route, method, (one, other) => {
        fc.pre(!documented.some(({ method: known, path }) => known === other && path === one.path))
        expect(refused(ask({ ...sent(one), method: other }))).toBe(405)
      }),
      { numRuns },
    )
  })

  it('as a path is refused and changes nothing', () => {
    const segments = [...new Set(documented.flatMap(({ path }) => path.split('/').slice(1)))]
    const part = fc.oneof(
      fc.constantFrom(...segments, '', 'invitations', 'sessions', 'saml', 'disable', '..'),
      fc.string({ maxLength: 8 }),
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.constantFrom('GET', 'POST', 'DELETE'),
        (parts, method) => {
          const path = `/${['api', 'v1', ...parts].join('/')}`
          fc.pre(!documented.some((one) => one.path === path))
          fc.pre(path !== '/api/v1/auth/token')
          expect([400, 404, 405]).toContain(refused(ask({ method, path })))
        },
      ),
      { numRuns },
    )
  })

  it('as a query parameter is refused and changes nothing', () => {
    const name = fc.oneof(
      fc.constantFrom('email', 'limit', 'page', 'shortname'),
      fc.string({ minLength: 1, maxLength: 9 }),
    )
    fc.assert(
      fc.property(route, name, fc.string({ maxLength: 8 }), (one, parameter, value) => {
        const query = new URLSearchParams([[parameter, value]]).toString()
        expect(refused(ask({ ...sent(one), query }))).toBe(400)
      }),
      { numRuns },
    )
  })

  it('as a body field is refused and changes nothing', () => {
    const name = fc.oneof(
      fc.constantFrom('id', 'system', 'enabled', 'role', 'canSendNetoDNS', 'appkey', '__proto__'),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(writing, name, fc.jsonValue(), (one, field, value) => {
        fc.pre(!Object.hasOwn(fieldsOf(one), field))
        const known = JSON.stringify(one.body).slice(1, -1)
        const body = `{${known},${JSON.stringify(field)}:${JSON.stringify(value)}}`
        expect(refused(ask({ ...sent(one), body }))).toBe(400)
      }),
      { numRuns },
    )
  })

  it('as a missing field is refused and changes nothing, unless the field is optional', () => {
    const optional = ['nickname', 'picture', 'description', 'canMasquerade', 'canSendFlow', 'trial', 'fps']
    for (const one of documented.filter(({ body }) => isRecord(body)))
      for (const field of Object.keys(fieldsOf(one))) {
        const given = ask({ ...sent(one), body: JSON.stringify({ ...fieldsOf(one), [field]: undefined }) })
        if (optional.includes(field))
          expect([one.path, field, given.status]).toEqual([one.path, field, one.answers])
        else expect([one.path, field, refused(given)]).toEqual([one.path, field, 400])
      }
  })

  it('as a value is refused, or does no more than it says', () => {
    const damaged = writing.chain((one) =>
      fc.record({
        one: fc.constant(one),
        field: fc.constantFrom(...Object.keys(fieldsOf(one))),
        value: fc.jsonValue(),
      }),
    )
    fc.assert(
      fc.property(damaged, ({ one, field, value }) => {
        const given = ask({ ...sent(one), body: JSON.stringify({ ...fieldsOf(one), [field]: value }) })
        if (given.status >= 300) expect([400, 409]).toContain(refused(given))
        else expect(given.status).toBe(one.answers)
      }),
      { numRuns },
    )
  })

  it('as a body is refused and changes nothing', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    )
    const lists = /access-allowed-ips$/
    fc.assert(
      fc.property(route, text, (one, body) => {
        fc.pre(!(lists.test(one.path) && one.method === 'PUT'))
        expect(refused(ask({ ...sent(one), body }))).toBe(400)
      }),
      { numRuns },
    )
  })

  it('as a token is refused before anything else', () => {
    fc.assert(
      fc.property(route, fc.string({ maxLength: 30 }), (one, authorization) => {
        expect(refused(ask(sent(one), authorization))).toBe(401)
      }),
      { numRuns },
    )
  })

  it('as a claim, or a damaged JWT, opens nothing', () => {
    const client = openClient()
    const jwt = jwtOf(client.claims())
    const damage = fc.record({
      at: fc.nat(jwt.length - 2),
      letter: fc.constantFrom('A', 'x', '.', '-', '"', ' '),
    })
    fc.assert(
      fc.property(damage, ({ at, letter }) => {
        fc.pre(jwt[at] !== letter)
        const body = JSON.stringify({ jwt: `${jwt.slice(0, at)}${letter}${jwt.slice(at + 1)}` })
        expect(refused(ask({ method: 'POST', path: `${base}/auth/token`, body }, ''))).toBe(401)
      }),
      { numRuns },
    )
  })
})
