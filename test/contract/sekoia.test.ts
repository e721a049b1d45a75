import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  builtinRoles,
  demoCommunity,
  demoIntakes,
  demoKey,
  demoOwner,
} from '../../infra/local/simulators/sekoia/demo.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { RoleContents } from '../../lib/core/configuration.ts'
import { accountId, milliseconds, platformRoleId } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { callsOf } from '../../lib/platforms/sekoia/calls.ts'
import { defaultDialect } from '../../lib/platforms/sekoia/dialect.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { rolesOf } from './hand.ts'
import { sekoiaCommunity, sekoiaHarness } from './sekoia.ts'

/** What only Sekoia.io does. */
const { narrow: scoped, low, high, teams } = sekoiaHarness.roles
const [team] = teams
const failure = (code: string) => expect.objectContaining({ name: 'ConnectorError', code })
const contents = (role: typeof scoped): RoleContents => {
  if (role.kind === 'builtin' || role.contents === undefined) throw new Error('no contents')
  return role.contents
}

let simulators: Simulators
let platform: Platform
let clock: ReturnType<typeof testClock>
const open = (roles = sekoiaCommunity('').roles) =>
  createPlatforms({
    secrets: async () => demoKey,
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
  }).open({ ...sekoiaCommunity(simulators.url), roles })
const roles = () => rolesOf(platform, sekoiaCommunity(simulators.url))
const sekoia = () => simulators.sekoia

beforeEach(async () => {
  clock = testClock()
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  platform = await open()
})
afterEach(() => simulators.close())

describe('restricted roles', () => {
  it('that come out unrestricted are deleted again and reported', async () => {
    sekoia().switches({ intakes: 'ignored' })
    await expect(platform.apply(make.createRole(scoped, contents(scoped)), await roles())).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(
      sekoia()
        .world()
        .roles.map(({ name }) => name),
    ).toEqual(['Guest', 'Analyst', 'Admin'])
  })

  it('take intakes by uuid, and by name only when one intake has it', async () => {
    const byUuid = { ...contents(scoped), intakes: [demoIntakes.firewallLyon] }
    await platform.apply(make.createRole(scoped, byUuid), await roles())
    expect((await roles()).get('edr')?.intakes).toEqual([demoIntakes.firewallLyon])
    sekoia().edit({
      kind: 'addIntake',
      intake: { uuid: '1a000000-0000-4000-8000-00000000000f', name: 'edr - PARIS', community: demoCommunity },
    })
    const role = { ...scoped, name: 'Another' }
    await expect(platform.apply(make.createRole(role, contents(scoped)), await roles())).rejects.toThrow(
      /several/,
    )
  })

  it('refuse permissions that only unrestricted roles may carry', async () => {
    const wide = { ...contents(scoped), permissions: ['SIC_READ_INCIDENTS'] }
    await expect(platform.apply(make.createRole(scoped, wide), await roles())).rejects.toThrow(
      /not allowed in restricted/,
    )
  })

  it('widened by hand are narrowed again by a repair', async () => {
    await platform.apply(make.createRole(scoped, contents(scoped)), await roles())
    const id = (await roles()).get('edr')?.id ?? platformRoleId('')
    sekoia().edit({ kind: 'editRole', name: scoped.name, intakes: [] })
    expect((await roles()).get('edr')?.kind).toBe('restricted')
    await platform.apply(make.repairRole(scoped, contents(scoped), id), await roles())
    expect((await roles()).get('edr')?.intakes).toEqual([demoIntakes.edrParis])
  })
})

it('reads intakes only when a role needs them, as the permission may be missing', async () => {
  const intakeReads = () =>
    sekoia()
      .requests()
      .filter(({ path }) => path.includes('intakes')).length
  expect((await (await open([low, high])).snapshot()).intakes).toEqual([])
  expect(intakeReads()).toBe(0)
  expect((await platform.snapshot()).intakes.map(({ name }) => name)).toEqual([
    'EDR - Paris',
    'Firewall - Lyon',
  ])
  expect(intakeReads()).toBe(1)
})

it('leaves a role alone that somebody else made just then under the name', async () => {
  const [template] = sekoia().world().roles
  const byHand = { ...template, uuid: below, name: team.name, community: demoCommunity } as const
  const known = await roles()
  sekoia().faults([
    { kind: 'status', method: 'POST', path: '/roles', status: 503, times: 1 },
    {
      kind: 'meanwhile',
      method: 'GET',
      path: '/roles',
      after: 1,
      times: 1,
      edits: [{ kind: 'addRole', role: byHand as NonNullable<typeof template> }],
    },
  ])
  await expect(platform.apply(make.createRole(team, contents(team)), known)).rejects.toEqual(
    failure('platformDisagrees'),
  )
  expect(sekoia().world().roles.at(-1)).toMatchObject({ name: team.name })
})

