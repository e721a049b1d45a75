import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoClient, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, milliseconds, roleId } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { failure, rolesOf } from './hand.ts'
import { immybotCommunity, immybotSecret } from './immybot.ts'

/** What only ImmyBot does with people: persons and users, Entra's object ids, machines, expiry, tenants, and answers that lie. */
const ada = 'ada@acme.example'
const role: RoleDefinition = {
  id: roleId('scripts'),
  kind: 'builtin',
  name: 'Script Manager',
  scope: 'ownTenant',
}

let simulators: Simulators
let clock: ReturnType<typeof testClock>
let platform: Platform
let community: Community
let secret: string
const immy = () => simulators.immybot
const world = () => immy().world()

const open = async (given: Partial<Community> = {}): Promise<void> => {
  const base = immybotCommunity(simulators.url)
  community = { ...base, roles: [role], ...given, dialect: { ...base.dialect, ...given.dialect } }
  platform = await createPlatforms({
    secrets: async () => secret,
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
  }).open(community)
}
const run = async (change: Change) => platform.apply(change, await rolesOf(platform, community))
const invite = (externalId?: string): Change => {
  const { externalId: _, ...change } = make.invite(ada, [role.id]) as Extract<Change, { kind: 'invite' }>
  return externalId === undefined ? change : { ...change, externalId }
}
const account = async (email = ada) => (await platform.snapshot()).accounts.find((one) => one.email === email)
const joined = async () => {
  await run(make.invite(ada, [role.id]))
  const found = await account()
  if (found === undefined) throw new Error('no account')
  return found
}
const person = (email: string, more: Partial<Extract<Edit, { kind: 'addPerson' }>> = {}): Edit => ({
  kind: 'addPerson',
  email,
  ...more,
})
const user = () => world().users.find(({ id }) => id > 99)
const calls = (part: string) =>
  immy()
    .requests()
    .filter(({ path }) => path.includes(part)).length
const objectId = '55555555-5555-4555-8555-555555555555'

beforeEach(async () => {
  clock = testClock()
  secret = immybotSecret()
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  await open()
})
afterEach(() => simulators.close())

describe('somebody new', () => {
  it('is found by the object id before the address', async () => {
    immy().edit(person(ada), person('ada.other@acme.example', { objectId }))
    await run(invite(objectId))
    expect(await account('ada.other@acme.example')).toBeDefined()
    expect(await account()).toBeUndefined()
  })

  it('is found by the address in whatever case, without any object id', async () => {
    immy().edit(person('ADA@Acme.Example'), person('nada@acme.example'))
    await run(invite())
    expect((await account())?.roles).toHaveLength(1)
    expect(world().users.filter(({ id }) => id > 99)).toHaveLength(1)
  })

  it('whom nobody knows and no object id tells waits for the sync, and is found after it', async () => {
    const refused = { code: 'platformRefused', message: expect.stringContaining('hourly sync') }
    await expect(run(invite())).rejects.toMatchObject(refused)
    await expect(run(invite('00u1-an-okta-id'))).rejects.toMatchObject(refused)
    expect(user()).toBeUndefined()
    immy().edit(person(ada))
    await run(invite('00u1-an-okta-id'))
    expect((await account())?.status).toBe('enabled')
  })

  it('is made with the object id in the MSP, unless the configuration forbids it', async () => {
    await open({ dialect: { createPersons: 'no' } })
    await expect(run(invite(objectId))).rejects.toEqual(failure('platformRefused'))
    await open()
    await run(invite(objectId))
    expect(world().persons.find(({ emailAddress }) => emailAddress === ada)).toMatchObject({
      tenantId: 1,
      azurePrincipalId: objectId,
      firstName: 'Ada',
    })
  })

  it.each([
    ['two people have the address', [person(ada), person('ADA@acme.example')], /2 people/],
    ['the person has another object id', [person(ada)], /another object id/],
    ['the person has none', [person(ada, { objectId: null })], /no object id/],
  ] as const)('is refused when %s', async (_, edits, message) => {
    immy().edit(...edits)
    await expect(run(invite(objectId))).rejects.toMatchObject({
      code: 'platformRefused',
      message: expect.stringMatching(message),
    })
    expect(user()).toBeUndefined()
  })

  it('may have an externalId that is a uuid of some other directory, where the configuration says so', async () => {
    immy().edit(person(ada))
    await open({ dialect: { externalIds: 'other' } })
    await run(invite(objectId))
    expect(await account()).toBeDefined()
  })
})

