import { beforeEach, describe, expect, it } from 'vitest'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import { createImmybot } from '../../infra/local/simulators/immybot/immybot.ts'
import { type Instance, openInstance } from './immybot-client.ts'

/** What people do by hand at ImmyBot's and Entra's own pages, as a client of the API then sees it. */
let instance: Instance
beforeEach(() => {
  instance = openInstance()
})
type Row = Readonly<Record<string, unknown>>
const rows = (path: string): readonly Row[] => instance.get<readonly Row[]>(path)
const edit = (...edits: readonly Edit[]): void => instance.control.edit(...edits)
const emails = (path: string): readonly unknown[] =>
  rows(path).map(({ email, emailAddress }) => email ?? emailAddress)

describe('people', () => {
  it('are added, promoted and removed', () => {
    edit(
      { kind: 'addPerson', email: 'new@demo.test', firstName: 'New', lastName: 'Person', tenantId: 2 },
      { kind: 'addUser', email: 'NEW@demo.test' },
      { kind: 'addUser', email: 'other@demo.test', set: { expiresAt: '2026-01-01T00:00:00.000Z' } },
    )
    expect(rows('/users').slice(-2)).toMatchObject([
      { email: 'new@demo.test', name: 'New Person', tenantId: 2, isMsp: false },
      { email: 'other@demo.test', isExpired: true },
    ])
    const twice = instance.world()
    edit({ kind: 'addUser', email: 'new@demo.test' })
    expect(instance.world()).toEqual(twice)
    edit({ kind: 'removeUser', email: 'new@demo.test' }, { kind: 'removePerson', email: 'other@demo.test' })
    expect(rows('/users')).toHaveLength(3)
    expect(emails('/persons')).toContain('new@demo.test')
    expect(emails('/persons')).not.toContain('other@demo.test')
  })

  it('may be there twice, in two tenants', () => {
    edit(
      { kind: 'addUser', email: 'ada@demo.test' },
      { kind: 'addUser', email: 'Ada@demo.test', tenantId: 2 },
      { kind: 'addUser', email: 'ada@demo.test', tenantId: 1 },
    )
    expect(rows('/users').slice(3)).toMatchObject([
      { email: 'ada@demo.test', tenantId: 1, personId: 10 },
      { email: 'Ada@demo.test', tenantId: 2 },
    ])
  })

  it('may be no people at all', () => {
    edit({ kind: 'addMachine', type: 'Service', name: 'Backup', tenantId: 2 })
    expect(rows('/users').at(-1)).toMatchObject({
      type: 'Service',
      name: 'Backup',
      email: null,
      personId: null,
      azurePrincipalId: null,
      tenantId: 2,
    })
    const id = Number(rows('/users').at(-1)?.id)
    edit({ kind: 'assign', to: { userId: id }, role: 'Script Manager', scope: { kind: 'owner' } })
    expect(rows(`/user-role-assignments/users/${id}`)).toMatchObject([
      { userName: 'Backup', userEmail: null, companyName: 'Paris' },
    ])
  })

  it('ask for access once, and not when they have it', () => {
    const ask = (email: string): Edit => ({ kind: 'requestAccess', email })
    edit(ask('ada@demo.test'), ask('ada@demo.test'), ask('owner@demo.test'))
    expect(emails('/persons/requesting-access')).toEqual(['ada@demo.test'])
  })
})

