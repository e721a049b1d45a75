import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { instant } from '../../lib/core/ids.ts'
import { communities, oktaEvent, patchesOf, rules } from './support/examples.ts'
import { acme, type Called, type HookStage, openHooks } from './support/stage.ts'

const configuration = `version: 1
connections:
  - id: acme
    domains: [acme.test]
    hooks:
      okta:
        claims:
          - { name: role, community: net }
          - { name: "https://sp.example/~role", community: kept }
  - { id: other, domains: [other.test] }
${communities}${rules}`

const path = '/acme/hooks/okta'
const odd = '/claims/https:~1~1sp.example~1~0role'
const ada = { id: '00uAda0000000000000a', login: 'ada@acme.test' }
let stage: HookStage

beforeAll(async () => {
  stage = await openHooks(configuration)
  const people = {
    ada: await stage.person('ada@acme.test', { externalId: ada.id }),
    bea: await stage.person('bea@acme.test', { attributes: { emails: [{ value: 'b.ea@acme.test' }] } }),
    cid: await stage.person('cid@acme.test', { externalId: '00uCid0000000000000a' }),
    dan: await stage.person('dan@acme.test', { active: false, externalId: '00uDan0000000000000a' }),
    eve: await stage.person('eve@elsewhere.test'),
    fay: await stage.person('fay@acme.test', { attributes: { emails: [{ value: 'both@acme.test' }] } }),
    kay: await stage.person('kay@acme.test'),
    hal: await stage.person('hal@elsewhere.test', { externalId: 'P-7' }),
    gil: await stage.person('gil@acme.test', { attributes: { emails: [{ value: 'both@acme.test' }] } }),
  }
  await stage.team('Operators', ...Object.values(people))
  await stage.team('Readers', people.ada)
})
afterEach(() => stage.test.engine?.inject({}))
afterAll(() => stage.close())

const answered = async (event: object) => {
  const { status, body } = await stage.call({ path, body: event })
  expect(status).toBe(200)
  return patchesOf(body)
}
const nothing = [
  ['add', '/claims/role', ['none']],
  ['add', odd, ['rolecall_gone']],
]
const operator = [
  ['add', '/claims/role', ['operational_manager']],
  ['add', odd, ['operational_manager']],
]

describe('Okta’s inline hook', () => {
  it('is answered with the one role of each community, and names the request only', async () => {
    const { status, headers, body } = await stage.call({ path, body: oktaEvent(ada) })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(body).toEqual({
      commands: [
        {
          type: 'com.okta.assertion.patch',
          value: ['/claims/role', odd].map((claim) => ({
            op: 'add',
            path: claim,
            value: {
              attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
              attributeValues: [{ attributes: { 'xsi:type': 'xs:string' }, value: 'operational_manager' }],
            },
          })),
        },
      ],
      debugContext: { decision: headers['x-request-id'] },
    })
  })

  it('replaces a claim that stands in the assertion already, all of its values', async () => {
    const event = oktaEvent(ada, { role: ['admin', 'readonly'], 'https://sp.example/~role': [] })
    expect((await answered(event)).map(([op]) => op)).toEqual(['replace', 'replace'])
    const stranger = oktaEvent({ id: '00uStranger000000000', login: 'x@acme.test' }, { role: ['admin'] })
    expect(await answered(stranger)).toEqual([
      ['replace', '/claims/role', ['none']],
      ['add', odd, ['rolecall_gone']],
    ])
  })

  it.each([
    [
      'by the name id where that is the externalId',
      { id: '00uNew0000000000000a', login: 'x@y.test', nameId: 'P-7' },
      operator,
    ],
    [
      'not by a name id that is another user’s id at Okta',
      { id: '00uNew0000000000000a', login: 'x@y.test', nameId: ada.id },
      nothing,
    ],
    ['by the login as userName', { id: '00uBea0000000000000a', login: 'BEA@acme.test' }, operator],
    ['by the login as e-mail', { id: '00uBea0000000000000a', login: 'b.ea@acme.test' }, operator],
    [
      'not by a login that only folds to their name',
      { id: '00uBea0000000000000a', login: 'bea@\u{FF41}cme.test' },
      nothing,
    ],
    [
      'not by another’s mailbox that folds to theirs',
      { id: '00uKay0000000000000a', login: '\u{212A}ay@acme.test' },
      nothing,
    ],
    ['not by another case of the externalId', { id: ada.id.toLowerCase(), login: 'x@acme.test' }, nothing],
    [
      'not by a name whose member has another id of Okta',
      { id: '00uNew0000000000000a', login: 'cid@acme.test' },
      nothing,
    ],
    ['not once they have left', { id: '00uDan0000000000000a', login: 'dan@acme.test' }, nothing],
    [
      'not by a name in a domain that is not the connection’s',
      { id: '00u1', login: 'eve@elsewhere.test' },
      nothing,
    ],
    ['not where two members answer to it', { id: '00u1', login: 'both@acme.test' }, nothing],
    [
      'not where id and name id are of two members',
      { id: ada.id, login: 'x@y.test', nameId: '00uCid0000000000000a' },
      nothing,
    ],
    ['not at all', { id: '00u1', login: 'nobody@acme.test' }, nothing],
  ])('finds the person %s', async (_, user, expected) => {
    expect(await answered(oktaEvent(user))).toEqual(expected)
  })

  it('writes nothing where the groups come from the directory', async () => {
    const before = stage.test.requests.length
    await answered(oktaEvent(ada, { groups: ['Bosses'] }))
    const asked = stage.test.requests.slice(before).map(({ operation }) => operation)
    expect(asked.filter((one) => !['GetItem', 'BatchGetItem', 'Query'].includes(one))).toEqual([])
    expect(await answered(oktaEvent(ada, { groups: ['Bosses'] }))).toEqual(operator)
  })
})