it('invites nobody who became a member after the plan was made', async () => {
  const known = await roles()
  sekoia().edit({ kind: 'addMember', community: demoCommunity, email: 'ada@acme.example' })
  await expect(platform.apply(make.invite('Ada@acme.example', [low.id]), known)).rejects.toEqual(
    failure('platformDisagrees'),
  )
  expect(sekoia().world().avatars.at(-1)).toMatchObject({ builtin: null, roles: [] })
  expect(
    sekoia()
      .requests()
      .every(({ method }) => method === 'GET'),
  ).toBe(true)
})

it('writes no role that is as wanted already, and none that is not the community’s own', async () => {
  await platform.apply(make.createRole(team, contents(team)), await roles())
  const known = await roles()
  const writes = () =>
    sekoia()
      .requests()
      .filter(({ method }) => method !== 'GET').length
  const before = writes()
  await platform.apply(
    make.repairRole(team, contents(team), known.get('team')?.id ?? platformRoleId('')),
    known,
  )
  for (const builtin of [builtinRoles.guest, builtinRoles.admin])
    await expect(
      platform.apply(make.repairRole(team, contents(team), platformRoleId(builtin)), known),
    ).rejects.toThrow(/not this community's own/)
  expect(writes()).toBe(before)
})

it('says which rule the platform kept when it keeps its last administrator', async () => {
  sekoia().switches({ lastAdmin: 'refused' })
  const owner = accountId(demoOwner.avatar)
  await expect(platform.apply(make.suspend(demoOwner.email, owner), await roles())).rejects.toThrow(
    /must keep an administrator/,
  )
  await expect(
    platform.apply(
      make.revoke(demoOwner.email, owner, high.id, platformRoleId(builtinRoles.admin)),
      await roles(),
    ),
  ).rejects.toEqual(failure('platformRefused'))
  expect(sekoia().world().avatars).toMatchObject([{ status: 'enabled', builtin: builtinRoles.admin }])
})

it('leaves members of a parent community out', async () => {
  const world = sekoia().world()
  const parent = '33333333-3333-4333-8333-333333333333'
  sekoia().reset({
    ...world,
    communities: [
      ...world.communities.map((community) => ({ ...community, parent })),
      { uuid: parent, name: 'Parent', parent: null, createdAt: '2025-01-01 00:00:00.000000' },
    ],
  })
  sekoia().edit({ kind: 'addMember', community: parent, email: 'boss@parent.test' })
  expect((await platform.snapshot()).accounts.map(({ email }) => email)).toEqual([demoOwner.email])
})

it('sees an account that was disabled again at midnight', async () => {
  sekoia().switches({ midnight: true })
  sekoia().edit({ kind: 'addMember', community: demoCommunity, email: 'ada@acme.example' })
  const account =
    (await platform.snapshot()).accounts.find(({ email }) => email === 'ada@acme.example')?.id ??
    accountId('')
  clock.advance(60)
  await platform.apply(make.suspend('ada@acme.example', account), await roles())
  await platform.apply(make.resume('ada@acme.example', account), await roles())
  clock.advance(24 * 3600)
  expect((await platform.accounts([account])).accounts).toMatchObject([{ status: 'disabled' }])
})

it('asks for many accounts in few requests, and misses nobody', async () => {
  sekoia().edit({ kind: 'populate', community: demoCommunity, count: 120 })
  const ids = sekoia()
    .world()
    .avatars.map(({ uuid }) => accountId(uuid))
  const gone = accountId('99999999-9999-4999-8999-999999999999')
  const before = sekoia().requests().length
  const { accounts, scope } = await platform.accounts([...ids, gone])
  expect(scope).toBe('targeted')
  expect(accounts.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  expect(sekoia().requests().length - before).toBeLessThanOrEqual(6)
  expect(
    sekoia()
      .requests()
      .filter(({ status }) => status >= 400),
  ).toEqual([])
})

it('keeps the other roles of a person when assigning replaces them', async () => {
  sekoia().switches({ assign: 'replace' })
  await platform.apply(make.createRole(team, contents(team)), await roles())
  const teamId = (await roles()).get('team')?.id ?? ''
  const hand = {
    kind: 'addRole',
    role: {
      ...(sekoia().world().roles.at(-1) ?? never()),
      uuid: '0c000000-0000-4000-8000-000000000001',
      name: 'Hand-made',
    },
  } as const
  sekoia().edit(hand, {
    kind: 'addMember',
    community: demoCommunity,
    email: 'ada@acme.example',
    roles: [hand.role.uuid],
  })
  const account =
    (await platform.snapshot()).accounts.find(({ email }) => email === 'ada@acme.example')?.id ??
    accountId('')
  const grant = make.grant('ada@acme.example', account, 'team')
  const known = await roles()
  // Refused halfway, the role is given all the same: nobody may take the grant for refused.
  sekoia().faults([{ kind: 'status', method: 'PUT', status: 403, times: 1 }])
  await expect(platform.apply(grant, known)).rejects.toEqual(failure('platformUncertain'))
  expect(sekoia().world().avatars.at(-1)?.roles).toEqual([teamId])
  sekoia().edit({
    kind: 'editMember',
    community: demoCommunity,
    email: 'ada@acme.example',
    roles: [hand.role.uuid],
  })
  await platform.apply(grant, known)
  expect(sekoia().world().avatars.at(-1)?.roles.toSorted()).toEqual([hand.role.uuid, teamId].toSorted())
})

it('makes no call that its list for `doctor` leaves out, and the list none that is never made', async () => {
  const shape = (path: string) => path.replace(/^\/v1/, '').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{}')
  const apply = async (change: Change) => platform.apply(change, await roles())
  sekoia().switches({ assign: 'replace' })
  sekoia().edit({ kind: 'manage' })
  sekoia().edit({
    kind: 'addCommunity',
    community: { uuid: below, name: 'Below', parent: demoCommunity, createdAt: '' },
  })
  for (const role of teams) await apply(make.createRole(role, contents(role)))
  await apply(make.createRole(scoped, contents(scoped)))
  await apply(make.invite('ada@acme.example', ['team']))
  const account = (await platform.snapshot()).accounts.find(({ email }) => email === 'ada@acme.example')?.id
  if (account === undefined) throw new Error('not invited')
  // Assigning replaces here, so that the other role has to be put back.
  await apply(make.grant('ada@acme.example', account, 'other-team'))
  const held = await roles()
  const idOf = (role: string) => held.get(role)?.id ?? platformRoleId('')
  await apply(make.revoke('ada@acme.example', account, 'team', idOf('team')))
  await apply(make.suspend('ada@acme.example', account))
  await apply(
    make.repairRole(scoped, { ...contents(scoped), description: 'Another description' }, idOf('edr')),
  )
  await apply(make.deleteRole(scoped, idOf('edr')))
  await apply(make.remove('ada@acme.example', account))
  await platform.checkup()
  sekoia().switches({ ownKey: 'untold' })
  expect(await platform.credentialsExpire()).toBeUndefined()
  const made = new Set(
    sekoia()
      .requests()
      .map(({ method, path }) => `${method} ${shape(path)}`),
  )
  const listed = callsOf(defaultDialect).map(({ method, path }) => `${method} ${path}`)
  expect([...made].toSorted()).toEqual([...listed, 'GET /swagger.json'].toSorted())
})

it('deletes no role that the platform says is held, though it shows nobody who holds it', async () => {
  await platform.apply(make.createRole(team, contents(team)), await roles())
  const known = await roles()
  const id = known.get('team')?.id ?? platformRoleId('')
  sekoia().edit({ kind: 'addMember', community: demoCommunity, email: 'ada@acme.example', roles: [id] })
  const none = { status: 200, contentType: 'application/json', text: '{"total":0,"items":[]}', times: 1 }
  sekoia().faults([{ kind: 'raw', path: '/avatars/', ...none }])
  await expect(platform.apply(make.deleteRole(team, id), known)).rejects.toThrow(/held by 1/)
})

it('takes a role that somebody else deleted first as gone, and a refusal as a refusal', async () => {
  await platform.apply(make.createRole(team, contents(team)), await roles())
  const id = (await roles()).get('team')?.id ?? platformRoleId('')
  const change = make.deleteRole(team, id)
  sekoia().faults([{ kind: 'status', method: 'DELETE', status: 400, times: 1 }])
  await expect(platform.apply(change, await roles())).rejects.toEqual(failure('platformRefused'))
  sekoia().faults([
    { kind: 'meanwhile', method: 'DELETE', times: 1, edits: [{ kind: 'deleteRole', name: team.name }] },
  ])
  expect(await platform.apply(change, await roles())).toEqual({ kind: 'gone' })
  expect(await platform.apply(change, await roles())).toEqual({ kind: 'gone' })
})

const below = '55555555-5555-4555-8555-555555555555'
const never = (): never => {
  throw new Error('the simulator holds no role')
}
