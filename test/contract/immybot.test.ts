import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtinRoles, demoTag, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import { subjects } from '../../infra/local/simulators/immybot/permissions.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { type AccountId, accountId, milliseconds, roleId } from '../../lib/core/ids.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { immybotTraits } from '../../lib/platforms/immybot/traits.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { contentsOf, failure, rolesOf } from './hand.ts'
import { immybotCommunity, immybotSecret } from './immybot.ts'

/** What only ImmyBot does with roles: scopes, groups, owners, deny, and two generations of its API. */
const ada = 'ada@acme.example'
const role = (id: string, name: string, scope?: string, kind: 'builtin' | 'custom' = 'builtin') =>
  ({ id: roleId(id), kind, name, ...(scope === undefined ? {} : { scope }) }) as RoleDefinition
const technician = role('technician', 'Script Manager', 'tenant:Paris')
const tagged = role('tagged', 'Script Manager', 'tenantTag:France')
const wide = role('wide', 'Script Manager', 'msp')
const field: RoleDefinition = {
  ...role('field', 'Field team', 'tenant:Paris', 'custom'),
  kind: 'custom',
  owner: 'Paris',
  contents: { description: 'Looks at computers', permissions: ['computers=view'], intakes: [] },
}

let simulators: Simulators
let clock: ReturnType<typeof testClock>
let platform: Platform
let community: Community
const immy = () => simulators.immybot
const world = () => immy().world()

const open = async (roles: readonly RoleDefinition[], given: Partial<Community> = {}): Promise<void> => {
  const base = immybotCommunity(simulators.url)
  community = { ...base, roles, ...given, dialect: { ...base.dialect, ...given.dialect } }
  platform = await createPlatforms({
    secrets: async () => immybotSecret(),
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
  }).open(community)
}
/** As the planner finds them: by name and place, or else by the name of the other vocabulary. */
const known = async () => {
  const aliased = community.roles.flatMap((one) =>
    (immybotTraits.roleAliases?.[one.name.toLowerCase()] ?? []).map((name) => ({ ...one, name })),
  )
  const roles = await rolesOf(platform, { roles: aliased })
  return new Map([...roles, ...(await rolesOf(platform, community))])
}
const run = async (change: Parameters<Platform['apply']>[0]) => platform.apply(change, await known())
const account = async (email = ada) => {
  const found = (await platform.snapshot()).accounts.find((one) => one.email === email)
  if (found === undefined) throw new Error(`no account ${email}`)
  return found
}
const join = async (...roles: readonly RoleDefinition[]): Promise<AccountId> => {
  await run(
    make.invite(
      ada,
      roles.map(({ id }) => id),
    ),
  )
  return (await account()).id
}
const groups = () => world().groups.map(({ name }) => name)
const scopesOfGroups = () =>
  world().assignments.flatMap(({ groupId, scope }) => (groupId === null ? [] : [scope]))
const listed = async (name: string) => (await platform.snapshot()).roles.filter((one) => one.name === name)

beforeEach(async () => {
  clock = testClock()
  simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  await open([technician, tagged, wide, field])
})
afterEach(() => simulators.close())

