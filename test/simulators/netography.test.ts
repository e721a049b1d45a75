import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  demoApp,
  demoHandMadeRole,
  demoKeyRole,
  demoOwner,
  demoShortname,
  demoSubShortname,
} from '../../infra/local/simulators/netography/demo.ts'
import { accountOf } from '../../infra/local/simulators/netography/world.ts'
import { startSimulators } from '../../infra/local/simulators/server.ts'
import { type Client, jwtOf, openClient, type Reply } from './netography-client.ts'

let client: Client
beforeEach(() => {
  client = openClient()
  client.logIn()
})
const call = (...given: Parameters<Client['call']>): Reply => client.call(...given)
const dataOf = <T>(reply: Reply): T => reply.body.data as T
type Shown = Readonly<Record<string, unknown>> & { readonly id: string }
const account = (shortname = demoShortname) => {
  const found = accountOf(client.control.world(), shortname)
  if (found === undefined) throw new Error('no such account')
  return found
}

const ada = { given_name: 'Ada', family_name: 'Lovelace', email: 'ada@acme.example', roles: ['readonly'] }
const created = (user: object = ada): string => dataOf<Shown>(call('POST', '/user', user)).id
const none = { fetch: false, create: false, update: false, delete: false }
const role = (name: string, ...permissions: readonly object[]) => ({ name, permissions })
const devices = { resource: 'devices', ...none, fetch: true }
const createdRole = (name: string): string => dataOf<Shown>(call('POST', '/roles', role(name, devices))).id

describe('the way in', () => {
  it('answers a signed token with one that ends', () => {
    const { status, body } = client.exchange(jwtOf(client.claims()))
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 300, access_token: expect.any(String) })
    const token = String(body.access_token)
    expect(call('GET', '/users', undefined, token).status).toBe(200)
    client.advance(299)
    expect(call('GET', '/users', undefined, token).status).toBe(200)
    client.advance(1)
    expect(call('GET', '/users', undefined, token).status).toBe(401)
  })

  it.each([
    ['another secret', () => jwtOf(client.claims(), 'wrong')],
    ['another algorithm', () => jwtOf(client.claims(), demoApp.sharedSecret, { alg: 'none' })],
    [
      'an old issue',
      () => jwtOf(client.claims({ iat: Math.floor(Date.parse('2026-03-02T08:50:00Z') / 1000) })),
    ],
    [
      'an issue in the future',
      () => jwtOf(client.claims({ iat: Math.floor(Date.parse('2026-03-02T09:10:00Z') / 1000) })),
    ],
    ['a wrong key', () => jwtOf(client.claims({ appkey: 'wrong' }))],
    ['an unknown name', () => jwtOf(client.claims({ appname: 'wrong' }))],
    ['an unknown account', () => jwtOf(client.claims({ shortname: 'nobody' }))],
    ['a claim too many', () => jwtOf(client.claims({ sub: 'me' }))],
    ['no id', () => jwtOf(client.claims({ jti: '' }))],
    ['milliseconds for seconds', () => jwtOf(client.claims({ iat: 1_772_442_000_000 }))],
    ['four parts', () => `${jwtOf(client.claims())}.x`],
  ])('refuses %s', (_, jwt) => {
    expect(client.exchange(jwt()).status).toBe(401)
  })

  it('takes each token id once, unless told otherwise', () => {
    const jwt = jwtOf(client.claims())
    expect([client.exchange(jwt).status, client.exchange(jwt).status]).toEqual([200, 401])
    client.control.switches({ tokenIdReplay: 'accepted' })
    expect(client.exchange(jwt).status).toBe(200)
  })

  it('takes a refresh token once, and not when the key is gone', () => {
    const refresh = (token: unknown) =>
      client.raw('POST', '/api/auth/bearer/refresh', `refresh_token=${String(token)}`, {})
    const first = client.exchange(jwtOf(client.claims())).body.refresh_token
    const second = refresh(first)
    expect(second.status).toBe(200)
    expect(call('GET', '/users', undefined, String(second.body.access_token)).status).toBe(200)
    expect(refresh(first).status).toBe(400)
    client.control.edit({ kind: 'removeKey', appname: demoApp.appname })
    expect(refresh(second.body.refresh_token).status).toBe(400)
    expect(call('GET', '/users').status).toBe(401)
  })

  it('is closed to addresses that are not on the list, and open when there is none', () => {
    client.control.edit({ kind: 'allowIps', ips: ['198.51.100.7'] })
    expect(call('GET', '/users').status).toBe(403)
    expect(client.exchange(jwtOf(client.claims())).status).toBe(403)
    client.control.switches({ sourceAddress: '198.51.100.7' })
    expect(call('GET', '/customer/access-allowed-ips').body).toEqual(['198.51.100.7'])
    expect(call('PUT', '/customer/access-allowed-ips', []).status).toBe(201)
    client.control.switches({ sourceAddress: '203.0.113.9' })
    expect(call('GET', '/users').status).toBe(200)
  })
})

