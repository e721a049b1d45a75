import { beforeEach, describe, expect, it } from 'vitest'
import { builtinRoles, demoObjectId, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import { type Instance, openInstance } from './immybot-client.ts'

let instance: Instance
beforeEach(() => {
  instance = openInstance()
})

type Row = Readonly<Record<string, unknown>>
const rows = (path: string): readonly Row[] => instance.get<readonly Row[]>(path)

describe('tokens', () => {
  const tokenOf = () => (instance.token().body as { access_token: string }).access_token

  it('are given for the client credentials and live 3599 seconds', () => {
    expect(instance.token()).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3599 },
    })
    const token = tokenOf()
    instance.pass(3598)
    expect(instance.call('GET', '/api/v1/auth', undefined, token).status).toBe(200)
    instance.pass(1)
    expect(instance.call('GET', '/api/v1/auth', undefined, token).status).toBe(401)
    expect(instance.call('GET', '/api/v1/auth', undefined, tokenOf()).status).toBe(200)
  })

  it.each([
    [{ grant_type: 'password' }, undefined, 400, 'unsupported_grant_type'],
    [{ grant_type: undefined }, undefined, 400, 'invalid_request'],
    [{ client_id: 'somebody' }, undefined, 400, 'unauthorized_client'],
    [{ client_secret: 'wrong' }, undefined, 401, 'invalid_client'],
    [{ client_secret: undefined }, undefined, 400, 'invalid_request'],
    [{ scope: 'https://demo.immy.bot/' }, undefined, 400, 'invalid_scope'],
    [{ scope: '.default' }, undefined, 400, 'invalid_scope'],
    [{}, 'another-tenant', 400, 'invalid_request'],
  ] as const)('are refused for %j and tenant %s', (form, tenant, status, error) => {
    expect(instance.token(form, tenant)).toMatchObject({ status, body: { error } })
  })

  it('end with the secret, when everything so far is revoked, and when forged', () => {
    const token = tokenOf()
    instance.pass(1)
    instance.control.edit({ kind: 'endTokens' })
    expect(instance.call('GET', '/api/v1/auth', undefined, token).status).toBe(401)
    expect(instance.call('GET', '/api/v1/auth', undefined, `${tokenOf()}x`).status).toBe(401)
    instance.control.edit({ kind: 'secret', expiresAt: '2026-03-02T09:00:01.000Z' })
    expect(instance.token()).toMatchObject({ status: 401, body: { error_codes: [7000222] } })
    instance.control.edit({ kind: 'secret', secret: 'new', expiresAt: null })
    expect(instance.token()).toMatchObject({ status: 401, body: { error_codes: [7000215] } })
    expect(instance.token({ client_secret: 'new' }).status).toBe(200)
  })

  it('must name the host they are asked at', () => {
    const asked = (scope: string, host?: string) => instance.token({ scope }, undefined, host).status
    const host = '127.0.0.1:8081'
    expect(asked('http://127.0.0.1:8081/.default', host)).toBe(200)
    expect(asked('http://127.0.0.1:8081/immybot/.default', host)).toBe(200)
    expect(asked('https://demo.immy.bot/.default', host)).toBe(400)
    expect(asked('https://demo.immy.bot/.default')).toBe(200)
    expect(asked('ftp://127.0.0.1:8081/.default', host)).toBe(400)
  })
})