describe('a role in a scope', () => {
  it.each([
    [technician, { kind: 'specific-tenant', tenantId: 2 }],
    [tagged, { kind: 'tenant-tag', tagId: demoTag }],
    [wide, { kind: 'msp', mspTenantId: 1 }],
    [role('own', 'Script Manager', 'ownTenant'), { kind: 'user-tenant' }],
    [role('all', 'Script Manager', 'everything'), { kind: 'owner' }],
    [role('by-id', 'Script Manager', 'tenant:2'), { kind: 'specific-tenant', tenantId: 2 }],
  ])('$id is given through one group that holds exactly that', async (definition, scope) => {
    await open([definition])
    await join(definition)
    expect(groups()).toEqual([`Rolecall: ${definition.id}`])
    expect(scopesOfGroups()).toEqual([scope])
    expect((await account()).roles).toEqual([(await known()).get(definition.id)?.id])
    expect((await listed('Script Manager')).map((one) => one.scope)).toEqual([definition.scope])
  })

  it('has one group, whoever comes later', async () => {
    await join(technician)
    await run(make.invite('bert@acme.example', [technician.id]))
    expect(groups()).toHaveLength(1)
    expect(world().members).toHaveLength(2)
  })

  it('of a place that is not there, or that two have, is listed without it', async () => {
    immy().edit({ kind: 'addTenant', name: 'paris' })
    const nowhere = role('nowhere', 'Script Manager', 'tenant:Atlantis')
    await open([technician, nowhere])
    expect((await listed('Script Manager')).map(({ scope }) => scope)).toEqual([undefined])
    const [bare] = await listed('Script Manager')
    if (bare === undefined) throw new Error('not listed')
    const roles = new Map([[technician.id as string, bare]])
    await expect(
      platform.apply(make.grant('owner@demo.test', accountId('1'), technician.id), roles),
    ).rejects.toEqual(failure('platformRefused'))
    const { scopes } = await platform.catalogue()
    expect(scopes).toEqual(
      expect.arrayContaining(['tenant:2', 'tenantTag:France', 'everything', 'ownTenant', 'msp']),
    )
    expect(scopes).not.toContain('tenant:Paris')
  })

  it('changed in the configuration leaves the old group to those who are taken out of it', async () => {
    const id = await join(technician)
    const before = (await known()).get(technician.id)
    const moved = { ...technician, scope: 'tenant:Demo MSP' }
    await open([moved])
    await run(make.grant(ada, id, moved.id))
    expect(groups()).toEqual(['Rolecall: technician', 'Rolecall: technician (tenant:1)'])
    expect((await account()).roles).toHaveLength(2)
    if (before === undefined) throw new Error('the role was not there')
    await run(make.revoke(ada, id, technician.id, before.id))
    expect((await account()).roles).toEqual([(await known()).get(moved.id)?.id])
  })
})

describe('the group of a role', () => {
  const refused = async () =>
    expect(run(make.invite('bert@acme.example', [technician.id]))).rejects.toMatchObject({
      code: 'platformRefused',
      message: expect.stringContaining('exactly the one role assignment'),
    })
  const assign = (deny: boolean): Edit => ({
    kind: 'assign',
    to: { group: 'Rolecall: technician' },
    role: 'Deployment Manager',
    scope: { kind: 'owner' },
    deny,
  })

  it.each([
    ['another assignment', assign(false)],
    ['a deny assignment', assign(true)],
  ])('with %s beside ours is not used any more', async (_, edit) => {
    await join(technician)
    immy().edit(edit)
    await refused()
    expect(world().members).toHaveLength(1)
  })

  it('made by hand under its name, with people in it, is not used', async () => {
    immy().edit(
      { kind: 'addGroup', name: 'Rolecall: technician' },
      { kind: 'addUser', email: 'hand@acme.example' },
      { kind: 'addGroupMember', group: 'Rolecall: technician', email: 'hand@acme.example' },
    )
    await refused()
  })

  it('that came to be without its assignment is completed', async () => {
    immy().edit({ kind: 'addGroup', name: 'Rolecall: technician' })
    await join(technician)
    expect(groups()).toHaveLength(1)
    expect(scopesOfGroups()).toEqual([{ kind: 'specific-tenant', tenantId: 2 }])
  })
})

