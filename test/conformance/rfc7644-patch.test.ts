import { describe, expect, it } from 'vitest'
import { enterpriseUrn, groupUrn, type Json, user, userUrn } from '../scim/support/service.ts'
import { expectError, list, made, messages, patched, reread, useScim } from './support.ts'

const open = useScim()
let count = 0
const create = (more: object = {}): Promise<Json> => {
  count += 1
  return made(open(), '/Users', user(`patch${count}@acme.test`, more))
}
const work = { value: 'w@acme.test', type: 'work', primary: true }
const home = { value: 'h@acme.test', type: 'home' }

/** What these operations make of a User with these attributes. */
const outcome = async (attributes: object, ...operations: readonly object[]): Promise<Json> => {
  const { id } = await create(attributes)
  return await patched(open(), `/Users/${id}`, ...operations)
}
/** Refused, and nothing is changed. */
const refused = async (
  attributes: object,
  scimType: string,
  ...operations: readonly object[]
): Promise<void> => {
  const before = await create(attributes)
  expectError(await open().patch(`/Users/${before.id}`, ...operations), 400, scimType)
  expect(await reread(open(), `/Users/${before.id}`)).toEqual(before)
}

describe('RFC 7644 §3.5.2 the message', () => {
  const send = async (body: object) => {
    const { id } = await create()
    return await open().send({ method: 'PATCH', path: `/Users/${id}`, body })
  }
  const Operations = [{ op: 'add', path: 'title', value: 'Dr' }]

  it('names its schema', async () => {
    expectError(await send({ Operations }), 400, 'invalidSyntax')
    expectError(await send({ schemas: [userUrn], Operations }), 400, 'invalidSyntax')
  })
  it('holds at least one operation', async () => {
    expectError(await send({ schemas: [`${messages}:PatchOp`] }), 400, 'invalidSyntax')
    expectError(await send({ schemas: [`${messages}:PatchOp`], Operations: [] }), 400, 'invalidSyntax')
  })
  it('knows add, remove and replace', async () => {
    const body = { schemas: [`${messages}:PatchOp`], Operations: [{ op: 'move', path: 'title', value: 'x' }] }
    expectError(await send(body), 400, 'invalidSyntax')
    const without = { schemas: [`${messages}:PatchOp`], Operations: [{ path: 'title', value: 'x' }] }
    expectError(await send(without), 400, 'invalidSyntax')
  })
  it('answers 200 with the resource or 204 without, and 200 when attributes are asked for', async () => {
    const { id } = await create({ nickName: 'N' })
    const body = { schemas: [`${messages}:PatchOp`], Operations }
    const reply = await open().send({ method: 'PATCH', path: `/Users/${id}?attributes=title`, body })
    expect([reply.status, Object.keys(reply.body).sort()]).toEqual([200, ['id', 'meta', 'schemas', 'title']])
    const group = await made(open(), '/Groups', { schemas: [groupUrn], displayName: 'Asked' })
    const rename = { ...body, Operations: [{ op: 'replace', path: 'displayName', value: 'Named' }] }
    const asked = await open().send({
      method: 'PATCH',
      path: `/Groups/${group.id}?attributes=displayName`,
      body: rename,
    })
    expect([asked.status, asked.body.displayName]).toEqual([200, 'Named'])
  })
  it('applies the operations in their order', async () => {
    const body = await outcome(
      {},
      { op: 'add', path: 'title', value: 'A' },
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'C' },
    )
    expect(body.title).toBe('C')
  })
  it('is atomic: one operation that fails undoes all', () =>
    refused(
      { title: 'A' },
      'noTarget',
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'x@acme.test' },
    ))
  it('that changes nothing leaves version and lastModified', async () => {
    const { id, meta } = await create({ title: 'A', emails: [work] })
    const same = await patched(
      open(),
      `/Users/${id}`,
      { op: 'add', path: 'title', value: 'A' },
      { op: 'add', path: 'emails', value: [work] },
    )
    expect(same.meta).toEqual(meta)
  })
})

