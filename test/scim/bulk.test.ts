import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BulkResult, bulkReply, create, statuses } from './support/bulk.ts'
import {
  enterpriseUrn,
  errorUrn,
  group,
  groupUrn,
  idOf,
  type Json,
  openScim,
  type Scim,
  user,
} from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const bulk = (operations: readonly object[], more: object = {}): Promise<readonly BulkResult[]> =>
  bulkReply(scim, operations, more).then(({ results }) => results)
const base = 'https://scim.example.test/acme/scim/v2'
const lastOf = (location: string | undefined): string => String(location?.split('/').at(-1))
const read = async (location: string | undefined): Promise<Json> =>
  (await scim.get(String(location).slice(base.length))).body
const memberIds = async (location: string | undefined): Promise<readonly unknown[]> =>
  (((await read(location)).members ?? []) as readonly Json[]).map((each) => each.value).sort()
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})

describe('a bulk request', () => {
  it('does each operation and answers each, in the order of the request', async () => {
    const ada = await scim.post('/Users', user('ada@acme.test'))
    const bob = await scim.post('/Users', user('bob@acme.test'))
    const reply = await bulkReply(scim, [
      create('/Users', 'eve', user('eve@acme.test')),
      { method: 'PUT', path: `/Users/${idOf(ada)}`, data: user('ada@acme.test', { title: 'Countess' }) },
      {
        method: 'PATCH',
        path: `/Users/${idOf(bob)}`,
        bulkId: 'change',
        data: patch({ op: 'replace', path: 'active', value: false }),
      },
      create('/Groups', 'team', group('Team', [idOf(ada)])),
      { method: 'DELETE', path: `/Users/${idOf(bob)}` },
    ])
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/scim+json; charset=utf-8' },
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'] },
    })
    const [eve, , , team] = reply.results
    expect(reply.results).toEqual([
      { method: 'POST', bulkId: 'eve', location: expect.anything(), version: 'W/"1"', status: '201' },
      { method: 'PUT', location: `${base}/Users/${idOf(ada)}`, version: 'W/"2"', status: '200' },
      {
        method: 'PATCH',
        bulkId: 'change',
        location: `${base}/Users/${idOf(bob)}`,
        version: 'W/"2"',
        status: '200',
      },
      { method: 'POST', bulkId: 'team', location: expect.anything(), version: 'W/"2"', status: '201' },
      { method: 'DELETE', location: `${base}/Users/${idOf(bob)}`, status: '204' },
    ])
    expect(await read(eve?.location)).toMatchObject({ id: lastOf(eve?.location), userName: 'eve@acme.test' })
    expect(await memberIds(team?.location)).toEqual([idOf(ada)])
    expect((await scim.get(`/Users/${idOf(ada)}`)).body).toMatchObject({
      title: 'Countess',
      meta: { version: 'W/"2"' },
    })
    expect((await scim.get(`/Users/${idOf(bob)}`)).status).toBe(404)
  })

  it('goes on after an error, and tells it with status, type and detail', async () => {
    const results = await bulk([
      create('/Users', 'a', user('twice@acme.test')),
      create('/Users', 'b', user('TWICE@acme.test')),
      { method: 'PUT', path: '/Users/00000000-0000-4000-8000-000000000000', data: user('nobody@acme.test') },
      create('/Users', 'c', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }),
      create('/Users', 'd', user('after@acme.test')),
    ])
    expect(statuses(results)).toEqual(['201', '409', '404', '400', '201'])
    expect(results[1]).toEqual({
      method: 'POST',
      bulkId: 'b',
      status: '409',
      response: {
        schemas: [errorUrn],
        status: '409',
        scimType: 'uniqueness',
        detail: expect.stringContaining('userName'),
      },
    })
    expect(results[2]).toEqual({
      method: 'PUT',
      location: `${base}/Users/00000000-0000-4000-8000-000000000000`,
      status: '404',
      response: { schemas: [errorUrn], status: '404', detail: expect.anything() },
    })
    expect(results[3]?.response).toMatchObject({
      scimType: 'invalidValue',
      detail: expect.stringContaining('userName'),
    })
  })

  it.each([
    [1, ['201', '409']],
    [2, ['201', '409', '201', '400']],
    [3, ['201', '409', '201', '400', '404']],
    [9, ['201', '409', '201', '400', '404', '201']],
  ] as const)(
    'stops after %i errors, and leaves out what it did not attempt',
    async (failOnErrors, expected) => {
      const name = (each: string): string => `${each}${failOnErrors}@acme.test`
      const results = await bulk(
        [
          create('/Users', 'a', user(name('stop'))),
          create('/Users', 'b', user(name('stop'))),
          create('/Users', 'c', user(name('second'))),
          create('/Users', 'd', {}),
          { method: 'DELETE', path: '/Groups/00000000-0000-4000-8000-000000000000' },
          create('/Users', 'e', user(name('last'))),
        ],
        { failOnErrors },
      )
      expect(statuses(results)).toEqual(expected)
      const last = await scim.get(`/Users?filter=${encodeURIComponent(`userName eq "${name('last')}"`)}`)
      expect(last.body.totalResults).toBe(expected.length === 6 ? 1 : 0)
    },
  )

  it('takes the version of an operation as its If-Match', async () => {
    const { body } = await scim.post('/Users', user('version@acme.test'))
    const change = (version: string, title: string): object => ({
      method: 'PATCH',
      path: `/Users/${body.id}`,
      version,
      data: patch({ op: 'replace', path: 'title', value: title }),
    })
    const results = await bulk([
      change('W/"7"', 'lost'),
      change('W/"1"', 'first'),
      change('W/"1"', 'late'),
      change('W/"2"', 'second'),
      { method: 'DELETE', path: `/Users/${body.id}`, version: 'W/"1"' },
    ])
    expect(statuses(results)).toEqual(['412', '200', '412', '200', '412'])
    expect(results.map((each) => each.version)).toEqual([undefined, 'W/"2"', undefined, 'W/"3"', undefined])
    expect((await scim.get(`/Users/${body.id}`)).body.title).toBe('second')
  })

  it('shows the body of a success only when its path asks for attributes', async () => {
    const results = await bulk([
      create('/Users?attributes=userName', 'a', user('shown@acme.test', { title: 'Dr' })),
      create('/Users?excludedAttributes=userName', 'b', user('hidden@acme.test', { title: 'Dr' })),
      create('/Groups?attributes=displayName', 'c', group('Shown')),
      create('/Groups', 'd', group('Silent')),
    ])
    expect(results[0]?.response).toMatchObject({
      userName: 'shown@acme.test',
      id: lastOf(results[0]?.location),
    })
    expect(results[0]?.response).not.toHaveProperty('title')
    expect(results[1]?.response).toMatchObject({ title: 'Dr' })
    expect(results[1]?.response).not.toHaveProperty('userName')
    expect(results[2]?.response).toMatchObject({ displayName: 'Shown' })
    expect(results[3]).not.toHaveProperty('response')
    expect((await read(results[1]?.location)).userName).toBe('hidden@acme.test')
  })

  it('leaves a trail in which each operation has a request id of its own', async () => {
    const requests: string[] = []
    const { results } = await bulkReply(scim, [
      create('/Users', 'a', user('trail1@acme.test')),
      { method: 'DELETE', path: '/Users/bulkId:a' },
      create('/Users', 'b', user('trail2@acme.test')),
    ])
    const audited = await scim.table.client.send(new ScanCommand({ TableName: scim.table.name }))
    for (const { pk, sk } of audited.Items ?? [])
      if (
        results.some(({ location }) => String(pk).endsWith(`#${lastOf(location)}`)) &&
        String(pk).startsWith('AU#')
      )
        requests.push(String(sk).split('#')[2] ?? '')
    const [first = ''] = requests.toSorted()
    expect(first).toMatch(/^request-.+\.1$/)
    const whole = first.slice(0, -2)
    expect(requests.toSorted()).toEqual([`${whole}.1`, `${whole}.2`, `${whole}.3`])
  })

  it('reads its own names and methods in any case, as every SCIM attribute', async () => {
    const reply = await scim.post('/Bulk', {
      SCHEMAS: ['urn:ietf:params:scim:api:messages:2.0:bulkrequest'],
      operations: [{ METHOD: 'post', BulkID: 'a', Path: '/Users', Data: user('case@acme.test') }],
    })
    expect(reply).toMatchObject({ status: 200, body: { Operations: [{ method: 'POST', status: '201' }] } })
  })
})