describe('roles, groups and assignments', () => {
  it('are made, changed and deleted', () => {
    edit(
      { kind: 'addRole', name: 'Mine', permissions: ['scripts:view'], ownerTenantId: 2 },
      { kind: 'editRole', name: 'Mine', rename: 'Yours', description: 'Ours', permissions: [] },
      { kind: 'addGroup', name: 'G', tenantId: 2 },
      { kind: 'renameGroup', name: 'G', rename: 'H' },
      { kind: 'addUser', email: 'paula@demo.test' },
      { kind: 'addGroupMember', group: 'H', email: 'paula@demo.test' },
      { kind: 'addGroupMember', group: 'H', email: 'paula@demo.test' },
      { kind: 'assign', to: { group: 'H' }, role: 'Yours', scope: { kind: 'user-tenant' }, deny: true },
    )
    expect(rows('/roles').at(-1)).toMatchObject({
      name: 'Yours',
      description: 'Ours',
      roleClaims: [],
      ownerTenantId: 2,
      userCount: 1,
    })
    const [group] = rows('/groups')
    expect(group).toMatchObject({ name: 'H', tenantName: 'Paris' })
    expect(rows(`/groups/${group?.id}/members`)).toHaveLength(1)
    expect(rows(`/groups/${group?.id}/role-assignments`)).toMatchObject([
      { roleName: 'Yours', isAllow: false },
    ])
    edit({ kind: 'removeGroupMember', group: 'H', email: 'paula@demo.test' })
    expect(rows(`/groups/${group?.id}/members`)).toEqual([])
    edit({ kind: 'deleteRole', name: 'Yours' })
    expect(rows(`/groups/${group?.id}/role-assignments`)).toEqual([])
    edit({ kind: 'deleteGroup', name: 'H' }, { kind: 'removeAssignments', email: 'owner@demo.test' })
    expect(rows('/groups')).toEqual([])
    expect(rows('/user-role-assignments')).toHaveLength(1)
  })

  it.each<Edit>([
    { kind: 'editPerson', email: 'nobody@demo.test', set: { firstName: 'X' } },
    { kind: 'removePerson', email: 'nobody@demo.test' },
    { kind: 'editUser', email: 'ada@demo.test', set: { isAdmin: true } },
    { kind: 'removeUser', email: 'ada@demo.test' },
    { kind: 'editRole', name: 'Nothing', rename: 'X' },
    { kind: 'deleteRole', name: 'Nothing' },
    { kind: 'renameGroup', name: 'Nothing', rename: 'X' },
    { kind: 'deleteGroup', name: 'Nothing' },
    { kind: 'addGroupMember', group: 'Nothing', email: 'owner@demo.test' },
    { kind: 'assign', to: { email: 'ada@demo.test' }, role: 'Script Manager', scope: { kind: 'owner' } },
    { kind: 'assign', to: { email: 'owner@demo.test' }, role: 'Nothing', scope: { kind: 'owner' } },
  ])('that are not there stay that way: $kind', (one) => {
    const before = instance.world()
    edit(one)
    expect(instance.world()).toEqual(before)
  })
})

it('tenants are added, with a tag where they have one', () => {
  edit(
    { kind: 'addTenant', name: 'Lyon', tag: 'France' },
    { kind: 'addTenant', name: 'Berlin', tag: 'Germany' },
    { kind: 'addTenant', name: 'Second MSP', isMsp: true },
  )
  expect(rows('/tenants').slice(2)).toMatchObject([
    { name: 'Lyon', ownerTenantId: 1, isMsp: false, tenantTagIds: [1], tenantTagNames: ['France'] },
    { name: 'Berlin', tenantTagNames: ['Germany'] },
    { name: 'Second MSP', ownerTenantId: null, isMsp: true, tenantTagIds: [] },
  ])
})

it('everything is kept over a restart', () => {
  instance.control.switches({ staleRoles: true })
  edit(
    { kind: 'populate', count: 3, users: true },
    { kind: 'addGroup', name: 'G' },
    { kind: 'requestAccess', email: 'ada@demo.test' },
    { kind: 'assign', to: { group: 'G' }, role: 'Script Manager', scope: { kind: 'msp', mspTenantId: 1 } },
    { kind: 'resync' },
  )
  instance.get('/users')
  const kept: unknown = JSON.parse(JSON.stringify(instance.world()))
  expect(kept).toEqual(instance.world())
  const again = createImmybot({ now: instance.now, state: kept })
  expect(again.control.world()).toEqual(instance.world())
  again.control.reset()
  expect(again.control.world().users).toHaveLength(3)
})
