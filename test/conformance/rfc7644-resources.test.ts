import { describe, expect, it } from 'vitest'
import {
  enterpriseUrn,
  errorUrn,
  filterOf,
  group,
  type Json,
  user,
  userUrn,
} from '../scim/support/service.ts'
import { base, expectError, found, list, made, nobody, patched, reread, useScim } from './support.ts'

const open = useScim()

describe('RFC 7644 §2 authentication', () => {
  it.each([
    ['none', undefined],
    ['a wrong one', 'rc_wrong_token'],
  ])('without a valid token (%s): 401', async (_, token) => {
    const reply = await open().send({ method: 'GET', path: '/Users', token })
    expectError(reply, 401)
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer/)
  })
})

describe('RFC 7644 §3.3 creating', () => {
  it('answers 201 with Location, ETag and the resource as stored', async () => {
    const reply = await open().post('/Users', user('create@acme.test', { title: 'Dr' }))
    expect(reply.status).toBe(201)
    const location = `${base}/Users/${reply.body.id}`
    expect(reply.headers).toMatchObject({ location, etag: (reply.body.meta as Json).version })
    expect(reply.body.meta).toMatchObject({ resourceType: 'User', location })
    expect(await reread(open(), `/Users/${reply.body.id}`)).toEqual(reply.body)
  })
  it('the same for a Group, without members as well', async () => {
    const reply = await open().post('/Groups', group('Created'))
    expect([reply.status, reply.headers.location]).toEqual([201, `${base}/Groups/${reply.body.id}`])
    expect(reply.body.meta).toMatchObject({ resourceType: 'Group' })
  })
  it('ignores attributes no schema knows', async () => {
    const body = await made(open(), '/Users', user('unknown@acme.test', { favouriteColour: 'blue' }))
    expect(body.favouriteColour).toBeUndefined()
  })
  it('ignores read-only attributes', async () => {
    const sent = { id: 'x', groups: [{ value: 'y' }], meta: { version: 'z' } }
    const body = await made(open(), '/Users', user('readonly@acme.test', sent))
    expect([body.id === 'x', body.groups, (body.meta as Json).version]).toEqual([false, undefined, 'W/"1"'])
  })
  it('answers 409 uniqueness for a resource that is there already', async () => {
    await made(open(), '/Users', user('dup@acme.test'))
    expectError(await open().post('/Users', user('dup@acme.test')), 409, 'uniqueness')
  })
  it('refuses a value of a wrong type with invalidValue', async () => {
    expectError(
      await open().post('/Users', user('wrong@acme.test', { emails: [{ value: 7, primary: 'x' }] })),
      400,
      'invalidValue',
    )
  })
  it('refuses what is not JSON with invalidSyntax', async () => {
    const reply = await open().send({ method: 'POST', path: '/Users', raw: Buffer.from('{"schemas":') })
    expectError(reply, 400, 'invalidSyntax')
  })
  it('refuses a body that is no object, and none at all', async () => {
    expectError(await open().post('/Users', [user('array@acme.test')]), 400, 'invalidSyntax')
    expectError(await open().send({ method: 'POST', path: '/Users' }), 400, 'invalidSyntax')
  })
  it('honours attributes and excludedAttributes in its answer, and stores all the same', async () => {
    const reply = await open().post('/Users?attributes=userName', user('proj@acme.test', { title: 'Dr' }))
    expect(Object.keys(reply.body).sort()).toEqual(['id', 'meta', 'schemas', 'userName'])
    expect(await reread(open(), `/Users/${reply.body.id}`)).toMatchObject({ title: 'Dr' })
  })
})

describe('RFC 7644 §3.4.1 reading a known resource', () => {
  it('answers 200 with the resource, its place and version', async () => {
    const body = await made(open(), '/Users', user('read@acme.test'))
    const reply = await open().get(`/Users/${body.id}`)
    expect([reply.status, reply.body]).toEqual([200, body])
    expect(reply.headers.etag).toBe((body.meta as Json).version)
  })
  it.each(['/Users', '/Groups'])('answers 404 under %s for an id nobody has', async (path) => {
    expectError(await open().get(`${path}/${nobody}`), 404)
    expectError(await open().get(`${path}/not-even-an-id`), 404)
  })
  it('the id of a User is none of a Group', async () => {
    const { id } = await made(open(), '/Users', user('kind@acme.test'))
    expectError(await open().get(`/Groups/${id}`), 404)
  })
  it('another client’s resource is not there', async () => {
    const { id } = await made(open(), '/Users', user('private@acme.test'))
    const { token } = await open().credential({ connection: 'other' })
    expectError(await open().send({ method: 'GET', path: `/Users/${id}`, connection: 'other', token }), 404)
  })
})

