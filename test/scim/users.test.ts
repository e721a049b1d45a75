import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, memberId } from '../../lib/core/ids.ts'
import {
  enterpriseUrn,
  errorUrn,
  filterOf,
  groupUrn,
  idOf,
  openScim,
  type Scim,
  user,
  userUrn,
} from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const base = 'https://scim.example.test/acme/scim/v2'

describe('creating a user', () => {
  it('answers 201 with the resource and its place', async () => {
    const reply = await scim.post('/Users', {
      ...user('Grace@acme.test', {
        externalId: 'g-1',
        password: 'secret',
        id: 'mine',
        meta: { version: 'x' },
        favouriteColour: 'blue',
        groups: [{ value: 'x' }],
      }),
      [enterpriseUrn]: { department: 'Navy' },
      'urn:acme:params:scim:schemas:extension:badge:1.0:User': { level: 7 },
    })
    expect(reply.status).toBe(201)
    const { id, meta, ...rest } = reply.body as { readonly [name: string]: never }
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(rest).toEqual({
      schemas: [userUrn, enterpriseUrn, 'urn:acme:params:scim:schemas:extension:badge:1.0:User'],
      externalId: 'g-1',
      userName: 'Grace@acme.test',
      active: true,
      [enterpriseUrn]: { department: 'Navy' },
      'urn:acme:params:scim:schemas:extension:badge:1.0:User': { level: 7 },
    })
    expect(meta).toMatchObject({ resourceType: 'User', location: `${base}/Users/${id}`, version: 'W/"1"' })
    expect(reply.headers).toMatchObject({
      location: `${base}/Users/${id}`,
      etag: 'W/"1"',
      'content-type': 'application/scim+json; charset=utf-8',
    })
    expect((await scim.get(`/Users/${id}`)).body).toEqual(reply.body)
  })

  it('refuses a userName in use, in any case, and an externalId in use', async () => {
    await scim.post('/Users', user('taken@acme.test', { externalId: 'T-1' }))
    for (const body of [user('TAKEN@acme.test'), user('free@acme.test', { externalId: 'T-1' })]) {
      const reply = await scim.post('/Users', body)
      expect(reply.status).toBe(409)
      expect(reply.body).toMatchObject({ schemas: [errorUrn], scimType: 'uniqueness', status: '409' })
    }
    expect((await scim.post('/Users', user('other@acme.test', { externalId: 't-1' }))).status).toBe(201)
  })

  it('of ten at once with one userName creates one', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => scim.post('/Users', user('race@acme.test'))),
    )
    expect(replies.map((each) => each.status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
    expect((await scim.get(`/Users?${filterOf('userName eq "race@acme.test"')}`)).body).toMatchObject({
      totalResults: 1,
    })
  })

  it('brings a deactivated person back under the same id, with what is sent now', async () => {
    const before = await scim.post('/Users', user('back@acme.test', { externalId: 'B-1', title: 'Old' }))
    await scim.patch(`/Users/${idOf(before)}`, { op: 'replace', path: 'active', value: false })
    const again = await scim.post('/Users', user('renamed@acme.test', { externalId: 'B-1' }))
    expect([again.status, idOf(again), again.body.active, again.body.title]).toEqual([
      201,
      idOf(before),
      true,
      undefined,
    ])
  })

  it('brings a deleted person back under the same id', async () => {
    const before = await scim.post('/Users', user('deleted@acme.test'))
    await scim.remove(`/Users/${idOf(before)}`)
    const again = await scim.post('/Users', user('deleted@acme.test'))
    expect([again.status, idOf(again)]).toEqual([201, idOf(before)])
    expect((await scim.get(`/Users/${idOf(before)}`)).status).toBe(200)
  })

  it('gives the name of a deleted person to somebody else as a new record', async () => {
    const before = await scim.post('/Users', user('reused@acme.test', { externalId: 'R-1' }))
    await scim.remove(`/Users/${idOf(before)}`)
    const other = await scim.post('/Users', user('reused@acme.test', { externalId: 'R-2' }))
    expect(other.status).toBe(201)
    expect(idOf(other)).not.toBe(idOf(before))
  })
})

describe('replacing a user', () => {
  it('clears what the body leaves out, but never switches anybody on', async () => {
    const { body } = await scim.post(
      '/Users',
      user('put@acme.test', { title: 'Dr', nickName: 'P', active: false }),
    )
    const reply = await scim.put(`/Users/${body.id}`, user('put@acme.test', { title: 'Prof' }))
    expect(reply.status).toBe(200)
    expect(reply.body).toMatchObject({ title: 'Prof', active: false })
    expect(reply.body.nickName).toBeUndefined()
  })

  it('never creates', async () => {
    expect((await scim.put('/Users/00000000-0000-4000-8000-000000000000', user('nobody'))).status).toBe(404)
  })

  it('with what is there already changes neither version nor lastModified', async () => {
    const created = await scim.post('/Users', user('same@acme.test', { emails: [{ value: 'a@acme.test' }] }))
    const again = await scim.put(`/Users/${idOf(created)}`, { ...created.body, groups: undefined })
    expect([again.status, again.body]).toEqual([200, created.body])
  })
})

