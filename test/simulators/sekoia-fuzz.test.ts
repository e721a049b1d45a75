import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  builtinRoles,
  demoCommunity,
  demoIntakes,
  demoOwner,
} from '../../infra/local/simulators/sekoia/demo.ts'
import { lyonCommunity, mainCommunity, mainKey, msspWorld } from '../../infra/local/simulators/sekoia/mssp.ts'
import { createSekoia } from '../../infra/local/simulators/sekoia/sekoia.ts'

/** What the vendor documents of what is simulated, written down a second time: everything else has to be refused, and to change nothing. */
const numRuns = Math.min(20_000, Number(process.env.FUZZ_BUDGET ?? 600))

type Documented = {
  readonly method: string
  readonly path: string
  readonly query?: readonly string[]
  readonly body?: Readonly<Record<string, unknown>>
}
const page = ['limit', 'offset']
const order = ['sort', 'direction']
const matching = (...fields: readonly string[]) => fields.map((field) => `match[${field}]`)
const home = `/v1/communities/${demoCommunity}`
const avatar = `${home}/avatars/${demoOwner.avatar}`
const role = `${home}/roles/${builtinRoles.guest}`
const someRole = {
  name: 'Made by a test',
  description: 'Long enough to be one',
  permissions: ['9ea2b8a3-593f-4bab-92f5-d0af9b563f6f'],
  intake_uuids: [demoIntakes.edrParis],
}
const documented: readonly Documented[] = [
  { method: 'GET', path: '/v1/me', query: ['extended'] },
  { method: 'GET', path: '/v1/me/communities' },
  { method: 'GET', path: '/v1/me/permissions' },
  { method: 'GET', path: '/v1/auth/validate' },
  {
    method: 'GET',
    path: '/v1/communities',
    query: [...page, ...order, ...matching('name', 'uuid', 'plan_properties'), 'disabled', 'parent'],
  },
  { method: 'GET', path: home, query: ['include_disabled', 'include_licenses'] },
  {
    method: 'GET',
    path: `/v1/communities/${mainCommunity}/sub-communities`,
    query: [...order, 'disabled', 'include_licenses', 'include_available_permissions_mask'],
  },
  {
    method: 'POST',
    path: `/v1/communities/${mainCommunity}/sub-communities`,
    body: { name: 'Third', description: 'Another', homepage_url: 'https://third.test' },
  },
  {
    method: 'GET',
    path: `${home}/avatars/`,
    query: [
      ...page,
      ...order,
      ...matching('name', 'uuid', 'user_uuid', 'role_uuid', 'status'),
      'confirmed',
      'include_parent',
    ],
  },
  { method: 'GET', path: avatar },
  { method: 'PUT', path: avatar, body: { status: 'disabled' } },
  { method: 'DELETE', path: avatar },
  { method: 'GET', path: `${avatar}/roles`, query: page },
  { method: 'PUT', path: `${avatar}/roles`, body: { roles: [builtinRoles.guest] } },
  { method: 'DELETE', path: `${avatar}/roles/${builtinRoles.admin}` },
  {
    method: 'GET',
    path: `${home}/roles`,
    query: [
      ...page,
      ...order,
      ...matching('uuid', 'name'),
      'date[created_at]',
      'date[updated_at]',
      'with_members',
      'is_restricted',
    ],
  },
  { method: 'POST', path: `${home}/roles`, body: someRole },
  { method: 'GET', path: role },
  { method: 'PUT', path: role, body: someRole },
  { method: 'DELETE', path: role },
  { method: 'POST', path: role, body: { avatar_uuid: demoOwner.avatar } },
  {
    method: 'GET',
    path: `${home}/permissions/`,
    query: [...page, ...order, ...matching('uuid', 'name'), 'allowed_in_restricted_roles', 'only_granted'],
  },
  {
    method: 'POST',
    path: '/v1/invitations',
    body: { email: 'ada@acme.example', communities: { [lyonCommunity]: [builtinRoles.guest] } },
  },
  { method: 'GET', path: '/v1/users', query: [...page, ...matching('email', 'uuid'), 'search', 'deleted'] },
  { method: 'GET', path: `/v1/users/${demoOwner.user}` },
  { method: 'GET', path: `/v1/users/${demoOwner.user}/avatars`, query: page },
  {
    method: 'GET',
    path: `${home}/api-keys`,
    query: [...page, ...order, ...matching('name', 'uuid', 'status', 'revoked'), 'date[created_at]'],
  },
  {
    method: 'GET',
    path: '/v1/sic/conf/intakes',
    query: [
      ...page,
      ...order,
      ...matching('community_uuid', 'name', 'uuid', 'format_uuid', 'entity_uuid', 'entity_name'),
      ...matching('intake_key', 'status'),
      'exclude[uuid]',
      'date[created_at]',
      'with_status',
    ],
  },
  { method: 'GET', path: '/v1/swagger.json', query: ['context'] },
]

