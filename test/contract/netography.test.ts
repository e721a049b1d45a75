import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  demoApp,
  demoHandMadeRole,
  demoKeyRole,
  demoOwner,
  demoSubShortname,
} from '../../infra/local/simulators/netography/demo.ts'
import { accountOf } from '../../infra/local/simulators/netography/world.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, milliseconds, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { PlatformRole } from '../../lib/core/snapshot.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { assumedCalls } from '../../lib/platforms/netography/api.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { contentsOf, failure, rolesOf } from './hand.ts'
import { netographyCommunity, netographyHarness, netosecret } from './netography.ts'

/** What only Netography does. */
const { low, high, teams, fallback } = netographyHarness.roles
const [team] = teams
const person = 'ada@acme.example'

let simulators: Simulators
let clock: ReturnType<typeof testClock>
let pace: ReturnType<typeof testPace>
let community: Community
let platform: Platform
const open = (given: Partial<Community> = {}, secret = netosecret()): Promise<Platform> =>
  createPlatforms({
    secrets: async () => secret,
    pace,
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
    random: () => 0.5,
  }).open({ ...community, ...given })
const net = () => simulators.netography
const account = (shortname = 'demo') => {
  const found = accountOf(net().world(), shortname)
  if (found === undefined) throw new Error('no such account')
  return found
}
const userOf = (email: string, shortname?: string) =>
  account(shortname).users.find((user) => user.email === email)
const writes = () =>
  net()
    .requests()
    .filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/')).length
const exchanges = () =>
  net()
    .requests()
    .filter(({ path }) => path.endsWith('/auth/token')).length
const roles = (on = platform) => rolesOf(on, community)
const run = async (change: Parameters<Platform['apply']>[0], on = platform) =>
  on.apply(change, await roles(on))
const roleIdOf = (name: string) =>
  platformRoleId(account().roles.find((role) => role.name === name)?.id ?? '')
const replacing = (email: string, id: string, to: RoleDefinition, from: RoleDefinition) => ({
  ...make.grant(email, accountId(id), to.id),
  replaces: { platformRole: roleIdOf(from.name) },
})
const joined = async (role: RoleDefinition = low): Promise<string> => {
  await run(make.invite(person, [role.id]))
  return userOf(person)?.id ?? ''
}

beforeEach(async () => {
  clock = testClock()
  pace = testPace(clock)
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  community = netographyCommunity(simulators.url)
  net().edit({ kind: 'addRole', name: fallback?.name ?? '' })
  platform = await open()
})
afterEach(() => simulators.close())

