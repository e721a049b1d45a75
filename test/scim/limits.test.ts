import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorUrn, groupUrn, idOf, type Json, openScim, type Scim, user, userUrn } from './support/service.ts'

let scim: Scim
let person: string
beforeAll(async () => {
  scim = await openScim()
  person = idOf(await scim.post('/Users', user('ada@acme.test')))
})
afterAll(() => scim.close())

const emails = (from: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, n) => ({ value: `ada${from + n}@acme.test`, type: 'other' }))
const untouched = async (): Promise<void> => {
  expect((await scim.get(`/Users/${person}`)).body).toMatchObject({ meta: { version: 'W/"1"' } })
}

describe('a PATCH', () => {
  it('cannot grow a list by many operations beyond what one may hold', async () => {
    const operations = Array.from({ length: 3 }, (_, n) => ({
      op: 'add',
      path: 'emails',
      value: emails(n * 500, 500),
    }))
    const reply = await scim.patch(`/Users/${person}`, ...operations)
    expect(reply).toMatchObject({ status: 400, body: { schemas: [errorUrn], scimType: 'invalidValue' } })
    await untouched()
  })

  it('changes attributes in a thousand places at most', async () => {
    const operation = { op: 'add', path: 'emails', value: emails(0, 1) }
    const reply = await scim.patch(`/Users/${person}`, ...Array.from({ length: 1_001 }, () => operation))
    expect(reply).toMatchObject({ status: 413, body: { schemas: [errorUrn], status: '413' } })
    await untouched()
  })

  // Compared one by one, these lists would keep the function busy until the gateway gives up.
  it('adds and removes long lists again and again in little time', { timeout: 10_000 }, async () => {
    const other = idOf(await scim.post('/Users', user('eve@acme.test')))
    const value = Array.from({ length: 900 }, (_, n) => ({ value: `e${n}` }))
    const both = [
      { op: 'add', path: 'emails', value },
      { op: 'remove', path: 'emails', value },
    ]
    const operations = Array.from({ length: 30 }, () => both).flat()
    const reply = await scim.patch(`/Users/${other}`, ...operations)
    expect([reply.status, reply.body.emails]).toEqual([200, undefined])
  })
})

describe('a body', () => {
  const sent = (headers: Readonly<Record<string, string>>, raw = JSON.stringify(user('zoë@acme.test'))) =>
    scim.send({ method: 'POST', path: '/Users', raw: Buffer.from(raw), headers })

  it.each([
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/scim+json; charset="utf-16"' },
    { 'content-type': 'application/json, text/html' },
    { 'content-type': 'application/scim+json', 'content-encoding': 'gzip' },
  ])('in a form that is not read is refused as such: %o', async (headers) => {
    expect(await sent(headers)).toMatchObject({ status: 415, body: { schemas: [errorUrn], status: '415' } })
  })

  it.each(['application/json; charset=UTF-8', 'Application/SCIM+JSON;Charset="utf-8"', 'application/json;'])(
    'in UTF-8 is read: %s',
    async (type) => {
      const reply = await sent({ 'content-type': type, 'content-encoding': 'identity' })
      expect([201, 409]).toContain(reply.status)
    },
  )
})

describe('a name', () => {
  it.each(['a\u0000b', '\u001b[2Jada', 'ada\nbob', '\u007f', '\u0085x'])(
    'with control characters is refused: %j',
    async (name) => {
      const replies = [
        await scim.post('/Users', user(name)),
        await scim.post('/Users', user('eva@acme.test', { externalId: name })),
        await scim.post('/Groups', { schemas: [groupUrn], displayName: name }),
        await scim.patch(`/Users/${person}`, { op: 'replace', path: 'userName', value: name }),
      ]
      for (const reply of replies)
        expect(reply).toMatchObject({ status: 400, body: { schemas: [errorUrn], scimType: 'invalidValue' } })
      await untouched()
    },
  )

  it.each(['\u200b', ' \u2060 ', '\u00a0'])('nobody can see is none: %j', async (name) => {
    expect(await scim.post('/Users', user(name))).toMatchObject({ status: 400 })
  })
})

describe('a page of large resources', () => {
  it('fits into what a function may answer, as the text it becomes there, and says how many it holds', async () => {
    const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
    const large = { schemas: [userUrn, badge], [badge]: { text: '"'.repeat(140_000) } }
    for (let n = 0; n < 20; n += 1)
      expect((await scim.post('/Users', { ...user(`large${n}@acme.test`), ...large })).status).toBe(201)
    const seen = new Set<unknown>()
    let total = 1
    while (seen.size < total) {
      const page = await scim.get(`/Users?startIndex=${seen.size + 1}&count=200`)
      const resources = page.body.Resources as readonly Json[]
      expect(page.body.itemsPerPage).toBe(resources.length)
      expect(resources.length).toBeGreaterThan(0)
      // Lambda's cap is on the answer with the body as a JSON string in it.
      expect(Buffer.byteLength(JSON.stringify(page.text))).toBeLessThan(6 * 1024 * 1024 - 10_000)
      for (const { id } of resources) seen.add(id)
      total = Number(page.body.totalResults)
    }
    expect(total).toBeGreaterThanOrEqual(20)
  })
})

describe('a page', () => {
  it.each([
    'filter=userName%20eq%20%22a%22&filter=userName%20eq%20%22ada@acme.test%22',
    'FILTER=userName%20eq%20%22a%22',
    'startIndex=1&startindex=2',
    'Count=5',
  ])('asked for in a way that would be half ignored is refused: %s', async (query) => {
    for (const type of ['Users', 'Groups'])
      expect(await scim.get(`/${type}?${query}`)).toMatchObject({
        status: 400,
        body: { schemas: [errorUrn], scimType: 'invalidValue' },
      })
  })

  it.each(['9'.repeat(40), '999999999999999999999'])(
    'that begins at %s is empty, not refused',
    async (start) => {
      const reply = await scim.get(`/Users?startIndex=${start}&count=${start}`)
      expect(reply).toMatchObject({ status: 200, body: { itemsPerPage: 0 } })
    },
  )
})

describe('the removal of values that are none', () => {
  it.each<[string, unknown]>([
    ['an e-mail without its value', [{ type: 'work', value: '' }]],
    ['an object without its value', { value: null }],
    ['nothing in a list', [null]],
    ['an empty text in a list', ['']],
  ])('removes nothing: %s', async (_, value) => {
    const sent = { emails: emails(0, 2), roles: [{ value: 'admin' }] }
    const other = idOf(await scim.post('/Users', user(`removal${Math.random()}`, sent)))
    for (const path of ['emails', 'roles']) {
      const reply = await scim.patch(`/Users/${other}`, { op: 'remove', path, value })
      expect(reply).toMatchObject({ status: 200, body: { ...sent, meta: { version: 'W/"1"' } } })
    }
    expect(
      (await scim.patch(`/Users/${other}`, { op: 'remove', path: 'emails' })).body.emails,
    ).toBeUndefined()
  })
})