describe('what was given by hand', () => {
  const byHand: readonly Edit[] = [
    { kind: 'addGroup', name: 'Helpdesk' },
    { kind: 'assign', to: { group: 'Helpdesk' }, role: 'Deployment Manager', scope: { kind: 'owner' } },
    { kind: 'addGroupMember', group: 'Helpdesk', email: ada },
    {
      kind: 'assign',
      to: { email: ada },
      role: 'Script Manager',
      scope: { kind: 'specific-tenant', tenantId: 2 },
    },
  ]

  it('has names and places of its own, and stays whatever we take', async () => {
    const id = await join(technician)
    immy().edit(...byHand)
    const { roles } = await platform.snapshot()
    const held = (await account()).roles.map((one) => roles.find((known) => known.id === one))
    expect(held.map((one) => `${one?.name}: ${one?.scope}`).toSorted()).toEqual([
      expect.stringMatching(/^Deployment Manager: everything, by group \d+$/),
      'Script Manager: tenant:Paris',
      'Script Manager: tenant:Paris, given directly',
    ])
    const direct = held.find((one) => one?.scope?.endsWith('directly'))
    if (direct === undefined) throw new Error('not listed')
    await expect(run(make.revoke(ada, id, technician.id, direct.id))).rejects.toEqual(
      failure('platformRefused'),
    )
    await run(make.suspend(ada, id))
    expect(world().assignments.some(({ userId }) => userId === Number(id))).toBe(true)
    const inGroups = world().members.filter(({ userId }) => userId === Number(id))
    expect(inGroups.map(({ groupId }) => world().groups.find((one) => one.id === groupId)?.name)).toEqual([
      'Helpdesk',
    ])
    expect((await account()).status).toBe('disabled')
  })

  it('as a deny is told of everybody it meets, and no role', async () => {
    await join(technician)
    immy().edit(
      { kind: 'addGroup', name: 'Barred' },
      {
        kind: 'assign',
        to: { group: 'Barred' },
        role: 'Script Manager',
        scope: { kind: 'owner' },
        deny: true,
      },
      { kind: 'addGroupMember', group: 'Barred', email: ada },
      {
        kind: 'assign',
        to: { userId: demoUsers.integration },
        role: 'User (Legacy)',
        scope: { kind: 'owner' },
        deny: true,
      },
    )
    const { notices, accounts } = await platform.snapshot()
    const id = accounts.find(({ email }) => email === ada)?.id
    expect(notices).toEqual([{ kind: 'denied', account: id, roleName: 'Script Manager' }])
    expect((await account()).roles).toHaveLength(1)
    expect((await platform.accounts([id ?? accountId('')])).notices).toEqual(notices)
    expect(await platform.checkup()).toContainEqual(
      expect.objectContaining({ subject: 'deny assignments', state: 'warning' }),
    )
  })
})