describe('sub-accounts', () => {
  const inParis = () => client.exchange(jwtOf(client.claims({ shortname: demoSubShortname })))

  it('are open to the parent key, with users and roles of their own', () => {
    const token = String(inParis().body.access_token)
    expect(call('POST', '/user', ada, token).status).toBe(201)
    expect(account(demoSubShortname).users).toHaveLength(2)
    expect(account().users).toHaveLength(1)
    expect(call('POST', '/user', { ...ada, roles: [demoHandMadeRole] }, token).status).toBe(400)
  })

  it.each([
    ['unauthorized', 401],
    ['unknown', 404],
  ] as const)('may refuse it at the door: %s', (parentKey, status) => {
    client.control.switches({ parentKey })
    expect(inParis().status).toBe(status)
  })

  it('may refuse it call by call, or ask for a role that may masquerade', () => {
    client.control.switches({ parentKey: 'forbidden' })
    expect(call('GET', '/users', undefined, String(inParis().body.access_token)).status).toBe(403)
    client.control.switches({ parentKey: 'accepted', parentNeedsMasquerade: true })
    expect(inParis().status).toBe(401)
    client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
    expect(inParis().status).toBe(200)
  })

  it('never open the parent to their own keys', () => {
    client.control.edit({
      kind: 'addKey',
      shortname: demoSubShortname,
      appname: 'p',
      appkey: 'k',
      role: 'admin',
    })
    const upwards = jwtOf(client.claims({ appname: 'p', appkey: 'k' }), 'demo-paris-secret')
    expect(client.exchange(upwards).status).toBe(401)
  })

  it('are listed with their way up, for resellers only', () => {
    client.control.edit({
      kind: 'addAccount',
      account: { shortname: 'deep-one', type: 'customer', parent: demoSubShortname },
    })
    expect(dataOf(call('GET', '/customers'))).toMatchObject([
      {
        shortname: demoSubShortname,
        reseller: { node: 'demo.demo-paris', parent: 'demo', children: ['deep-one'] },
      },
      { shortname: 'deep-one', reseller: { node: 'demo.demo-paris.deep-one', is_parent: false } },
    ])
    expect(dataOf(call('GET', '/customers/types'))).toEqual(['customer', 'reseller', 'staff'])
    expect(call('GET', '/customers', undefined, String(inParis().body.access_token)).status).toBe(403)
  })

  it('are made, changed and deleted by their reseller', () => {
    const config = { organization: 'Lyon', type: 'customer', retention: 45, rollupRetention: 90 }
    client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
    const who = { username: 'boss@lyon.test', given_name: 'B', family_name: 'O' }
    expect(call('POST', '/customer', { ...config, ...who, shortname: 'lyon' }).status).toBe(400)
    expect(call('POST', '/customer', { ...config, ...who, shortname: 'demo-lyon' }).status).toBe(201)
    expect(account('demo-lyon').users).toMatchObject([{ email: 'boss@lyon.test', roles: ['admin'] }])
    expect(call('PUT', '/customer/demo-lyon', { ...config, retention: 46 }).status).toBe(400)
    expect(call('PUT', '/customer/demo-lyon', { ...config, retention: 90 }).status).toBe(200)
    expect(dataOf(call('GET', '/customer/demo-lyon'))).toMatchObject({ billing: { data_retention: 90 } })
    expect(call('DELETE', '/customer/demo-lyon').status).toBe(204)
    expect(call('GET', '/customer/demo-lyon').status).toBe(404)
  })
})

