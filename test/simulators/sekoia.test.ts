import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  builtinRoles,
  demoCommunity,
  demoIntakes,
  demoKey,
  demoOwner,
} from '../../infra/local/simulators/sekoia/demo.ts'
import { accessOf } from '../../infra/local/simulators/sekoia/family.ts'
import { mainCommunity, mainKey, mainOwner } from '../../infra/local/simulators/sekoia/mssp.ts'
import { defaultSwitches } from '../../infra/local/simulators/sekoia/world.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'

/** The simulator over plain HTTP, without any of our own client code. */
const home = `/v1/communities/${demoCommunity}`
const permission = '9ea2b8a3-593f-4bab-92f5-d0af9b563f6f'
const unrestrictable = '7c0bac3f-f2ce-491b-b663-638145078516'
const strange = '99999999-9999-4999-8999-999999999999'

let now = Date.parse('2026-03-02T09:00:00.000Z')
let simulators: Simulators
const start = async (statePath?: string) =>
  startSimulators({ port: 0, now: () => now, ...(statePath === undefined ? {} : { statePath }) })
beforeEach(async () => {
  now = Date.parse('2026-03-02T09:00:00.000Z')
  simulators = await start()
  simulators.sekoia.switches({ errorBlock: { errors: 0, seconds: 10, block: 30 } })
})
afterEach(() => simulators.close())