describe('who we are', () => {
  it('is a person of the instance, with the right to everything', () => {
    expect(instance.get('/auth')).toMatchObject({ userId: 2, personId: 2, tenantId: 1, isAdmin: false })
    instance.control.switches({ generation: 'legacy' })
    expect(instance.get('/auth')).toMatchObject({ userId: 2, isAdmin: true })
  })

  it('is nobody without a user, and nobody with one that has expired', () => {
    instance.control.edit({
      kind: 'editUser',
      email: 'rolecall@demo.test',
      set: { expiresAt: '2026-03-02T09:50:00.000Z' },
    })
    expect(instance.call('GET', '/api/v1/auth').status).toBe(200)
    instance.control.clock(2999)
    expect(instance.call('GET', '/api/v1/auth').status).toBe(200)
    instance.control.clock(3000)
    expect(instance.call('GET', '/api/v1/auth').status).toBe(403)
    instance.control.edit({ kind: 'removeUser', email: 'rolecall@demo.test' })
    expect(instance.call('GET', '/api/v1/auth').status).toBe(403)
  })

  it('sees and does only what its roles allow, tenant by tenant', () => {
    instance.control.edit(
      { kind: 'removeAssignments', email: 'rolecall@demo.test' },
      {
        kind: 'addRole',
        name: 'Reader',
        permissions: ['users:view', 'persons:view', 'tenants:view'],
      },
      {
        kind: 'assign',
        to: { userId: demoUsers.rolecall },
        role: 'Reader',
        scope: { kind: 'specific-tenant', tenantId: 2 },
      },
      { kind: 'addUser', email: 'paula@demo.test' },
    )
    expect(rows('/tenants').map(({ name }) => name)).toEqual(['Paris'])
    expect(rows('/users').map(({ email }) => email)).toEqual(['paula@demo.test'])
    expect(rows('/persons').map(({ firstName }) => firstName)).toEqual(['Pascal', 'Paula'])
    expect(instance.call('GET', `/api/v1/users/${demoUsers.owner}`).status).toBe(404)
    for (const [method, path, body] of [
      ['GET', '/roles', undefined],
      ['GET', '/groups', undefined],
      ['GET', '/user-role-assignments', undefined],
      ['POST', '/users/bulk-create', { personIds: [10], expirationTime: 'Indefinite' }],
      ['DELETE', `/users/${demoUsers.owner}`, undefined],
    ] as const)
      expect(instance.call(method, `/api/v1${path}`, body).status, path).toBe(403)
  })

  it('must be an administrator of the MSP in the legacy generation', () => {
    instance.control.switches({ generation: 'legacy' })
    instance.control.edit({ kind: 'editUser', email: 'rolecall@demo.test', set: { isAdmin: false } })
    expect(instance.call('GET', '/api/v1/users').status).toBe(200)
    expect(instance.call('POST', '/api/v1/users/create-from-person', { personId: 10 })).toMatchObject({
      status: 403,
    })
    instance.control.edit({
      kind: 'editUser',
      email: 'rolecall@demo.test',
      set: { isAdmin: true, tenantId: 2 },
    })
    expect(instance.call('GET', '/api/v1/users').status).toBe(403)
  })
})