describe('users', () => {
  it('are created with exactly one role that exists', () => {
    expect(call('POST', '/user', ada)).toMatchObject({
      status: 201,
      body: { meta: { code: 201 }, data: ada },
    })
    expect(client.control.world().mails).toMatchObject([{ to: ada.email, shortname: 'demo' }])
    for (const roles of [[], ['readonly', 'admin'], ['READONLY'], ['nobody'], 'readonly', [1]])
      expect(call('POST', '/user', { ...ada, email: 'other@acme.example', roles }).status).toBe(400)
    for (const name of ['given_name', 'family_name', 'email', 'roles'])
      expect(call('POST', '/user', { ...ada, [name]: undefined }).status).toBe(400)
    expect(call('POST', '/user', { ...ada, id: 'mine' }).status).toBe(400)
  })

  it('have addresses of their own, as the switch says', () => {
    created()
    const again = { ...ada, email: 'ADA@acme.example' }
    expect(call('POST', '/user', again).status).toBe(409)
    client.control.switches({ duplicateEmail: 400 })
    expect(call('POST', '/user', again).status).toBe(400)
    expect(account().users).toHaveLength(2)
    client.control.switches({ duplicateEmail: 'created' })
    expect(call('POST', '/user', again).status).toBe(201)
    expect(account().users).toHaveLength(3)
  })

  it('are replaced by a PUT: what it leaves out is gone', () => {
    const id = created({ ...ada, nickname: 'al', picture: 'https://pictures.test/ada' })
    expect(call('PUT', `/user/${id}`, { ...ada, roles: ['report_user'], nickname: 'countess' }).status).toBe(
      200,
    )
    expect(dataOf(call('GET', `/user/${id}`))).toEqual({
      ...ada,
      id,
      roles: ['report_user'],
      nickname: 'countess',
    })
  })

  it('keep their address', () => {
    const id = created()
    const moved = { ...ada, email: 'ada.king@acme.example' }
    expect(call('PUT', `/user/${id}`, moved).status).toBe(200)
    expect(dataOf(call('GET', `/user/${id}`))).toMatchObject({ email: ada.email })
    client.control.switches({ emailChange: 'refused' })
    expect(call('PUT', `/user/${id}`, moved).status).toBe(400)
  })

  it.each([400, 409] as const)('keep one administrator: %i', (lastAdmin) => {
    client.control.switches({ lastAdmin })
    const owner = { given_name: 'Olive', family_name: 'Owner', email: demoOwner.email }
    const path = `/user/${demoOwner.id}`
    expect(call('DELETE', path).status).toBe(lastAdmin)
    expect(call('PUT', path, { ...owner, roles: ['readonly'] }).status).toBe(lastAdmin)
    expect(call('PUT', path, { ...owner, roles: ['admin'], nickname: 'boss' }).status).toBe(200)
    created({ ...ada, roles: ['admin'] })
    expect(call('PUT', path, { ...owner, roles: ['readonly'] }).status).toBe(200)
    expect(call('DELETE', path).status).toBe(204)
    expect(call('DELETE', path).status).toBe(404)
  })

  it('cannot be made faster than 50 in 300 seconds, whatever became of them', () => {
    client.control.switches({ retryAfter: true, tokenLifetime: 3600 })
    client.logIn()
    for (let index = 0; index < 50; index += 1) {
      const user = {
        ...ada,
        email: `user-${index}@acme.example`,
        roles: [index === 7 ? 'nobody' : 'readonly'],
      }
      expect(call('POST', '/user', user).status).toBe(index === 7 ? 400 : 201)
      client.advance(1)
    }
    const late = { ...ada, email: 'late@acme.example' }
    expect(call('POST', '/user', late)).toMatchObject({ status: 429, headers: { 'retry-after': '250' } })
    client.advance(249)
    expect(call('POST', '/user', late).status).toBe(429)
    client.advance(1)
    expect(call('POST', '/user', late).status).toBe(201)
    expect(call('POST', '/user', { ...ada, email: 'later@acme.example' }).status).toBe(429)
  })

  it('are listed to a thousand and no further, in whatever form', () => {
    client.control.edit({ kind: 'populate', count: 1200 })
    expect(call('GET', '/users').body).toMatchObject({ meta: { count: 1000 } })
    expect(dataOf<unknown[]>(call('GET', '/users'))).toHaveLength(1000)
    client.control.switches({ listData: 'byId' })
    expect(dataOf<object>(call('GET', '/users'))).toHaveProperty(demoOwner.id)
    client.control.switches({ listData: 'wrapped' })
    expect(dataOf<{ users: unknown[] }>(call('GET', '/users')).users).toHaveLength(1000)
  })

  it('get their role from the mappers at each login', () => {
    const id = created()
    client.control.edit({ kind: 'ssoLogin', email: 'ADA@acme.example', role: 'report_user' })
    expect(dataOf(call('GET', `/user/${id}`))).toMatchObject({ roles: ['report_user'] })
  })
})

