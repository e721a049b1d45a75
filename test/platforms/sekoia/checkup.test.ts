import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoCommunity, demoKey } from '../../../infra/local/simulators/sekoia/demo.ts'
import { mainCommunity, mainKey } from '../../../infra/local/simulators/sekoia/mssp.ts'
import type { ApiKey, Switches } from '../../../infra/local/simulators/sekoia/world.ts'
import { type Simulators, startSimulators } from '../../../infra/local/simulators/server.ts'
import type { Check } from '../../../lib/core/checkup.ts'
import type { Community, RoleDefinition } from '../../../lib/core/configuration.ts'
import { communityId, milliseconds, roleId } from '../../../lib/core/ids.ts'
import { createPlatforms } from '../../../lib/platforms/catalog.ts'
import { sekoiaCommunity } from '../../contract/sekoia.ts'
import { anHour, testClock, testPace } from '../clock.ts'
import { scriptedServer } from '../server.ts'

let simulators: Simulators
let clock: ReturnType<typeof testClock>
beforeEach(async () => {
  clock = testClock()
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
})
afterEach(() => simulators.close())

const sekoia = () => simulators.sekoia
const platformOf = (changes: Partial<Community> = {}, key = demoKey) =>
  createPlatforms({
    secrets: async () => key,
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
    random: () => 0.5,
  }).open({ ...sekoiaCommunity(simulators.url), ...changes })
const checked = async (changes: Partial<Community> = {}, key = demoKey) =>
  (await platformOf(changes, key)).checkup()
const of = (checks: readonly Check[], subject: string) => checks.filter((check) => check.subject === subject)
const bad = (checks: readonly Check[]) => checks.filter(({ state }) => state !== 'ok')
const rights = [
  'COMMUNITY_LIST_MEMBER',
  'COMMUNITY_ADD_MEMBER',
  'COMMUNITY_REMOVE_MEMBER',
  'COMMUNITY_READ_ROLE',
  'COMMUNITY_WRITE_ROLE',
  'COMMUNITY_ASSIGN_ROLE',
  'COMMUNITY_REMOVE_ROLE',
  'COMMUNITY_READ_APIKEY',
  'SIC_READ_INTAKES',
]
const key = (changes: Partial<Pick<ApiKey, 'permissions' | 'expiresAt' | 'revoked'>>, which = demoKey) =>
  sekoia().edit({ kind: 'editKey', key: which, changes })
const without = (...names: readonly string[]) =>
  key({ permissions: rights.filter((name) => !names.includes(name)) })
const turn = (switches: Partial<Switches>) => sekoia().switches(switches)
const inDays = (days: number) => new Date(milliseconds(clock.now()) + days * 86_400_000).toISOString()