describe('RFC 7644 §3.5.2.1 add', () => {
  it('a new attribute', async () => {
    expect((await outcome({}, { op: 'add', path: 'title', value: 'Dr' })).title).toBe('Dr')
  })
  it('an existing single value replaces it', async () => {
    expect((await outcome({ title: 'A' }, { op: 'add', path: 'title', value: 'B' })).title).toBe('B')
  })
  it('to a multi-valued attribute appends', async () => {
    expect((await outcome({ emails: [work] }, { op: 'add', path: 'emails', value: [home] })).emails).toEqual([
      work,
      home,
    ])
  })
  it('one value to a multi-valued attribute without a list', async () => {
    expect((await outcome({ emails: [work] }, { op: 'add', path: 'emails', value: home })).emails).toEqual([
      work,
      home,
    ])
  })
  it('a value that is there already changes nothing', async () => {
    expect((await outcome({ emails: [work] }, { op: 'add', path: 'emails', value: [work] })).emails).toEqual([
      work,
    ])
  })
  it('without a path: the value holds the attributes', async () => {
    const value = { title: 'Dr', emails: [home], name: { givenName: 'Ada' } }
    expect(await outcome({ emails: [work] }, { op: 'add', value })).toMatchObject({
      ...value,
      emails: [work, home],
    })
  })
  it('to a complex attribute keeps the sub-attributes not named', async () => {
    const body = await outcome(
      { name: { familyName: 'B' } },
      { op: 'add', path: 'name', value: { givenName: 'A' } },
    )
    expect(body.name).toEqual({ familyName: 'B', givenName: 'A' })
  })
  it('a sub-attribute', async () => {
    expect((await outcome({}, { op: 'add', path: 'name.givenName', value: 'A' })).name).toEqual({
      givenName: 'A',
    })
  })
  it('to the values a filter selects', async () => {
    const path = 'emails[type eq "home"].display'
    const body = await outcome({ emails: [work, home] }, { op: 'add', path, value: 'At home' })
    expect(body.emails).toEqual([work, { ...home, display: 'At home' }])
  })
  it('needs a value', () => refused({}, 'invalidValue', { op: 'add', path: 'title' }))
  it('of a wrong type is refused', () =>
    refused({}, 'invalidValue', { op: 'add', path: 'active', value: 'perhaps' }))
})

describe('RFC 7644 §3.5.2.2 remove', () => {
  it('needs a path', () => refused({}, 'noTarget', { op: 'remove' }))
  it('a single value: the attribute is unassigned', async () => {
    expect((await outcome({ title: 'A' }, { op: 'remove', path: 'title' })).title).toBeUndefined()
  })
  it('all values of a multi-valued attribute', async () => {
    expect((await outcome({ emails: [work, home] }, { op: 'remove', path: 'emails' })).emails).toBeUndefined()
  })
  it('the values a filter selects', async () => {
    const path = 'emails[type eq "work" and value ew "@acme.test"]'
    expect((await outcome({ emails: [work, home] }, { op: 'remove', path })).emails).toEqual([home])
  })
  it('the last value: the attribute is unassigned', async () => {
    expect(
      (await outcome({ emails: [home] }, { op: 'remove', path: 'emails[type eq "home"]' })).emails,
    ).toBeUndefined()
  })
  it('a sub-attribute of the values a filter selects', async () => {
    const path = 'emails[type eq "work"].primary'
    expect((await outcome({ emails: [work] }, { op: 'remove', path })).emails).toEqual([
      { value: work.value, type: 'work' },
    ])
  })
  it('a sub-attribute', async () => {
    const body = await outcome(
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'remove', path: 'name.givenName' },
    )
    expect(body.name).toEqual({ familyName: 'B' })
  })
  it('what is not there changes nothing', async () => {
    const { id, meta } = await create()
    expect((await patched(open(), `/Users/${id}`, { op: 'remove', path: 'title' })).meta).toEqual(meta)
  })
  it('a required attribute is refused with mutability', () =>
    refused({}, 'mutability', { op: 'remove', path: 'userName' }))
  it('a read-only attribute is refused with mutability', async () => {
    await refused({}, 'mutability', { op: 'remove', path: 'id' })
    await refused({}, 'mutability', { op: 'remove', path: 'groups' })
  })
  it('active: it is not shown until it is set again', async () => {
    const body = await outcome({}, { op: 'remove', path: 'active' })
    expect(body.active).toBeUndefined()
    expect(
      (await patched(open(), `/Users/${body.id}`, { op: 'add', path: 'active', value: true })).active,
    ).toBe(true)
  })
})

