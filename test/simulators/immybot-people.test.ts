import { beforeEach, describe, expect, it } from 'vitest'
import { demoObjectId, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import { type Instance, openInstance } from './immybot-client.ts'

let instance: Instance
beforeEach(() => {
  instance = openInstance()
})

type Row = Readonly<Record<string, unknown>>
const rows = (path: string): readonly Row[] => instance.get<readonly Row[]>(path)
const found = (path: string, filters: string, more = '') =>
  rows(`${path}?Filters=${encodeURIComponent(filters)}${more}`)
const person = (email: string): Row => found('/persons', `emailAddress==${email}`)[0] ?? {}
const promoted = (expirationTime: unknown, ...personIds: readonly number[]) =>
  instance.done('POST', '/users/bulk-create', { personIds, expirationTime })
const refused = (method: string, path: string, body: unknown, status = 400) => {
  const before = instance.world()
  expect(instance.call(method, `/api/v1${path}`, body)).toMatchObject({ status, html: false })
  expect(instance.world()).toEqual(before)
}

describe('lists', () => {
  const emails = (filters: string, more?: string) =>
    found('/persons', filters, more).map(({ emailAddress }) => emailAddress)

  it('are filtered, whatever the case where the filter says so', () => {
    instance.control.edit({
      kind: 'editPerson',
      email: 'ada@demo.test',
      set: { emailAddress: 'Ada@Demo.test' },
    })
    expect(emails('emailAddress==ada@demo.test')).toEqual([])
    expect(emails('emailAddress==*ada@demo.test')).toEqual(['Ada@Demo.test'])
    expect(emails('emailAddress@=*ADA')).toEqual(['Ada@Demo.test'])
    expect(emails('firstName==Bob|Carl')).toEqual(['bob@demo.test', 'carl@demo.test'])
    expect(emails('(firstName|lastName)==Byron,tenantId==1')).toEqual(['Ada@Demo.test'])
    expect(emails('id>=29,id<31')).toEqual(['radia@demo.test', 'pascal@demo.test'])
    expect(emails('lastName_=Bl,tenantId!=1')).toEqual(['pascal@demo.test'])
    expect(emails(`azurePrincipalId==${demoObjectId(10)}`)).toEqual(['Ada@Demo.test'])
  })

  it('pass over in silence what they do not know', () => {
    const all = rows('/persons').length
    expect(emails('userId==1')).toHaveLength(all)
    expect(emails('firstName~~Bob')).toHaveLength(all)
    expect(emails('nothing==x,firstName==Bob')).toEqual(['bob@demo.test'])
    instance.control.switches({ tenantFilter: 'ignored' })
    expect(emails('tenantId==2')).toHaveLength(all)
    expect(found('/tenants', 'name==Paris')).toHaveLength(2)
  })

  it('are sorted and paged; a separator behind a backslash is none', () => {
    expect(emails('tenantId==1', '&Sorts=-id&PageSize=2')).toEqual(['zoe@demo.test', 'tim@demo.test'])
    expect(emails('tenantId==1', '&Sorts=-id&PageSize=2&Page=2')[1]).toBe('radia@demo.test')
    expect(emails('firstName==Bob\\|Carl')).toEqual([])
    expect(emails('firstName==Bob\\,lastName==x')).toEqual([])
    expect(rows('/persons?Sorts=tenantId,-firstName').at(-1)?.firstName).toBe('Pascal')
    instance.control.switches({ pageCap: 5 })
    expect(rows('/persons')).toHaveLength(5)
    expect(rows('/persons?PageSize=1000')).toHaveLength(5)
  })

  it('of users and tenants, too', () => {
    expect(found('/users', 'email==owner@demo.test')).toMatchObject([{ id: demoUsers.owner }])
    expect(found('/tenants', 'isMsp==true')).toMatchObject([{ name: 'Demo MSP' }])
    expect(rows('/tenants?mspOnly=true')).toMatchObject([{ name: 'Demo MSP' }])
    instance.control.switches({ generation: 'legacy' })
    refused('GET', '/tenants?mspOnly=true', undefined)
  })

  it('for grids come bare or in an object', () => {
    const path = '/persons/dx?personType=User&RequireTotalCount=true&Skip=1&Take=1'
    expect(instance.get(path)).toMatchObject([{ emailAddress: 'rolecall@demo.test' }])
    instance.control.switches({ dx: 'object' })
    expect(instance.get(path)).toMatchObject({
      data: [{ emailAddress: 'rolecall@demo.test' }],
      totalCount: 2,
    })
    const filter = encodeURIComponent('["emailAddress","=","bob@demo.test"]')
    expect(instance.get(`/persons/dx?personType=Person&Filter=${filter}`)).toMatchObject({
      data: [{ firstName: 'Bob' }],
      totalCount: -1,
    })
  })
})

describe('persons and users', () => {
  it('a promoted person is a user of their tenant, once', () => {
    expect(promoted('Indefinite', 10, 31)).toEqual({ createdUserIds: [100, 101] })
    expect(promoted('OneDay', 31)).toEqual({ createdUserIds: [] })
    expect(instance.get('/users/101')).toMatchObject({
      email: 'paula@demo.test',
      name: 'Paula Dubois',
      tenantId: 2,
      isMsp: false,
      companyName: 'Paris',
      type: 'Person',
      personId: 31,
      isExpired: false,
      expirationDateUTC: null,
    })
    expect(person('paula@demo.test')).toMatchObject({ userId: 101 })
  })

  it('a deleted user leaves the person, who can be promoted again', () => {
    promoted('Indefinite', 10)
    instance.control.edit(
      { kind: 'addGroup', name: 'G' },
      { kind: 'addGroupMember', group: 'G', email: 'ada@demo.test' },
      {
        kind: 'assign',
        to: { email: 'ada@demo.test' },
        role: 'Script Manager',
        scope: { kind: 'owner' },
      },
    )
    instance.done('DELETE', '/users/100')
    expect(person('ada@demo.test')).toMatchObject({ id: 10, userId: null })
    expect(instance.world()).toMatchObject({ members: [], assignments: [{ userId: 1 }, { userId: 2 }] })
    expect(promoted('Indefinite', 10)).not.toEqual({ createdUserIds: [100] })
  })

  it('many users are deleted together', () => {
    promoted('Indefinite', 10, 11, 12)
    instance.done('DELETE', '/users/bulk-delete?userIds=100&userIds=102')
    expect(rows('/users').map(({ id }) => id)).toEqual([1, 2, 3, 101])
  })

  it('a person needs an object id of their own to become a user', () => {
    const made = {
      tenantId: 2,
      azurePrincipalId: null,
      firstName: 'New',
      lastName: 'Person',
      emailAddress: 'new@demo.test',
    }
    const { id } = instance.done('POST', '/persons', made) as { id: number }
    refused('POST', '/users/bulk-create', { personIds: [id], expirationTime: 'Indefinite' })
    const update = { ...made, id, azurePrincipalId: demoObjectId(10) }
    refused('PUT', `/persons/${id}`, update)
    refused('PUT', `/persons/${id}`, { ...update, id: 10 })
    instance.done('PUT', `/persons/${id}`, { ...update, azurePrincipalId: demoObjectId(77) })
    expect(promoted(3, id)).toEqual({ createdUserIds: [101] })
    instance.done('DELETE', `/persons/${id}`)
    expect(instance.call('GET', '/api/v1/users/101').status).toBe(404)
  })

  it.each([
    { emailAddress: 'nobody' },
    { tenantId: 99 },
    { firstName: '' },
    { azurePrincipalId: demoObjectId(10) },
  ])('a person cannot be made with %j', (own) => {
    const whole = {
      tenantId: 1,
      azurePrincipalId: null,
      firstName: 'A',
      lastName: 'B',
      emailAddress: 'a@b.test',
    }
    refused('POST', '/persons', { ...whole, ...own })
  })

  it.each([
    ['OneHour', 1],
    ['OneDay', 24],
    ['ThreeDays', 72],
    [4, 72],
  ] as const)('%s of access end by the clock', (expiresIn, hours) => {
    promoted('Indefinite', 10)
    instance.done('POST', '/users/update-expiration', { personIds: [10], expiresIn })
    instance.pass(hours * 3600 - 1)
    expect(instance.get('/users/100')).toMatchObject({ isExpired: false })
    instance.pass(1)
    expect(instance.get('/users/100')).toMatchObject({ isExpired: true })
  })

  it('access that ended is given again', () => {
    promoted('OneHour', 10)
    instance.pass(3600)
    expect(instance.get('/users/100')).toMatchObject({
      isExpired: true,
      expirationDateUTC: '2026-03-02T10:00:00.000Z',
    })
    instance.done('POST', '/users/update-expiration', { personIds: [10], expiresIn: 'Indefinite' })
    expect(instance.get('/users/100')).toMatchObject({ isExpired: false, expirationDateUTC: null })
  })

  it('who asks for access waits for an administrator', () => {
    instance.control.edit({ kind: 'requestAccess', email: 'ada@demo.test' })
    instance.control.edit({ kind: 'requestAccess', email: 'stranger@demo.test' })
    expect(rows('/persons/requesting-access').map(({ emailAddress }) => emailAddress)).toEqual([
      'ada@demo.test',
      'stranger@demo.test',
    ])
    const { userId } = instance.done('POST', '/persons/10/grant-access', { expirationTime: 'OneDay' }) as Row
    expect(instance.get(`/users/${userId}`)).toMatchObject({ email: 'ada@demo.test', personId: 10 })
    expect(instance.done('POST', '/persons/10/deny-access')).toMatchObject({ success: false })
    const stranger = Number(person('stranger@demo.test').id)
    expect(instance.done('POST', `/persons/${stranger}/deny-access`)).toMatchObject({ success: true })
    expect(rows('/persons/requesting-access')).toEqual([])
    expect(person('stranger@demo.test')).toMatchObject({ userId: null })
  })

  it('machines cannot be impersonated with, and say so inside a 200', () => {
    expect(instance.done('POST', '/users/1/impersonate')).toMatchObject({ isSuccess: false })
    expect(instance.done('POST', '/users/stop-impersonating')).toMatchObject({ isSuccess: false })
  })
})

describe('the legacy generation', () => {
  beforeEach(() => instance.control.switches({ generation: 'legacy' }))
  const roles = (id: number) => instance.get(`/users/${id}`).roles

  it('makes a user of one person and gives roles to persons', () => {
    const made = instance.done('POST', '/users/create-from-person', { personId: 10 })
    expect(made).toMatchObject({ id: 100, isAdmin: false, hasManagementAccess: false, roles: [] })
    refused('POST', '/users/create-from-person', { personId: 10 })
    const change = { personIds: [10], roleIds: [5, 7] }
    expect(instance.done('POST', '/users/add-roles', change)).toBe('The roles were added')
    expect(roles(100)).toEqual(['Script Manager', 'Deployment Manager'])
    expect(person('ada@demo.test')).toMatchObject({ roleIds: [5, 7] })
    expect(instance.done('POST', '/users/remove-roles', { personIds: [10], roleIds: [5] })).toBe('')
    expect(roles(100)).toEqual(['Deployment Manager'])
    refused('POST', '/users/add-roles', { personIds: [11], roleIds: [5] })
    refused('POST', '/users/add-roles', { personIds: [10], roleIds: [99] })
    refused('POST', '/users/add-roles', { personIds: [10] })
  })

  it('gives access and roles to several at once', () => {
    const access = { personIds: [10, 11], roleIds: [7], expiresIn: 'OneDay' }
    expect(instance.done('POST', '/users/grant-access', access)).toMatchObject({ success: true })
    expect(rows('/users').filter(({ expirationDateUTC }) => expirationDateUTC !== null)).toHaveLength(2)
    expect(roles(101)).toEqual(['Deployment Manager'])
  })

  it('knows flags, which mean nothing afterwards', () => {
    instance.done('POST', '/users/1', { id: 1, isAdmin: false, hasManagementAccess: false })
    expect(instance.get('/users/1')).toMatchObject({ isAdmin: false, hasManagementAccess: false })
    instance.control.edit({ kind: 'editUser', email: 'owner@demo.test', set: { isAdmin: true } })
    instance.control.switches({ generation: 'rbac' })
    const user = instance.get('/users/1')
    expect(user).toMatchObject({ isAdmin: false, canManageCrossTenantDeployments: false })
    expect(user).not.toHaveProperty('roles')
    expect(user).not.toHaveProperty('hasManagementAccess')
    refused('POST', '/users/1', { id: 1, hasManagementAccess: true })
  })

  it('answers an access request without an id', () => {
    instance.control.edit({ kind: 'requestAccess', email: 'ada@demo.test' })
    const grant = { isAdmin: true, hasManagementAccess: true, expirationTime: 'Indefinite' }
    expect(instance.done('POST', '/persons/10/grant-access', grant)).not.toHaveProperty('userId')
    expect(instance.get('/users/101')).toMatchObject({ email: 'ada@demo.test', isAdmin: true })
  })
})

describe('the take-over from Entra', () => {
  const edits = (): void =>
    instance.control.edit(
      { kind: 'editPerson', email: 'ada@demo.test', set: { emailAddress: 'wrong@demo.test' } },
      { kind: 'addPerson', email: 'manual@demo.test', inEntra: false },
      { kind: 'addUser', email: 'manual@demo.test' },
      { kind: 'removePerson', email: 'bob@demo.test' },
      { kind: 'leaveEntra', email: 'carl@demo.test' },
    )
  const known = () =>
    ['ada', 'manual', 'bob', 'carl', 'rolecall'].filter(
      (name) => person(`${name}@demo.test`).id !== undefined,
    )

  it('happens about hourly, overwrites edits and drops whom Entra does not know', () => {
    edits()
    instance.control.switches({ resync: true })
    instance.get('/auth')
    instance.pass(3599)
    expect(known()).toEqual(['manual', 'carl', 'rolecall'])
    expect(rows('/users')).toHaveLength(4)
    instance.pass(1)
    expect(known()).toEqual(['ada', 'bob', 'rolecall'])
    expect(rows('/users')).toHaveLength(3)
  })

  it('can be asked for, and is off by default', () => {
    edits()
    instance.pass(7200)
    expect(known()).toEqual(['manual', 'carl', 'rolecall'])
    instance.control.edit({ kind: 'resync' })
    expect(known()).toEqual(['ada', 'bob', 'rolecall'])
    expect(person('bob@demo.test').id).not.toBe(13)
  })
})

describe('the older documentation', () => {
  it('has an Enabled toggle', () => {
    refused('POST', '/users/1', { id: 1, enabled: false })
    expect(instance.get('/users/1')).not.toHaveProperty('enabled')
    instance.control.switches({ enabledToggle: true })
    expect(instance.done('POST', '/users/1', { id: 1, enabled: false })).toMatchObject({ enabled: false })
    instance.done('POST', `/users/${demoUsers.rolecall}`, { id: demoUsers.rolecall, enabled: false })
    expect(instance.call('GET', '/api/v1/auth').status).toBe(403)
  })

  it('has an invitation by mail', () => {
    const invitation = { email: 'new@demo.test', tenantId: 2 }
    expect(instance.call('POST', '/api/v1/users/invite', invitation).html).toBe(true)
    instance.control.switches({ emailInvitation: true })
    expect(instance.done('POST', '/users/invite', invitation)).toMatchObject({ success: true })
    expect(rows('/users')).toHaveLength(3)
    instance.control.edit({ kind: 'acceptInvitation', email: 'other@demo.test' })
    expect(rows('/users')).toHaveLength(3)
    instance.control.edit({ kind: 'acceptInvitation', email: 'new@demo.test' })
    expect(found('/users', 'email==new@demo.test')).toHaveLength(1)
    refused('POST', '/users/invite', { email: 'nobody' })
  })
})

it('a crowd of users is listed whole', () => {
  instance.control.edit({ kind: 'populate', count: 500, users: true })
  expect(rows('/users')).toHaveLength(503)
  expect(new Set(rows('/users').map(({ email }) => email)).size).toBe(503)
})