describe('a caller of Okta’s hook', () => {
  it.each<readonly [string, () => Promise<string | undefined>]>([
    ['without a token', async () => undefined],
    ['with a token for SCIM', async () => (await stage.credential({ scope: 'scim' })).token],
    ['with an administrator’s token', async () => (await stage.credential({ scope: 'admin' })).token],
    ['with another connection’s token', async () => (await stage.credential({ connection: 'other' })).token],
    ['with an expired token', async () => (await stage.credential({ expiresAt: instant(1) })).token],
    ['with a changed token', async () => stage.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    [
      'with a revoked token',
      async () => {
        const { token, credential } = await stage.credential({})
        await stage.credentials.saveCredential({ ...credential, revokedAt: instant(Date.now()) })
        return token
      },
    ],
  ])('%s is told so before anything of the body is read', async (_, make) => {
    const token = await make()
    const authorization = token === undefined ? undefined : `Bearer ${token}`
    for (const raw of [Buffer.from(JSON.stringify(oktaEvent(ada))), Buffer.alloc(400_000, '{')]) {
      const { status, headers, body } = await stage.call({ path, raw, authorization })
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="hooks"'])
      expect(body).toMatchObject({ error: { field: 'authorization', requestId: headers['x-request-id'] } })
    }
  })

  it('of a connection without the hook is told what to configure; unknown ones are not told apart', async () => {
    const { token } = await stage.credential({ connection: 'other' })
    const call: Called = { path: '/other/hooks/okta', body: oktaEvent(ada), authorization: `Bearer ${token}` }
    const { status, body } = await stage.call(call)
    expect([status, body]).toMatchObject([403, { error: { field: 'hooks.okta' } }])
    for (const unknown of ['/unknown/hooks/okta', '/../hooks/okta', '//hooks/okta'])
      expect((await stage.call({ ...call, path: unknown })).status).toBe(401)
  })

  it('calls by POST and one of two names', async () => {
    const got = await stage.call({ path, method: 'GET' })
    expect([got.status, got.headers.allow]).toEqual([405, 'POST'])
    for (const other of ['/acme/hooks/google', '/acme/hooks/', '/acme/hooks/okta/more'])
      expect((await stage.call({ path: other, body: oktaEvent(ada) })).status).toBe(404)
  })

  it('leaves the day of its last use on the credential', async () => {
    const { token, credential } = await stage.credential({})
    await stage.call({ path, body: oktaEvent(ada), authorization: `Bearer ${token}` })
    const stored = await stage.credentials.credential(acme, credential.id)
    expect(stored?.lastUsed).toBe(new Date().toISOString().slice(0, 10))
  })
})

const without = (change: (event: ReturnType<typeof oktaEvent>) => object): object => change(oktaEvent(ada))

describe('what Okta’s hook is sent', () => {
  it.each<readonly [string, Partial<Called>, number, string]>([
    ['nothing', {}, 400, 'body'],
    ['no JSON', { raw: Buffer.from('{{') }, 400, 'body'],
    ['a list', { body: [] }, 400, 'body'],
    ['nested without end', { raw: Buffer.alloc(200_000, '[') }, 400, 'body'],
    ['no UTF-8', { raw: Buffer.from([0x7b, 0xff, 0x7d]) }, 400, 'body'],
    ['over 256 KB', { raw: Buffer.alloc(256 * 1024 + 1, ' ') }, 413, 'body'],
    ['a form', { body: oktaEvent(ada), headers: { 'content-type': 'text/plain' } }, 415, 'content-type'],
    [
      'another event',
      { body: { ...oktaEvent(ada), eventType: 'com.okta.oauth2.tokens.transform' } },
      400,
      'eventType',
    ],
    ['no data', { body: without(({ data: _, ...rest }) => rest) }, 400, 'data.context.user'],
    [
      'no user',
      { body: without(({ data, ...rest }) => ({ ...rest, data: { ...data, context: { user: [] } } })) },
      400,
      'data.context.user',
    ],
    [
      'a user without an id',
      { body: oktaEvent({ id: '', login: 'a@acme.test' }) },
      400,
      'data.context.user.id',
    ],
    [
      'a user whose id is a book',
      { body: oktaEvent({ id: 'x'.repeat(5000), login: 'a' }) },
      400,
      'data.context.user.id',
    ],
    [
      'a giant list',
      { body: oktaEvent(ada, { groups: Array.from({ length: 3000 }, () => ({})) }) },
      400,
      'data.assertion.claims.*.attributeValues',
    ],
    [
      'thousands of claims',
      { body: oktaEvent(ada, Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`c${n}`, []]))) },
      400,
      'data.assertion.claims',
    ],
  ])('is refused where it is %s, by the name of the field', async (_, called, status, field) => {
    const reply = await stage.call({ path, ...called })
    expect([reply.status, reply.body]).toMatchObject([status, { error: { field } }])
    expect(reply.text).not.toMatch(/ada@|acme\.test|Byron/)
  })

  it('may name claims as objects inherit, and those are only names', async () => {
    const text = JSON.stringify(oktaEvent(ada)).replace(
      '"claims":{}',
      '"claims":{"__proto__":{"attributeValues":[{"value":"x"}]},"constructor":{"attributeValues":[]},"toString":null}',
    )
    const { status, body } = await stage.call({ path, raw: Buffer.from(text) })
    expect([status, patchesOf(body)]).toEqual([200, operator])
    const proto = without(({ data, ...rest }) => ({ ...rest, ['__proto__']: data }))
    expect((await stage.call({ path, body: proto })).status).toBe(400)
  })
})

// Another engine cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a store that does not answer', () => {
  it.each(['throttled', 'internal'] as const)('by being %s is said to be a fault', async (fault) => {
    stage.test.engine?.inject({ rules: [{ fault, probability: 1 }] })
    const { status, headers, body } = await stage.call({ path, body: oktaEvent(ada) })
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)])
    expect(body).not.toHaveProperty('commands')
  })

  it('is not waited for longer than Okta waits', async () => {
    stage.test.engine?.inject({ delay: 60_000 })
    const { status, body } = await stage.call({ path, body: oktaEvent(ada) })
    expect([status, body]).toMatchObject([
      503,
      { error: { message: 'the answer took too long: call again' } },
    ])
  })
})
