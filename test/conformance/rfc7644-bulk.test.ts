import { describe, expect, it } from 'vitest'
import {
  enterpriseUrn,
  errorUrn,
  group,
  groupUrn,
  type Json,
  type Reply,
  user,
  userUrn,
} from '../scim/support/service.ts'
import { base, expectError, found, list, made, messages, nobody, reread, useScim } from './support.ts'

const open = useScim()

const send = (operations: readonly object[], more: object = {}): Promise<Reply> =>
  open().post('/Bulk', { schemas: [`${messages}:BulkRequest`], ...more, Operations: operations })
const done = async (operations: readonly object[], more: object = {}): Promise<readonly Json[]> => {
  const reply = await send(operations, more)
  expect(reply.status, reply.text).toBe(200)
  expect(reply.body.schemas).toEqual([`${messages}:BulkResponse`])
  return list(reply.body.Operations)
}
const idIn = (operation: Json | undefined): string => String(operation?.location).split('/').at(-1) ?? ''
const create = (bulkId: string, userName: string, more: object = {}): object => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: user(userName, more),
})
const createGroup = (bulkId: string, displayName: string, ...members: readonly string[]): object => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [groupUrn], displayName, members: members.map((value) => ({ value })) },
})
const members = (body: Json): readonly string[] => list(body.members).map((each) => String(each.value))

describe('RFC 7644 §3.7 bulk', () => {
  it('creates, replaces, patches and deletes in one request; tells method, place, version and status of each', async () => {
    const { id: a } = await made(open(), '/Users', user('bulk-a@acme.test'))
    const { id: b } = await made(open(), '/Users', user('bulk-b@acme.test'))
    const { id: c } = await made(open(), '/Users', user('bulk-c@acme.test'))
    const results = await done([
      create('new', 'bulk-new@acme.test'),
      { method: 'PUT', path: `/Users/${a}`, data: user('bulk-a@acme.test', { title: 'put' }) },
      {
        method: 'PATCH',
        path: `/Users/${b}`,
        data: {
          schemas: [`${messages}:PatchOp`],
          Operations: [{ op: 'add', path: 'title', value: 'patched' }],
        },
      },
      { method: 'DELETE', path: `/Users/${c}` },
    ])
    expect(results).toEqual([
      expect.objectContaining({
        method: 'POST',
        bulkId: 'new',
        status: '201',
        location: expect.stringMatching(`^${base}/Users/`),
      }),
      expect.objectContaining({ method: 'PUT', status: '200', location: `${base}/Users/${a}` }),
      expect.objectContaining({
        method: 'PATCH',
        status: expect.stringMatching(/^20[04]$/),
        location: `${base}/Users/${b}`,
      }),
      expect.objectContaining({ method: 'DELETE', status: '204', location: `${base}/Users/${c}` }),
    ])
    const created = await reread(open(), `/Users/${idIn(results[0])}`)
    expect(results[0]?.version).toBe((created.meta as Json).version)
    expect([
      (await reread(open(), `/Users/${a}`)).title,
      (await reread(open(), `/Users/${b}`)).title,
    ]).toEqual(['put', 'patched'])
    expectError(await open().get(`/Users/${c}`), 404)
  })
  it('an operation that fails carries its error and leaves the others', async () => {
    await made(open(), '/Users', user('taken@acme.test'))
    const results = await done([
      create('1', 'taken@acme.test'),
      { method: 'DELETE', path: `/Users/${nobody}` },
      create('3', 'fine@acme.test'),
    ])
    expect(results.map((each) => each.status)).toEqual(['409', '404', '201'])
    expect(results[0]).toMatchObject({
      bulkId: '1',
      response: { schemas: [errorUrn], status: '409', scimType: 'uniqueness' },
    })
    expect(results[0]?.location).toBeUndefined()
    expect(await found(open(), '/Users', 'userName eq "fine@acme.test"', 'userName')).toEqual([
      'fine@acme.test',
    ])
  })
  it('honours the version of an operation', async () => {
    const { id } = await made(open(), '/Users', user('versioned@acme.test'))
    const results = await done([
      {
        method: 'PUT',
        path: `/Users/${id}`,
        version: 'W/"999"',
        data: user('versioned@acme.test', { title: 'x' }),
      },
      {
        method: 'PUT',
        path: `/Users/${id}`,
        version: 'W/"1"',
        data: user('versioned@acme.test', { title: 'y' }),
      },
    ])
    expect(results.map((each) => each.status)).toEqual(['412', '200'])
    expect((await reread(open(), `/Users/${id}`)).title).toBe('y')
  })
})