type Reply = {
  readonly status: number
  readonly body: Record<string, unknown> & { items?: Record<string, unknown>[] }
}
const call = async (method: string, path: string, body?: unknown, key = demoKey): Promise<Reply> => {
  const response = await fetch(`${simulators.url}/sekoia${path}`, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}
const invite = (email: string, ...roles: readonly string[]) =>
  call('POST', '/v1/invitations', { email, communities: { [demoCommunity]: roles } })
const role = (name: string, intakes: readonly string[] = []) => ({
  name,
  description: 'A role made by a test',
  permissions: [permission],
  ...(intakes.length === 0 ? {} : { intake_uuids: intakes }),
})
const created = async (name: string, intakes?: readonly string[]): Promise<string> =>
  String((await call('POST', `${home}/roles`, role(name, intakes))).body.uuid)
const avatarOf = async (email: string) => {
  const { body } = await call('GET', `${home}/avatars/?limit=100`)
  return body.items?.find((item) => (item.user as { email: string }).email === email) ?? {}
}

describe('requests', () => {
  it.each([
    ['GET', '/v1/me', undefined, 200],
    ['GET', '/v1/me/communities', undefined, 200],
    ['GET', '/v1/me/permissions', undefined, 200],
    ['GET', '/v1/communities', undefined, 200],
    ['GET', home, undefined, 200],
    ['GET', `${home}/sub-communities`, undefined, 403],
    ['GET', `${home}/api-keys`, undefined, 200],
    ['GET', `${home}/avatars/`, undefined, 200],
    ['GET', `${home}/avatars/${demoOwner.avatar}`, undefined, 200],
    ['GET', `${home}/avatars/${demoOwner.avatar}/roles`, undefined, 200],
    ['GET', `${home}/roles/${builtinRoles.guest}`, undefined, 200],
    ['GET', `${home}/permissions/?limit=100`, undefined, 200],
    ['GET', '/v1/sic/conf/intakes', undefined, 200],
    ['GET', `/v1/users/${demoOwner.user}/avatars`, undefined, 200],
    ['GET', `${home}/avatars`, undefined, 404],
    ['GET', '/v1/nothing', undefined, 404],
    ['PATCH', `${home}/avatars/${demoOwner.avatar}`, { status: 'disabled' }, 405],
    ['GET', `${home}/avatars/?limit=101`, undefined, 400],
    ['GET', `${home}/avatars/?limit=0`, undefined, 400],
    ['GET', `${home}/avatars/?offset=-1`, undefined, 400],
    ['GET', `${home}/avatars/?match[email]=x`, undefined, 400],
    ['GET', `${home}/avatars/?sort=email`, undefined, 400],
    ['GET', `${home}/avatars/not-a-uuid`, undefined, 400],
    ['GET', `${home}/avatars/${strange}`, undefined, 404],
    ['GET', `/v1/communities/${strange}/avatars/`, undefined, 403],
    ['PUT', `${home}/avatars/${demoOwner.avatar}`, { status: 'gone' }, 400],
    ['PUT', `${home}/avatars/${demoOwner.avatar}`, { status: true }, 400],
    ['PUT', `${home}/avatars/${demoOwner.avatar}`, { state: 'disabled' }, 400],
    ['PUT', `${home}/avatars/${demoOwner.avatar}`, { status: 'disabled', extra: 1 }, 400],
    ['PUT', `${home}/avatars/${demoOwner.avatar}`, {}, 400],
    ['DELETE', `${home}/avatars/${demoOwner.avatar}`, { status: 'disabled' }, 400],
    ['POST', '/v1/invitations', { email: 'a@b.test' }, 400],
    ['POST', '/v1/invitations', { emails: ['a@b.test'], communities: { [demoCommunity]: [] } }, 400],
    ['POST', '/v1/invitations', { email: 'nobody', communities: { [demoCommunity]: [] } }, 400],
    ['POST', '/v1/invitations', { email: 'a@b.test', communities: { [demoCommunity]: [strange] } }, 400],
    ['POST', '/v1/invitations', { email: 'a@b.test', communities: { [strange]: [] } }, 403],
    ['POST', `${home}/roles`, { ...role('x'), description: 'too short' }, 400],
    ['POST', `${home}/roles`, { ...role('x'), permissions: [strange] }, 400],
    ['POST', `${home}/roles`, { ...role('x'), permissions: ['SIC_READ_ALERTS'] }, 400],
    ['POST', `${home}/roles`, role('x', [strange]), 400],
    ['POST', `${home}/roles`, { ...role('x', [demoIntakes.edrParis]), permissions: [unrestrictable] }, 400],
    ['PUT', `${home}/roles/${builtinRoles.guest}`, { name: 'Mine' }, 403],
    ['DELETE', `${home}/roles/${builtinRoles.guest}`, undefined, 403],
    ['DELETE', `${home}/roles/${strange}`, undefined, 400],
  ] as const)('%s %s %j is answered %i', async (method, path, body, status) => {
    const before = simulators.sekoia.world()
    expect((await call(method, path, body)).status).toBe(status)
    if (status !== 200) expect(simulators.sekoia.world()).toEqual(before)
  })

  it('need a key that is known, alive and allowed to do it', async () => {
    expect((await call('GET', '/v1/me', undefined, 'wrong')).status).toBe(401)
    const world = simulators.sekoia.world()
    const keys = world.keys.map((key) => ({ ...key, expiresAt: '2026-03-02T10:00:00.000Z', permissions: [] }))
    simulators.sekoia.reset({ ...world, keys })
    expect((await call('GET', '/v1/me')).status).toBe(200)
    expect((await call('GET', `${home}/avatars/`)).status).toBe(403)
    now += 2 * 3600 * 1000
    expect((await call('GET', '/v1/me')).status).toBe(401)
  })
})

describe('invitations', () => {
  it('make a pending member with its roles, who is there for good once the link is used', async () => {
    expect(await invite('ada@acme.example', builtinRoles.analyst)).toEqual({ status: 204, body: {} })
    expect(await avatarOf('ada@acme.example')).toMatchObject({
      role_uuid: builtinRoles.analyst,
      status: 'enabled',
      user: { confirmed: false, invitation_v2: { email: 'ada@acme.example' } },
    })
    const pending = await call('GET', `${home}/avatars/?confirmed=false`)
    expect(pending.body.total).toBe(1)
    await call('POST', '/_control/edits', [{ kind: 'activate', email: 'ada@acme.example' }])
    expect(await avatarOf('ada@acme.example')).toMatchObject({ user: { confirmed: true } })
  })

  it('have links that live 24 hours', async () => {
    await invite('ada@acme.example')
    now += 24 * 3600 * 1000
    simulators.sekoia.edit({ kind: 'activate', email: 'ada@acme.example' })
    expect(await avatarOf('ada@acme.example')).toMatchObject({ user: { confirmed: false } })
  })

  it('add a known user at once and without a mail', async () => {
    simulators.sekoia.edit({ kind: 'knownUser', email: 'ada@acme.example' })
    await invite('Ada@acme.example')
    expect(await avatarOf('ada@acme.example')).toMatchObject({ user: { confirmed: true } })
    expect(simulators.sekoia.world().mails).toEqual([])
  })

  it('of a member change nothing, roles least of all', async () => {
    await invite('ada@acme.example', builtinRoles.guest)
    await invite('ada@acme.example', builtinRoles.admin)
    expect(await avatarOf('ada@acme.example')).toMatchObject({ role_uuid: builtinRoles.guest })
    expect(simulators.sekoia.world().avatars).toHaveLength(2)
  })
})

describe('roles', () => {
  const assign = (id: string) => call('POST', `${home}/roles/${id}`, { avatar_uuid: demoOwner.avatar })

  it('a custom role switches the built-in one off; custom roles add up', async () => {
    const [first, second] = [await created('First'), await created('Second')]
    expect((await assign(first)).status).toBe(204)
    expect((await assign(second)).status).toBe(204)
    expect(await avatarOf(demoOwner.email)).toMatchObject({
      role_uuid: null,
      roles: [{ name: 'First' }, { name: 'Second' }],
    })
  })

  it('an intake restricted role stands alone', async () => {
    const [custom, restricted] = [await created('Custom'), await created('EDR', [demoIntakes.edrParis])]
    const other = await created('Firewall', [demoIntakes.firewallLyon])
    await assign(restricted)
    expect((await assign(other)).status).toBe(400)
    expect((await assign(custom)).status).toBe(400)
    expect(await avatarOf(demoOwner.email)).toMatchObject({ roles: [{ name: 'EDR' }] })
    const detail = await call('GET', `${home}/avatars/${demoOwner.avatar}`)
    expect(detail.body).toMatchObject({ is_restricted: true, intake_uuids: [demoIntakes.edrParis] })
    expect(detail.body).not.toHaveProperty('roles')
  })

  it('deleting a role takes it from everybody', async () => {
    const id = await created('First')
    await assign(id)
    expect((await call('DELETE', `${home}/roles/${id}`)).status).toBe(204)
    expect(await avatarOf(demoOwner.email)).toMatchObject({ roles: [] })
  })

  it('the last administrator goes or stays as the switch says', async () => {
    const path = `${home}/avatars/${demoOwner.avatar}/roles/${builtinRoles.admin}`
    simulators.sekoia.switches({ lastAdmin: 'refused' })
    expect((await call('DELETE', path)).status).toBe(400)
    simulators.sekoia.switches({ lastAdmin: 'allowed' })
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('DELETE', path)).status).toBe(404)
  })
})