describe('the token', () => {
  it('is asked for once, and again shortly before it ends', async () => {
    await platform.snapshot()
    await platform.snapshot()
    expect(exchanges()).toBe(1)
    clock.advance(269)
    await platform.snapshot()
    expect(exchanges()).toBe(1)
    clock.advance(2)
    await platform.snapshot()
    expect(exchanges()).toBe(2)
  })

  it('is renewed once when the platform ended it, and what was asked is done once', async () => {
    await joined()
    net().edit({ kind: 'endSessions' })
    await run(make.remove(person, accountId(userOf(person)?.id ?? '')))
    expect([userOf(person), writes(), exchanges()]).toEqual([undefined, 2, 2])
  })

  it('follows the secret when it is rotated', async () => {
    let secret = netosecret()
    const rotating = await createPlatforms({
      secrets: async () => secret,
      pace,
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
    }).open(community)
    await rotating.snapshot()
    net().edit({ kind: 'addKey', appname: 'second', appkey: 'another', role: 'admin' })
    net().edit({ kind: 'removeKey', appname: demoApp.appname })
    await expect(rotating.snapshot()).rejects.toEqual(failure('platformUnauthorized'))
    secret = netosecret({ appname: 'second', appkey: 'another' })
    expect((await rotating.snapshot()).complete).toBe(true)
  })

  it('is asked for with the new secret at once, though the old one still opens', async () => {
    let secret = netosecret()
    const rotating = await createPlatforms({
      secrets: async () => secret,
      pace,
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
    }).open(community)
    await rotating.snapshot()
    net().edit({ kind: 'addKey', appname: 'second', appkey: 'another', role: 'admin' })
    secret = netosecret({ appname: 'second', appkey: 'another' })
    await rotating.snapshot()
    expect(
      net()
        .world()
        .sessions.map(({ appname }) => appname),
    ).toEqual([demoApp.appname, 'second'])
  })

  it('survives an exchange whose answer is lost', async () => {
    net().faults([{ kind: 'lostAnswer', method: 'POST', path: '/auth/token', times: 1 }])
    expect((await platform.snapshot()).complete).toBe(true)
    expect(exchanges()).toBe(2)
  })

  it.each([
    ['nothing', ''],
    ['something else', 'my-api-key'],
    ['a part of it', Buffer.from('{"appname":"x"}').toString('base64')],
    ['an empty field', netosecret({ sharedsecret: '' })],
  ])('is not asked for with a secret that is %s', async (_, secret) => {
    const error = await (await open({}, secret)).snapshot().catch((one: Error) => one)
    expect(error).toEqual(failure('secretUnavailable'))
    expect(exchanges()).toBe(0)
  })

  it('may be asked for with the JSON of the secret, and with a base address that names the version', async () => {
    const json = Buffer.from(netosecret(), 'base64').toString()
    const other = await open({ baseUrl: `${community.baseUrl}/api/v1/` }, json)
    expect((await other.snapshot()).complete).toBe(true)
  })

  it('and its secret never stand in an error', async () => {
    const text = `no: ${demoApp.sharedSecret} ${demoApp.appkey} ${person}`
    net().faults([
      {
        kind: 'raw',
        status: 400,
        contentType: 'application/json',
        text: JSON.stringify({ message: text }),
        times: 9,
      },
    ])
    const error = await platform.snapshot().catch((one: Error) => one)
    expect(String(error)).toContain('400')
    for (const hidden of [demoApp.sharedSecret, demoApp.appkey, person])
      expect(String(error)).not.toContain(hidden)
  })
})

describe('users', () => {
  it('keep everything but their role when it changes', async () => {
    const kept = {
      given_name: 'Ada',
      family_name: 'L',
      nickname: 'countess',
      picture: 'https://pictures.test/a',
    }
    net().edit({ kind: 'addUser', email: 'Ada@acme.example', role: 'readonly', user: kept })
    const before = account().users.at(-1)
    await run(replacing(person, before?.id ?? '', high, low))
    expect(account().users.at(-1)).toEqual({ ...before, roles: ['admin'] })
  })

  it('with another role than the plan knew keep it', async () => {
    const id = await joined()
    net().edit({ kind: 'editUser', email: person, role: demoHandMadeRole })
    await expect(run(replacing(person, id, high, low))).rejects.toEqual(failure('platformDisagrees'))
    await expect(run(make.grant(person, accountId(id), high.id))).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(userOf(person)?.roles).toEqual([demoHandMadeRole])
  })

  it('get a name where the directory has none', async () => {
    await run({ ...make.invite('ADA@acme.example', [low.id]), givenName: ' ', familyName: '' } as ReturnType<
      typeof make.invite
    >)
    expect(userOf(person)).toMatchObject({ given_name: 'ADA', family_name: '-' })
  })

  it('never get two roles, and never none', async () => {
    await expect(run(make.invite(person, [low.id, high.id]))).rejects.toEqual(failure('platformRefused'))
    await expect(run(make.invite(person, []))).rejects.toEqual(failure('platformRefused'))
    const id = accountId(await joined())
    await expect(run(make.revoke(person, id, low.id, roleIdOf(low.name)))).rejects.toEqual(
      failure('platformRefused'),
    )
    expect(userOf(person)?.roles).toEqual(['readonly'])
  })

  it('are not created a second time by a platform that would, when the answer is lost', async () => {
    net().switches({ duplicateEmail: 'created' })
    net().faults([{ kind: 'lostAnswer', method: 'POST', path: '/user', times: 1 }])
    await joined()
    expect(account().users.filter(({ email }) => email === person)).toHaveLength(1)
  })

  it('are announced as perhaps made when nobody lets us look', async () => {
    for (const status of [401, 403, 429]) {
      const email = `user-${status}@acme.example`
      const known = await roles()
      net().faults([{ kind: 'status', status, method: 'GET', path: '/user/', times: 20 }])
      await expect(platform.apply(make.invite(email, [low.id]), known)).rejects.toEqual(
        failure('platformUncertain'),
      )
      expect(userOf(email)?.roles).toEqual(['readonly'])
      net().faults([])
      clock.advance(700)
    }
  })

  it('are found one by one, and by the list when there are many', async () => {
    net().edit({ kind: 'populate', count: 12 })
    const ids = account().users.map(({ id }) => accountId(id))
    const gone = accountId('4e000000-0000-4000-8000-0000000000ff')
    const some = await platform.accounts([
      ...ids.slice(0, 3),
      gone,
      accountId('key:rolecall'),
      accountId('key:other'),
    ])
    expect(some.accounts.map(({ id }) => id)).toEqual([...ids.slice(0, 3), 'key:rolecall'])
    const many = await platform.accounts([...ids, gone])
    expect(many.accounts.map(({ id }) => id)).toEqual(ids)
  })

  it('beyond the end of the list are not taken for gone', async () => {
    net().edit({ kind: 'populate', count: 1005 })
    const ids = account().users.map(({ id }) => accountId(id))
    expect((await platform.snapshot()).complete).toBe(false)
    const last = ids.slice(-9)
    expect((await platform.accounts(last)).accounts.map(({ id }) => id)).toEqual(last)
  })

  it('are created at the pace the vendor allows', async () => {
    const permits: (readonly [string, number])[] = []
    const paced = await createPlatforms({
      secrets: async () => netosecret(),
      pace: {
        ...pace,
        permit: async (what, perSecond) => {
          if (what.includes('#')) permits.push([what.split('#')[1] ?? '', perSecond])
        },
      },
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
    }).open(community)
    for (let index = 0; index < 10; index += 1)
      await run(make.invite(`user-${index}@acme.example`, [low.id]), paced)
    const lanes = new Map(permits)
    expect(permits).toHaveLength(10)
    expect(lanes.size).toBe(5)
    expect([...lanes.values()].reduce((sum, rate) => sum + rate, 0) * 300).toBeCloseTo(45)
  })
})