describe('RFC 7644 §3.5.2.3 replace', () => {
  it('a single value', async () => {
    expect((await outcome({ title: 'A' }, { op: 'replace', path: 'title', value: 'B' })).title).toBe('B')
  })
  it('an attribute that is not there is an add', async () => {
    expect((await outcome({}, { op: 'replace', path: 'title', value: 'B' })).title).toBe('B')
  })
  it('all values of a multi-valued attribute', async () => {
    const body = await outcome({ emails: [work] }, { op: 'replace', path: 'emails', value: [home] })
    expect(body.emails).toEqual([home])
  })
  it('without a path: the value holds the attributes', async () => {
    const value = { title: 'B', emails: [home] }
    const body = await outcome({ title: 'A', nickName: 'N', emails: [work] }, { op: 'replace', value })
    expect(body).toMatchObject({ ...value, nickName: 'N' })
  })
  it('a complex attribute keeps the sub-attributes not named', async () => {
    const path = 'addresses[type eq "work"]'
    const before = { addresses: [{ type: 'work', locality: 'Paris', country: 'FR' }] }
    expect(
      (
        await outcome(
          { name: { familyName: 'B' } },
          { op: 'replace', path: 'name', value: { givenName: 'A' } },
        )
      ).name,
    ).toEqual({
      familyName: 'B',
      givenName: 'A',
    })
    expect(
      (await outcome(before, { op: 'replace', path, value: { type: 'work', locality: 'Lyon' } })).addresses,
    ).toEqual([expect.objectContaining({ type: 'work', locality: 'Lyon' })])
  })
  it('a sub-attribute of the values a filter selects', async () => {
    const path = 'emails[type eq "work"].value'
    const body = await outcome({ emails: [work, home] }, { op: 'replace', path, value: 'new@acme.test' })
    expect(body.emails).toEqual([{ ...work, value: 'new@acme.test' }, home])
  })
  it('a sub-attribute of every value, without a filter', async () => {
    const body = await outcome(
      { emails: [work, home] },
      { op: 'replace', path: 'emails.display', value: 'X' },
    )
    expect(list(body.emails).map((each) => each.display)).toEqual(['X', 'X'])
  })
  it('with a filter that selects nothing is refused with noTarget', () =>
    refused({ emails: [home] }, 'noTarget', {
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: 'x@acme.test',
    }))
  it('of a read-only attribute is refused with mutability', () =>
    refused({}, 'mutability', { op: 'replace', path: 'id', value: 'x' }))
  it('of meta and of schemas is refused with mutability', async () => {
    await refused({}, 'mutability', { op: 'replace', path: 'meta.version', value: 'W/"9"' })
    await refused({}, 'mutability', { op: 'add', path: 'meta', value: { created: '2001-01-01T00:00:00Z' } })
  })
  it.each([
    { meta: { created: '2001-01-01T00:00:00Z' } },
    { groups: [{ value: 'x' }] },
    { [`${enterpriseUrn}:manager.displayName`]: 'x' },
    { 'urn:rolecall:params:scim:schemas:extension:access:2.0:User': { assignments: [{ role: 'admin' }] } },
  ])('of a read-only attribute without a path is, too: %j', (value) =>
    refused({}, 'mutability', { op: 'replace', value: { ...value, title: 'Dr' } }),
  )
  it('of a read-only sub-attribute is refused with mutability', () =>
    refused({}, 'mutability', { op: 'replace', path: `${enterpriseUrn}:manager.displayName`, value: 'x' }))
  it('by a userName in use answers 409', async () => {
    const [a, b] = [await create(), await create()]
    const reply = await open().patch(`/Users/${a.id}`, { op: 'replace', path: 'userName', value: b.userName })
    expectError(reply, 409, 'uniqueness')
  })
})

