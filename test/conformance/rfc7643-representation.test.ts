import { describe, expect, it } from 'vitest'
import { enterpriseUrn, group, groupUrn, type Json, user, userUrn } from '../scim/support/service.ts'
import { base, expectError, found, list, made, patched, reread, useScim } from './support.ts'

const open = useScim()

describe('RFC 7643 §2.1 attribute names', () => {
  it('are recognised in any case, sub-attributes and extensions as well', async () => {
    const body = await made(open(), '/Users', {
      Schemas: [userUrn.toUpperCase().replace('URN:IETF', 'urn:ietf'), enterpriseUrn],
      USERNAME: 'case@acme.test',
      Name: { GIVENname: 'Case' },
      [enterpriseUrn.replace('User', 'USER')]: { DEPARTMENT: 'Names' },
    })
    expect(body).toMatchObject({
      userName: 'case@acme.test',
      name: { givenName: 'Case' },
      [enterpriseUrn]: { department: 'Names' },
    })
  })
})

describe('RFC 7643 §2.1 attribute names given twice', () => {
  it('in different case are refused', async () => {
    const body = { ...user('double@acme.test', { title: 'a' }), TITLE: 'b' }
    expectError(await open().post('/Users', body), 400, 'invalidValue')
  })
})

describe('RFC 7643 §2.3 attribute types', () => {
  const refused = async (attributes: object): Promise<void> =>
    expectError(await open().post('/Users', user('types@acme.test', attributes)), 400, 'invalidValue')

  it('§2.3.1 a string keeps every Unicode character', async () => {
    const displayName = 'Ünï\u{1F600}\u4E2D "quoted" \\ back'
    const { id } = await made(open(), '/Users', user('unicode@acme.test', { displayName }))
    expect((await reread(open(), `/Users/${id}`)).displayName).toBe(displayName)
  })
  it.each([{ a: 1 }, 7, true, ['Dr']])('§2.3.1 a string attribute refuses %j', (title) => refused({ title }))
  it.each([7, true, ['a', 'b'], { a: 1 }])('§2.3.1 a name is a text, not %j', async (name) => {
    expectError(await open().post('/Users', { schemas: [userUrn], userName: name }), 400, 'invalidValue')
    expectError(await open().post('/Groups', { schemas: [groupUrn], displayName: name }), 400, 'invalidValue')
  })
  it('§2.3.2 a boolean attribute refuses what is neither true nor false', () => refused({ active: 'maybe' }))
  it('§2.3.5 meta.created and lastModified are complete XSD date-times', async () => {
    const { meta } = await made(open(), '/Users', user('dates@acme.test'))
    expect(meta).toMatchObject({
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
      lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
    })
  })
  it('§2.3.6 a binary value is kept as base64 text', async () => {
    const value = Buffer.from([0, 1, 2, 250, 251, 255]).toString('base64')
    const body = await made(open(), '/Users', user('binary@acme.test', { x509Certificates: [{ value }] }))
    expect(list(body.x509Certificates)[0]?.value).toBe(value)
  })
  it('§2.3.6 a binary attribute refuses what is not base64', () =>
    refused({ x509Certificates: [{ value: '!not base64!' }] }))
  it('§2.3.7 a reference is kept letter by letter', async () => {
    const profileUrl = 'https://acme.test/People/Ada?x=A%20b'
    expect((await made(open(), '/Users', user('ref@acme.test', { profileUrl }))).profileUrl).toBe(profileUrl)
  })
  it.each(['Ada', [{ givenName: 'Ada' }], { givenName: 7 }])(
    '§2.3.8 a complex attribute refuses %j',
    (name) => refused({ name }),
  )
  it('§2.3.8 sub-attributes can come in any order and subset', async () => {
    const name = { familyName: 'Byron', givenName: 'Ada' }
    expect((await made(open(), '/Users', user('complex@acme.test', { name }))).name).toEqual(name)
  })
})