describe('RFC 7644 §3.5.1 replacing', () => {
  it('answers 200 with the whole resource; what is left out is cleared', async () => {
    const { id } = await made(open(), '/Users', user('put@acme.test', { title: 'Dr', nickName: 'P' }))
    const reply = await open().put(`/Users/${id}`, user('put@acme.test', { title: 'Prof' }))
    expect([reply.status, reply.body.title, reply.body.nickName]).toEqual([200, 'Prof', undefined])
    expect(await reread(open(), `/Users/${id}`)).toEqual(reply.body)
  })
  it('never creates', async () => {
    expectError(await open().put(`/Users/${nobody}`, user('new@acme.test')), 404)
    expectError(await open().put(`/Groups/${nobody}`, group('New')), 404)
    expect(await found(open(), '/Users', 'userName eq "new@acme.test"', 'id')).toEqual([])
  })
  it('requires the required attributes', async () => {
    const { id } = await made(open(), '/Users', user('required@acme.test'))
    expectError(await open().put(`/Users/${id}`, { schemas: [userUrn], title: 'Dr' }), 400, 'invalidValue')
  })
  it('ignores read-only attributes, another id in the body as well', async () => {
    const { id, meta } = await made(open(), '/Users', user('putro@acme.test'))
    const sent = {
      id: nobody,
      meta: { created: '2001-01-01T00:00:00Z' },
      groups: [{ value: 'x' }],
      title: 'T',
    }
    const { body } = await open().put(`/Users/${id}`, user('putro@acme.test', sent))
    expect([body.id, body.groups, (body.meta as Json).created]).toEqual([
      id,
      undefined,
      (meta as Json).created,
    ])
  })
  it('does not reactivate: active left out stays as it was', async () => {
    const { id } = await made(open(), '/Users', user('inactive@acme.test', { active: false }))
    expect((await open().put(`/Users/${id}`, user('inactive@acme.test'))).body.active).toBe(false)
  })
  it('of a userName in use answers 409', async () => {
    await made(open(), '/Users', user('first@acme.test'))
    const { id } = await made(open(), '/Users', user('second@acme.test'))
    expectError(await open().put(`/Users/${id}`, user('FIRST@acme.test')), 409, 'uniqueness')
  })
  it('removes an extension that is left out', async () => {
    const body = {
      ...user('putext@acme.test'),
      schemas: [userUrn, enterpriseUrn],
      [enterpriseUrn]: { division: 'D' },
    }
    const { id } = await made(open(), '/Users', body)
    const reply = await open().put(`/Users/${id}`, user('putext@acme.test'))
    expect([reply.body[enterpriseUrn], reply.body.schemas]).toEqual([undefined, [userUrn]])
  })
  it('of a Group replaces its members by the list sent', async () => {
    const [a, b] = await Promise.all(
      ['m-a@acme.test', 'm-b@acme.test'].map((name) => made(open(), '/Users', user(name))),
    )
    const { id } = await made(open(), '/Groups', group('Put', [String(a?.id)]))
    const { body } = await open().put(`/Groups/${id}`, group('Put', [String(b?.id)]))
    expect(list(body.members).map((each) => each.value)).toEqual([b?.id])
    expect(list((await open().put(`/Groups/${id}`, group('Put'))).body.members)).toEqual([])
  })
  it('of a password and nothing else keeps it secret', async () => {
    const { id } = await made(open(), '/Users', user('putpw@acme.test'))
    const reply = await open().put(`/Users/${id}`, user('putpw@acme.test', { password: 'S3cret!!' }))
    expect([reply.status, reply.text.includes('S3cret!!')]).toEqual([200, false])
  })
})

