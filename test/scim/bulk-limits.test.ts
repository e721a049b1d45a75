import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createIds } from '../../lib/config/clock.ts'
import { connectionId, instant } from '../../lib/core/ids.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import type { ScimRequest } from '../../lib/scim/exchange.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { dues } from '../store/directory-world.ts'
import { type BulkResult, bulkReply, bulkUrn, create, statuses } from './support/bulk.ts'
import { errorUrn, group, idOf, type Json, openScim, type Scim, user, userUrn } from './support/service.ts'

let scim: Scim
let person: string
beforeAll(async () => {
  scim = await openScim()
  person = idOf(await scim.post('/Users', user('ada@acme.test')))
})
afterEach(() => scim.table.engine?.inject({}))
afterAll(() => scim.close())

const nobody = '/Users/00000000-0000-4000-8000-000000000000'
const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
const totalUsers = async (): Promise<unknown> => (await scim.get('/Users?count=0')).body.totalResults

describe('limits of a bulk request', () => {
  it('are those that are advertised', async () => {
    expect((await scim.get('/ServiceProviderConfig')).body.bulk).toEqual({
      supported: true,
      maxOperations: 500,
      maxPayloadSize: 1_048_576,
    })
  })

  it('as many operations as that are taken, one more is 413 and nothing is done', async () => {
    const operations = Array.from({ length: 500 }, () => ({ method: 'DELETE', path: nobody }))
    const { status, results } = await bulkReply(scim, operations)
    expect([status, results.length, new Set(statuses(results))]).toEqual([200, 500, new Set(['404'])])
    const before = await totalUsers()
    const reply = await bulkReply(scim, [create('/Users', 'x', user('x@acme.test')), ...operations])
    expect(reply).toMatchObject({
      status: 413,
      body: { schemas: [errorUrn], status: '413', detail: expect.stringContaining('maxOperations (500)') },
    })
    expect(await totalUsers()).toBe(before)
  })

  it('a larger body than that is 413 and nothing is done', async () => {
    const before = await totalUsers()
    const filled = (bytes: number): Buffer => {
      const message = { schemas: [bulkUrn], Operations: [create('/Users', 'x', user('filled@acme.test'))] }
      const text = JSON.stringify(message)
      return Buffer.from(`${text}${' '.repeat(bytes - text.length)}`)
    }
    const send = (raw: Buffer) => scim.send({ method: 'POST', path: '/Bulk', raw })
    const reply = await send(filled(1_048_577))
    expect(reply).toMatchObject({ status: 413, body: { schemas: [errorUrn], status: '413' } })
    expect(reply.body.detail).toContain('maxPayloadSize (1048576)')
    expect(await totalUsers()).toBe(before)
    expect((await send(filled(1_048_576))).status).toBe(200)
  })

  it.each([
    [{}, 'invalidSyntax'],
    [{ schemas: [bulkUrn] }, 'invalidSyntax'],
    [{ schemas: [bulkUrn], Operations: [] }, 'invalidSyntax'],
    [{ schemas: [bulkUrn], Operations: { method: 'DELETE', path: nobody } }, 'invalidSyntax'],
    [{ schemas: [userUrn], Operations: [{ method: 'DELETE', path: nobody }] }, 'invalidSyntax'],
    [
      { schemas: [bulkUrn], failOnErrors: 0, Operations: [{ method: 'DELETE', path: nobody }] },
      'invalidValue',
    ],
    [
      { schemas: [bulkUrn], failOnErrors: 1.5, Operations: [{ method: 'DELETE', path: nobody }] },
      'invalidValue',
    ],
    [
      { schemas: [bulkUrn], failOnErrors: 'x', Operations: [{ method: 'DELETE', path: nobody }] },
      'invalidValue',
    ],
  ])('a message that is none is refused whole: %j', async (body, scimType) => {
    expect(await scim.post('/Bulk', body)).toMatchObject({
      status: 400,
      body: { schemas: [errorUrn], status: '400', scimType },
    })
  })
})