describe('roles', () => {
  it('are listed with every resource, and what exists without an envelope', () => {
    const names = dataOf<readonly { readonly name: string }[]>(call('GET', '/roles')).map(({ name }) => name)
    expect(names).toEqual([
      ...['admin', 'operational_manager', 'report_user', 'readonly', 'neto_flow'],
      ...[demoKeyRole, demoHandMadeRole],
    ])
    expect(call('GET', '/roles/permissions').body).toContainEqual({
      resource: 'overview',
      description: 'Account overview',
      ...none,
      fetch: true,
    })
  })

  it.each([
    ['soc l2', 400],
    ['a'.repeat(33), 400],
    ['', 400],
    ['équipe', 400],
    ['a'.repeat(32), 201],
    ['SOC_l2-.9', 201],
    ['ADMIN', 409],
    [demoHandMadeRole, 409],
  ])('named %j are answered %i', (name, status) => {
    expect(call('POST', '/roles', role(name, devices)).status).toBe(status)
  })

  it.each([
    ['an unknown resource', role('x', { resource: 'starships', fetch: true })],
    ['an action the resource has not', role('x', { resource: 'overview', delete: true })],
    ['a resource twice', role('x', devices, devices)],
    ['an unknown action', role('x', { ...devices, approve: true })],
    ['a field of the portal', { ...role('x', devices), canSendNetoDNS: true }],
    ['no permissions', { name: 'x' }],
    ['a flag that is text', role('x', { ...devices, fetch: 'true' })],
  ])('with %s are refused', (_, config) => {
    const before = account().roles
    expect(call('POST', '/roles', config).status).toBe(400)
    expect(account().roles).toEqual(before)
  })

  it('may masquerade in resellers only', () => {
    const config = { ...role('x', devices), canMasquerade: true }
    expect(call('POST', '/roles', config).status).toBe(201)
    const token = String(
      client.exchange(jwtOf(client.claims({ shortname: demoSubShortname }))).body.access_token,
    )
    expect(call('POST', '/roles', config, token).status).toBe(400)
  })

  it.each([
    ['accepted', 201, 201],
    ['listRefused', 400, 201],
    ['refused', 400, 400],
  ] as const)('without permissions are %s', (emptyPermissions, empty, allFalse) => {
    client.control.switches({ emptyPermissions })
    expect(call('POST', '/roles', role('x')).status).toBe(empty)
    expect(call('POST', '/roles', role('y', { resource: 'devices', ...none })).status).toBe(allFalse)
  })

  it('are replaced by a PUT, with what only the portal can set', () => {
    const id = createdRole('soc')
    client.control.switches({ portalFlags: 'shown' })
    client.control.edit({ kind: 'portalFlags', name: 'soc', flags: { sendNetoDNS: true } })
    expect(dataOf(call('GET', `/roles/${id}`))).toMatchObject({
      canSendNetoDNS: true,
      canViewAuditLogs: false,
    })
    const next = { ...role('soc', { resource: 'dashboards', fetch: true }), canSendFlow: true }
    expect(call('PUT', `/roles/${id}`, next).status).toBe(200)
    expect(dataOf(call('GET', `/roles/${id}`))).toMatchObject({ canSendNetoDNS: false, canSendFlow: true })
    const held = account().roles.find(({ name }) => name === 'soc')?.permissions ?? []
    expect(held.filter(({ fetch }) => fetch).map(({ resource }) => resource)).toEqual(['dashboards'])
    client.control.switches({ portalFlags: 'hidden' })
    expect(dataOf(call('GET', `/roles/${id}`))).not.toHaveProperty('canSendNetoDNS')
  })

  it('keep their name, and the system ones everything', () => {
    const id = createdRole('soc')
    expect(call('PUT', `/roles/${id}`, role('other', devices)).status).toBe(400)
    const admin = account().roles.find(({ name }) => name === 'admin')?.id ?? ''
    expect(call('PUT', `/roles/${admin}`, role('admin', devices)).status).toBe(403)
    expect(call('DELETE', `/roles/${admin}`).status).toBe(403)
  })

  it('in use, by users or by keys, are not deleted', () => {
    const id = createdRole('soc')
    const user = created({ ...ada, roles: ['soc'] })
    expect(call('DELETE', `/roles/${id}`).status).toBe(409)
    expect(call('DELETE', `/user/${user}`).status).toBe(204)
    client.control.edit({ kind: 'addKey', appname: 'sensor', appkey: 'k', role: 'soc' })
    expect(call('DELETE', `/roles/${id}`).status).toBe(409)
    client.control.edit({ kind: 'removeKey', appname: 'sensor' })
    expect(call('DELETE', `/roles/${id}`).status).toBe(204)
    expect(call('DELETE', `/roles/${id}`).status).toBe(404)
  })
})

