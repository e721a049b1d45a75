import { beforeEach, describe, expect, it } from 'vitest'
import { builtinRoles, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import { type Instance, openInstance } from './immybot-client.ts'

let instance: Instance
beforeEach(() => {
  instance = openInstance()
})

type Row = Readonly<Record<string, unknown>>
const rows = (path: string): readonly Row[] => instance.get<readonly Row[]>(path)
const refused = (method: string, path: string, body: unknown, status: number) => {
  const before = instance.world()
  expect(instance.call(method, `/api/v1${path}`, body)).toMatchObject({ status, html: false })
  expect(instance.world()).toEqual(before)
}

describe('who manages one tenant only', () => {
  beforeEach(() =>
    instance.control.edit(
      { kind: 'removeAssignments', email: 'rolecall@demo.test' },
      {
        kind: 'addRole',
        name: 'Manager',
        permissions: ['roles:view', 'roles:manage', 'groups:view', 'groups:manage', 'persons:view'].concat([
          'persons:manage',
          'users:view',
          'users:manage',
          'tenants:view',
          'tenants:manage',
        ]),
      },
      {
        kind: 'assign',
        to: { userId: demoUsers.rolecall },
        role: 'Manager',
        scope: { kind: 'specific-tenant', tenantId: 2 },
      },
    ),
  )

  it('makes roles for it, none for everybody, and sees no other tenant’s', () => {
    instance.control.edit({ kind: 'addRole', name: 'Theirs', permissions: [], ownerTenantId: 1 })
    const theirs = instance.world().roles.at(-1)?.id
    const role = (ownerTenantId: number | null) => ({
      name: 'Mine',
      description: '',
      grantedPermissionIds: [],
      ownerTenantId,
    })
    refused('POST', '/roles', role(null), 403)
    refused('POST', '/roles', role(1), 403)
    refused('POST', `/roles/${builtinRoles.user}/clone`, { newName: 'Copy' }, 403)
    instance.done('POST', '/roles', role(2))
    const names = rows('/roles').map(({ name }) => name)
    expect(names).toContain('Mine')
    expect(names).not.toContain('Theirs')
    refused('GET', `/roles/${theirs}`, undefined, 404)
    refused('DELETE', `/roles/${theirs}`, undefined, 404)
  })

  it('makes groups, persons and users of it and of no other', () => {
    const group = (tenantId: number) => ({ name: 'G', description: '', tenantId })
    refused('POST', '/groups', group(1), 403)
    instance.done('POST', '/groups', group(2))
    const person = (tenantId: number) => ({
      tenantId,
      firstName: 'New',
      lastName: 'Person',
      emailAddress: 'new@demo.test',
    })
    refused('POST', '/persons', person(1), 403)
    instance.done('POST', '/persons', person(2))
    const users = (...personIds: readonly number[]) => ({ personIds, expirationTime: 'OneDay' })
    refused('POST', '/users/bulk-create', users(31, 10), 403)
    instance.done('POST', '/users/bulk-create', users(31))
  })

  it('reaches nobody of another', () => {
    refused('DELETE', '/users/bulk-delete?userIds=1', undefined, 404)
    refused('DELETE', '/users/1', undefined, 404)
    refused('POST', '/users/update-expiration', { personIds: [1], expiresIn: 'OneHour' }, 403)
    refused('DELETE', '/persons/10', undefined, 404)
    refused('PATCH', '/tenants/deactivate/1', undefined, 404)
    instance.control.edit(
      { kind: 'requestAccess', email: 'ada@demo.test' },
      { kind: 'requestAccess', email: 'paula@demo.test' },
    )
    expect(rows('/persons/requesting-access').map(({ personId }) => personId)).toEqual([31])
    refused('POST', '/persons/10/grant-access', { expirationTime: 'OneDay' }, 404)
  })
})

describe('tenants', () => {
  it('are switched off and on', () => {
    const active = () => instance.get('/tenants/2').active
    expect(instance.done('PATCH', '/tenants/deactivate/2')).toBe('')
    expect(active()).toBe(false)
    instance.done('PATCH', '/tenants/activate/2')
    expect(active()).toBe(true)
  })

  it('belong to tenants that are there', () => {
    refused('POST', '/tenants', { name: 'X', ownerTenantId: 99 }, 400)
    refused('POST', '/tenants', { name: 'X', parentTenantId: 99 }, 400)
    refused('PUT', '/tenants/2', { name: 'X', parentTenantId: 2 }, 400)
    refused('PUT', '/tenants/2', { name: 'X', parentTenantId: 99 }, 400)
    expect(instance.done('POST', '/tenants', { name: 'Lyon', ownerTenantId: 1 })).toMatchObject({
      id: 100,
      isMsp: false,
      active: true,
    })
    expect(instance.done('PUT', '/tenants/100', { name: 'Lyon', parentTenantId: 2 })).toMatchObject({
      parentTenantId: 2,
      ownerTenantId: 1,
    })
  })
})

it('our own person is not deleted by us', () => {
  refused('DELETE', '/persons/2', undefined, 400)
})

it('an invitation is for a tenant that is there', () => {
  instance.control.switches({ emailInvitation: true })
  refused('POST', '/users/invite', { email: 'new@demo.test', tenantId: 99 }, 400)
})

it('a deny reaches a resource, too', () => {
  instance.control.edit({ kind: 'addUser', email: 'ada@demo.test' })
  const own = { userId: 100, roleId: builtinRoles.scriptManager, resourceType: 1 }
  const assign = (kind: string, dto: Row) =>
    instance.done('POST', `/user-role-assignments/${kind}/create`, { dtos: [{ ...own, ...dto }] })
  const allowed = () =>
    instance.done('POST', '/effective-permissions/users/100/evaluate/resource', {
      resourceId: 5,
      resourceType: 1,
      permissions: ['scripts:manage'],
    })
  assign('specific-resource', { isAllow: true, assignmentType: 7, resourceId: 5 })
  expect(allowed()).toMatchObject({ allowedCount: 1 })
  assign('category-resource', { isAllow: false, assignmentType: 8, resourceCategory: 1 })
  expect(allowed()).toMatchObject({ allowedCount: 0, deniedCount: 1 })
})