describe('RFC 7644 §3.7.2 bulkId', () => {
  it('stands for the id of what another operation creates', async () => {
    const results = await done([create('ada', 'ref-ada@acme.test'), createGroup('g', 'Refs', 'bulkId:ada')])
    expect(members(await reread(open(), `/Groups/${idIn(results[1])}`))).toEqual([idIn(results[0])])
  })
  it('may be used before the operation that creates it', async () => {
    const results = await done([
      createGroup('g', 'Forward', 'bulkId:late'),
      create('late', 'ref-late@acme.test'),
    ])
    expect(results.map((each) => each.status)).toEqual(['201', '201'])
    expect(members(await reread(open(), `/Groups/${idIn(results[0])}`))).toEqual([idIn(results[1])])
  })
  it('may be used in a circle', async () => {
    const results = await done([
      createGroup('x', 'Circle X', 'bulkId:y'),
      createGroup('y', 'Circle Y', 'bulkId:x'),
    ])
    expect(results.map((each) => each.status)).toEqual(['201', '201'])
    const [x, y] = results.map(idIn)
    expect(members(await reread(open(), `/Groups/${x}`))).toEqual([y])
    expect(members(await reread(open(), `/Groups/${y}`))).toEqual([x])
  })
  it('stands in the data of a PATCH as well', async () => {
    const { id } = await made(open(), '/Groups', group('Patched in bulk'))
    const Operations = [{ op: 'add', path: 'members', value: [{ value: 'bulkId:new' }] }]
    const results = await done([
      create('new', 'ref-patch@acme.test'),
      { method: 'PATCH', path: `/Groups/${id}`, data: { schemas: [`${messages}:PatchOp`], Operations } },
    ])
    expect(members(await reread(open(), `/Groups/${id}`))).toEqual([idIn(results[0])])
  })
  it('stands in an extension as well, for a manager who comes later', async () => {
    const results = await done([
      create('report', 'ref-report@acme.test', { [enterpriseUrn]: { manager: { value: 'bulkId:boss' } } }),
      create('boss', 'ref-boss@acme.test'),
    ])
    const [report, boss] = results.map(idIn)
    expect((await reread(open(), `/Users/${report}`))[enterpriseUrn]).toMatchObject({
      manager: { value: boss },
    })
  })
  it('is given once', async () => {
    const results = await done([create('same', 'same1@acme.test'), create('same', 'same2@acme.test')])
    expect(results.map((each) => each.status)).toContain('400')
  })
  it('stands in a path as well', async () => {
    const Operations = [{ op: 'add', path: 'title', value: 'by bulkId' }]
    const results = await done([
      create('p', 'ref-path@acme.test'),
      { method: 'PATCH', path: '/Users/bulkId:p', data: { schemas: [`${messages}:PatchOp`], Operations } },
    ])
    expect((await reread(open(), `/Users/${idIn(results[0])}`)).title).toBe('by bulkId')
  })
  it('that nothing creates fails the operation that uses it, and only that', async () => {
    const results = await done([
      createGroup('g', 'Dangling', 'bulkId:none'),
      create('ok', 'ref-ok@acme.test'),
    ])
    expect(results.map((each) => String(each.status))).toEqual([expect.stringMatching(/^4(00|09)$/), '201'])
    expect(await found(open(), '/Groups', 'displayName eq "Dangling"', 'id')).toEqual([])
  })
  it('of an operation that failed fails those that use it', async () => {
    await made(open(), '/Users', user('exists@acme.test'))
    const results = await done([create('dup', 'exists@acme.test'), createGroup('g', 'Depends', 'bulkId:dup')])
    expect(results.map((each) => String(each.status))).toEqual(['409', expect.stringMatching(/^4(00|09)$/)])
  })
  it('is echoed for each operation that has one', async () => {
    const results = await done([create('one', 'echo1@acme.test'), create('two', 'echo2@acme.test')])
    expect(results.map((each) => each.bulkId)).toEqual(['one', 'two'])
  })
})