describe('RFC 7644 §3.5.2 one primary value', () => {
  it('a new primary value takes it from the others', async () => {
    const body = await outcome(
      { emails: [work, home] },
      { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
    )
    expect(list(body.emails).map(({ type, primary }) => [type, primary === true])).toEqual([
      ['work', false],
      ['home', true],
    ])
  })
  it('an added primary value takes it from the others', async () => {
    const value = [{ value: 'o@acme.test', type: 'other', primary: true }]
    const body = await outcome({ emails: [work, home] }, { op: 'add', path: 'emails', value })
    expect(list(body.emails).filter((each) => each.primary === true)).toEqual(value)
  })
})

describe('RFC 7644 §3.5.2 paths', () => {
  it.each([
    ['in any case', 'TITLE'],
    ['with the URN of the core schema', `${userUrn}:title`],
  ])('%s', async (_, path) => {
    expect((await outcome({}, { op: 'add', path, value: 'Dr' })).title).toBe('Dr')
  })
  it('with the URN of an extension', async () => {
    const path = `${enterpriseUrn}:department`
    const body = await outcome({}, { op: 'add', path, value: 'D' })
    expect([body[enterpriseUrn], body.schemas]).toEqual([{ department: 'D' }, [userUrn, enterpriseUrn]])
    const removed = await patched(open(), `/Users/${body.id}`, { op: 'remove', path })
    expect([removed[enterpriseUrn], removed.schemas]).toEqual([undefined, [userUrn]])
  })
  it('an extension as a whole, with and without a path', async () => {
    const value = { department: 'D', division: 'V' }
    expect((await outcome({}, { op: 'add', path: enterpriseUrn, value }))[enterpriseUrn]).toEqual(value)
    const body = await outcome({}, { op: 'add', value: { [enterpriseUrn]: value } })
    expect(body[enterpriseUrn]).toEqual(value)
    expect(
      (await patched(open(), `/Users/${body.id}`, { op: 'remove', path: enterpriseUrn }))[enterpriseUrn],
    ).toBeUndefined()
  })
  it('a sub-attribute of an extension', async () => {
    const body = await outcome({}, { op: 'add', path: `${enterpriseUrn}:manager.value`, value: '26118915' })
    expect(body[enterpriseUrn]).toEqual({ manager: expect.objectContaining({ value: '26118915' }) })
  })
  it.each([
    ['an unknown attribute', 'shoeSize', 'invalidPath'],
    ['an unknown sub-attribute', 'name.nick', 'invalidPath'],
    ['an open bracket', 'emails[type eq "work"', 'invalidPath'],
    ['dots in a row', 'name..givenName', 'invalidPath'],
    ['a filter on what has one value', 'title[value eq "x"]', 'invalidPath'],
    ['an empty text', '', 'invalidPath'],
  ])('%s is refused', (_, path, scimType) =>
    refused({ emails: [work] }, scimType, { op: 'replace', path, value: 'x' }),
  )
  it('a filter that is none is refused with invalidFilter or invalidPath', async () => {
    const { id } = await create({ emails: [work] })
    const reply = await open().patch(`/Users/${id}`, {
      op: 'replace',
      path: 'emails[type like "w"].value',
      value: 'x',
    })
    expect(reply.status).toBe(400)
    expect(['invalidFilter', 'invalidPath']).toContain(reply.body.scimType)
  })
})