describe('a main community', () => {
  const main = `/v1/communities/${mainCommunity}`
  const emails = async (query: string) => {
    const { body } = await call('GET', `${home}/avatars/?sort=uuid${query}`)
    return body.items?.map((item) => (item.user as { email: string }).email)
  }
  beforeEach(() => simulators.sekoia.edit({ kind: 'manage' }))

  it('shows and founds the communities it manages, one level deep', async () => {
    const listed = await call('GET', `${main}/sub-communities`, undefined, mainKey)
    expect(listed.body).toMatchObject({ total: 2, items: [{ name: 'Demo SOC' }, { name: 'Demo Lyon' }] })
    const third = await call('POST', `${main}/sub-communities`, { name: 'Third' }, mainKey)
    expect(third).toMatchObject({
      status: 200,
      body: { parent_community_uuid: mainCommunity, is_parent: false },
    })
    const below = `/v1/communities/${String(third.body.uuid)}`
    expect((await call('GET', `${below}/avatars/`, undefined, mainKey)).status).toBe(200)
    expect((await call('POST', `${below}/sub-communities`, { name: 'Deeper' }, mainKey)).status).toBe(403)
    expect((await call('GET', main, undefined, mainKey)).body).toMatchObject({ is_parent: true })
    expect((await call('GET', main)).status).toBe(403)
    const mine = await call('GET', '/v1/me/communities', undefined, mainKey)
    expect(mine.body.items?.find(({ uuid }) => uuid === mainCommunity)?.subcommunities).toHaveLength(3)
  })

  it('shows its members below only when asked to', async () => {
    expect(await emails('')).toEqual([demoOwner.email])
    expect(await emails('&include_parent=true')).toEqual([demoOwner.email, mainOwner.email])
    expect(accessOf(simulators.sekoia.world(), demoCommunity, mainOwner.email)).toEqual(['Admin'])
    simulators.sekoia.edit({
      kind: 'editMember',
      community: mainCommunity,
      email: mainOwner.email,
      status: 'disabled',
    })
    expect(accessOf(simulators.sekoia.world(), demoCommunity, mainOwner.email)).toEqual([])
  })

  it('has a key that is heard below, or not, as the switch says', async () => {
    const invitation = { email: 'ada@acme.example', communities: { [demoCommunity]: [builtinRoles.guest] } }
    simulators.sekoia.switches({ parentKeys: 'refused' })
    expect((await call('GET', home, undefined, mainKey)).status).toBe(403)
    expect((await call('POST', '/v1/invitations', invitation, mainKey)).status).toBe(403)
    simulators.sekoia.switches({ parentKeys: 'valid' })
    expect((await call('GET', home, undefined, mainKey)).status).toBe(200)
    expect((await call('POST', '/v1/invitations', invitation, mainKey)).status).toBe(204)
    const permissions = ['COMMUNITY_ADD_MEMBER']
    simulators.sekoia.edit({ kind: 'editKey', key: mainKey, changes: { permissions } })
    expect((await call('POST', '/v1/invitations', invitation, mainKey)).status).toBe(403)
  })

  it('has roles that can be given below, or not, as the switch says, and that are edited above', async () => {
    const { body } = await call('POST', `${main}/roles`, role('Lent'), mainKey)
    const assign = () => call('POST', `${home}/roles/${String(body.uuid)}`, { avatar_uuid: demoOwner.avatar })
    expect((await assign()).status).toBe(403)
    simulators.sekoia.switches({ parentRoles: 'usable' })
    expect((await assign()).status).toBe(204)
    expect((await call('DELETE', `${home}/roles/${String(body.uuid)}`)).status).toBe(403)
    expect((await call('PUT', `${home}/roles/${String(body.uuid)}`, { name: 'Mine' })).status).toBe(403)
  })
})