describe('one tenant', () => {
  beforeEach(async () => {
    immy().edit(
      { kind: 'addPerson', email: 'paula@paris.test', tenantId: 2 },
      { kind: 'addUser', email: 'paula@paris.test' },
      { kind: 'addUser', email: 'boss@msp.test' },
    )
    await open({ tenant: '2', roles: [{ ...role, scope: 'tenant:2' }] })
  })

  it('shows its own users, and makes new people in it', async () => {
    expect((await platform.snapshot()).accounts.map(({ email }) => email)).toEqual(['paula@paris.test'])
    await run(invite(objectId))
    expect(user()).toBeDefined()
    expect(world().persons.find(({ emailAddress }) => emailAddress === ada)?.tenantId).toBe(2)
    expect(world().assignments.at(-1)?.scope).toEqual({ kind: 'specific-tenant', tenantId: 2 })
  })

  it('has nothing to do with people of another', async () => {
    const boss = world().users.find(({ tenantId, id }) => tenantId === 1 && id > 99)
    const id = accountId(String(boss?.id))
    expect((await platform.accounts([id])).accounts).toEqual([])
    await expect(run(make.suspend('boss@msp.test', id))).rejects.toEqual(failure('platformNotFound'))
    expect(await run(make.remove('boss@msp.test', id))).toEqual({ kind: 'gone' })
    expect(world().users).toContainEqual(boss)
    immy().edit(person(ada))
    await expect(run(invite())).rejects.toThrow(/belongs to tenant 1/)
  })
})

describe('the four kinds of users', () => {
  it('are people of the MSP and of customers, and machines that are listed and left alone', async () => {
    immy().edit(
      { kind: 'addMachine', type: 'Service', name: 'Nightly job' },
      { kind: 'addPerson', email: 'paula@paris.test', tenantId: 2 },
      { kind: 'addUser', email: 'paula@paris.test' },
      { kind: 'addUser', email: 'tech@msp.test' },
    )
    const { accounts } = await platform.snapshot()
    const services = accounts.filter(({ service }) => service).map(({ id }) => id)
    const job = world().users.find(({ type }) => type === 'Service')
    expect(services).toEqual([demoUsers.rolecall, demoUsers.integration, job?.id].map(String))
    expect(accounts.filter(({ service }) => !service).map(({ email }) => email)).toEqual([
      'owner@demo.test',
      'paula@paris.test',
      'tech@msp.test',
    ])
    const before = world()
    for (const id of services.map(accountId))
      for (const change of [make.suspend, make.remove, make.resume])
        await expect(run(change('machine@demo.test', id))).rejects.toEqual(failure('platformRefused'))
    for (const id of services.map(accountId))
      await expect(run(make.grant('machine@demo.test', id, role.id))).rejects.toEqual(
        failure('platformRefused'),
      )
    expect(world()).toEqual(before)
  })
})

