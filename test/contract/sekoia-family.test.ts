import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtinRoles, demoCommunity, demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import { accessOf } from '../../infra/local/simulators/sekoia/family.ts'
import {
  lyonCommunity,
  mainCommunity,
  mainKey,
  mainOwner,
  msspWorld,
} from '../../infra/local/simulators/sekoia/mssp.ts'
import type { Switches } from '../../infra/local/simulators/sekoia/world.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { type AccountId, accountId, communityId, milliseconds, roleId } from '../../lib/core/ids.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { contentsOf, failure, rolesOf } from './hand.ts'
import { sekoiaCommunity, sekoiaHarness } from './sekoia.ts'

/** A main community, and two it manages: what is done above, seen below. */
const ada = 'ada@acme.example'
const { low, teams } = sekoiaHarness.roles
const [team] = teams

let simulators: Simulators
let clock: ReturnType<typeof testClock>
let main: Platform
let child: Platform

const communityOf = (tenant: string) => ({
  ...sekoiaCommunity(simulators.url),
  id: communityId(tenant),
  tenant,
  roles: [low, team],
})
const open = (tenant: string, key: string): Promise<Platform> =>
  createPlatforms({
    secrets: async () => key,
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
    random: () => 0.5,
  }).open(communityOf(tenant))
const sekoia = () => simulators.sekoia
const turn = (switches: Partial<Switches>) => sekoia().switches(switches)
const member = (community: string, builtin: string = builtinRoles.analyst) =>
  sekoia().edit({ kind: 'addMember', community, email: ada, builtin })
const inMain = async (): Promise<AccountId> => {
  const { accounts } = await main.snapshot()
  return accounts.find(({ email }) => email === ada)?.id ?? accountId('nobody')
}
const since = (before: number) => sekoia().requests().slice(before)
const readsBelow = (before: number) =>
  since(before).filter(({ path }) => path.includes('/avatars/') && !path.includes(mainCommunity))
const access = (community: string) => accessOf(sekoia().world(), community, ada)

beforeEach(async () => {
  clock = testClock()
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  sekoia().reset(msspWorld())
  turn({ errorBlock: { errors: 0, seconds: 10, block: 30 } })
  main = await open(mainCommunity, mainKey)
  child = await open(demoCommunity, demoKey)
})
afterEach(() => simulators.close())

describe('what a main community shows', () => {
  it('are the communities it manages, in whole snapshots only', async () => {
    expect((await main.snapshot()).children).toEqual([
      { tenant: demoCommunity, name: 'Demo SOC' },
      { tenant: lyonCommunity, name: 'Demo Lyon' },
    ])
    expect(await main.accounts([accountId(mainOwner.avatar)])).not.toHaveProperty('children')
    expect(await child.snapshot()).not.toHaveProperty('children')
  })

  it('are at least their ids where our key may not list them, asked once an hour', async () => {
    sekoia().edit({
      kind: 'editKey',
      key: mainKey,
      changes: { permissions: ['COMMUNITY_LIST_MEMBER', 'COMMUNITY_READ_ROLE'] },
    })
    const expected = [demoCommunity, lyonCommunity].map((uuid) => ({ tenant: uuid, name: uuid }))
    const refusals = () =>
      sekoia()
        .requests()
        .filter(({ status }) => status === 403).length
    expect((await main.snapshot()).children).toEqual(expected)
    expect((await main.snapshot()).children).toEqual(expected)
    expect(refusals()).toBe(1)
    clock.advance(3601)
    await main.snapshot()
    expect(refusals()).toBe(2)
  })

  it('is unreadable when the list of them is cut', async () => {
    sekoia().faults([{ kind: 'halfList', path: '/sub-communities', times: 1 }])
    await expect(main.snapshot()).rejects.toEqual(failure('platformUnreadable'))
  })
})