describe('administrators', () => {
  it.each([400, 409, 403, 422])(
    'whom the platform keeps with %i are kept, and it is asked once',
    async (status) => {
      net().edit({ kind: 'addUser', email: 'second@acme.example', role: 'admin' })
      net().faults(['PUT', 'DELETE'].map((method) => ({ kind: 'status', status, method, times: 9 })))
      const id = accountId(demoOwner.id)
      for (const change of [
        make.remove(demoOwner.email, id),
        replacing(demoOwner.email, id, low, high),
        make.suspend(demoOwner.email, id),
      ]) {
        const before = writes()
        await expect(run(change)).rejects.toEqual(failure('platformRefused'))
        await expect(run(change)).rejects.toThrow(/System Administrator/)
        expect(writes()).toBe(before + 2)
      }
      expect(account().users.find(({ id: one }) => one === id)?.roles).toEqual(['admin'])
    },
  )

  it('are not even asked for when there is only one', async () => {
    await expect(run(make.remove(demoOwner.email, accountId(demoOwner.id)))).rejects.toThrow(
      /last System Administrator/,
    )
    expect(writes()).toBe(0)
  })

  it('may go when another is there', async () => {
    net().edit({ kind: 'addUser', email: 'second@acme.example', role: 'admin' })
    await run(make.suspend(demoOwner.email, accountId(demoOwner.id)))
    expect(userOf(demoOwner.email)?.roles).toEqual([fallback?.name])
  })

  it('are whoever may manage users, roles or keys, or masquerade', async () => {
    const made: readonly (readonly [string, readonly string[], Record<string, boolean>, boolean])[] = [
      ['looks', ['users:fetch', 'roles:fetch', 'api_keys:fetch', 'customers:delete'], {}, false],
      ['adds', ['users:create'], {}, true],
      ['edits', ['roles:update'], {}, true],
      ['cuts', ['api_keys:delete'], {}, true],
      ['masks', ['devices:fetch'], { canMasquerade: true }, true],
      ['sends', [], { canSendFlow: true }, false],
    ]
    for (const [name, permissions, role] of made) net().edit({ kind: 'addRole', name, permissions, role })
    const seen = new Map((await platform.snapshot()).roles.map(({ name, admin }) => [name, admin]))
    for (const [name, , , admin] of made) expect([name, seen.get(name)]).toEqual([name, admin])
    expect(
      [...seen].filter(([name, admin]) => admin && !made.some(([one]) => one === name)).map(([name]) => name),
    ).toEqual(['admin', demoKeyRole])
  })
})