describe('expiry', () => {
  const expiresIn = (hours: number): Edit => ({
    kind: 'editUser',
    email: ada,
    set: { expiresAt: new Date(milliseconds(clock.now()) + hours * 3_600_000).toISOString() },
  })

  it('set by hand for a later day changes nothing, and a suspension brings it forward', async () => {
    const { id } = await joined()
    immy().edit(expiresIn(72))
    expect((await account())?.status).toBe('enabled')
    await run(make.suspend(ada, id))
    expect(Date.parse(user()?.expiresAt ?? '')).toBe(milliseconds(clock.now()) + 3_600_000)
    expect(await account()).toMatchObject({ status: 'disabled', roles: [] })
  })

  it('that has come is no access, whatever somebody holds', async () => {
    await joined()
    immy().edit(expiresIn(1))
    expect((await account())?.status).toBe('enabled')
    clock.advance(3601)
    expect(await account()).toMatchObject({ status: 'disabled', roles: [expect.any(String)] })
  })

  it('lasts through the hour and after it, and ends with the resumption', async () => {
    const { id } = await joined()
    await run(make.suspend(ada, id))
    clock.advance(7200)
    expect(await account()).toMatchObject({ status: 'disabled', roles: [] })
    await run(make.resume(ada, id))
    expect(user()?.expiresAt).toBeNull()
    expect(await account()).toMatchObject({ status: 'enabled', roles: [] })
  })
})

describe('an answer', () => {
  it.each([
    ['success', '/users/bulk-create'],
    ['isSuccess', '/members'],
  ] as const)('with %s false inside a 200 is a failure', async (flag, call) => {
    immy().switches({
      insideSuccess: { flag, call: `POST /api/v1${call === '/members' ? '/groups' : call}` },
    })
    await expect(run(make.invite(ada, [role.id]))).rejects.toMatchObject({
      code: 'platformRefused',
      message: expect.stringContaining('The operation failed'),
    })
  })

  it('that is a web page is an error, for a change too', async () => {
    const page = {
      kind: 'raw',
      status: 200,
      contentType: 'text/html',
      text: '<!doctype html>',
      times: 9,
    } as const
    immy().faults([{ ...page, method: 'POST', path: '/users/bulk-create' }])
    await expect(run(make.invite(ada, [role.id]))).rejects.toEqual(failure('platformUnreadable'))
    immy().faults([])
    await run(make.invite(ada, [role.id]))
    expect(world().persons.filter(({ emailAddress }) => emailAddress === ada)).toHaveLength(1)
  })

  it('405 to one verb makes it the other one, for good', async () => {
    immy().switches({ generation: 'legacy', userUpdate: 'PUT' })
    const admin: RoleDefinition = { ...role, id: roleId('admin'), name: 'System Administrator (Legacy)' }
    await open({ roles: [admin] })
    await run(make.invite(ada, [admin.id]))
    await run(make.suspend(ada, accountId(String(user()?.id))))
    const refused = immy()
      .requests()
      .filter(({ status }) => status === 405)
    expect(refused).toHaveLength(1)
    expect(user()?.isAdmin).toBe(false)
  })

  it('that refuses to lose the last administrator is told', async () => {
    immy().switches({ lastAdmin: 'refused' })
    const owner = accountId(String(demoUsers.owner))
    await expect(run(make.remove('owner@demo.test', owner))).rejects.toThrow(/must keep an administrator/)
  })

  it('holds what the older documentation has besides: a toggle, and invitations by mail', async () => {
    immy().switches({ enabledToggle: true, emailInvitation: true })
    const { id } = await joined()
    await run(make.suspend(ada, id))
    expect(await account()).toMatchObject({ status: 'disabled' })
    expect(world().mails).toEqual([])
    expect(user()?.enabled).toBe(true)
  })
})