describe('RFC 7644 §3.6 deleting', () => {
  it('answers 204 without a body; then every operation on it answers 404', async () => {
    const { id } = await made(open(), '/Users', user('delete@acme.test'))
    const reply = await open().remove(`/Users/${id}`)
    expect([reply.status, reply.text]).toEqual([204, ''])
    expectError(await open().get(`/Users/${id}`), 404)
    expectError(await open().put(`/Users/${id}`, user('delete@acme.test')), 404)
    expectError(await open().patch(`/Users/${id}`, { op: 'add', path: 'title', value: 'x' }), 404)
    expectError(await open().remove(`/Users/${id}`), 404)
  })
  it('takes the resource out of every query', async () => {
    const { id } = await made(open(), '/Users', user('gone@acme.test', { externalId: 'gone-1' }))
    await open().remove(`/Users/${id}`)
    for (const filter of ['userName eq "gone@acme.test"', 'externalId eq "gone-1"', `id eq "${id}"`])
      expect(await found(open(), '/Users', filter, 'id')).toEqual([])
    const all = await open().get('/Users?count=200&attributes=id')
    expect(list(all.body.Resources).map((each) => each.id)).not.toContain(id)
  })
  it('a deleted userName does not conflict with a new one', async () => {
    const { id } = await made(open(), '/Users', user('again@acme.test', { externalId: 'old' }))
    await open().remove(`/Users/${id}`)
    expect((await open().post('/Users', user('again@acme.test', { externalId: 'new' }))).status).toBe(201)
  })
  it('of a Group leaves its members', async () => {
    const { id } = await made(open(), '/Users', user('survivor@acme.test'))
    const { id: groupId } = await made(open(), '/Groups', group('Doomed', [String(id)]))
    expect((await open().remove(`/Groups/${groupId}`)).status).toBe(204)
    expect((await reread(open(), `/Users/${id}`)).groups).toBeUndefined()
    expectError(await open().get(`/Groups/${groupId}`), 404)
  })
})

describe('RFC 7644 §3.1, §3.8 media types', () => {
  const raw = Buffer.from(JSON.stringify(user('media@acme.test')))
  it('application/scim+json and application/json are accepted', async () => {
    for (const [n, type] of [
      'application/scim+json',
      'application/json',
      'application/scim+json; charset=utf-8',
    ].entries()) {
      const body = user(`media${n}@acme.test`)
      const reply = await open().send({
        method: 'POST',
        path: '/Users',
        headers: { 'content-type': type },
        body,
      })
      expect(reply.status, type).toBe(201)
    }
  })
  it('another media type is refused with 415', async () => {
    const headers = { 'content-type': 'application/xml' }
    expectError(await open().send({ method: 'POST', path: '/Users', headers, raw }), 415)
  })
  it.each([
    [undefined, /^application\/scim\+json/],
    ['*/*', /^application\/scim\+json/],
    ['application/scim+json', /^application\/scim\+json/],
    ['application/json', /^application\/json/],
  ])('Accept %s is answered in kind', async (accept, expected) => {
    const reply = await open().get('/Users?count=0', accept === undefined ? {} : { accept })
    expect(reply.headers['content-type']).toMatch(expected)
  })
})

describe('RFC 7644 §3.11 /Me', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s: a credential is no person, so 501',
    async (method) => {
      expectError(await open().send({ method, path: '/Me', ...(method === 'GET' ? {} : { body: {} }) }), 501)
    },
  )
})

describe('RFC 7644 §3.12 errors', () => {
  it('carry schemas, status as text and a detail', async () => {
    const { body } = await open().get(`/Users/${nobody}`)
    expect(body).toEqual({ schemas: [errorUrn], status: '404', detail: expect.stringMatching(/\S/) })
  })
  it('an endpoint that does not exist is 404', async () => {
    expectError(await open().get('/Robots'), 404)
  })
  it.each([
    ['/Users', 'PUT'],
    ['/Users', 'DELETE'],
    ['/Groups', 'PATCH'],
    ['/Bulk', 'GET'],
  ])('a method that does not exist is 405: %s %s', async (path, method) => {
    expectError(await open().send({ method, path, body: {} }), 405)
  })
})