describe('the fallback role', () => {
  const readers = { id: roleId('readers'), kind: 'builtin', name: 'readonly' } as const
  const withFallback = (role: RoleDefinition, more: Partial<Community> = {}) =>
    open({ roles: [high, role], fallbackRole: role.id, ...more })

  it('that gives anything suspends nobody', async () => {
    const id = accountId(await joined())
    net().edit({ kind: 'editRole', name: fallback?.name ?? '', permissions: ['dashboards:fetch'] })
    await expect(run(make.suspend(person, id))).rejects.toThrow(/dashboards:fetch.*departedKeepReadAccess/)
    net().edit({ kind: 'editRole', name: fallback?.name ?? '', permissions: [], role: { canSendFlow: true } })
    await expect(run(make.suspend(person, id))).rejects.toEqual(failure('platformRefused'))
    net().switches({ portalFlags: 'shown' })
    net().edit({ kind: 'editRole', name: fallback?.name ?? '', role: { canSendFlow: false } })
    net().edit({ kind: 'portalFlags', name: fallback?.name ?? '', flags: { viewAuditLogs: true } })
    await expect(run(make.suspend(person, id))).rejects.toThrow(/canViewAuditLogs/)
    expect(userOf(person)?.roles).toEqual(['readonly'])
  })

  it('may read where the operator says so, and nothing but read', async () => {
    await run(make.invite(person, [high.id]))
    const id = accountId(userOf(person)?.id ?? '')
    await expect(run(make.suspend(person, id), await withFallback(readers))).rejects.toEqual(
      failure('platformRefused'),
    )
    const lenient = await withFallback(readers, { departedKeepReadAccess: true })
    await run(make.suspend(person, id), lenient)
    expect(userOf(person)?.roles).toEqual(['readonly'])
    expect((await lenient.accounts([id])).accounts).toMatchObject([{ status: 'disabled', roles: [] }])
    const managers = { id: roleId('managers'), kind: 'builtin', name: 'operational_manager' } as const
    const generous = await withFallback(managers, { departedKeepReadAccess: true })
    await expect(run(make.suspend(person, id), generous)).rejects.toThrow(/more than reading/)
  })

  it('has to be there', async () => {
    const id = accountId(await joined())
    net().edit({ kind: 'deleteRole', name: fallback?.name ?? '' })
    await expect(run(make.suspend(person, id))).rejects.toThrow(/not on the platform/)
    const { fallbackRole: _, ...without } = community
    community = without
    await expect(run(make.suspend(person, id), await open())).rejects.toThrow(/no fallbackRole/)
  })

  it('is left by a role, not by itself', async () => {
    const id = accountId(await joined())
    await run(make.suspend(person, id))
    await expect(run(make.resume(person, id))).rejects.toEqual(failure('platformRefused'))
    expect(userOf(person)?.roles).toEqual([fallback?.name])
  })
})