describe('a managed role', () => {
  const create = () => run(make.createRole(field, contentsOf(field)))

  it('belongs to its tenant, holds what its words stand for, and has its group from the beginning', async () => {
    await create()
    const made = world().roles.at(-1)
    expect(made).toMatchObject({ name: field.name, ownerTenantId: 2, permissions: ['computers:view'] })
    expect(groups()).toEqual(['Rolecall: field'])
    expect((await listed(field.name)).map(({ scope, kind }) => [scope, kind])).toEqual([
      ['tenant:Paris', 'custom'],
    ])
  })

  it('no longer configured is still listed, and deleted with its group when it is free', async () => {
    await create()
    const id = (await known()).get(field.id)?.id
    await open([technician])
    const [dropped] = await listed(field.name)
    if (dropped === undefined) throw new Error('not listed')
    expect(dropped.id).toBe(id)
    immy().edit({
      kind: 'assign',
      to: { userId: demoUsers.owner },
      role: field.name,
      scope: { kind: 'owner' },
    })
    await expect(run(make.deleteRole(field, dropped.id))).rejects.toEqual(failure('platformRefused'))
    expect(groups()).toHaveLength(1)
    immy().edit({ kind: 'removeAssignments', email: 'owner@demo.test' })
    await run(make.deleteRole(field, dropped.id))
    expect(groups()).toEqual([])
    expect(await listed(field.name)).toEqual([])
  })

  it('expands words to categories, with everything they depend on', async () => {
    const { permissions } = await platform.snapshot()
    const grants = (name: string) => permissions?.find((one) => one.name === name)?.grants
    expect(grants('computers=view')).toEqual(['computers:view'])
    expect(grants('deployments=manage')).toEqual(['deployments:manage', 'deployments:view', 'software:view'])
    expect(grants('computers=full')).toEqual(
      expect.arrayContaining(['computers:terminal', 'scripts:run', 'scripts:view']),
    )
    expect(grants('users:impersonate')).toEqual(['persons:view', 'users:impersonate', 'users:view'])
  })

  it('may hold every subject of the live catalogue, the wider word with all that the narrower gives', async () => {
    const names = new Map((await platform.snapshot()).permissions?.map(({ name, grants }) => [name, grants]))
    for (const { id, permissions } of subjects) {
      const [view = [], manage = [], full = []] = ['view', 'manage', 'full'].map((word) =>
        names.get(`${id}=${word}`),
      )
      expect(view.length).toBeGreaterThan(0)
      expect(manage).toEqual(expect.arrayContaining([...view]))
      expect(full).toEqual(expect.arrayContaining([...manage, ...permissions.map((one) => one.id)]))
    }
  })

  it('that an owner cannot be found for is refused before anything is written', async () => {
    const strange = { ...field, owner: 'Atlantis' } as RoleDefinition
    await expect(run(make.createRole(strange, contentsOf(field)))).rejects.toThrow(/owner "Atlantis"/)
    expect(groups()).toEqual([])
  })

  it('counts as administration when it manages users, roles or groups, and is left alone when we live by it', async () => {
    const grants = (name: string, ...permissions: string[]): Edit => ({ kind: 'addRole', name, permissions })
    immy().edit(
      grants('Keeper', 'groups:manage', 'groups:view'),
      grants('Watcher', 'users:view', 'persons:view'),
      grants('Ours', 'computers:view'),
      { kind: 'assign', to: { userId: demoUsers.rolecall }, role: 'Ours', scope: { kind: 'owner' } },
    )
    expect(await listed('Keeper')).toMatchObject([{ admin: true }])
    expect(await listed('Watcher')).toMatchObject([{ admin: false }])
    expect(await listed('Ours')).toMatchObject([{ untouchable: 'ownKey' }])
    expect((await listed('Watcher'))[0]).not.toHaveProperty('untouchable')
    expect(await listed('System Administrator (Legacy)')).toMatchObject([{ kind: 'builtin', admin: true }])
  })

  it('is never a built-in one', async () => {
    const builtin = make.deleteRole(technician, (await known()).get(technician.id)?.id as never)
    await expect(run(builtin)).rejects.toThrow(/built in/)
  })
})

