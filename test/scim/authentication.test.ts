import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instant } from '../../lib/core/ids.ts'
import { createCredential, presentedToken } from '../../lib/scim/tokens.ts'
import { errorUrn, openScim, type Scim, type Sent, user } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const anHour = 3_600_000

describe('a request', () => {
  const tokens: readonly (readonly [string, () => Promise<string | undefined>])[] = [
    ['no token', async () => undefined],
    [
      'an unknown token',
      async () =>
        createCredential({
          connection: 'acme' as never,
          scope: 'scim',
          label: '',
          createdBy: '',
          at: instant(0),
        }).token,
    ],
    [
      'a token with one character changed',
      async () => scim.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ],
    [
      'an expired token',
      async () => (await scim.credential({ expiresAt: instant(Date.now() - anHour) })).token,
    ],
    ['a token of another connection', async () => (await scim.credential({ connection: 'other' })).token],
    ['a token of another scope', async () => (await scim.credential({ scope: 'hooks' })).token],
    ['an administrator’s token', async () => (await scim.credential({ scope: 'admin' })).token],
    ['a very long token', async () => 'x'.repeat(5_000)],
    [
      'a revoked token',
      async () => {
        const { token, credential } = await scim.credential({})
        expect((await scim.send({ method: 'GET', path: '/Users', token })).status).toBe(200)
        await scim.credentials.saveCredential({ ...credential, revokedAt: instant(Date.now()) })
        return token
      },
    ],
  ]

  it.each(tokens)('with %s is answered 401 and nothing happens', async (_, make) => {
    const token = await make()
    const before = (await scim.get('/Users')).body.totalResults
    for (const sent of [
      { method: 'GET', path: '/Users' },
      // Whoever sends no token at all is told there how to sign in (RFC 7643 §5).
      { method: 'GET', path: token === undefined ? '/Schemas' : '/ServiceProviderConfig' },
      { method: 'POST', path: '/Users', body: user('intruder') },
      // Not even JSON: who is nobody is told so first.
      { method: 'POST', path: '/Users', raw: Buffer.from('{{{') },
      { method: 'GET', path: '/nowhere' },
    ]) {
      const reply = await scim.send({ ...sent, token })
      expect(reply.status).toBe(401)
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer /)
      expect(reply.body).toMatchObject({ schemas: [errorUrn], status: '401' })
    }
    expect((await scim.get('/Users')).body.totalResults).toBe(before)
  })

  it.each(['unknown', '', '../acme', 'ACME'])(
    'to the connection "%s" is answered 401',
    async (connection) => {
      const reply = await scim.send({ method: 'GET', path: '/Users', connection })
      expect([reply.status, reply.headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/^Bearer /),
      ])
    },
  )

  it.each(['Basic abc', 'Bearer', 'Bearer a b', 'bearer\ttoken'])(
    'with the header "%s" is answered 401',
    async (authorization) => {
      expect(
        (await scim.send({ method: 'GET', path: '/Users', token: undefined, headers: { authorization } }))
          .status,
      ).toBe(401)
    },
  )

  it('may carry a token that was chosen elsewhere', async () => {
    const { token } = await scim.credential({ token: 'demo-token' })
    expect((await scim.send({ method: 'GET', path: '/Users', token })).status).toBe(200)
    expect((await scim.send({ method: 'GET', path: '/Users', token: 'demo-tokem' })).status).toBe(401)
  })

  it('is one of several valid tokens, so that rotation interrupts nothing', async () => {
    const { token } = await scim.credential({ expiresAt: instant(Date.now() + anHour) })
    expect((await scim.send({ method: 'GET', path: '/Users', token })).status).toBe(200)
    expect((await scim.get('/Users')).status).toBe(200)
  })

  it('leaves the day of its last use on the credential', async () => {
    const { token, credential } = await scim.credential({})
    await scim.send({ method: 'GET', path: '/Users', token })
    const stored = await scim.credentials.credential(credential.connection, credential.id)
    expect(stored?.lastUsed).toBe(new Date().toISOString().slice(0, 10))
  })

  it('sees only its own connection', async () => {
    await scim.post('/Users', user('mine@acme.test'))
    const { token } = await scim.credential({ connection: 'other' })
    const others = await scim.send({ method: 'GET', path: '/Users', connection: 'other', token })
    expect(others.body).toMatchObject({ totalResults: 0 })
  })
})

// What another engine is asked for cannot be seen.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('what a refusal costs', () => {
  const body = Buffer.alloc(2_000_000, '{')
  /** What the engine was asked for between sending and the 401. */
  const asked = async (sent: Partial<Sent>): Promise<readonly object[]> => {
    const before = scim.table.requests.length
    const reply = await scim.send({ method: 'POST', path: '/Groups', raw: body, ...sent })
    expect(reply.status).toBe(401)
    return scim.table.requests.slice(before)
  }
  const readOf = (pk: string) => ({
    operation: 'GetItem',
    body: expect.objectContaining({ Key: { pk: { S: pk }, sk: expect.anything() }, ConsistentRead: true }),
  })

  it('is the one row a well-formed token names, whatever is wrong with it', async () => {
    const unknown = createCredential({
      connection: 'acme' as never,
      scope: 'scim',
      label: '',
      createdBy: '',
      at: instant(0),
    })
    const revoked = await scim.credential({})
    await scim.credentials.saveCredential({ ...revoked.credential, revokedAt: instant(Date.now()) })
    const tokens = [
      'chosen-elsewhere',
      unknown.token,
      revoked.token,
      (await scim.credential({ scope: 'admin' })).token,
      (await scim.credential({ connection: 'other' })).token,
      (await scim.credential({ expiresAt: instant(Date.now() - anHour) })).token,
    ]
    for (const token of tokens) expect(await asked({ token })).toEqual([readOf('C#acme#CRED')])
    expect(await asked({ connection: 'other' })).toEqual([readOf('C#other#CRED')])
  })

  it('is nothing at all when no token of ours can be meant', async () => {
    const mistyped = scim.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    for (const token of [undefined, mistyped, 'x'.repeat(5_000), 'rc_short'])
      expect(await asked({ token })).toEqual([])
    for (const connection of ['', '../acme', 'ACME', 'a'.repeat(64), 'acme#CRED'])
      expect(await asked({ connection })).toEqual([])
    expect(await asked({ token: undefined, headers: { authorization: `Basic ${scim.token}` } })).toEqual([])
  })
})

describe('every generated token', () => {
  const make = () =>
    createCredential({ connection: 'acme' as never, scope: 'scim', label: '', createdBy: '', at: instant(0) })

  it('leads to its own credential, whose row does not hold it', () => {
    const seen = new Set(
      Array.from({ length: 200 }, () => {
        const { token, credential } = make()
        expect(token).toMatch(/^rc_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/)
        expect(presentedToken(token)).toEqual({ id: credential.id, hash: credential.hash })
        expect(JSON.stringify(credential)).not.toContain(token.slice(20))
        return credential.id
      }),
    )
    expect(seen.size).toBe(200)
  })

  it('is recognised as mistyped when any character differs', () => {
    const { token } = make()
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'09AZaz'), (at, other) => {
        fc.pre(token[at] !== other && at > 2)
        expect(presentedToken(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined()
      }),
    )
  })
})