describe('RFC 7644 §3.7.3 failOnErrors', () => {
  const bad = { method: 'DELETE', path: `/Users/${nobody}` }

  it('ends the work after that many errors; the answer holds what was done until then', async () => {
    const results = await done([bad, create('a', 'fail-a@acme.test'), bad, create('b', 'fail-b@acme.test')], {
      failOnErrors: 2,
    })
    expect(results.map((each) => each.status)).toEqual(['404', '201', '404'])
    expect(await found(open(), '/Users', 'userName eq "fail-b@acme.test"', 'id')).toEqual([])
  })
  it('left out: all operations are worked on, whatever fails', async () => {
    const results = await done([bad, bad, bad, create('c', 'fail-c@acme.test')])
    expect(results.map((each) => each.status)).toEqual(['404', '404', '404', '201'])
  })
})

describe('RFC 7644 §3.7.4 limits', () => {
  const limits = async (): Promise<{ readonly maxOperations: number; readonly maxPayloadSize: number }> =>
    (await open().get('/ServiceProviderConfig')).body.bulk as never

  it('more operations than allowed: 413, and nothing is done', async () => {
    const { maxOperations } = await limits()
    const operations = Array.from({ length: maxOperations + 1 }, (_, n) =>
      create(`b${n}`, `limit${n}@acme.test`),
    )
    expectError(await send(operations), 413)
    expect(await found(open(), '/Users', 'userName eq "limit0@acme.test"', 'id')).toEqual([])
  })
  it('a larger body than allowed: 413, and nothing is done', async () => {
    const { maxPayloadSize } = await limits()
    const reply = await send([create('big', 'big@acme.test', { title: 'x'.repeat(maxPayloadSize) })])
    expectError(reply, 413)
    expect(await found(open(), '/Users', 'userName eq "big@acme.test"', 'id')).toEqual([])
  })
})

describe('RFC 7644 §3.7 the message', () => {
  it('names its schema', async () => {
    const Operations = [create('s', 'schema@acme.test')]
    expectError(await open().post('/Bulk', { Operations }), 400, 'invalidSyntax')
    expectError(await open().post('/Bulk', { schemas: [userUrn], Operations }), 400, 'invalidSyntax')
  })
  it('an operation to create needs a bulkId and data', async () => {
    const bare = { method: 'POST', path: '/Users', data: user('nobulkid@acme.test') }
    const reply = await send([bare, { method: 'POST', path: '/Users', bulkId: 'nodata' }])
    const statuses =
      reply.status === 200 ? list(reply.body.Operations).map((each) => each.status) : [String(reply.status)]
    expect(new Set(statuses)).toEqual(new Set(['400']))
    expect(await found(open(), '/Users', 'userName eq "nobulkid@acme.test"', 'id')).toEqual([])
  })
  it('reads are no operation of it', async () => {
    const reply = await send([{ method: 'GET', path: '/Users' }])
    const status = reply.status === 200 ? list(reply.body.Operations)[0]?.status : String(reply.status)
    expect(status).toMatch(/^4(00|05)$/)
  })
})