const opened = () => {
  const sekoia = createSekoia({ now: () => Date.parse('2026-03-02T09:00:00.000Z') })
  sekoia.control.reset(msspWorld())
  sekoia.control.switches({ errorBlock: { errors: 0, seconds: 10, block: 30 } })
  return sekoia
}
type Sent = {
  readonly method: string
  readonly path: string
  readonly query?: readonly (readonly [string, string])[]
  readonly body?: string
}
/** One request to a world of its own: how it was answered, and whether anything is different now. */
const ask = ({ method, path, query, body }: Sent) => {
  const sekoia = opened()
  const before = sekoia.state()
  const { status } = sekoia.handle({
    method,
    path,
    query: new URLSearchParams((query ?? []).map(([name, value]): [string, string] => [name, value])),
    headers: { authorization: `Bearer ${mainKey}`, 'content-type': 'application/json' },
    body: body ?? '',
  })
  return { status, changed: sekoia.state() !== before }
}
const bodyOf = (one: Documented): string | undefined =>
  one.body === undefined ? undefined : JSON.stringify(one.body)
const sent = (one: Documented): Sent => {
  const body = bodyOf(one)
  return { method: one.method, path: one.path, ...(body === undefined ? {} : { body }) }
}

const route = fc.constantFrom(...documented)
const writing = fc.constantFrom(...documented.filter(({ body }) => body !== undefined))
const segments = [...new Set(documented.flatMap(({ path }) => path.split('/').slice(1)))]
const words = fc.oneof(
  fc.constantFrom(...documented.flatMap(({ query }) => query ?? []), 'email', 'match[email]', 'page', 'q'),
  fc.string({ minLength: 1, maxLength: 12 }),
)

describe('what is documented', () => {
  it.each(documented)('$method $path is served', (one) => {
    // Built-in roles cannot be edited, and nobody but the platform's own people lists users: refused by what they are.
    const refusals =
      one.path === '/v1/users' || (one.path === role && /PUT|DELETE/.test(one.method)) ? 403 : 299
    expect(ask(sent(one)).status).toBeLessThanOrEqual(refusals)
  })

  const values: Readonly<Record<string, string>> = { limit: '5', offset: '0', direction: 'asc', sort: 'name' }
  it('takes each documented parameter', () => {
    // What may be sorted by differs from list to list.
    const valueFor = (path: string, name: string): string =>
      name === 'sort' && path.endsWith('/avatars/') ? 'uuid' : (values[name] ?? 'true')
    const named = documented.flatMap((one) => (one.query ?? []).map((name) => ({ one, name })))
    for (const { one, name } of named) {
      const { status } = ask({ ...sent(one), query: [[name, valueFor(one.path, name)]] })
      expect([one.path, name, status]).toEqual([one.path, name, one.path === '/v1/users' ? 403 : 200])
    }
  })
})