describe('the generation before', () => {
  beforeEach(() => immy().switches({ generation: 'legacy' }))
  const administrator = role('admin', 'Global Administrator', 'everything')
  const user = role('user', 'System User (Legacy)', 'ownTenant')
  const scripts = role('scripts', 'Script Manager', 'ownTenant')
  const truth = () => world().users.find(({ id }) => id > 99)

  it('makes administrators by a flag, under the name the other vocabulary has', async () => {
    await open([administrator, user, scripts])
    await join(administrator)
    expect(truth()).toMatchObject({ isAdmin: true, roleIds: [] })
    const { roles } = await platform.snapshot()
    const held = (await account()).roles.map((id) => roles.find((one) => one.id === id))
    expect(held).toMatchObject([{ name: 'System Administrator (Legacy)', scope: 'everything', admin: true }])
  })

  it('gives and takes roles as such, and lets nobody keep one when they are suspended', async () => {
    await open([administrator, user, scripts])
    const id = await join(administrator, scripts)
    expect(truth()).toMatchObject({ isAdmin: true, roleIds: [builtinRoles.scriptManager] })
    await run(make.suspend(ada, id))
    expect(truth()).toMatchObject({ isAdmin: false, roleIds: [] })
    // What every user has goes with the user, an hour later.
    expect(await account()).toMatchObject({ status: 'disabled', roles: [] })
    await run(make.resume(ada, id))
    expect((await account()).roles).toEqual([(await known()).get(user.id)?.id])
    await expect(
      run(make.revoke(ada, id, user.id, (await known()).get(user.id)?.id as never)),
    ).rejects.toThrow(/goes with the user/)
  })

  it('refuses other places than the own tenant, and other people than a role is for, before anything is made', async () => {
    const tenants = [
      role('paris', 'Script Manager', 'tenant:Paris'),
      role('tag', 'Script Manager', 'tenantTag:France'),
    ]
    const customers = role('customers', 'Administrator (Legacy)', 'ownTenant')
    await open([...tenants, customers])
    for (const one of [...tenants, customers]) {
      await expect(run(make.invite(ada, [one.id]))).rejects.toEqual(failure('platformRefused'))
      expect(truth()).toBeUndefined()
    }
  })

  it('is noticed to have ended in the middle of the work, and the change is made in the new way', async () => {
    await open([scripts])
    await platform.snapshot()
    immy().switches({ generation: 'rbac' })
    await join(scripts)
    expect(groups()).toEqual(['Rolecall: scripts'])
    expect(truth()?.roleIds).toEqual([])
  })
})

describe('which generation it is', () => {
  const paths = () =>
    new Set(
      immy()
        .requests()
        .map(({ path }) => path),
    )
  const probes = () =>
    [...paths()].filter((path) => path.includes('swagger') || path.endsWith('role-assignments'))

  it('is read from its own description, once a day', async () => {
    immy().switches({ generation: 'legacy' })
    await platform.snapshot()
    await platform.snapshot()
    const reads = () =>
      immy()
        .requests()
        .filter(({ path }) => path.includes('swagger')).length
    expect(reads()).toBe(1)
    clock.advance(25 * 3600)
    await platform.snapshot()
    expect(reads()).toBe(2)
  })

  it.each(['legacy', 'rbac'] as const)(
    'is asked for where there is no description: %s',
    async (generation) => {
      immy().switches({ generation, swagger: false })
      await platform.snapshot()
      expect(paths().has('/api/v1/groups')).toBe(generation === 'rbac')
    },
  )

  it('is what the configuration says, without asking', async () => {
    immy().switches({ generation: 'legacy' })
    await open([], { dialect: { generation: 'legacy' } })
    await platform.snapshot()
    expect(probes()).toEqual([])
  })
})

it.each([
  ['GlobalAdmin', 'Global Administrator', 'System Administrator (Legacy)'],
  ['TenantAdmin', 'Tenant Administrator', 'Administrator (Legacy)'],
  ['Helper', 'Self-Service', 'User (Legacy)'],
  ['Technicians', 'Technician', 'System User (Legacy)'],
])('%s: either vocabulary names the role', async (id, older, newer) => {
  for (const [vocabulary, written, there] of [
    ['rbac', older, newer],
    ['older', newer, older],
  ] as const) {
    immy().switches({ vocabulary })
    await open([role(id, written, 'everything')])
    expect((await listed(there)).filter(({ scope }) => scope === 'everything')).toHaveLength(1)
  }
})

it('Read-Only has no counterpart: it is given where it is, and nothing in its place where it is not', async () => {
  const readOnly = role('look', 'Read-Only', 'everything')
  await open([readOnly])
  expect((await known()).has(readOnly.id)).toBe(false)
  immy().switches({ vocabulary: 'older' })
  await open([readOnly])
  await join(readOnly)
  expect((await account()).roles).toEqual([(await known()).get(readOnly.id)?.id])
  expect(await listed('Read-Only')).toMatchObject([{ kind: 'builtin', admin: false, scope: 'everything' }])
})