describe('an operation that cannot be', () => {
  const sent: readonly (readonly [string, unknown, string])[] = [
    ['no object', 'DELETE', '400'],
    ['without a method', { path: '/Users', bulkId: 'a', data: {} }, '400'],
    ['with GET', { method: 'GET', path: '/Users' }, '400'],
    ['with a method that is no text', { method: 7, path: '/Users' }, '400'],
    ['without a path', { method: 'DELETE' }, '400'],
    ['with an address for its path', { method: 'DELETE', path: 'https://x.test/Users/1' }, '400'],
    ['POST without bulkId', { method: 'POST', path: '/Users', data: user('a') }, '400'],
    ['POST with an empty bulkId', create('/Users', '', user('a')), '400'],
    [
      'POST with a bulkId that is no text',
      { method: 'POST', path: '/Users', bulkId: 7, data: user('a') },
      '400',
    ],
    ['POST without data', { method: 'POST', path: '/Users', bulkId: 'b' }, '400'],
    ['PUT without data', { method: 'PUT', path: nobody }, '400'],
    ['PATCH with a list for data', { method: 'PATCH', path: nobody, data: [] }, '400'],
    ['with a version that is no text', { method: 'DELETE', path: nobody, version: 1 }, '400'],
    ['POST to a resource', create(nobody, 'c', user('a')), '400'],
    ['DELETE of a type', { method: 'DELETE', path: '/Users' }, '400'],
    [
      'a bulk in a bulk',
      create('/Bulk', 'd', { schemas: [bulkUrn], Operations: [{ method: 'DELETE', path: nobody }] }),
      '400',
    ],
    ['a bulk with a slash', create('/Bulk/', 'e', { schemas: [bulkUrn], Operations: [] }), '400'],
    ['a search', create('/.search', 'f', {}), '400'],
    ['a search in a type', create('/Users/.search', 'g', {}), '400'],
    ['/Me', create('/Me', 'h', user('me')), '501'],
    ['a change of a schema', { method: 'PUT', path: `/Schemas/${userUrn}`, data: {} }, '405'],
    ['a new resource type', create('/ResourceTypes', 'i', {}), '405'],
    ['a change of the configuration', create('/ServiceProviderConfig', 'j', {}), '405'],
    ['a change of a list of members', { method: 'PUT', path: `${nobody}/members`, data: {} }, '400'],
    ['an unknown endpoint', create('/Devices', 'k', {}), '404'],
    ['the prototype’s name', create('/constructor', 'l', {}), '404'],
  ]

  it('is refused alone, with its reason; the others are done', async () => {
    const reply = await bulkReply(scim, [
      ...sent.map(([, operation]) => operation as object),
      create('/Users', 'last', user('last@acme.test')),
    ])
    expect(reply.status).toBe(200)
    const ends = sent.map(([name], index) => [name, reply.results[index]?.status])
    expect(ends).toEqual(sent.map(([name, , status]) => [name, status]))
    for (const { response, status } of reply.results.slice(0, -1))
      expect(response).toMatchObject({ schemas: [errorUrn], status, detail: expect.any(String) })
    expect(reply.results.at(-1)).toMatchObject({ bulkId: 'last', status: '201' })
  })
})