describe('RFC 7643 §2.4 multi-valued attributes', () => {
  it('hold several values with type, display and primary', async () => {
    const emails = [
      { value: 'a@acme.test', type: 'work', primary: true },
      { value: 'b@acme.test', type: 'home', display: 'B' },
    ]
    expect((await made(open(), '/Users', user('multi@acme.test', { emails }))).emails).toEqual(emails)
  })
  it.each([{ value: 'a@acme.test' }, 'a@acme.test', ['a@acme.test']])(
    'are lists of objects, not %j',
    async (emails) => {
      expectError(await open().post('/Users', user('nolist@acme.test', { emails })), 400, 'invalidValue')
      const { id } = await made(open(), '/Users', user('listed@acme.test'))
      expectError(await open().put(`/Users/${id}`, user('listed@acme.test', { emails })), 400, 'invalidValue')
      expectError(
        await open().post('/Groups', { ...group('No list'), members: { value: id } }),
        400,
        'invalidValue',
      )
      expectError(
        await open().post('/Groups', { ...group('No objects'), members: [id] }),
        400,
        'invalidValue',
      )
      await open().remove(`/Users/${id}`)
    },
  )
  it('accept a type that is none of the canonical ones', async () => {
    const emails = [{ value: 'c@acme.test', type: 'yacht' }]
    expect((await made(open(), '/Users', user('yacht@acme.test', { emails }))).emails).toEqual(emails)
  })
  it('hold at most one primary value', async () => {
    const emails = [
      { value: 'a@acme.test', primary: true },
      { value: 'b@acme.test', primary: true },
    ]
    expectError(await open().post('/Users', user('two@acme.test', { emails })), 400, 'invalidValue')
  })
  it('do not come back with the same type and value twice', async () => {
    const one = { value: 'same@acme.test', type: 'work' }
    const sent = await made(open(), '/Users', user('sent-twice@acme.test', { emails: [one, one] }))
    expect(sent.emails).toEqual([one])
    const operation = { op: 'replace', path: 'emails', value: [one, { ...one, display: 'Same' }] }
    expect((await patched(open(), `/Users/${sent.id}`, operation)).emails).toEqual([
      { ...one, display: 'Same' },
    ])
    const body = await made(open(), '/Users', user('twice@acme.test', { emails: [one] }))
    const after = await patched(open(), `/Users/${body.id}`, { op: 'add', path: 'emails', value: [one] })
    expect(after.emails).toEqual([one])
  })
  it.each(['emails.value', 'emails[type sw "w"].value'])(
    'nor after a PATCH of %s made them the same',
    async (path) => {
      const emails = [
        { value: 'a@acme.test', type: 'work' },
        { value: 'b@acme.test', type: 'WORK' },
      ]
      const { id } = await made(open(), '/Users', user(`alike-${path}`, { emails }))
      const after = await patched(open(), `/Users/${id}`, { op: 'replace', path, value: 'c@acme.test' })
      expect(list(after.emails).map((each) => each.value)).toEqual(['c@acme.test'])
    },
  )
})

describe('RFC 7643 §2.5 unassigned', () => {
  it('null, an empty list and an attribute left out are one state', async () => {
    const bodies = await Promise.all([
      made(open(), '/Users', user('null@acme.test', { title: null, emails: null })),
      made(open(), '/Users', user('empty@acme.test', { emails: [] })),
      made(open(), '/Users', user('absent@acme.test')),
    ])
    expect(bodies.map((each) => Object.keys(each).sort())).toEqual(
      bodies.map(() => Object.keys(bodies[2] ?? {}).sort()),
    )
    expect(Object.keys(bodies[2] ?? {})).not.toContain('emails')
  })
  it('a value is cleared by null', async () => {
    const { id } = await made(open(), '/Users', user('clear@acme.test', { title: 'Dr', nickName: 'C' }))
    const body = user('clear@acme.test', { title: null, nickName: 'C' })
    expect((await open().put(`/Users/${id}`, body)).body).toMatchObject({ nickName: 'C' })
    expect(Object.keys(await reread(open(), `/Users/${id}`))).not.toContain('title')
  })
  it('a multi-valued attribute is cleared by an empty list', async () => {
    const emails = [{ value: 'x@acme.test' }]
    const { id } = await made(open(), '/Users', user('list@acme.test', { emails }))
    await open().put(`/Users/${id}`, user('list@acme.test', { emails: [] }))
    expect(Object.keys(await reread(open(), `/Users/${id}`))).not.toContain('emails')
  })
})