describe('patching a user', () => {
  it('applies all operations or none', async () => {
    const created = await scim.post('/Users', user('atomic@acme.test', { title: 'A' }))
    const reply = await scim.patch(
      `/Users/${idOf(created)}`,
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'x@acme.test' },
    )
    expect([reply.status, reply.body.scimType]).toEqual([400, 'noTarget'])
    expect((await scim.get(`/Users/${idOf(created)}`)).body).toEqual(created.body)
  })

  it('never lets a projection change what is stored', async () => {
    const created = await scim.post('/Users', user('projected@acme.test', { title: 'A', nickName: 'N' }))
    const reply = await scim.send({
      method: 'PATCH',
      path: `/Users/${idOf(created)}?attributes=title`,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'title', value: 'B' }],
      },
    })
    expect(Object.keys(reply.body).sort()).toEqual(['id', 'meta', 'schemas', 'title'])
    expect((await scim.get(`/Users/${idOf(created)}`)).body).toMatchObject({ title: 'B', nickName: 'N' })
  })

  it('by several clients at once loses nothing', async () => {
    const created = await scim.post('/Users', user('shared@acme.test'))
    const fields = ['title', 'nickName', 'displayName', 'userType', 'locale']
    const replies = await Promise.all(
      fields.map((path) =>
        scim.patch(`/Users/${idOf(created)}`, { op: 'replace', path, value: `new ${path}` }),
      ),
    )
    expect(replies.map((each) => each.status)).toEqual(fields.map(() => 200))
    const { body } = await scim.get(`/Users/${idOf(created)}`)
    expect(fields.map((field) => body[field])).toEqual(fields.map((field) => `new ${field}`))
    expect(body.meta).toMatchObject({ version: 'W/"6"' })
  })

  it.each(['   ', '\u00a0', '\u200b'])('refuses %j for a name: nobody could be told by it', async (blank) => {
    const id = idOf(await scim.post('/Users', user(`blank${blank.codePointAt(0)}@acme.test`)))
    for (const operation of [
      { op: 'replace', path: 'userName', value: blank },
      { op: 'replace', value: { userName: blank } },
    ]) {
      const reply = await scim.patch(`/Users/${id}`, operation)
      expect([reply.status, reply.body.scimType]).toEqual([400, 'invalidValue'])
    }
    const group = idOf(await scim.post('/Groups', { schemas: [groupUrn], displayName: 'Named' }))
    const reply = await scim.patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: blank })
    expect([reply.status, reply.body.scimType]).toEqual([400, 'invalidValue'])
  })

  it('refuses to take the name of somebody else', async () => {
    await scim.post('/Users', user('first@acme.test'))
    const second = await scim.post('/Users', user('second@acme.test'))
    const reply = await scim.patch(`/Users/${idOf(second)}`, {
      op: 'replace',
      path: 'userName',
      value: 'First@acme.test',
    })
    expect([reply.status, reply.body.scimType]).toEqual([409, 'uniqueness'])
  })
})

describe('preconditions', () => {
  it('refuse a write on an outdated version with 412 and answer an unchanged read with 304', async () => {
    const created = await scim.post('/Users', user('etag@acme.test'))
    const path = `/Users/${idOf(created)}`
    expect(await scim.get(path, { 'if-none-match': 'W/"1"' })).toMatchObject({ status: 304, text: '' })
    await scim.patch(path, { op: 'replace', path: 'title', value: 'A' })
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const body =
        method === 'PUT'
          ? user('etag@acme.test')
          : {
              schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
              Operations: [{ op: 'replace', path: 'title', value: 'B' }],
            }
      const reply = await scim.send({
        method,
        path,
        headers: { 'if-match': 'W/"1"' },
        ...(method === 'DELETE' ? {} : { body }),
      })
      expect([method, reply.status, reply.body.status]).toEqual([method, 412, '412'])
    }
    expect((await scim.get(path, { 'if-none-match': 'W/"1"' })).body).toMatchObject({ title: 'A' })
    expect(
      (await scim.send({ method: 'DELETE', path, headers: { 'if-match': 'W/"1", W/"2"' } })).status,
    ).toBe(204)
  })
})

describe('deleting a user', () => {
  it('answers 204, and 404 everywhere after', async () => {
    const created = await scim.post('/Users', user('gone@acme.test'))
    const path = `/Users/${idOf(created)}`
    expect(await scim.remove(path)).toMatchObject({ status: 204, text: '' })
    expect((await scim.get(path)).status).toBe(404)
    expect((await scim.put(path, user('gone@acme.test'))).status).toBe(404)
    expect((await scim.patch(path, { op: 'replace', path: 'title', value: 'x' })).status).toBe(404)
    expect((await scim.remove(path)).status).toBe(404)
    expect((await scim.get(`/Users?${filterOf('userName eq "gone@acme.test"')}`)).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    })
    const kept = await scim.directory.memberOrTombstone(connectionId('acme'), memberId(idOf(created)))
    expect(kept?.deletedAt).toBeDefined()
  })
})