describe('a reference by bulkId', () => {
  it('names a resource created before, or later, in the same request', async () => {
    const results = await bulk([
      create('/Groups', 'forward', group('Forward', ['bulkId:ada', 'bulkId:eve'])),
      create('/Users', 'ada', user('ada@ref.test')),
      create(
        '/Users',
        'eve',
        user('eve@ref.test', { [enterpriseUrn]: { manager: { value: 'bulkId:ada' } } }),
      ),
      create('/Groups', 'back', group('Back', ['bulkId:eve', 'bulkId:forward'])),
    ])
    expect(statuses(results)).toEqual(['201', '201', '201', '201'])
    const [forward, ada, eve, back] = results.map((each) => lastOf(each.location))
    expect(results.map((each) => each.bulkId)).toEqual(['forward', 'ada', 'eve', 'back'])
    expect(await memberIds(results[0]?.location)).toEqual([ada, eve].sort())
    expect(await memberIds(results[3]?.location)).toEqual([eve, forward].sort())
    expect((await read(results[2]?.location))[enterpriseUrn]).toMatchObject({ manager: { value: ada } })
    for (const id of [forward, ada, eve, back]) expect(id).toMatch(uuid)
  })

  it('stands in a path, in a PATCH, in its filter, and in custom attributes', async () => {
    const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
    const results = await bulk([
      {
        method: 'PATCH',
        path: '/Groups/bulkId:team',
        data: patch({ op: 'add', path: 'members', value: [{ value: 'bulkId:b' }] }),
      },
      create('/Groups', 'team', group('Paths', ['bulkId:a'])),
      create('/Users', 'a', user('a@path.test')),
      create('/Users', 'b', user('b@path.test')),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:team',
        data: patch({ op: 'remove', path: 'members[value eq "bulkId:a"]' }),
      },
      {
        method: 'PUT',
        path: '/Users/bulkId:a',
        data: user('a@path.test', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', badge],
          [badge]: { owner: 'bulkId:b', text: 'see bulkId:b', list: ['bulkId:b'] },
        }),
      },
      { method: 'DELETE', path: '/Users/bulkId:doomed' },
      create('/Users', 'doomed', user('doomed@path.test')),
    ])
    expect(statuses(results)).toEqual(['204', '201', '201', '201', '204', '200', '204', '201'])
    const [, team, a, b] = results
    const id = lastOf(b?.location)
    expect(results[0]?.location).toBe(team?.location)
    expect(await memberIds(team?.location)).toEqual([id])
    expect((await read(a?.location))[badge]).toEqual({ owner: id, text: 'see bulkId:b', list: [id] })
    expect((await scim.get(`/Users/${lastOf(results[7]?.location)}`)).status).toBe(404)
  })

  it('is refused with 409 when nothing was created for it, and what depends on that too', async () => {
    const results = await bulk([
      create('/Groups', 'g', group('Lost', ['bulkId:nobody'])),
      create('/Users', 'bad', { userName: '' }),
      create('/Groups', 'h', group('Lost too', ['bulkId:bad'])),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:h',
        data: patch({ op: 'replace', path: 'displayName', value: 'x' }),
      },
      { method: 'DELETE', path: '/Groups/00000000-0000-4000-8000-000000000000', bulkId: 'deletion' },
      create('/Groups', 'i', group('Not a creation', ['bulkId:deletion'])),
      create('/Users', 'fine', user('fine@lost.test')),
    ])
    expect(statuses(results)).toEqual(['409', '400', '409', '409', '404', '409', '201'])
    expect(results[0]).toEqual({
      method: 'POST',
      bulkId: 'g',
      status: '409',
      response: { schemas: [errorUrn], status: '409', detail: expect.stringContaining('"nobody"') },
    })
    const lost = await scim.get(`/Groups?filter=${encodeURIComponent('displayName eq "Lost"')}`)
    expect(lost.body.totalResults).toBe(0)
  })

  it('that leads in a circle is resolved: groups in each other, managers of each other, somebody as their own', async () => {
    const manager = (value: string): object => ({ [enterpriseUrn]: { department: 'R', manager: { value } } })
    const results = await bulk([
      create('/Groups', 'a', group('A', ['bulkId:b', 'bulkId:u'])),
      create('/Groups', 'b', group('B', ['bulkId:c', 'bulkId:u'])),
      create('/Groups', 'c', group('C', ['bulkId:a', 'bulkId:b'])),
      create('/Users', 'u', user('u@circle.test', manager('bulkId:v'))),
      create('/Users', 'v', user('v@circle.test', manager('bulkId:u'))),
      create('/Users', 'self', user('self@circle.test', manager('bulkId:self'))),
    ])
    expect(statuses(results)).toEqual(Array.from({ length: 6 }, () => '201'))
    const [a, b, c, u, v, self] = results.map((each) => lastOf(each.location))
    expect(await memberIds(results[0]?.location)).toEqual([b, u].sort())
    expect(await memberIds(results[1]?.location)).toEqual([c, u].sort())
    expect(await memberIds(results[2]?.location)).toEqual([a, b].sort())
    for (const [index, boss] of [
      [3, v],
      [4, u],
      [5, self],
    ] as const)
      expect(await read(results[index]?.location)).toMatchObject({
        [enterpriseUrn]: { department: 'R', manager: { value: boss } },
        meta: { version: results[index]?.version },
      })
    // Stated once, with the version it has in the end.
    for (const { location, version } of results)
      expect((await read(location)).meta).toMatchObject({ version })
  })

  it('in a circle with something that cannot be created leaves what could be, and says what it lacks', async () => {
    const results = await bulk([
      create('/Groups', 'a', group('Broken A', ['bulkId:b'])),
      create('/Groups', 'b', { schemas: [groupUrn], members: [{ value: 'bulkId:a' }] }),
      create('/Groups', 'x', { schemas: [groupUrn], members: [{ value: 'bulkId:y' }] }),
      create('/Groups', 'y', group('Half', ['bulkId:x'])),
    ])
    expect(statuses(results)).toEqual(['409', '400', '400', '409'])
    expect(results[3]).toMatchObject({ location: expect.stringContaining(`${base}/Groups/`) })
    expect(results[3]?.response?.detail).toContain('"x"')
    expect(await read(results[3]?.location)).toMatchObject({ displayName: 'Half' })
    expect(await memberIds(results[3]?.location)).toEqual([])
  })
})

describe('a circle that failOnErrors cuts short', () => {
  it('answers with what was created and what it lacks, never as if nothing had been', async () => {
    const results = await bulk(
      [
        create('/Groups', 'a', group('Cut A', ['bulkId:b', 'bulkId:c'])),
        create('/Groups', 'b', group('Cut B', ['bulkId:a'])),
        create('/Groups', 'c', { schemas: [groupUrn] }),
      ],
      { failOnErrors: 1 },
    )
    expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['b', '409'],
      ['c', '400'],
    ])
    expect(results[0]?.response?.detail).toContain('"a"')
    expect(await read(results[0]?.location)).toMatchObject({ displayName: 'Cut B' })
  })
})

describe('two operations with one bulkId', () => {
  it('are refused both: neither may be taken for the other', async () => {
    const results = await bulk([
      create('/Users', 'same', user('same1@acme.test')),
      create('/Users', 'same', user('same2@acme.test')),
      create('/Groups', 'g', group('Of whom', ['bulkId:same'])),
    ])
    expect(statuses(results)).toEqual(['400', '400', '409'])
    expect(results[0]).toMatchObject({ bulkId: 'same', response: { scimType: 'invalidSyntax' } })
  })
})