describe('RFC 7643 §3 schemas', () => {
  it('are required and must not be empty', async () => {
    expectError(await open().post('/Users', { userName: 'none@acme.test' }), 400, 'invalidSyntax')
    expectError(
      await open().post('/Users', { schemas: [], userName: 'none@acme.test' }),
      400,
      'invalidSyntax',
    )
  })
  it('must be the ones of the resource type', async () => {
    expectError(
      await open().post('/Users', { schemas: [groupUrn], userName: 'g@acme.test' }),
      400,
      'invalidSyntax',
    )
    const body = { schemas: [userUrn, 'urn:nowhere:unknown'], userName: 'u@acme.test' }
    expectError(await open().post('/Users', body), 400, 'invalidSyntax')
  })
  it('are each named once', async () => {
    const body = { schemas: [userUrn, userUrn], userName: 'd@acme.test' }
    expectError(await open().post('/Users', body), 400, 'invalidSyntax')
  })
  it('in an answer name exactly the schemas whose attributes it holds', async () => {
    const plain = await made(open(), '/Users', user('plain@acme.test'))
    expect(plain.schemas).toEqual([userUrn])
    const body = { ...user('ext@acme.test'), [enterpriseUrn]: { division: 'D' } }
    const extended = await made(open(), '/Users', { ...body, schemas: [userUrn, enterpriseUrn] })
    expect(extended.schemas).toEqual([userUrn, enterpriseUrn])
  })
})