describe('a check-up', () => {
  it('finds nothing where all is well, by reading little', async () => {
    const checks = await checked()
    expect(bad(checks)).toEqual([])
    expect(checks.map(({ subject }) => subject)).toEqual([
      'credentials',
      'community',
      'rights',
      'key expiry',
      ...['high', 'low', 'team', 'other-team', 'edr'].map((role) => `role ${role}`),
      'API description',
    ])
    const requests = sekoia().requests()
    expect(requests.length).toBeLessThanOrEqual(12)
    expect(requests.every(({ method, status }) => method === 'GET' && status === 200)).toBe(true)
  })

  it('ends with credentials that are not taken', async () => {
    key({ revoked: true })
    expect(await checked()).toMatchObject([{ subject: 'credentials', state: 'problem' }])
    expect(sekoia().requests()).toHaveLength(1)
  })

  it('does not say of bodies that they are as described when they are not described', async () => {
    const text = JSON.stringify({
      paths: { '/v1/invitations': { post: {} }, '/v1/me': { get: {} }, '/v1/me/permissions': { get: {} } },
    })
    const document = { path: '/swagger.json', contentType: 'application/json', text, times: 1 } as const
    sekoia().faults([{ kind: 'raw', status: 200, ...document }])
    expect(of(await checked(), 'API description')).toMatchObject([
      { state: 'ok', found: '3 calls are as described; of the bodies of 1 it says nothing' },
    ])
  })

  it('says so when the key is another community’s', async () => {
    const checks = await checked({ tenant: '99999999-9999-4999-8999-999999999999' })
    expect(bad(checks)).toMatchObject(
      [{ subject: 'community', state: 'problem', remedy: /tenant/ }].map((one) => ({
        ...one,
        remedy: expect.stringMatching(one.remedy),
      })),
    )
  })

  it('throws for nothing, and says what it could not see', async () => {
    sekoia().faults([
      {
        kind: 'raw',
        path: '/v1/me/permissions',
        status: 200,
        contentType: 'text/html',
        text: 'hello',
        times: 9,
      },
    ])
    const checks = await checked()
    expect(of(checks, 'rights')).toMatchObject([
      { state: 'problem', found: expect.stringContaining('not JSON') },
    ])
    expect(of(checks, 'API description')).toMatchObject([{ state: 'ok' }])
    sekoia().faults([{ kind: 'status', status: 503, times: 99 }])
    expect(await checked()).toMatchObject([{ subject: 'credentials', state: 'problem' }])
    sekoia().faults([{ kind: 'status', path: '/permissions/', status: 503, times: 99 }])
    expect(of(await checked(), 'roles')).toMatchObject([{ state: 'warning' }])
  })
})

describe('the rights of our key', () => {
  it.each(['COMMUNITY_LIST_MEMBER', 'COMMUNITY_REMOVE_ROLE', 'SIC_READ_INTAKES', 'COMMUNITY_WRITE_ROLE'])(
    'lack %s, and the check-up says exactly that',
    async (name) => {
      without(name)
      expect(of(await checked(), 'rights')).toMatchObject([
        { state: 'problem', found: `the key lacks ${name}` },
      ])
    },
  )

  it('need no more than the configuration does', async () => {
    without('SIC_READ_INTAKES', 'COMMUNITY_WRITE_ROLE')
    const roles: readonly RoleDefinition[] = [{ id: roleId('low'), kind: 'builtin', name: 'Guest' }]
    expect(bad(await checked({ roles }))).toEqual([])
  })

  it('to write are asked for later where nothing is written', async () => {
    without('COMMUNITY_ADD_MEMBER', 'COMMUNITY_READ_ROLE')
    expect(of(await checked({ mode: 'report' }), 'rights')).toMatchObject([
      { state: 'problem', found: 'the key lacks COMMUNITY_READ_ROLE' },
      { state: 'warning', found: 'the key lacks COMMUNITY_ADD_MEMBER' },
    ])
    expect(
      sekoia()
        .requests()
        .filter(({ status }) => status >= 400),
    ).toEqual([])
  })

  it('beyond what is needed are named', async () => {
    key({ permissions: [...rights, 'COMMUNITY_EDIT_COMMUNITY', 'SIC_READ_ALERTS'] })
    expect(of(await checked(), 'rights')).toMatchObject([
      { state: 'warning', found: 'the key may do more than it needs: COMMUNITY_EDIT_COMMUNITY' },
    ])
  })
})