describe('requests', () => {
  const both = ['legacy', 'rbac'] as const

  it.each(both)('%s: what is no part of the API is the single-page application', (generation) => {
    instance.control.switches({ generation })
    for (const path of [
      '/',
      '/users',
      '/api/v2/users',
      '/api/v1/nothing',
      '/api/v1/users/2147483648',
      '/swagger',
    ])
      expect(instance.call('GET', path), path).toMatchObject({ status: 200, html: true })
  })

  it('of the other generation are the single-page application too', () => {
    const isPage = (method: string, path: string) => instance.call(method, `/api/v1${path}`, {}).html
    const legacyOnly = ['create-from-person', 'grant-access', 'add-roles', 'remove-roles']
    const rbacOnly = ['/groups', '/user-role-assignments/owner/create', '/users/bulk-create']
    expect(legacyOnly.map((name) => isPage('POST', `/users/${name}`))).toEqual([true, true, true, true])
    expect(rbacOnly.map((path) => isPage('POST', path))).toEqual([false, false, false])
    instance.control.switches({ generation: 'legacy' })
    expect(legacyOnly.map((name) => isPage('POST', `/users/${name}`))).toEqual([false, false, false, false])
    expect(rbacOnly.map((path) => isPage('POST', path))).toEqual([true, true, true])
  })

  it.each([
    ['POST', '/tenants/activate/2', undefined, 405],
    ['PATCH', '/tenants/activate/99', undefined, 404],
    ['PUT', '/users/1', { id: 1 }, 405],
    ['POST', '/users/99', { id: 99 }, 404],
    ['POST', '/users/1', { id: 2 }, 400],
    ['POST', '/users/1', { id: 1, tenantId: 99 }, 400],
    ['GET', '/users/99', undefined, 404],
    ['GET', '/users?Page=0', undefined, 400],
    ['GET', '/users?page=x', undefined, 400],
    ['GET', '/users?Filter=x', undefined, 400],
    ['GET', '/persons/dx?personType=Nobody', undefined, 400],
    ['DELETE', `/users/${demoUsers.rolecall}`, undefined, 400],
    ['DELETE', '/users/bulk-delete', undefined, 400],
    ['DELETE', '/users/bulk-delete?userIds=1&userIds=99', undefined, 404],
    ['DELETE', `/users/bulk-delete?userIds=1&userIds=${demoUsers.rolecall}`, undefined, 400],
    ['POST', '/users/update-expiration', { personIds: [10], expiresIn: 'OneHour' }, 400],
    ['POST', '/users/update-expiration', { personIds: [1], expiresIn: 'Now' }, 400],
    ['POST', '/users/update-expiration', { personIds: [1], expiresIn: 5 }, 400],
    ['POST', '/users/update-expiration', { personIds: [1] }, 400],
    ['POST', '/users/bulk-create', { personIds: [], expirationTime: 'OneHour' }, 400],
    ['POST', '/users/bulk-create', { personIds: [99], expirationTime: 'OneHour' }, 400],
    ['POST', '/persons/10/grant-access', { expirationTime: 'OneDay', isAdmin: true }, 400],
    ['PUT', `/roles/${builtinRoles.user}`, undefined, 415],
    ['DELETE', `/roles/${builtinRoles.user}`, undefined, 400],
    ['DELETE', '/roles/99', undefined, 404],
    ['DELETE', '/groups/99', undefined, 404],
    ['POST', '/groups', { name: 'x' }, 400],
    ['POST', '/groups', { name: 'x', description: '', tenantId: 99 }, 400],
    ['POST', '/user-role-assignments/owner/create', { dtos: [] }, 400],
    ['DELETE', '/user-role-assignments/delete?userRoleAssignmentIds=99', undefined, 404],
    ['DELETE', '/user-role-assignments/delete', undefined, 400],
    ['GET', '/auth/me/permissions/nothing:view/tenants', undefined, 404],
  ] as const)('%s %s %j is answered %i and changes nothing', (method, path, body, status) => {
    const before = instance.world()
    expect(instance.call(method, `/api/v1${path}`, body)).toMatchObject({ status, html: false })
    expect(instance.world()).toEqual(before)
  })

  it('are refused in one of four forms', () => {
    const refused = () => instance.call('GET', '/api/v1/users/99').body
    const detail = 'User not found'
    expect(refused()).toMatchObject({ title: 'Not Found', status: 404, detail })
    instance.control.switches({ errors: 'guide' })
    expect(refused()).toEqual({ error: { code: 'Not Found', message: detail, details: detail } })
    instance.control.switches({ errors: 'text' })
    expect(refused()).toBe(detail)
    instance.control.switches({ errors: 'inside' })
    expect(instance.call('GET', '/api/v1/users/99').status).toBe(404)
    expect(instance.call('DELETE', '/api/v1/users/99')).toMatchObject({
      status: 200,
      body: { success: false, message: detail },
    })
  })

  it('keep their verb or take the other one', () => {
    const update = { id: demoUsers.owner, isAdmin: true, tenantId: 2 }
    instance.control.switches({ userUpdate: 'PUT' })
    expect(instance.call('POST', '/api/v1/users/1', update).status).toBe(405)
    expect(instance.done('PUT', '/users/1', update)).toMatchObject({ tenantId: 2, isAdmin: false })
  })

  it('fail inside a 200 where the switch says so, and do nothing', () => {
    const create = { personIds: [10], expirationTime: 'Indefinite' }
    for (const flag of ['success', 'isSuccess'] as const) {
      instance.control.switches({ insideSuccess: { call: 'POST /api/v1/users/bulk-create', flag } })
      expect(instance.done('POST', '/users/bulk-create', create)).toMatchObject({ [flag]: false })
      expect(instance.world().users).toHaveLength(3)
    }
    instance.control.switches({ insideSuccess: null })
    expect(instance.done('POST', '/users/bulk-create', create)).toEqual({ createdUserIds: [100] })
  })

  it('may be so many a minute, and the wait is told where the switch says so', () => {
    instance.control.switches({ perMinute: 3, retryAfter: true })
    const asked = () => instance.call('GET', '/api/v1/auth')
    // The token counts, too.
    expect([asked(), asked(), asked()].map(({ status }) => status)).toEqual([200, 200, 429])
    instance.pass(59)
    expect(asked()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    instance.control.switches({ retryAfter: false })
    expect(asked().headers).not.toHaveProperty('retry-after')
    instance.pass(1)
    expect(asked().status).toBe(200)
  })
})

describe('the description', () => {
  type Swagger = {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
  const paths = () => (instance.call('GET', '/swagger/v1/swagger.json').body as Swagger).paths

  it('tells the generations apart and names what each takes', () => {
    expect(Object.keys(paths())).toContain('/api/v1/user-role-assignments')
    expect(paths()['/api/v1/groups']?.post).toMatchObject({
      requestBody: {
        content: { 'application/json': { schema: { required: ['name', 'description'] } } },
      },
    })
    instance.control.switches({ generation: 'legacy' })
    expect(Object.keys(paths())).not.toContain('/api/v1/user-role-assignments')
    expect(Object.keys(paths())).toContain('/api/v1/users/add-roles')
  })

  it('is not served everywhere', () => {
    instance.control.switches({ swagger: false })
    expect(instance.call('GET', '/swagger/v1/swagger.json')).toMatchObject({ status: 200, html: true })
  })
})

describe('the demo world', () => {
  it('has an administrator, ourselves and a machine, and people who are no users', () => {
    expect(rows('/users').map(({ email, type }) => [email, type])).toEqual([
      ['owner@demo.test', 'Person'],
      ['rolecall@demo.test', 'Person'],
      [null, 'Integration'],
    ])
    expect(rows('/tenants').map(({ id, name, isMsp }) => [id, name, isMsp])).toEqual([
      [1, 'Demo MSP', true],
      [2, 'Paris', false],
    ])
    const ada = rows('/persons?Filters=emailAddress==ada@demo.test')
    expect(ada).toMatchObject([{ id: 10, azurePrincipalId: demoObjectId(10), tenantId: 1, userId: null }])
    expect(rows('/persons').filter(({ tenantId }) => tenantId === 2)).toHaveLength(2)
  })

  it('names its built-in roles after the guide, or after the older documentation', () => {
    const names = () => rows('/roles').map(({ id, name, roleTypeName }) => [id, name, roleTypeName])
    expect(names()).toHaveLength(9)
    expect(names()[0]).toEqual([1, 'System Administrator (Legacy)', 'BuiltIn'])
    instance.control.switches({ vocabulary: 'older', builtinTypeName: 'System' })
    expect(names()).toEqual([
      [1, 'Global Administrator', 'System'],
      [2, 'Technician', 'System'],
      [3, 'Tenant Administrator', 'System'],
      [4, 'Self-Service', 'System'],
      [14, 'Read-Only', 'System'],
    ])
  })

  it('has a catalogue in which everything a permission depends on is there', () => {
    type Permission = {
      readonly id: string
      readonly category: string
      readonly dependencies: readonly unknown[]
    }
    const subjects =
      instance.get<readonly { id: string; permissions: readonly Permission[] }[]>('/roles/permissions')
    const all = subjects.flatMap(({ permissions }) => permissions)
    expect(subjects.length).toBeGreaterThanOrEqual(12)
    expect(new Set(all.map(({ category }) => category))).toEqual(
      new Set(['View', 'CoreCapability', 'Advanced']),
    )
    const terminal = all.find(({ id }) => id === 'computers:terminal')
    expect(terminal?.dependencies).toMatchObject([
      { id: 'computers:view' },
      { id: 'scripts:run', dependencies: [{ id: 'scripts:view' }] },
    ])
    instance.control.switches({ dependenciesAs: 'ids' })
    const ids = instance
      .get<readonly { permissions: readonly Permission[] }[]>('/roles/permissions')
      .flatMap(({ permissions }) => permissions)
    const known = new Set<unknown>(ids.map(({ id }) => id))
    expect(ids.flatMap(({ dependencies }) => dependencies).filter((id) => !known.has(id))).toEqual([])
  })
})