describe('RFC 7643 §3.1 common attributes', () => {
  it('id is the server’s own, whatever the client sends', async () => {
    const body = await made(open(), '/Users', user('own@acme.test', { id: 'mine' }))
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(String(body.id)).not.toContain('bulkId')
  })
  it('id stays the same through replace and patch', async () => {
    const { id } = await made(open(), '/Users', user('stable@acme.test'))
    expect((await open().put(`/Users/${id}`, user('moved@acme.test'))).body.id).toBe(id)
    const operation = { op: 'replace', path: 'userName', value: 'again@acme.test' }
    expect((await patched(open(), `/Users/${id}`, operation)).id).toBe(id)
  })
  it('id is unique over all resources, Users and Groups alike', async () => {
    const bodies = await Promise.all([
      made(open(), '/Users', user('unique1@acme.test')),
      made(open(), '/Users', user('unique2@acme.test')),
      made(open(), '/Groups', group('Unique')),
    ])
    expect(new Set(bodies.map((each) => each.id)).size).toBe(3)
  })
  it('externalId is the client’s, comes back as sent and can be changed', async () => {
    const { id, externalId } = await made(open(), '/Users', user('ext1@acme.test', { externalId: 'X-1' }))
    expect(externalId).toBe('X-1')
    const operation = { op: 'replace', path: 'externalId', value: 'X-2' }
    expect((await patched(open(), `/Users/${id}`, operation)).externalId).toBe('X-2')
  })
  it('externalId is compared exactly', async () => {
    await made(open(), '/Users', user('exact1@acme.test', { externalId: 'Ex-1' }))
    await made(open(), '/Users', user('exact2@acme.test', { externalId: 'ex-1' }))
    expect(await found(open(), '/Users', 'externalId eq "ex-1"', 'userName')).toEqual(['exact2@acme.test'])
  })
  it('externalId belongs to one client: another may use the same', async () => {
    const { token } = await open().credential({ connection: 'other' })
    await made(open(), '/Users', user('mine@acme.test', { externalId: 'shared' }))
    const body = user('mine@acme.test', { externalId: 'shared' })
    const reply = await open().send({ method: 'POST', path: '/Users', connection: 'other', token, body })
    expect(reply.status).toBe(201)
  })
  it('meta is the server’s own: what a client sends of it is ignored', async () => {
    const meta = {
      resourceType: 'Robot',
      created: '2001-01-01T00:00:00Z',
      location: 'https://x.test',
      version: 'W/"99"',
    }
    const body = await made(open(), '/Users', user('meta@acme.test', { meta }))
    expect(body.meta).toMatchObject({ resourceType: 'User', location: `${base}/Users/${body.id}` })
    expect((body.meta as { readonly created: string }).created > '2020').toBe(true)
  })
  it('meta.lastModified equals meta.created until the first change, and moves with it', async () => {
    const { id, meta } = await made(open(), '/Users', user('times@acme.test'))
    const { created, lastModified } = meta as { readonly created: string; readonly lastModified: string }
    expect(lastModified).toBe(created)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const after = await patched(open(), `/Users/${id}`, { op: 'add', path: 'title', value: 'Dr' })
    const later = after.meta as { readonly created: string; readonly lastModified: string }
    expect(later.created).toBe(created)
    expect(later.lastModified > lastModified).toBe(true)
  })
  it('meta.location is the same as the Content-Location of the answer', async () => {
    const { id, meta } = await made(open(), '/Users', user('place@acme.test'))
    const reply = await open().get(`/Users/${id}`)
    expect(reply.headers['content-location']).toBe((meta as { readonly location: string }).location)
  })
  it('meta.version is the same as the ETag of the answer', async () => {
    const { id, meta } = await made(open(), '/Users', user('version@acme.test'))
    const reply = await open().get(`/Users/${id}`)
    expect(reply.headers.etag).toBe((meta as { readonly version: string }).version)
    expect(reply.headers.etag).toMatch(/^W\/"/)
  })
})

describe('RFC 7643 §3.3 extensions', () => {
  it('stand under their URN, apart from the core attributes', async () => {
    const body = {
      ...user('sep@acme.test'),
      schemas: [userUrn, enterpriseUrn],
      [enterpriseUrn]: { costCenter: '7' },
    }
    const answer = await made(open(), '/Users', body)
    expect(answer[enterpriseUrn]).toEqual({ costCenter: '7' })
    expect(answer.costCenter).toBeUndefined()
  })
  it('that only the client knows are kept and returned', async () => {
    const urn = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
    const body = {
      ...user('badge@acme.test'),
      schemas: [userUrn, urn],
      [urn]: { number: 7, doors: ['a', 'b'] },
    }
    const { id } = await made(open(), '/Users', body)
    const answer = await reread(open(), `/Users/${id}`)
    expect(answer[urn]).toEqual({ number: 7, doors: ['a', 'b'] })
    expect(answer.schemas).toEqual([userUrn, urn])
  })
})

describe('RFC 7643 §3.3, §7 an extension whose attributes are all read-only', () => {
  const access = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'
  const create = (name: string): Promise<Json> => made(open(), '/Users', user(name))

  it('is advertised as such', async () => {
    const attributes = list((await open().get(`/Schemas/${access}`)).body.attributes)
    expect(attributes.map((each) => each.mutability)).toEqual(attributes.map(() => 'readOnly'))
    expect(attributes.length).toBeGreaterThan(0)
  })
  it('is not in an answer while there is nothing to tell', async () => {
    expect((await create('untold@acme.test')).schemas).toEqual([userUrn])
  })
  it('can be put into use by a client: its URN is named from then on, what it holds stays the server’s', async () => {
    const { id } = await create('used@acme.test')
    const body = await patched(open(), `/Users/${id}`, { op: 'add', path: access, value: {} })
    expect([body.schemas, body[access]]).toEqual([[userUrn, access], {}])
    const again = await patched(open(), `/Users/${id}`, { op: 'replace', path: access, value: {} })
    expect(again).toEqual(body)
    const replaced = await open().put(`/Users/${id}`, user('used@acme.test'))
    expect([replaced.body.schemas, replaced.body[access]]).toEqual([[userUrn], undefined])
  })
  it('takes no value by PATCH', async () => {
    const { id } = await create('value@acme.test')
    const value = [{ community: 'c', role: 'admin', status: 'assigned' }]
    for (const operation of [
      { op: 'add', path: access, value: { assignments: value } },
      { op: 'add', path: `${access}:assignments`, value },
      { op: 'remove', path: `${access}:assignments` },
      { op: 'remove', path: access },
    ])
      expectError(await open().patch(`/Users/${id}`, operation), 400, 'mutability')
  })
  it('inside a whole resource its values are ignored', async () => {
    const body = {
      ...user('whole@acme.test', { title: 'Dr' }),
      schemas: [userUrn, access],
      [access]: { assignments: [{ community: 'c', role: 'admin' }] },
    }
    const { id, ...created } = await made(open(), '/Users', body)
    expect([created.title, JSON.stringify(created).includes('admin')]).toEqual(['Dr', false])
    const { body: replaced } = await open().put(`/Users/${id}`, { ...body, title: 'Prof' })
    expect([replaced.title, JSON.stringify(replaced).includes('admin')]).toEqual(['Prof', false])
  })
})