describe('the end of our key', () => {
  const expires = async () => (await platformOf()).credentialsExpire()

  it.each(['shortKey', 'me', 'claims'] as const)(
    'is found by %s, in three requests at most',
    async (ownKey) => {
      turn({ ownKey })
      key({ expiresAt: inDays(100) })
      expect(await expires()).toBe(inDays(100))
      expect(sekoia().requests().length).toBeLessThanOrEqual(4)
    },
  )

  it('is not known without the right to read keys, and no error is provoked', async () => {
    key({ permissions: ['COMMUNITY_LIST_MEMBER'], expiresAt: inDays(100) })
    expect(await expires()).toBeUndefined()
    expect(
      sekoia()
        .requests()
        .every(({ status }) => status === 200),
    ).toBe(true)
    expect(of(await checked(), 'key expiry')).toMatchObject([
      { state: 'warning', remedy: 'give the key COMMUNITY_READ_APIKEY' },
    ])
  })

  it('is not known when no key is certainly ours, or what comes is unreadable', async () => {
    turn({ ownKey: 'untold' })
    key({ expiresAt: inDays(100) })
    expect(await expires()).toBeUndefined()
    turn({ ownKey: 'shortKey' })
    const twin = { uuid: '0a000000-0000-4000-8000-00000000000a', key: `${demoKey}-old` }
    const world = sekoia().world()
    sekoia().reset({
      ...world,
      keys: world.keys.flatMap((one) => [one, { ...one, ...twin, expiresAt: inDays(3) }]),
    })
    expect(await expires()).toBeUndefined()
    sekoia().faults([
      { kind: 'raw', path: '/api-keys', status: 200, contentType: 'text/html', text: '', times: 1 },
    ])
    await expect(expires()).resolves.toBeUndefined()
    const never = { contentType: 'application/json', text: '{"exp":1e300}', times: 9 } as const
    sekoia().faults([{ kind: 'raw', path: '/auth/validate', status: 200, ...never }])
    await expect(expires()).resolves.toBeUndefined()
  })

  it.each([
    [undefined, 'ok', /does not expire/],
    [31, 'ok', /in 31 days/],
    [30, 'warning', /in 30 days/],
  ] as const)('in %s days is %s', async (days, state, found) => {
    key({ permissions: rights, expiresAt: days === undefined ? null : inDays(days) })
    expect(of(await checked(), 'key expiry')).toMatchObject([{ state, found: expect.stringMatching(found) }])
  })
})

describe('the configured roles', () => {
  const role = (changes: Partial<Exclude<RoleDefinition, { kind: 'builtin' }>>): RoleDefinition => ({
    id: roleId('one'),
    kind: 'restricted',
    name: 'One',
    contents: {
      description: 'Of a test of roles',
      permissions: ['SIC_READ_ALERTS'],
      intakes: ['EDR - Paris'],
    },
    ...changes,
  })
  const contents = {
    description: 'Of a test of roles',
    permissions: ['SIC_READ_ALERTS'],
    intakes: ['EDR - Paris'],
  }
  const existing = (kind: 'builtin' | 'custom', name: string): RoleDefinition => ({
    id: roleId('one'),
    kind,
    name,
  })

  it.each([
    [existing('builtin', 'guest'), 'ok', /is there/],
    [existing('builtin', 'Operator'), 'problem', /no built-in role "Operator"/],
    [existing('custom', 'Mine'), 'problem', /no role "Mine"/],
    [existing('builtin', 'oc_contributor'), 'warning', /"Guest" is given instead/],
    [existing('builtin', 'oc_administrator'), 'warning', /"Analyst" is given instead/],
    [existing('builtin', 'constructor'), 'problem', /no built-in role "constructor"/],
    [existing('custom', '__proto__'), 'problem', /no role "__proto__"/],
    [existing('builtin', 'manage_members'), 'problem', /no built-in role "manage_members"/],
    [role({}), 'ok', /will be created/],
    [
      role({ contents: { ...contents, intakes: ['EDR - Oslo'] } }),
      'problem',
      /intake "EDR - Oslo" does not exist/,
    ],
    [
      role({ contents: { ...contents, permissions: ['SIC_READ_INCIDENTS'] } }),
      'problem',
      /not allowed in restricted/,
    ],
    [
      role({ kind: 'custom', contents: { ...contents, permissions: ['NOTHING'], intakes: [] } }),
      'problem',
      /NOTHING does not exist/,
    ],
  ] as const)('%j is %s', async (definition, state, found) => {
    const checks = await checked({ roles: [definition] })
    expect(of(checks, 'role one')).toMatchObject([{ state, found: expect.stringMatching(found) }])
  })

  it('of an older name are found by that name first', async () => {
    const [template] = sekoia().world().roles
    if (template === undefined) throw new Error('no role')
    const legacy = {
      ...template,
      uuid: '0c000000-0000-4000-8000-000000000001',
      name: 'oc_contributor',
      community: demoCommunity,
    }
    sekoia().edit({ kind: 'addRole', role: legacy })
    const checks = await checked({ roles: [existing('custom', 'oc_contributor')] })
    expect(of(checks, 'role one')).toMatchObject([{ state: 'ok' }])
  })
})