describe('custom roles', () => {
  const contents: RoleContents = contentsOf(team)
  const named = (name: string) => ({ ...team, name })

  it.each(['SOC tier 1', 'a'.repeat(33), 'équipe', ''])(
    'cannot be called %j, and nothing is written',
    async (name) => {
      await expect(run(make.createRole(named(name), contents))).rejects.toThrow(/32/)
      expect(writes()).toBe(0)
    },
  )

  it('cannot be renamed', async () => {
    await run(make.createRole(team, contents))
    const id = roleIdOf(team.name)
    await expect(run(make.repairRole(named('other'), contents, id, team.name))).rejects.toThrow(
      /keeps its name/,
    )
    await expect(run(make.repairRole(named('other'), contents, id))).rejects.toThrow(/keeps its name/)
    expect(writes()).toBe(1)
  })

  it('name every resource, and only actions that exist', async () => {
    await run(
      make.createRole(team, {
        ...contents,
        permissions: ['overview=all', 'devices=readonly', 'users:fetch', 'canSendFlow'],
      }),
    )
    const made = account().roles.find(({ name }) => name === team.name)
    expect(made?.canSendFlow).toBe(true)
    expect((await roles()).get(team.id)?.permissions).toEqual([
      'canSendFlow',
      'devices:fetch',
      'overview:fetch',
      'users:fetch',
    ])
    for (const permission of ['overview:delete', 'starships=all', 'devices=fly', 'canFly'])
      await expect(
        run(make.createRole(named('x'), { ...contents, permissions: [permission] })),
      ).rejects.toEqual(failure('platformRefused'))
    expect(writes()).toBe(1)
  })

  it('may masquerade when the contents say so, and only in a reseller', async () => {
    const masks = { ...contents, permissions: ['canMasquerade'] }
    await run(make.createRole(team, masks))
    expect((await roles()).get(team.id)).toMatchObject({ admin: true, permissions: ['canMasquerade'] })
    await run(make.repairRole(team, contents, roleIdOf(team.name)))
    expect((await roles()).get(team.id)).toMatchObject({ admin: false })
    const paris = await open({ tenant: demoSubShortname })
    await expect(run(make.createRole(team, masks), paris)).rejects.toThrow(/reseller/)
    expect((await paris.snapshot()).permissions?.map(({ name }) => name)).not.toContain('canMasquerade')
    expect((await platform.snapshot()).permissions?.map(({ name }) => name)).toContain('canMasquerade')
  })

  it('made by hand are not taken over while the portal has set something the API cannot carry', async () => {
    await run(make.createRole(team, contents))
    net().switches({ portalFlags: 'shown' })
    net().edit({ kind: 'portalFlags', name: team.name, flags: { sendNetoDNS: true } })
    await expect(run(make.createRole(team, contents))).rejects.toEqual(failure('platformRefused'))
    expect((await platform.snapshot()).notices).toEqual([
      { kind: 'portalOnly', role: roleIdOf(team.name), names: ['canSendNetoDNS'] },
    ])
  })

  it('of the system are left alone', async () => {
    const role: RoleDefinition = { ...team, name: 'readonly' }
    await expect(run(make.repairRole(role, contents, roleIdOf('readonly')))).rejects.toThrow(/system/)
    await expect(run(make.deleteRole(role, roleIdOf('neto_flow')))).rejects.toThrow(/system/)
    expect(writes()).toBe(0)
  })

  it('that our own key lives by are left alone', async () => {
    const { roles: seen } = await platform.snapshot()
    expect(seen.filter(({ untouchable }) => untouchable === 'ownKey').map(({ name }) => name)).toEqual([
      demoKeyRole,
    ])
    const own: RoleDefinition = { ...team, name: demoKeyRole }
    await expect(run(make.repairRole(own, contents, roleIdOf(demoKeyRole)))).rejects.toThrow(/own API key/)
    await expect(run(make.deleteRole(own, roleIdOf(demoKeyRole)))).rejects.toThrow(/own API key/)
    expect(writes()).toBe(0)
  })

  it('held by a key are held', async () => {
    await run(make.createRole(team, contents))
    net().edit({ kind: 'addKey', appname: 'sensor', appkey: 'k', role: team.name })
    const { accounts } = await platform.snapshot()
    expect(accounts.find(({ id }) => id === 'key:sensor')).toEqual({
      id: 'key:sensor',
      status: 'enabled',
      service: true,
      roles: [roleIdOf(team.name)],
    })
    await expect(run(make.deleteRole(team, roleIdOf(team.name)))).rejects.toThrow(/1 still hold it/)
    await expect(run(make.remove('', accountId('key:sensor')))).rejects.toEqual(failure('platformRefused'))
    expect(account().keys).toHaveLength(2)
  })

  it('are not deleted, and those that could carry our key not changed, while we may not read the keys', async () => {
    await run(make.createRole(team, contents))
    const blind = [
      'users:fetch',
      'users:create',
      'users:update',
      'users:delete',
      'roles:fetch',
      'roles:create',
      'roles:update',
      'roles:delete',
    ]
    net().edit({ kind: 'editRole', name: demoKeyRole, permissions: blind })
    const { accounts, roles: seen, complete } = await platform.snapshot()
    expect([complete, accounts.some(({ service }) => service)]).toEqual([true, false])
    expect(seen.filter(({ untouchable }) => untouchable).map(({ name }) => name)).toEqual([
      'admin',
      'readonly',
      demoKeyRole,
    ])
    await expect(run(make.deleteRole(team, roleIdOf(team.name)))).rejects.toThrow(/cannot be seen/)
    const own: RoleDefinition = { ...team, name: demoKeyRole }
    await expect(run(make.repairRole(own, contents, roleIdOf(demoKeyRole)))).rejects.toThrow(
      /may not read API keys/,
    )
    await run(make.repairRole(team, { ...contents, permissions: ['devices:fetch'] }, roleIdOf(team.name)))
    expect((await roles()).get(team.id)?.permissions).toEqual(['devices:fetch'])
  })

  it('that come out otherwise are deleted again', async () => {
    const widened = { kind: 'editRole', name: team.name, permissions: ['users:delete'] } as const
    const known = new Map<string, PlatformRole>()
    net().faults([{ kind: 'meanwhile', method: 'GET', path: '/roles', after: 2, times: 1, edits: [widened] }])
    await expect(platform.apply(make.createRole(team, contents), known)).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(account().roles.some(({ name }) => name === team.name)).toBe(false)
  })
})