describe('RFC 7644 §3.14 versions', () => {
  const send = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) =>
    open().send({
      method,
      path,
      headers: { ...headers, ...(body && { 'content-type': 'application/scim+json' }) },
      ...(body && { body }),
    })

  it('change with the resource, and only with it', async () => {
    const { id, meta } = await made(open(), '/Users', user('etag@acme.test'))
    const same = await patched(open(), `/Users/${id}`, {
      op: 'replace',
      path: 'userName',
      value: 'etag@acme.test',
    })
    expect(same.meta).toEqual(meta)
    const changed = await patched(open(), `/Users/${id}`, { op: 'add', path: 'title', value: 'Dr' })
    expect((changed.meta as Json).version).not.toBe((meta as Json).version)
  })
  it('If-None-Match with the current version: 304 without a body', async () => {
    const { id, meta } = await made(open(), '/Users', user('inm@acme.test'))
    const version = String((meta as Json).version)
    const reply = await open().get(`/Users/${id}`, { 'if-none-match': version })
    expect([reply.status, reply.text, reply.headers.etag]).toEqual([304, '', version])
    expect((await open().get(`/Users/${id}`, { 'if-none-match': 'W/"other"' })).status).toBe(200)
  })
  it.each(['PUT', 'PATCH', 'DELETE'])(
    'If-Match with another version: %s answers 412 and changes nothing',
    async (method) => {
      const body = await made(open(), '/Users', user(`im-${method}@acme.test`))
      const bodies: Readonly<Record<string, object>> = {
        PUT: user('changed@acme.test'),
        PATCH: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'add', path: 'title', value: 'x' }],
        },
      }
      expectError(await send(method, `/Users/${body.id}`, { 'if-match': 'W/"999"' }, bodies[method]), 412)
      expect(await reread(open(), `/Users/${body.id}`)).toEqual(body)
    },
  )
  it('If-Match with the current version, or *: done', async () => {
    const { id, meta } = await made(open(), '/Users', user('ok@acme.test'))
    const first = await send(
      'PUT',
      `/Users/${id}`,
      { 'if-match': String((meta as Json).version) },
      user('ok1@acme.test'),
    )
    expect([first.status, first.body.userName]).toEqual([200, 'ok1@acme.test'])
    expect((await send('DELETE', `/Users/${id}`, { 'if-match': '*' })).status).toBe(204)
  })
  it('a Group changes its version with its members', async () => {
    const { id: member } = await made(open(), '/Users', user('gv@acme.test'))
    const { id, meta } = await made(open(), '/Groups', group('Versions'))
    const after = await patched(open(), `/Groups/${id}`, {
      op: 'add',
      path: 'members',
      value: [{ value: member }],
    })
    expect((after.meta as Json).version).not.toBe((meta as Json).version)
    const reply = await open().get(`/Groups/${id}`, { 'if-none-match': String((after.meta as Json).version) })
    expect(reply.status).toBe(304)
  })
})

describe('RFC 7644 §3.9 attributes of an answer', () => {
  const full = user('p39@acme.test', {
    title: 'Dr',
    name: { givenName: 'A', familyName: 'B' },
    nickName: 'N',
  })
  const keys = async (query: string): Promise<readonly string[]> => {
    const { id = (await made(open(), '/Users', full)).id } =
      list((await open().get(`/Users?${filterOf('userName eq "p39@acme.test"')}`)).body.Resources)[0] ?? {}
    return Object.keys(await reread(open(), `/Users/${id}?${query}`)).sort()
  }
  it('attributes: the minimum, and what is asked for', async () => {
    expect(await keys('attributes=title,nickName')).toEqual(['id', 'meta', 'nickName', 'schemas', 'title'])
  })
  it('names are recognised in any case and with their URN', async () => {
    expect(await keys(`attributes=TITLE,${userUrn}:nickName`)).toEqual([
      'id',
      'meta',
      'nickName',
      'schemas',
      'title',
    ])
  })
  it('excludedAttributes: all but these, and never without the minimum', async () => {
    const rest = await keys('excludedAttributes=title,id,schemas')
    expect(rest).toEqual(expect.arrayContaining(['id', 'name', 'schemas', 'userName']))
    expect(rest).not.toContain('title')
  })
  it('a sub-attribute alone', async () => {
    const { Resources } = (await open().get('/Users?attributes=name.givenName')).body
    const one = list(Resources).find((each) => each.name !== undefined)
    expect(one?.name).toEqual({ givenName: 'A' })
  })
  it('what is never returned is not, even when it is asked for', async () => {
    expect(await keys('attributes=password')).toEqual(['id', 'meta', 'schemas'])
  })
})