describe('what is not documented', () => {
  it('as a method is refused and changes nothing', () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE', 'get')
    fc.assert(
      fc.property(route, method, (one, other) => {
        fc.pre(!documented.some(({ method: known, path }) => known === other && path === one.path))
        const { status, changed } = ask({ ...sent(one), method: other })
        // An empty id belongs to another path, and is no id.
        expect([one.path.endsWith('/') ? 400 : 405, 405]).toContain(status)
        expect(changed).toBe(false)
      }),
      { numRuns },
    )
  })

  it('as a path is refused and changes nothing', () => {
    const part = fc.oneof(
      fc.constantFrom(...segments, '', 'domains', 'teams', '..'),
      fc.string({ maxLength: 8 }),
    )
    const paths = documented.map(({ path }) => path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '*'))
    const shape = (path: string) =>
      path
        .split('/')
        .map((one) => (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(one) ? '*' : one))
        .join('/')
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 7 }),
        fc.constantFrom('GET', 'POST', 'DELETE'),
        (parts, method) => {
          const path = `/${['v1', ...parts].join('/')}`
          fc.pre(!paths.includes(shape(path)))
          const { status, changed } = ask({ method, path })
          expect([400, 403, 404, 405]).toContain(status)
          expect(changed).toBe(false)
        },
      ),
      { numRuns },
    )
  })

  it('as a query parameter is refused and changes nothing', () => {
    fc.assert(
      fc.property(route, words, fc.string({ maxLength: 8 }), (one, name, value) => {
        fc.pre(!(one.query ?? []).includes(name))
        const { status, changed } = ask({ ...sent(one), query: [[name, value]] })
        expect([status, changed]).toEqual([400, false])
      }),
      { numRuns },
    )
  })

  it('as a body field is refused and changes nothing', () => {
    const name = fc.oneof(
      fc.constantFrom('emails', 'state', 'is_restricted', 'uuid', 'role_uuids', '__proto__'),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(writing, name, fc.jsonValue(), (one, field, value) => {
        fc.pre(!Object.hasOwn(one.body ?? {}, field))
        const known = JSON.stringify(one.body).slice(1, -1)
        const { status, changed } = ask({
          ...sent(one),
          body: `{${known},${JSON.stringify(field)}:${JSON.stringify(value)}}`,
        })
        expect([status, changed]).toEqual([400, false])
      }),
      { numRuns },
    )
  })

  it('as a value is refused, or does no more than it says', () => {
    const damaged = writing.chain((one) =>
      fc.record({
        one: fc.constant(one),
        field: fc.constantFrom(...Object.keys(one.body ?? {})),
        value: fc.jsonValue(),
      }),
    )
    fc.assert(
      fc.property(damaged, ({ one, field, value }) => {
        const body = JSON.stringify({ ...one.body, [field]: value })
        const { status, changed } = ask({ ...sent(one), body })
        expect(status).toBeLessThan(500)
        if (status >= 400) expect(changed).toBe(false)
      }),
      { numRuns },
    )
  })

  it('as a body is refused and changes nothing', () => {
    const text = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(route, text, (one, body) => {
        fc.pre(body !== '' || one.body !== undefined)
        fc.pre(!(one.path.endsWith('/sub-communities') && /"name"/.test(body)))
        // A role's update may leave out every field.
        const empty = one.method === 'PUT' && one.path === role && body.trim() === '{}'
        const { status, changed } = ask({ ...sent(one), body })
        expect([status, changed]).toEqual([empty ? 403 : 400, false])
      }),
      { numRuns },
    )
  })

  it('as a key is refused before anything else', () => {
    fc.assert(
      fc.property(route, fc.string({ maxLength: 30 }), (one, key) => {
        fc.pre(one.path !== '/v1/swagger.json' && !key.startsWith('Bearer demo'))
        const sekoia = opened()
        const before = sekoia.state()
        const { status } = sekoia.handle({
          ...sent(one),
          query: new URLSearchParams(),
          headers: { authorization: key },
          body: bodyOf(one) ?? '',
        })
        expect([status, sekoia.state() === before]).toEqual([401, true])
      }),
      { numRuns },
    )
  })
})
