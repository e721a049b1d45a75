import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorUrn, group, groupUrn, idOf, openScim, type Scim, user, userUrn } from './support/service.ts'

let scim: Scim
let person: string
let team: string
beforeAll(async () => {
  scim = await openScim()
  person = idOf(await scim.post('/Users', user('ada@acme.test')))
  team = idOf(await scim.post('/Groups', group('Team')))
})
afterAll(() => scim.close())

const names =
  'userName displayName externalId active emails name value type primary members meta id groups roles manager urn:a:1.0:B urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const name = fc.constantFrom(...names.split(' '))
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(name, fc.jsonValue({ maxDepth: 2 })),
  fc.array(fc.dictionary(name, fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 }),
  fc.constantFrom('True', 'false', '', null),
)
const path = fc.oneof(
  fc.constantFrom(
    'active',
    'emails',
    'members',
    'emails[type eq "work"].value',
    'name.familyName',
    'members[value eq "x"]',
    'urn:a:1.0:B:c',
    'urn:a:1.0:B',
    'meta',
    'x[',
    '',
    'emails.primary',
  ),
  fc.string(),
)
const operation = fc.record(
  { op: fc.constantFrom('add', 'replace', 'remove', 'Add', 'x'), path, value: json },
  { requiredKeys: ['op'] },
)
const patch = fc
  .array(operation, { minLength: 1, maxLength: 4 })
  .map((Operations) => ({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }))
const resource = (urn: string, required: object) =>
  fc.dictionary(name, json).map((more) => ({ ...required, ...more, schemas: [urn] }))

const request: fc.Arbitrary<[string, unknown]> = fc.oneof<fc.Arbitrary<[string, unknown]>[]>(
  fc.tuple(fc.constantFrom('PATCH /Users/{user}', 'PATCH /Groups/{team}'), patch),
  fc.tuple(
    fc.constantFrom('POST /Users', 'PUT /Users/{user}'),
    resource(userUrn, { userName: 'fuzz@acme.test' }),
  ),
  fc.tuple(
    fc.constantFrom('POST /Groups', 'PUT /Groups/{team}'),
    resource(groupUrn, { displayName: 'Fuzz' }),
  ),
  fc.tuple(fc.constantFrom('POST /Users', 'PATCH /Users/{user}', 'PUT /Groups/{team}'), json),
)

/** What is right must be among it, or "never a 5xx" would be said of refusals only. */
const valid = (path: string, value: string | boolean) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path, value }],
})
const examples: [[string, unknown]][] = [
  [['PATCH /Users/{user}', valid('active', false)]],
  [['PATCH /Groups/{team}', valid('displayName', 'Renamed')]],
  [['PUT /Users/{user}', user('other@acme.test')]],
]

describe('any request at all', () => {
  it('is answered in SCIM, never by a 5xx, and leaves resources that can be read', async () => {
    const outcomes = new Set<number>()
    await fc.assert(
      fc.asyncProperty(request, async ([route, body]) => {
        const [method = '', place = ''] = route.split(' ')
        const target = place.replace('{user}', person).replace('{team}', team)
        const reply = await scim.send({ method, path: target, body })
        outcomes.add(reply.status)
        expect(reply.status).toBeLessThan(500)
        if (reply.status >= 400) expect(reply.body).toMatchObject({ schemas: [errorUrn] })
        for (const path of [`/Users/${person}`, `/Groups/${team}`])
          expect((await scim.get(path)).status).toBe(200)
      }),
      // Over a store: the long run is fuzz-service.test.ts, over a directory in memory.
      { numRuns: Math.min(3_000, Number(process.env.FUZZ_BUDGET ?? 300)), examples },
    )
    expect([...outcomes]).toEqual(expect.arrayContaining([200, 204, 400]))
  })
})
