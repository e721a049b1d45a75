import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { type BulkResult, bulkUrn } from './support/bulk.ts'
import { enterpriseUrn, errorUrn, groupUrn, type Json, userUrn } from './support/service.ts'

const endpoint = createScimEndpoint({ directory: createMemoryDirectory().directory, clock: systemClock })
const send = async (body: unknown) => {
  const response = await endpoint(
    {
      connection: connectionId('acme'),
      baseUrl: 'https://scim.example.test/acme/scim/v2',
      method: 'POST',
      path: '/Bulk',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(body) ?? ''),
      requestId: 'request',
    },
    { actor: { kind: 'credential', label: 'test' }, secret: 'secret' },
  )
  return { ...response, json: JSON.parse(response.body ?? '{}') as Json }
}

const bulkId = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', 'bulkId:a', ' ', 'ä"]')
const reference = bulkId.map((id) => `bulkId:${id}`)
const value = fc.oneof({ weight: 4, arbitrary: reference }, fc.jsonValue({ maxDepth: 1 }), fc.string())
const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const wildPatch = fc.record({
  schemas: fc.constant([patchUrn]),
  Operations: fc.array(
    fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'x'),
      path: fc.oneof(
        reference,
        reference.map((each) => `members[value eq "${each}"]`),
        fc.string(),
      ),
      value,
    }),
    { maxLength: 3 },
  ),
})
const patchOf = (operation: object): object => ({ schemas: [patchUrn], Operations: [operation] })
const plainUser = fc
  .string({ minLength: 1, maxLength: 4 })
  .map((userName) => ({ schemas: [userUrn], userName }))
const managed = fc.record({
  schemas: fc.constant([userUrn, enterpriseUrn]),
  userName: fc.string({ minLength: 1, maxLength: 4 }),
  [enterpriseUrn]: fc.record({ manager: value }),
})
const team = fc.record({
  schemas: fc.constant([groupUrn]),
  displayName: fc.constantFrom('red', 'green'),
  members: fc.array(fc.record({ value, $ref: value }, { requiredKeys: ['value'] }), { maxLength: 3 }),
})
const member = (each: string): object => ({ op: 'add', path: 'members', value: [{ value: each }] })

/** As a client means it: mostly right, and about resources of the same request. */
const meant = fc.oneof(
  fc.record({
    method: fc.constant('POST'),
    path: fc.constant('/Users'),
    bulkId,
    data: fc.oneof(plainUser, managed),
  }),
  fc.record({ method: fc.constant('POST'), path: fc.constant('/Groups'), bulkId, data: team }),
  fc.record({
    method: fc.constant('PUT'),
    path: reference.map((each) => `/Users/${each}`),
    data: fc.oneof(plainUser, managed),
  }),
  fc.record({
    method: fc.constantFrom('PATCH', 'patch'),
    path: reference.map((each) => `/Groups/${encodeURIComponent(each)}`),
    data: fc.oneof(
      wildPatch,
      reference.map((each) => patchOf(member(each))),
    ),
  }),
  fc.record({ method: fc.constant('DELETE'), path: reference.map((each) => `/Users/${each}`) }),
)
const wild = fc.record(
  {
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 7),
    path: fc.oneof(
      fc.constantFrom(
        '/Users',
        '/Groups',
        '/Bulk',
        '/Me',
        '/.search',
        '/',
        '//',
        '/Users/%',
        '/Users?attributes=x',
        'x',
      ),
      reference.map((each) => `/Groups/${each}?attributes=members`),
    ),
    bulkId: fc.oneof({ weight: 8, arbitrary: bulkId }, fc.constantFrom(null, 7, '')),
    version: fc.constantFrom('W/"1"', '*', '"', null, 7),
    data: fc.oneof(plainUser, team, wildPatch, fc.jsonValue({ maxDepth: 3 })),
  },
  { requiredKeys: ['method', 'path', 'bulkId'] },
)
const operation = fc.oneof(
  { weight: 6, arbitrary: meant },
  { weight: 3, arbitrary: wild },
  fc.jsonValue({ maxDepth: 1 }),
)
const message = fc.oneof(
  {
    weight: 19,
    arbitrary: fc.record(
      {
        schemas: fc.constant([bulkUrn]),
        failOnErrors: fc.constantFrom(1, 2, 100, null),
        Operations: fc.array(operation, { minLength: 1, maxLength: 6 }),
      },
      { requiredKeys: ['schemas', 'Operations'] },
    ),
  },
  fc.record({ schemas: fc.constant([bulkUrn]), failOnErrors: fc.jsonValue(), Operations: fc.jsonValue() }),
)

it('any bulk request is answered in SCIM, whole and in parts, never by what nobody foresaw', async () => {
  const seen = new Set<string>()
  const property = fc.asyncProperty(message, async (body) => {
    const { status, json, observed } = await send(body)
    expect([200, 400]).toContain(status)
    expect(observed.error).toBeUndefined()
    if (status === 400) {
      expect(json).toMatchObject({ schemas: [errorUrn], status: '400' })
      return
    }
    const sent = body.Operations as readonly unknown[]
    const results = json.Operations as unknown as readonly BulkResult[]
    const failures = results.filter((each) => Number(each.status) >= 300)
    expect(results.length).toBeLessThanOrEqual(sent.length)
    if (failures.length < Number(body.failOnErrors ?? Number.POSITIVE_INFINITY))
      expect(results).toHaveLength(sent.length)
    for (const each of results) {
      seen.add(each.status)
      expect(each.status).toMatch(/^(200|201|204|400|404|405|409|412|501)$/)
      if (each.status === '201') expect(each.location).toMatch(/\/(Users|Groups)\/[0-9a-f-]{36}$/)
      if (Number(each.status) >= 300)
        expect(each.response).toMatchObject({
          schemas: [errorUrn],
          status: each.status,
          detail: expect.anything(),
        })
    }
  })
  await fc.assert(property, { numRuns: Number(process.env.FUZZ_BUDGET ?? 500) })
  expect([...seen]).toEqual(expect.arrayContaining(['200', '201', '204', '400', '404', '409']))
})