describe('API keys', () => {
  it('have one role, and show themselves once', () => {
    client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
    const made = call('POST', '/api-keys', { appname: 'sensor', roles: ['neto_flow'] })
    expect(made).toMatchObject({ status: 201, body: { data: { appkey: expect.any(String) } } })
    expect(dataOf(call('GET', '/api-keys/sensor'))).toEqual({
      appname: 'sensor',
      roles: ['neto_flow'],
      description: '',
    })
    expect(call('POST', '/api-keys', { appname: 'sensor', roles: ['neto_flow'] }).status).toBe(409)
    expect(call('POST', '/api-keys', { appname: 'two', roles: ['neto_flow', 'admin'] }).status).toBe(400)
    expect(call('PUT', '/api-keys/sensor', { appname: 'sensor', roles: ['readonly'] }).status).toBe(200)
    const next = dataOf<{ appkey: string }>(call('PUT', '/api-keys/sensor/regen')).appkey
    expect(next).not.toBe(dataOf<{ appkey: string }>(made).appkey)
    expect(call('DELETE', '/api-keys/sensor').status).toBe(204)
    expect(dataOf<unknown[]>(call('GET', '/api-keys'))).toHaveLength(1)
  })

  it('may do what their role may, and nothing else', () => {
    for (const [kind, statuses] of [
      ['admin', [200, 201, 200, 200]],
      [demoKeyRole, [200, 201, 200, 200]],
      ['operational_manager', [403, 403, 403, 200]],
      ['readonly', [200, 403, 200, 200]],
      ['neto_flow', [403, 403, 403, 403]],
    ] as const) {
      client.control.edit({ kind: 'editKey', appname: demoApp.appname, role: kind })
      const user = { ...ada, email: `${kind}@acme.example` }
      const seen = [
        call('GET', '/users'),
        call('POST', '/user', user),
        call('GET', '/api-keys'),
        call('GET', '/customers'),
      ]
      expect([kind, seen.map(({ status }) => status)]).toEqual([kind, statuses])
    }
  })
})

it('describes its interface without asking who wants to know', () => {
  const { status, body } = client.raw('GET', '/openapi/openapi.json', '', {})
  expect(status).toBe(200)
  const { paths } = body as unknown as { paths: Readonly<Record<string, object>> }
  expect(Object.keys(paths['/api/v1/user/{id}'] ?? {})).toEqual(['get', 'put', 'delete'])
})

it('keeps its state over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulators-'))
  const statePath = join(folder, 'platforms.json')
  const first = await startSimulators({ port: 0, statePath })
  first.netography.edit({ kind: 'addUser', email: 'ada@acme.example', role: 'readonly' })
  const before = first.netography.world()
  await first.close()
  const second = await startSimulators({ port: 0, statePath })
  expect(second.netography.world()).toEqual(before)
  const reset = await fetch(`${second.url}/netography/_control/reset`, { method: 'POST' })
  expect(reset.status).toBe(200)
  expect(accountOf(second.netography.world(), demoShortname)?.users).toHaveLength(1)
  await second.close()
  rmSync(folder, { recursive: true })
})