describe('the family', () => {
  const parent = communityId('main')

  it('is as configured, or the difference is said', async () => {
    expect(of(await checked({ parent }), 'main community')).toMatchObject([
      { state: 'problem', found: 'the configuration names "main" as parent, and the platform none' },
    ])
    sekoia().edit({ kind: 'manage' })
    expect(of(await checked(), 'main community')).toMatchObject([
      { state: 'warning', found: expect.stringContaining(mainCommunity) },
    ])
    expect(of(await checked({ parent }), 'main community')).toMatchObject([{ state: 'ok' }])
  })

  it('below a main community is listed, and whether our key is heard there', async () => {
    sekoia().edit({ kind: 'manage' })
    const main = { tenant: mainCommunity }
    expect(of(await checked(main, mainKey), 'sub-communities')).toEqual([
      { subject: 'sub-communities', state: 'ok', found: 'manages 2: Demo SOC, Demo Lyon' },
    ])
    turn({ parentKeys: 'refused' })
    expect(of(await checked(main, mainKey), 'sub-communities')).toMatchObject([
      { state: 'warning', found: expect.stringContaining('may not read "Demo SOC"') },
    ])
    key({ permissions: rights }, mainKey)
    expect(of(await checked(main, mainKey), 'rights')).toMatchObject([
      { state: 'problem', found: 'the key lacks COMMUNITY_MANAGE_SUB_COMMUNITIES' },
    ])
  })
})

it('the policy on inactive members is told', async () => {
  expect(of(await checked(), 'inactive members')).toEqual([])
  turn({ midnight: true })
  expect(of(await checked(), 'inactive members')).toMatchObject([{ state: 'warning' }])
})

describe('the description of the API', () => {
  it('names the setting for each field that is called otherwise', async () => {
    turn({ avatarStatusKey: 'state', inviteKey: 'emails' })
    const found = of(await checked(), 'API description').map((check) => check.found)
    expect(found).toEqual([
      'PUT /communities/{}/avatars/{} has no field "status" (it has state; set dialect.avatarStatusKey to what it means)',
      'PUT /communities/{}/avatars/{} requires "state", which is not sent',
      'POST /invitations has no field "email" (it has emails; set dialect.inviteKey to what it means)',
      'POST /invitations requires "emails", which is not sent',
    ])
    const dialect = { avatarStatusKey: 'state', inviteKey: 'emails' }
    expect(of(await checked({ dialect }), 'API description')).toMatchObject([{ state: 'ok' }])
  })

  it('that is not served is a warning', async () => {
    sekoia().faults([{ kind: 'status', path: 'swagger', status: 404, times: 9 }])
    expect(of(await checked(), 'API description')).toMatchObject([{ state: 'warning' }])
  })

  it('may be somewhere else, where our key is not sent', async () => {
    const elsewhere = await scriptedServer({
      status: 200,
      body: JSON.stringify({ paths: { '/me': { post: {} } } }),
    })
    const checks = await checked({ dialect: { descriptionUrl: elsewhere.url } })
    await elsewhere.close()
    expect(of(checks, 'API description').map(({ found }) => found)).toEqual([
      'GET /me is not described',
      'GET /me/permissions is not described',
    ])
    expect(elsewhere.seen.map(({ url }) => url)).toEqual(['/v1/swagger.json?context=public'])
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty('authorization')
  })
})
