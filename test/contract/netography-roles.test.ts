import { describe, expect, it } from 'vitest'
import { demoKeyRole, demoSubShortname } from '../../infra/local/simulators/netography/demo.ts'
import type { Community, RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, roleId } from '../../lib/core/ids.ts'
import type { PlatformRole } from '../../lib/core/snapshot.ts'
import * as make from './changes.ts'
import { contentsOf, failure } from './hand.ts'
import { netographyHarness } from './netography.ts'
import { netographyTown, person } from './netography-town.ts'

/** What only Netography does with roles. */
const { high, teams, fallback } = netographyHarness.roles
const [team] = teams
const { open, openWithoutFallback, platform, net, account, userOf, roles, run, roleIdOf, writes, joined } =
  netographyTown()

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
    await expect(run(make.suspend(person, id), await openWithoutFallback())).rejects.toThrow(
      /no fallbackRole/,
    )
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
    expect((await platform().snapshot()).permissions?.map(({ name }) => name)).toContain('canMasquerade')
  })

  it('made by hand are not taken over while the portal has set something the API cannot carry', async () => {
    await run(make.createRole(team, contents))
    net().switches({ portalFlags: 'shown' })
    net().edit({ kind: 'portalFlags', name: team.name, flags: { sendNetoDNS: true } })
    await expect(run(make.createRole(team, contents))).rejects.toEqual(failure('platformRefused'))
    expect((await platform().snapshot()).notices).toEqual([
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
    const { roles: seen } = await platform().snapshot()
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
    const { accounts } = await platform().snapshot()
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
    const { accounts, roles: seen, complete } = await platform().snapshot()
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

  it('that somebody else made just then under the name are left alone', async () => {
    const byHand = { kind: 'addRole', name: team.name, permissions: ['users:delete'] } as const
    net().faults([
      { kind: 'status', method: 'POST', path: '/roles', status: 503, times: 1 },
      { kind: 'meanwhile', method: 'GET', path: '/roles', after: 2, times: 1, edits: [byHand] },
    ])
    await expect(platform().apply(make.createRole(team, contents), new Map())).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(account().roles.some(({ name }) => name === team.name)).toBe(true)
  })

  it('that come out otherwise are deleted again', async () => {
    const widened = { kind: 'editRole', name: team.name, permissions: ['users:delete'] } as const
    const known = new Map<string, PlatformRole>()
    net().faults([{ kind: 'meanwhile', method: 'GET', path: '/roles', after: 2, times: 1, edits: [widened] }])
    await expect(platform().apply(make.createRole(team, contents), known)).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(account().roles.some(({ name }) => name === team.name)).toBe(false)
  })
})
