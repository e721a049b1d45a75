import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filters, groupPatches, paths, resources, userPatches } from './language/corpus.ts'
import { json, mutatedJson, mutatedText } from './language/mutations.ts'
import { type MemoryReply, type MemoryScim, openMemory } from './support/memory.ts'
import { errorUrn, group, idOf, user } from './support/service.ts'

// FUZZ_BUDGET=100000 is the long run; FUZZ_SEED other cases.
const numRuns = Number(process.env.FUZZ_BUDGET ?? 1_500)
/** Now and then a fresh directory, so that a long run does not become a test of large ones. */
const runsPerDirectory = 250

type Request = { readonly method: string; readonly path: string; readonly body?: unknown }
type World = { readonly scim: MemoryScim; readonly person: string; readonly team: string }

const open = async (): Promise<World> => {
  const scim = openMemory()
  const person = idOf(
    await scim.post('/Users', user('ada@acme.test', { emails: [{ value: 'ada@acme.test' }] })),
  )
  const team = idOf(await scim.post('/Groups', group('Team', [person])))
  await scim.post('/Users', resources[0] ?? {})
  return { scim, person, team }
}

const query = fc
  .record(
    {
      filter: mutatedText(fc.constantFrom(...filters)),
      sortBy: mutatedText(fc.constantFrom(...paths, 'userName', 'emails')),
      sortOrder: fc.constantFrom('ascending', 'descending', 'x'),
      startIndex: fc.constantFrom('1', '0', '-5', '2', '1e9', 'x', ''),
      count: fc.constantFrom('0', '1', '-1', '1000000', 'x'),
      cursor: fc.constantFrom('', 'AAAA', 'x'.repeat(200)),
      attributes: mutatedText(
        fc.constantFrom('userName,emails.value', 'members', 'urn:acme:params:scim:2.0:User'),
      ),
      excludedAttributes: mutatedText(fc.constantFrom('members', 'name,meta')),
    },
    { requiredKeys: [] },
  )
  .map((each) => each as Readonly<Record<string, string>>)

const search = query.map((parameters) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
  ...parameters,
}))
const operation = fc.record(
  {
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'post'),
    path: fc.constantFrom(
      '/Users',
      '/Groups',
      '/Users/{person}',
      '/Groups/{team}',
      '/Users/bulkId:a',
      '/x',
      '',
    ),
    bulkId: fc.constantFrom('a', 'b', ''),
    version: fc.constantFrom('W/"1"', 'x'),
    data: mutatedJson(fc.constantFrom<unknown>(...resources, ...userPatches, ...groupPatches)),
  },
  { requiredKeys: ['method', 'path'] },
)
const bulk = fc
  .array(operation, { minLength: 1, maxLength: 4 })
  .map((Operations) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations }))

const of = (method: string, path: string, body: fc.Arbitrary<unknown>): fc.Arbitrary<Request> =>
  body.map((each) => ({ method, path, body: each }))
const anyOf = (bodies: readonly object[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: mutatedJson(fc.constantFrom<unknown>(...bodies)) },
    { weight: 1, arbitrary: json },
  )

const request: fc.Arbitrary<Request> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('/Users', '/Groups', '/', '/Groups/{team}/members', '/Users/{person}', '/Schemas'),
      query,
    )
    .map(([path, parameters]) => ({ method: 'GET', path: `${path}?${new URLSearchParams(parameters)}` })),
  of('POST', '/Users/.search', mutatedJson(search)),
  of('POST', '/.search', mutatedJson(search)),
  of('POST', '/Users', anyOf(resources)),
  of('POST', '/Groups', anyOf(resources)),
  of('PUT', '/Users/{person}', anyOf(resources)),
  of('PUT', '/Groups/{team}', anyOf(resources)),
  of('PATCH', '/Users/{person}', anyOf(userPatches)),
  of('PATCH', '/Groups/{team}', anyOf(groupPatches)),
  of('POST', '/Bulk', mutatedJson(bulk)),
  fc
    .tuple(
      fc.constantFrom('GET', 'HEAD', 'TRACE', 'PATCH'),
      mutatedText(fc.constantFrom('Users/x', 'Me', 'Bulk', '%')),
    )
    .map(([method, path]) => ({ method, path: `/${path}` })),
)

const check = ({ method, path }: Request, { status, body }: MemoryReply): void => {
  // Not offered, and said so (RFC 7644 §3.11).
  if (status === 501) expect(path).toMatch(/^\/Me/)
  else expect(status).toBeLessThan(500)
  if (status >= 400 && method !== 'HEAD')
    expect(body).toMatchObject({ schemas: [errorUrn], status: String(status) })
}

describe('any request at all', () => {
  it('is answered in SCIM, never by a 5xx, and leaves everything readable', async () => {
    const outcomes = new Map<number, number>()
    let world = await open()
    let runs = 0
    const send = ({ method, path, body }: Request): Promise<MemoryReply> => {
      const place = (text: string): string =>
        text.replaceAll('{person}', world.person).replaceAll('{team}', world.team)
      const sent = body === undefined ? undefined : (JSON.parse(place(JSON.stringify(body))) as object)
      return world.scim.send(method, place(path), sent)
    }
    await fc.assert(
      fc.asyncProperty(request, async (each) => {
        runs += 1
        if (runs % runsPerDirectory === 0) world = await open()
        const reply = await send(each)
        outcomes.set(reply.status, (outcomes.get(reply.status) ?? 0) + 1)
        check(each, reply)
        for (const path of ['/Users?count=3', '/Groups?count=3'])
          expect((await world.scim.get(path)).status).toBe(200)
      }),
      {
        numRuns,
        examples: [[{ method: 'GET', path: '/Me' }], [{ method: 'POST', path: '/Bulk', body: {} }]],
      },
    )
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining([200, 201, 204, 400, 404, 409, 501]))
  }, 600_000)
})
