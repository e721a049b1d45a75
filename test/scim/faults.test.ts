import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import type { ScimRequest, ScimResponse } from '../../lib/scim/exchange.ts'
import { errorUrn, filterOf, group, idOf, openScim, type Scim, user } from './support/service.ts'

let scim: Scim
let person: string
let team: string
beforeAll(async () => {
  scim = await openScim('INFO')
  person = idOf(await scim.post('/Users', user('ada@acme.test')))
  team = idOf(await scim.post('/Groups', group('Team')))
})
afterEach(() => {
  scim.table.engine?.inject({})
  vi.restoreAllMocks()
})
afterAll(() => scim.close())

const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
const everything = (): readonly (readonly [method: string, path: string, body?: object])[] => [
  ['GET', `/Users/${person}`],
  ['GET', '/Users'],
  ['GET', `/Users?${filterOf('userName eq "ada@acme.test"')}`],
  ['POST', '/Users', user('eve@acme.test')],
  ['PATCH', `/Users/${person}`, patch({ op: 'replace', path: 'active', value: false })],
  ['DELETE', `/Users/${person}`],
  ['GET', `/Groups/${team}`],
  ['PATCH', `/Groups/${team}`, patch({ op: 'add', path: 'members', value: [{ value: person }] })],
]

/** Behind authentication, which would be the first to fail. */
const served = async (method: string, target: string, body?: object): Promise<ScimResponse> => {
  const [path = '', query] = target.split('?')
  const request: ScimRequest = {
    connection: connectionId('acme'),
    baseUrl: 'https://scim.example.test/acme/scim/v2',
    method,
    path,
    query: new URLSearchParams(query),
    headers: {},
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    requestId: 'request-1',
  }
  const endpoint = createScimEndpoint({ directory: scim.directory, clock: systemClock })
  return endpoint(request, { actor: { kind: 'credential', label: 'test' }, secret: 'secret' })
}

// Another engine cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a store that fails', () => {
  it.each([
    ['throttled', 429],
    ['internal', 503],
  ] as const)(
    'by being %s never says "gone" or "refused", and says when to come back',
    async (fault, status) => {
      scim.table.engine?.inject({ rules: [{ fault, probability: 1 }] })
      // Together, because each waits as long as the store's retries last.
      const refused = scim.get('/Users')
      const replies = await Promise.all(
        everything().map(
          async ([method, path, body]) => [method, path, await served(method, path, body)] as const,
        ),
      )
      const unauthenticated = await refused
      for (const [method, path, reply] of replies) {
        expect([method, path, reply.status]).toEqual([method, path, status])
        expect(JSON.parse(reply.body ?? '')).toMatchObject({ schemas: [errorUrn], status: String(status) })
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
      }
      // Nor does it say that a token is wrong.
      expect([unauthenticated.status, unauthenticated.headers['www-authenticate']]).toEqual([
        status,
        undefined,
      ])
    },
  )

  // With a token that is in order, through the whole function: the budgets of its calls must not add up towards the gateway's 30 seconds.
  it('is said within the patience of one request', { timeout: 9_000 }, async () => {
    scim.table.engine?.inject({
      rules: [
        { fault: 'throttled', probability: 1, operations: ['BatchGetItem', 'Query', 'TransactWriteItems'] },
      ],
    })
    const add = { op: 'add', path: 'members', value: [{ value: person }] }
    const replies = await Promise.all([
      scim.get('/Users'),
      scim.post('/Users', user('eve@acme.test')),
      scim.patch(`/Users/${person}`, { op: 'replace', path: 'active', value: false }),
      scim.patch(`/Groups/${team}`, add),
      scim.remove(`/Groups/${team}`),
    ])
    for (const reply of replies) {
      expect(reply).toMatchObject({ status: 429, body: { schemas: [errorUrn], status: '429' } })
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  it('has changed nothing when it works again', async () => {
    expect((await scim.get(`/Users/${person}`)).body).toMatchObject({
      active: true,
      meta: { version: 'W/"1"' },
    })
    expect((await scim.get('/Users')).body).toMatchObject({ totalResults: 1 })
  })
})

describe('the log', () => {
  it('holds ids, counts and names of habits, and nothing personal or secret', async () => {
    const lines: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk))
      return true
    })
    await scim.patch(
      `/Users/${person}`,
      { op: 'Replace', path: 'title', value: 'Countess' },
      { op: 'Replace', path: 'active', value: 'True' },
    )
    await scim.get(`/Users?${filterOf('userName eq "ada@acme.test"')}`)
    await scim.post('/Users', user('ada@acme.test'))
    const outer = idOf(await scim.post('/Groups', group('Outer', [team])))
    await scim.patch(`/Groups/${team}`, { op: 'add', path: 'members', value: [{ value: outer }] })
    // Pasted into the wrong field, they arrive in the address.
    for (const connection of [scim.token, 'ada@acme.test'])
      expect((await scim.send({ method: 'GET', path: '/Users', connection })).status).toBe(401)
    vi.restoreAllMocks()
    const text = lines.join('')
    expect(text).toContain('"operation":"PATCH /Users/{id}"')
    expect(text).toContain('"quirks":{"capitalisedOperation":2,"textBoolean":1}')
    expect(text).toContain('"status":409')
    expect(text).toMatch(
      /"status":204,"operation":"PATCH \/Groups\/\{id\}",.*"groupCycles":\["[0-9a-f-]{36}"/,
    )
    expect(text).not.toMatch(/ada@|Countess/)
    expect(text).not.toContain(scim.token)
  })
})