describe('many operations', () => {
  it('that deactivate are stored as single ones are: each with its version and its due item', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `leaver${n}@acme.test`)
    const created = await bulkReply(
      scim,
      names.map((name, n) => create('/Users', `u${n}`, user(name))),
    )
    const ids = created.results.map(({ location }) => String(location?.split('/').at(-1)))
    const { client, name } = scim.table
    const clock = { now: () => instant(Date.now()), sleep: async () => undefined }
    const table = createTable({ client, name, clock, ids: createIds() })
    const known = new Set((await dues(table)).map(({ position }) => position))
    const { results } = await bulkReply(
      scim,
      ids.map((id) => ({
        method: 'PATCH',
        path: `/Users/${id}`,
        data: patch({ op: 'replace', path: 'active', value: false }),
      })),
    )
    expect(results.map(({ status, version }) => `${status} ${version}`)).toEqual(ids.map(() => '200 W/"2"'))
    const fresh = (await dues(table)).filter(({ position }) => !known.has(position))
    expect(fresh.flatMap((due) => (due.kind === 'member' ? [due.member] : [])).sort()).toEqual(
      [...ids].sort(),
    )
  })

  it('with large answers stay below what a function may answer: bodies are left out, results are not', async () => {
    const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
    const heavy = idOf(
      await scim.post('/Users', {
        ...user('heavy@acme.test'),
        schemas: [userUrn, badge],
        [badge]: { text: '"'.repeat(140_000) },
      }),
    )
    const change = (n: number): object => ({
      method: 'PATCH',
      path: `/Users/${heavy}?excludedAttributes=groups`,
      data: patch({ op: 'replace', path: 'title', value: `t${n}` }),
    })
    const reply = await bulkReply(
      scim,
      Array.from({ length: 16 }, (_, n) => change(n)),
    )
    expect(new Set(statuses(reply.results))).toEqual(new Set(['200']))
    expect(Buffer.byteLength(JSON.stringify(reply.text))).toBeLessThan(6 * 1024 * 1024 - 10_000)
    const shown = reply.results.filter(({ response }) => response !== undefined)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.length).toBeLessThan(16)
  })
})

// Another engine cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a bulk request that is cut short', () => {
  const operations = (mark: string): readonly object[] =>
    Array.from({ length: 6 }, (_, n) => create('/Groups', `g${n}`, group(`${mark} ${n}`, [person])))
  const stored = async (mark: string): Promise<readonly unknown[]> => {
    const { body } = await scim.get('/Groups?count=200')
    const groups = (body.Resources as readonly Json[]).filter((each) =>
      String(each.displayName).startsWith(mark),
    )
    return groups
      .map((each) => [each.displayName, (each.members as readonly Json[]).map(({ value }) => value)])
      .sort()
  }
  const whole = (mark: string, count: number): readonly unknown[] =>
    Array.from({ length: count }, (_, n) => [`${mark} ${n}`, [person]])

  const start = Date.parse('2026-03-01T08:00:00Z')
  /** On a store with the time limit of one request, in which only commits take time. */
  const carriedOut = async (mark: string, onCommit: (count: number, pass: (ms: number) => void) => void) => {
    let now = start
    let commits = 0
    const clock = { now: () => instant(now), sleep: async () => undefined }
    const limit = { patientUntil: instant(start + 5_000), until: instant(start + 23_000) }
    const { client, name } = scim.table
    const table = createTable({ client, name, clock, ids: createIds(), limit })
    scim.table.engine?.inject({
      afterCommit: () => {
        commits += 1
        onCommit(commits, (ms) => {
          now += ms
        })
      },
    })
    const request: ScimRequest = {
      connection: connectionId('acme'),
      baseUrl: 'https://scim.example.test/acme/scim/v2',
      method: 'POST',
      path: '/Bulk',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify({ schemas: [bulkUrn], Operations: operations(mark) })),
      requestId: 'request-1',
    }
    const endpoint = createScimEndpoint({ directory: createDirectory(table), clock })
    const caller = { actor: { kind: 'credential', label: 'test' }, secret: 'secret' } as const
    const { status, body = '' } = await endpoint(request, caller)
    scim.table.engine?.inject({})
    return { status, results: JSON.parse(body).Operations as readonly BulkResult[] }
  }

  it('by a store that fails has done whole operations, and says so of each', async () => {
    const { status, results } = await carriedOut('Failing', (count) => {
      if (count === 3) scim.table.engine?.inject({ rules: [{ fault: 'internal', probability: 1 }] })
    })
    expect([status, statuses(results)]).toEqual([200, ['201', '201', '201', '503', '503', '503']])
    expect(await stored('Failing')).toEqual(whole('Failing', 3))
  })

  it('by its time limit answers 503 to what is left, and hangs nowhere', async () => {
    const { status, results } = await carriedOut('Late', (_, pass) => pass(8_000))
    expect([status, statuses(results)]).toEqual([200, ['201', '201', '201', '503', '503', '503']])
    expect(results[3]?.response?.detail).toContain('too long')
    expect(await stored('Late')).toEqual(whole('Late', 3))
  })
})