describe('our token', () => {
  it('is asked for once, and again before it ends', async () => {
    await platform.snapshot()
    clock.advance(3000)
    await platform.snapshot()
    expect(calls('/oauth2/')).toBe(1)
    clock.advance(500)
    await platform.snapshot()
    expect(calls('/oauth2/')).toBe(2)
    expect(
      immy()
        .requests()
        .filter(({ status }) => status === 401),
    ).toEqual([])
  })

  it('that was revoked is renewed once, without anybody noticing', async () => {
    await platform.snapshot()
    clock.advance(1)
    immy().edit({ kind: 'endTokens' })
    expect((await platform.snapshot()).complete).toBe(true)
    expect(calls('/oauth2/')).toBe(2)
  })

  it('is of the secret that counts now', async () => {
    await platform.snapshot()
    immy().edit({ kind: 'secret', secret: 'a-new-secret' })
    secret = immybotSecret('a-new-secret')
    expect((await platform.snapshot()).complete).toBe(true)
    immy().edit({ kind: 'secret', expiresAt: '2026-01-01T00:00:00.000Z' })
    clock.advance(4000)
    const error = await platform.snapshot().catch((thrown: Error) => thrown)
    expect(error).toEqual(failure('platformUnauthorized'))
    expect(String(error)).not.toContain('a-new-secret')
  })

  it.each([
    ['not JSON', 'demo-client-secret'],
    ['clientSecret', JSON.stringify({ tenant: 'a', clientId: 'b' })],
    ['tenant', JSON.stringify({ tenant: '../evil', clientId: 'b', clientSecret: 'c' })],
  ])('needs credentials as documented: %s', async (says, given) => {
    secret = given
    const error = await platform.snapshot().catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'secretUnavailable', message: expect.stringContaining(says) })
    expect(String(error)).not.toContain(given)
  })
})

describe('the check-up', () => {
  const found = async (subject: string) => (await platform.checkup()).find((one) => one.subject === subject)

  it('knows who we are, what we may do and what is configured', async () => {
    await open({
      roles: [
        role,
        { ...role, id: roleId('gone'), name: 'No Such Role' },
        { ...role, id: roleId('lost'), scope: 'tenant:Atlantis' },
        { ...role, id: roleId('older'), name: 'Technician' },
      ],
    })
    const checks = await platform.checkup()
    const states = Object.fromEntries(checks.map(({ subject, state }) => [subject, state]))
    expect(states).toMatchObject({
      credentials: 'ok',
      'service principal': 'ok',
      'rights: administration': 'ok',
      'API generation': 'ok',
      'API description': 'ok',
      'role scripts': 'ok',
      'role gone': 'problem',
      'role lost': 'problem',
      'role older': 'warning',
    })
    expect(checks.filter(({ state }) => state !== 'ok').every(({ remedy }) => remedy !== undefined)).toBe(
      true,
    )
    expect(JSON.stringify(checks)).not.toMatch(/@|demo-client-secret/)
  })

  it('says what we may not do, and what the instance does not serve', async () => {
    immy().edit({ kind: 'removeAssignments', email: 'rolecall@demo.test' })
    expect((await found('credentials'))?.state).toBe('problem')
    immy().reset()
    immy().switches({ swagger: false })
    expect((await found('API description'))?.state).toBe('warning')
    expect(demoClient.objectId).toMatch(/^3{8}/)
  })

  it.each([
    ['groups alone', ['groups:manage'], 'problem', /users, roles, people/],
    [
      'everything but making roles',
      ['users:manage', 'persons:manage', 'groups:manage', 'roles:assign'],
      'warning',
      /roles:manage/,
    ],
    [
      'what is needed',
      ['users:manage', 'persons:manage', 'groups:manage', 'roles:assign', 'roles:manage'],
      'ok',
      /users, roles, groups, people/,
    ],
  ] as const)('asks whether we may do all that is needed: %s', async (_, held, state, says) => {
    const views = ['users:view', 'persons:view', 'groups:view', 'roles:view', 'tenants:view']
    immy().edit(
      { kind: 'addRole', name: 'Keeper', permissions: [...views, ...held] },
      { kind: 'removeAssignments', email: 'rolecall@demo.test' },
      { kind: 'assign', to: { userId: demoUsers.rolecall }, role: 'Keeper', scope: { kind: 'owner' } },
    )
    expect(await found('rights: administration')).toMatchObject({
      state,
      found: expect.stringMatching(says),
    })
  })

  it('compares the calls we make with the description of the generation we believe in', async () => {
    immy().switches({ generation: 'legacy' })
    await open({ dialect: { generation: 'rbac' } })
    const checks = await platform.checkup()
    expect(checks.find(({ subject }) => subject === 'API description')).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('POST /users/bulk-create'),
    })
  })
})
