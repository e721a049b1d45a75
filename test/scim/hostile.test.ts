import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  enterpriseUrn,
  errorUrn,
  filterOf,
  group,
  groupUrn,
  idOf,
  openScim,
  type Scim,
  user,
  userUrn,
} from './support/service.ts'

let scim: Scim
let id: string
beforeAll(async () => {
  scim = await openScim()
  id = idOf(await scim.post('/Users', user('ada@acme.test', { title: 'Countess' })))
})
afterAll(() => scim.close())

const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
const raw = (text: string): Buffer => Buffer.from(text)
const inUser = (more: string): Buffer => raw(`{"schemas":["${userUrn}"],"userName":"evil",${more}}`)

describe('a hostile body', () => {
  it.each<[string, Buffer, number, string | undefined]>([
    ['that is not JSON', raw('userName=ada'), 400, 'invalidSyntax'],
    ['that is empty', raw(''), 400, 'invalidSyntax'],
    ['that is a list', raw('[]'), 400, 'invalidSyntax'],
    ['that is not SCIM', raw('{"hello":"world"}'), 400, 'invalidSyntax'],
    ['with another schema', raw(`{"schemas":["${groupUrn}"],"userName":"x"}`), 400, 'invalidSyntax'],
    ['without userName', raw(`{"schemas":["${userUrn}"]}`), 400, 'invalidValue'],
    ['with a userName of spaces', raw(`{"schemas":["${userUrn}"],"userName":"  "}`), 400, 'invalidValue'],
    [
      'with a userName that is an object',
      raw(`{"schemas":["${userUrn}"],"userName":{}}`),
      400,
      'invalidValue',
    ],
    [
      'with a userName too long for a key',
      raw(`{"schemas":["${userUrn}"],"userName":"${'ﷺ'.repeat(200)}"}`),
      400,
      'invalidValue',
    ],
    [
      'with an externalId that is short only when folded',
      inUser(`"externalId":"a${' '.repeat(3_000)}"`),
      400,
      'invalidValue',
    ],
    ['of 2 MB', inUser(`"title":"${'x'.repeat(2_000_000)}"`), 413, undefined],
    ['of one attribute too large to store', inUser(`"title":"${'x'.repeat(500_000)}"`), 413, undefined],
    ['200 levels deep', inUser(`"name":${'{"a":'.repeat(200)}1${'}'.repeat(200)}`), 400, 'invalidSyntax'],
    ['with __proto__ as a name', inUser('"__proto__":{"active":false}'), 400, 'invalidSyntax'],
    [
      'with constructor as a name',
      inUser('"name":{"constructor":{"prototype":{"x":1}}}'),
      400,
      'invalidSyntax',
    ],
    ['with an attribute twice in different case', inUser('"title":"a","TITLE":"b"'), 400, 'invalidValue'],
    ['with half a surrogate pair', inUser('"title":"\\ud800"'), 400, 'invalidValue'],
    ['with a custom number beyond all numbers', inUser(`"${badge}":{"no":1e999}`), 400, 'invalidValue'],
    [
      'with a custom number that would come back as another',
      inUser(`"${badge}":{"no":[9007199254740993]}`),
      400,
      'invalidValue',
    ],
    [
      'with an externalId that would be kept as another',
      inUser('"externalId":12345678901234567890'),
      400,
      'invalidValue',
    ],
    [
      'with a manager whose id would be kept as another',
      inUser(`"${enterpriseUrn}":{"manager":12345678901234567890}`),
      400,
      'invalidValue',
    ],
    [
      'with core attributes hidden under their URN',
      inUser(`"${userUrn}":{"password":"x"}`),
      400,
      'invalidValue',
    ],
  ])('%s gets the right 4xx, and nothing changes', async (_, body, status, scimType) => {
    const before = (await scim.get('/Users')).text
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', `/Users/${id}`],
    ] as const) {
      const reply = await scim.send({ method, path, raw: body })
      expect([reply.status, reply.body.scimType]).toEqual([status, scimType])
      expect(reply.body).toMatchObject({ schemas: [errorUrn], status: String(status) })
    }
    expect((await scim.get('/Users')).text).toBe(before)
  })

  it('of a group with an externalId that is short only when folded, too, and nobody is found by it', async () => {
    const externalId = `a${' '.repeat(3_000)}`
    expect(await scim.post('/Groups', { ...group('evil'), externalId })).toMatchObject({ status: 400 })
    for (const type of ['Users', 'Groups'])
      expect(await scim.get(`/${type}?${filterOf(`externalId eq "${externalId}"`)}`)).toMatchObject({
        status: 200,
        body: { totalResults: 0 },
      })
  })

  it('never comes back in an error', async () => {
    const reply = await scim.send({ method: 'POST', path: '/Users', raw: inUser('"active":"s3cret-value"') })
    expect([reply.status, reply.text.includes('s3cret')]).toEqual([400, false])
  })

  it('of another media type is answered 415', async () => {
    const reply = await scim.send({
      method: 'POST',
      path: '/Users',
      raw: raw('<a/>'),
      headers: { 'content-type': 'application/xml' },
    })
    expect([reply.status, reply.body.status]).toEqual([415, '415'])
  })
})

describe('an unusual address', () => {
  it.each<[string, string, number]>([
    ['GET', '/Nothing', 404],
    ['GET', '/users', 404],
    ['GET', '/constructor', 404],
    ['GET', '/Users/not-an-id', 404],
    ['GET', '/Users/00000000-0000-4000-8000-000000000000', 404],
    ['GET', '/Users/%E0%A4%A', 404],
    ['GET', '/Users/a/b/c', 404],
    ['GET', '/Users/a\nb', 404],
    ['GET', `/Groups/${'x'.repeat(3_000)}`, 404],
    ['PUT', '/Users', 405],
    ['POST', '/Users/00000000-0000-4000-8000-000000000000', 405],
    ['TRACE', '/Users', 405],
    ['POST', '/Schemas', 405],
    ['DELETE', '/ServiceProviderConfig', 405],
    ['GET', '/Me', 501],
    ['DELETE', '/Me', 501],
    ['POST', '/Bulk', 400],
    ['POST', '/Users/.search', 400],
    ['GET', '/Users/.search', 405],
    ['PUT', '/.search', 405],
    ['POST', '/', 405],
    ['DELETE', '/Groups', 405],
  ])('%s %s is answered with a SCIM error %i', async (method, path, status) => {
    const reply = await scim.send({ method, path })
    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({ schemas: [errorUrn], status: String(status) })
    expect(reply.headers.allow === undefined).toBe(status !== 405)
  })
})