describe('what a managed community shows', () => {
  it('are its own members, and nobody of the main community', async () => {
    member(mainCommunity)
    const emails = (await child.snapshot()).accounts.map(({ email }) => email)
    expect(emails).toEqual(['owner@demo.test'])
    expect(access(demoCommunity)).toEqual(['Analyst'])
  })

  it('is somebody once, with the roles given here, who is in both', async () => {
    member(mainCommunity)
    member(demoCommunity, builtinRoles.guest)
    const mine = (await child.snapshot()).accounts.filter(({ email }) => email === ada)
    expect(mine).toMatchObject([{ roles: [builtinRoles.guest] }])
    expect(access(demoCommunity)).toEqual(['Analyst', 'Guest'])
  })

  it('are roles the main community lends, which are never taken for ours', async () => {
    turn({ parentRoles: 'usable' })
    await main.apply(make.createRole(team, contentsOf(team)), await rolesOf(main, communityOf(mainCommunity)))
    const lent = (await child.snapshot()).roles.find(({ name }) => name.startsWith(team.name))
    expect(lent?.name).toBe(`${team.name} (main community)`)
    const roles = await rolesOf(child, communityOf(demoCommunity))
    expect(roles.has(team.id)).toBe(false)
    await child.apply(make.createRole(team, contentsOf(team)), roles)
    const own = (await rolesOf(child, communityOf(demoCommunity))).get(team.id)
    expect(own?.id).not.toBe(lent?.id)
    const remove = make.deleteRole(team, lent?.id ?? own?.id ?? never())
    await expect(child.apply(remove, roles)).rejects.toThrow(/not this community's own/)
    turn({ parentRoles: 'hidden' })
    expect((await child.snapshot()).roles.map(({ name }) => name)).toEqual([
      'Guest',
      'Analyst',
      'Admin',
      team.name,
    ])
  })
})

describe('after a suspension in the main community', () => {
  it('nobody gets in below, which one read per managed community shows', async () => {
    member(mainCommunity)
    const account = await inMain()
    const before = sekoia().requests().length
    const applied = await main.apply(make.suspend(ada, account), new Map())
    expect(applied).toMatchObject({ kind: 'account', account: { status: 'disabled' } })
    expect(applied).not.toHaveProperty('remains')
    expect(readsBelow(before)).toHaveLength(2)
    expect(access(demoCommunity)).toEqual([])
  })

  it('an own membership below that still lets in is named, and left to that community', async () => {
    member(mainCommunity)
    member(lyonCommunity, builtinRoles.guest)
    const applied = await main.apply(make.suspend(ada, await inMain()), new Map())
    expect(applied).toMatchObject({ remains: ['Demo Lyon'] })
    expect(access(lyonCommunity)).toEqual(['Guest'])
    sekoia().edit({ kind: 'editMember', community: lyonCommunity, email: ada, status: 'disabled' })
    expect(await main.apply(make.suspend(ada, await inMain()), new Map())).not.toHaveProperty('remains')
  })

  it('an inherited membership that still lets in is named, as long as it does', async () => {
    member(mainCommunity)
    turn({ inherited: 'stale' })
    const account = await inMain()
    const suspend = make.suspend(ada, account)
    expect(await main.apply(suspend, new Map())).toMatchObject({
      account: { status: 'disabled' },
      remains: ['Demo SOC', 'Demo Lyon'],
    })
    turn({ inherited: 'live' })
    expect(await main.apply(suspend, new Map())).not.toHaveProperty('remains')
  })

  it('waits for a platform that shows it a moment later', async () => {
    member(mainCommunity)
    turn({ inherited: 'stale' })
    const account = await inMain()
    const later = { kind: 'turn', switches: { inherited: 'live' } } as const
    sekoia().faults([
      { kind: 'meanwhile', path: `${demoCommunity}/avatars/`, after: 1, times: 1, edits: [later] },
    ])
    expect(await main.apply(make.suspend(ada, account), new Map())).not.toHaveProperty('remains')
    expect(clock.slept()).toBe(1)
  })

  it('what our key may not read stays unknown, at the price of one error', async () => {
    member(mainCommunity)
    turn({ parentKeys: 'refused' })
    const account = await inMain()
    const before = sekoia().requests().length
    const unknown = { remains: ['Demo SOC (unknown)', 'Demo Lyon (unknown)'] }
    expect(await main.apply(make.suspend(ada, account), new Map())).toMatchObject(unknown)
    expect(since(before).filter(({ status }) => status >= 400)).toHaveLength(1)
    // The next one is asked about the others only, and then nobody is asked for an hour.
    expect(await main.apply(make.suspend(ada, account), new Map())).toMatchObject(unknown)
    expect(await main.apply(make.suspend(ada, account), new Map())).toMatchObject(unknown)
    expect(since(before).filter(({ status }) => status >= 400)).toHaveLength(2)
  })

  it.each([
    ['the list of them', '/sub-communities', ['managed communities (unknown)']],
    ['one of them', `${lyonCommunity}/avatars/`, ['Demo Lyon (unknown)']],
  ])('what could not be asked stays unknown, and the suspension stands: %s', async (_, path, remains) => {
    member(mainCommunity)
    const account = await inMain()
    clock.advance(601)
    sekoia().faults([{ kind: 'status', status: 429, path, times: 3 }])
    expect(await main.apply(make.suspend(ada, account), new Map())).toMatchObject({
      account: { status: 'disabled' },
      remains,
    })
  })

  it('is not believed by a list of others, whatever page the person is on', async () => {
    member(mainCommunity)
    const account = await inMain()
    const [stranger] = (await child.snapshot()).accounts
    const text = JSON.stringify({
      total: 300,
      items: [{ uuid: stranger?.id, user: { uuid: 'another' }, status: 'enabled', roles: [] }],
    })
    sekoia().faults([
      {
        kind: 'raw',
        path: `${demoCommunity}/avatars/`,
        status: 200,
        contentType: 'application/json',
        text,
        times: 1,
      },
    ])
    expect(await main.apply(make.suspend(ada, account), new Map())).toMatchObject({
      remains: ['Demo SOC (unknown)', 'Demo Lyon (unknown)'],
    })
  })

  it('a community without others below asks nobody', async () => {
    member(demoCommunity)
    const account = (await child.snapshot()).accounts.find(({ email }) => email === ada)?.id ?? accountId('')
    const before = sekoia().requests().length
    await child.apply(make.suspend(ada, account), new Map())
    expect(since(before).filter(({ path }) => path.includes(lyonCommunity))).toEqual([])
  })
})

describe('after a removal in the main community', () => {
  it('memberships below are named, and what could not be seen is unknown', async () => {
    member(mainCommunity)
    member(demoCommunity)
    const account = await inMain()
    sekoia().faults([{ kind: 'status', status: 500, path: `${lyonCommunity}/avatars/`, times: 3 }])
    expect(await main.apply(make.remove(ada, account), new Map())).toEqual({
      kind: 'gone',
      remains: ['Demo SOC', 'Demo Lyon (unknown)'],
    })
    expect(await inMain()).toBe('nobody')
  })

  it('nothing remains of somebody who was only there', async () => {
    member(mainCommunity)
    expect(await main.apply(make.remove(ada, await inMain()), new Map())).toEqual({ kind: 'gone' })
    expect(access(demoCommunity)).toEqual([])
  })
})

describe('a role of the main community', () => {
  it('stays while somebody in a managed one holds it', async () => {
    turn({ parentRoles: 'usable' })
    await main.apply(make.createRole(team, contentsOf(team)), new Map())
    const id = (await rolesOf(main, communityOf(mainCommunity))).get(team.id)?.id ?? never()
    sekoia().edit({ kind: 'addMember', community: lyonCommunity, email: ada, roles: [id] })
    await expect(main.apply(make.deleteRole(team, id), new Map())).rejects.toThrow(/held by 1/)
    sekoia().edit({ kind: 'editMember', community: lyonCommunity, email: ada, roles: [] })
    turn({ parentKeys: 'refused' })
    await expect(main.apply(make.deleteRole(team, id), new Map())).rejects.toThrow(/may not read/)
    turn({ parentKeys: 'valid' })
    clock.advance(3601)
    await main.apply(make.deleteRole(team, id), new Map())
    expect((await rolesOf(main, communityOf(mainCommunity))).has(team.id)).toBe(false)
  })
})

describe('a key of the main community', () => {
  it('serves a managed one where the platform allows it, invitations with a right of their own', async () => {
    const above = await open(demoCommunity, mainKey)
    await above.apply(make.invite(ada, ['low']), await rolesOf(above, communityOf(demoCommunity)))
    expect(access(demoCommunity)).toEqual(['Guest'])
    const { permissions } = sekoia()
      .world()
      .keys.find(({ key }) => key === mainKey) ?? { permissions: [] }
    const fewer = permissions.filter((name) => name !== 'COMMUNITY_MANAGE_SUB_COMMUNITIES')
    sekoia().edit({ kind: 'editKey', key: mainKey, changes: { permissions: fewer } })
    const again = make.invite('bob@acme.example', [roleId('low')])
    await expect(above.apply(again, await rolesOf(above, communityOf(demoCommunity)))).rejects.toEqual(
      failure('platformForbidden'),
    )
    turn({ parentKeys: 'refused' })
    await expect(above.snapshot()).rejects.toEqual(failure('platformForbidden'))
  })
})

const never = (): never => {
  throw new Error('no such role')
}