describe('sub-accounts', () => {
  it('are the children of a reseller, and nobody else has any', async () => {
    expect((await platform.snapshot()).children).toEqual([
      { tenant: demoSubShortname, name: demoSubShortname },
    ])
    expect((await (await open({ tenant: demoSubShortname })).snapshot()).children).toBeUndefined()
    net().edit({
      kind: 'editRole',
      name: demoKeyRole,
      permissions: ['users:fetch', 'roles:fetch', 'api_keys:fetch'],
    })
    expect((await platform.snapshot()).children).toBeUndefined()
  })

  it('are changed with the key of their parent, apart from it', async () => {
    const paris = await open({ tenant: demoSubShortname })
    await run(make.invite(person, [low.id]), paris)
    expect([userOf(person), userOf(person, demoSubShortname)?.roles]).toEqual([undefined, ['readonly']])
    expect((await paris.snapshot()).roles.some(({ untouchable }) => untouchable)).toBe(false)
  })

  it.each(['unauthorized', 'unknown', 'forbidden'] as const)(
    'that refuse it say they need a key of their own: %s',
    async (parentKey) => {
      net().switches({ parentKey })
      const paris = await open({ tenant: demoSubShortname })
      await expect(paris.snapshot()).rejects.toEqual(failure('platformForbidden'))
      await expect(paris.snapshot()).rejects.toThrow(/needs a key of its own/)
      const checks = await paris.checkup()
      expect(checks.some(({ state, found }) => state === 'problem' && /key of its own/.test(found))).toBe(
        true,
      )
      expect((await platform.snapshot()).complete).toBe(true)
    },
  )

  it('are open to a key of their own', async () => {
    net().switches({ parentKey: 'unauthorized' })
    net().edit({ kind: 'addKey', shortname: demoSubShortname, appname: 'paris', appkey: 'k', role: 'admin' })
    const own = netosecret({
      appname: 'paris',
      appkey: 'k',
      shortname: demoSubShortname,
      sharedsecret: 'demo-paris-secret',
    })
    const paris = await open({ tenant: demoSubShortname }, own)
    expect((await paris.snapshot()).roles.find(({ untouchable }) => untouchable)?.name).toBe('admin')
  })
})