it('a built-in role goes with the first custom one, or stays, as the switch says', async () => {
  simulators.sekoia.switches({ customSwitchesBuiltinOff: false, ruleStatus: 422 })
  const [custom, restricted] = [await created('Custom'), await created('EDR', [demoIntakes.edrParis])]
  const assign = (id: string) => call('POST', `${home}/roles/${id}`, { avatar_uuid: demoOwner.avatar })
  expect((await assign(custom)).status).toBe(204)
  expect(await avatarOf(demoOwner.email)).toMatchObject({
    role_uuid: builtinRoles.admin,
    roles: [{ name: 'Custom' }],
  })
  expect((await assign(restricted)).status).toBe(422)
})

it('describes itself to anybody, with the field names it takes', async () => {
  simulators.sekoia.switches({ assignKey: 'uuid' })
  const { status, body } = await call('GET', '/v1/swagger.json?context=public', undefined, 'nobody')
  expect(status).toBe(200)
  const path = (body.paths as Record<string, unknown>)['/communities/{community_uuid}/roles/{role_uuid}']
  expect(path).toMatchObject({
    post: {
      requestBody: {
        content: { 'application/json': { schema: { required: ['uuid'], properties: { uuid: {} } } } },
      },
    },
  })
})

it('keeps a state that an earlier version wrote', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulators-'))
  const path = join(folder, 'platforms.json')
  const world = simulators.sekoia.world()
  const { ownKey, ...older } = world.switches
  writeFileSync(path, JSON.stringify({ sekoia: { ...world, switches: older } }))
  await simulators.close()
  simulators = await start(path)
  expect(simulators.sekoia.world().switches).toEqual({ ...older, ownKey: defaultSwitches.ownKey })
  rmSync(folder, { recursive: true })
})

it('blocks a caller that collects errors, and lets it go after a while', async () => {
  simulators.sekoia.switches({ errorBlock: { errors: 8, seconds: 10, block: 30 }, retryAfter: true })
  for (let count = 0; count < 9; count += 1) expect((await call('GET', '/v1/nothing')).status).toBe(404)
  expect((await call('GET', '/v1/me')).status).toBe(429)
  now += 31_000
  expect((await call('GET', '/v1/me')).status).toBe(200)
})

it('blocks a caller that asks a hundred times a second, and lets it go after a while', async () => {
  const asked = async (times: number) => {
    const statuses: number[] = []
    for (let count = 0; count < times; count += 1) statuses.push((await call('GET', '/v1/me')).status)
    return new Set(statuses)
  }
  expect(await asked(101)).toEqual(new Set([200]))
  simulators.sekoia.switches({ requestBlock: { requests: 100, seconds: 1, block: 30 } })
  expect(await asked(100)).toEqual(new Set([200]))
  expect(await asked(1)).toEqual(new Set([429]))
  now += 29_000
  expect(await asked(1)).toEqual(new Set([429]))
  now += 1000
  expect(await asked(1)).toEqual(new Set([200]))
})

it('serves faults when asked, for as long as asked', async () => {
  simulators.sekoia.faults([{ kind: 'status', status: 500, path: '/v1/me', after: 1, times: 1 }])
  const statuses: number[] = []
  for (let count = 0; count < 3; count += 1) statuses.push((await call('GET', '/v1/me')).status)
  expect(statuses).toEqual([200, 500, 200])
  simulators.sekoia.faults([{ kind: 'lostAnswer', method: 'POST', times: 1 }])
  await expect(invite('ada@acme.example')).rejects.toThrow('fetch failed')
  expect(simulators.sekoia.world().avatars).toHaveLength(2)
})

it('keeps its state over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulators-'))
  const path = join(folder, 'platforms.json')
  await simulators.close()
  simulators = await start(path)
  await invite('ada@acme.example', builtinRoles.guest)
  const before = simulators.sekoia.world()
  await simulators.close()
  simulators = await start(path)
  expect(simulators.sekoia.world()).toEqual(before)
  await call('POST', '/_control/reset')
  expect(simulators.sekoia.world().avatars).toHaveLength(1)
  rmSync(folder, { recursive: true })
})

it('answers for the platforms it knows and says which', async () => {
  const response = await fetch(`${simulators.url}/unknown/v1/me`)
  expect(response.status).toBe(404)
  expect(await response.json()).toEqual({ message: 'simulated: sekoia, netography, immybot, idp' })
})