describe('the check-up', () => {
  const states = async (on = platform) =>
    (await on.checkup()).map(({ subject, state }) => `${subject}: ${state}`)
  const check = async (subject: string, on = platform) =>
    (await on.checkup()).find((one) => one.subject === subject)

  it('is content with the demo world', async () => {
    expect(await states()).toEqual([
      'credentials: ok',
      'address: warning',
      'users: ok',
      'reseller: ok',
      'rights: ok',
      ...['high', 'low', 'team', 'other-team', 'narrow', 'nothing'].map((id) => `role ${id}: ok`),
      'fallback role: ok',
      'API description: ok',
    ])
    expect(writes()).toBe(0)
  })

  it('says what our key lacks, and what it has too much', async () => {
    net().edit({
      kind: 'editRole',
      name: demoKeyRole,
      permissions: ['users:fetch', 'roles:fetch', 'api_keys:fetch'],
    })
    expect(await check('rights')).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('users:create'),
    })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
    expect(await check('rights')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('api_keys:create'),
    })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: 'operational_manager' })
    expect(await check('users')).toMatchObject({
      state: 'problem',
      remedy: expect.stringContaining('rights'),
    })
    net().edit({ kind: 'editRole', name: demoKeyRole, permissions: ['users:fetch', 'roles:fetch'] })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: demoKeyRole })
    expect(await check('API keys')).toMatchObject({ state: 'warning' })
  })

  it('says which roles are missing, misnamed, ours to live by, or known to the portal only', async () => {
    net().switches({ portalFlags: 'shown' })
    net().edit({ kind: 'portalFlags', name: demoHandMadeRole, flags: { sendNetoDNS: true } })
    const checked = await open({
      roles: [
        { id: roleId('gone'), kind: 'custom', name: 'gone' },
        { id: roleId('night'), kind: 'custom', name: demoHandMadeRole },
        { ...team, id: roleId('own'), name: demoKeyRole },
        {
          ...team,
          id: roleId('odd'),
          contents: { ...contentsOf(team), permissions: ['starships=all'] },
        } as RoleDefinition,
      ],
      fallbackRole: roleId('night'),
    })
    const lines = (await checked.checkup()).filter(({ state }) => state !== 'ok')
    expect(lines.map(({ subject, state }) => `${subject}: ${state}`)).toEqual([
      'address: warning',
      'role gone: problem',
      'role night: warning',
      'role own: problem',
      'role odd: problem',
      'fallback role: problem',
    ])
    for (const { remedy } of lines) expect(remedy).toEqual(expect.any(String))
  })

  it('says when nobody could be suspended, or the list of users is at its end', async () => {
    const { fallbackRole: _, ...without } = community
    community = without
    expect(await check('fallback role', await open())).toMatchObject({ state: 'problem' })
    net().edit({ kind: 'populate', count: 1000 })
    expect(await check('users')).toMatchObject({ state: 'warning' })
  })

  it('compares the vendor’s description with the calls we make', async () => {
    const path = '/openapi/openapi.json'
    const text = JSON.stringify({ paths: { '/users': { get: {} }, '/user/{userId}': { get: {}, put: {} } } })
    net().faults([{ kind: 'raw', status: 200, contentType: 'application/json', text, path, times: 1 }])
    const found = (await check('API description'))?.found
    expect(found).toContain('DELETE /api/v1/user/{}')
    expect(found).not.toContain('PUT /api/v1/user/{}')
    expect(
      await check(
        'API description',
        await open({ dialect: { openApiUrl: `${simulators.url}/nowhere/x.json` } }),
      ),
    ).toMatchObject({
      state: 'warning',
    })
  })

  it('throws for nothing', async () => {
    for (const secret of ['', 'nonsense', netosecret({ appkey: 'wrong' })])
      expect(await check('credentials', await open({}, secret))).toMatchObject({
        state: 'problem',
        remedy: expect.any(String),
      })
    net().faults([{ kind: 'status', status: 500, times: 1000 }])
    expect(await states()).toEqual(['credentials: problem', 'API description: warning'])
  })
})

it('makes no call that its list for the check-up leaves out, and the list none that is never made', async () => {
  const contents = contentsOf(team)
  await run(make.createRole(team, contents))
  await run(make.repairRole(team, { ...contents, permissions: [] }, roleIdOf(team.name)))
  const id = await joined(team)
  await run(replacing(person, id, low, team))
  await run(make.deleteRole(team, roleIdOf(team.name)))
  await run(make.remove(person, accountId(id)))
  await platform.checkup()
  const shape = (path: string) => path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{}')
  const made = new Set(
    net()
      .requests()
      .map(({ method, path }) => `${method} ${shape(path)}`),
  )
  expect([...made].toSorted()).toEqual([...assumedCalls, 'GET /openapi/openapi.json'].toSorted())
})

it('refuses dialect settings it does not know', async () => {
  await expect(open({ dialect: { userResource: 'people' } })).rejects.toThrow(/known are/)
  await expect(open({ dialect: { usersResource: 'a b' } })).rejects.toThrow(/usersResource/)
  await expect(open({ dialect: { openApiUrl: 'nowhere' } })).rejects.toThrow(/URL/)
})
