import { createSecretKey, type KeyObject } from 'node:crypto'
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { audience, claimsOf, communities, entraEvent, rules, tenant } from './support/examples.ts'
import { linkedBySaml, readsOver } from './support/reads.ts'
import { type Called, type HookStage, host, openHooks } from './support/stage.ts'
import { caller, openTokenService, type TokenService } from './support/token-service.ts'

const configurationFor = (authority: string): string => `version: 1
connections:
  - id: acme
    domains: [acme.test]
    hooks:
      entra:
        tenant: ${tenant}
        audience: ${audience}
        authority: ${authority}
        claims:
          - { name: role, community: net }
          - { name: Role, community: kept }
  - { id: other, domains: [other.test] }
${communities}${rules}`

const path = '/acme/hooks/entra'
const ada = { id: 'ad4c0e0a-0000-4000-8000-000000000001', userPrincipalName: 'ada@acme.test', mail: null }
const operator = { role: ['operational_manager'], Role: ['operational_manager'] }
const nothing = { role: ['none'], Role: ['rolecall_gone'] }
let service: TokenService
let stage: HookStage

beforeAll(async () => {
  service = await openTokenService()
  stage = await openHooks(configurationFor(service.url))
  const people = [
    await stage.person('ada@acme.test', { externalId: ada.id }),
    await stage.person('bea@acme.test', { externalId: 'bea' }),
    await stage.person('c@acme.test', { attributes: { emails: [{ value: 'cid@acme.test' }] } }),
    await stage.person('dan@acme.test', {
      externalId: 'da40000a-0000-4000-8000-000000000004',
      active: false,
    }),
    await stage.person('eve@acme.test', { externalId: 'e4e0000a-0000-4000-8000-000000000005' }),
    await stage.person('fay@elsewhere.test'),
  ]
  await stage.team('Operators', ...people)
})
afterEach(() => {
  stage.test.engine?.inject({})
  service.answer(200)
})
afterAll(async () => {
  await stage.close()
  await service.close()
})

const sent = async (user: object, token?: string): Promise<Called> => ({
  path,
  body: entraEvent(user),
  authorization: `Bearer ${token ?? (await service.token())}`,
})

describe('Entra’s custom claims provider', () => {
  it('is answered with one action that carries the one role of each community', async () => {
    const { status, headers, body } = await stage.call(await sent(ada))
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toEqual({
      data: {
        '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData',
        actions: [
          {
            '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken',
            claims: operator,
          },
        ],
      },
    })
  })

  const unknown = 'ffffffff-0000-4000-8000-000000000009'
  it.each([
    ['by object id, whatever the name', { id: ada.id, userPrincipalName: 'x@y.test' }, operator],
    ['by user principal name', { id: unknown, userPrincipalName: 'Bea@acme.test' }, operator],
    ['by mail', { id: unknown, userPrincipalName: 'x@y.test', mail: 'cid@acme.test' }, operator],
    ['not once they have left', { id: 'da40000a-0000-4000-8000-000000000004' }, nothing],
    ['not by a name whose member has another object id', { id: unknown, mail: 'eve@acme.test' }, nothing],
    ['not by a name in a foreign domain', { id: unknown, mail: 'fay@elsewhere.test' }, nothing],
    [
      'not where the names are of two members',
      { id: unknown, userPrincipalName: 'bea@acme.test', mail: 'cid@acme.test' },
      nothing,
    ],
    ['not at all', { id: unknown }, nothing],
  ])('finds the person %s', async (_, user, expected) => {
    const { status, body } = await stage.call(await sent(user))
    expect([status, { ...claimsOf(body) }]).toEqual([200, expected])
  })

  it('finds by name nobody whom a login by SAML linked to an identity', async () => {
    const hal = await stage.person('hal@acme.test')
    await stage.team('Operators', hal)
    const named = { id: unknown, userPrincipalName: 'hal@acme.test' }
    expect({ ...claimsOf((await stage.call(await sent(named))).body) }).toEqual(operator)
    await linkedBySaml(readsOver(stage, configurationFor(service.url)), hal, 'a'.repeat(64))
    expect({ ...claimsOf((await stage.call(await sent(named))).body) }).toEqual(nothing)
  })

  it('asks for the tenant’s keys once for many calls', async () => {
    await stage.call(await sent(ada))
    const before = service.fetched().length
    for (let n = 0; n < 5; n += 1) await stage.call(await sent(ada))
    expect(service.fetched().length).toBe(before)
    expect(service.fetched()[0]).toBe(`/${tenant}/discovery/v2.0/keys`)
  })
})

describe('a token', () => {
  const v1 = { iss: `https://sts.windows.net/${tenant}/`, azp: undefined, appid: caller, ver: '1.0' }
  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['of version 1', v1],
    ['for the application by its URI', { aud: `api://${audience}` }],
    ['for the application by its URI with our host', { ...v1, aud: `api://${host}/${audience}` }],
    ['that ended less than a minute ago', { exp: Math.floor(Date.now() / 1000) - 30 }],
  ])('%s lets the caller in', async (_, claims) => {
    expect((await stage.call(await sent(ada, await service.token(claims)))).status).toBe(200)
  })

  const now = Math.floor(Date.now() / 1000)
  const otherTenant = '11111111-2222-4333-8444-555555555555'
  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['of an issuer that is spelt otherwise', { iss: `https://sts.windows.net/${tenant}`, appid: caller }],
    [
      'for a list of others',
      { aud: ['00000003-0000-0000-c000-000000000000', `api://evil.test/${audience}`] },
    ],
    ['of another issuer', { iss: 'https://login.example/v2.0' }],
    ['of another tenant', { iss: `https://sts.windows.net/${otherTenant}/`, appid: caller }],
    ['that says another tenant', { tid: otherTenant }],
    ['for somebody else', { aud: '00000003-0000-0000-c000-000000000000' }],
    ['for another host', { aud: `api://evil.test/${audience}` }],
    ['for nobody', { aud: undefined }],
    ['of another application', { azp: '11111111-1111-4111-8111-111111111111' }],
    ['of no application', { azp: undefined }],
    ['of version 2 with the claim of version 1', { azp: undefined, appid: caller }],
    ['of version 1 with the claim of version 2', { ...v1, appid: undefined, azp: caller }],
    ['that has ended', { exp: now - 120 }],
    ['without an end', { exp: undefined }],
    ['that has not begun', { nbf: now + 120 }],
  ])('%s is refused', async (_, claims) => {
    const { status, headers, body } = await stage.call(await sent(ada, await service.token(claims)))
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="hooks"'])
    expect(body).toMatchObject({ error: { field: 'authorization' } })
  })

  const secretFrom = async (): Promise<KeyObject> =>
    createSecretKey(Buffer.from(await exportSPKI(service.pair.publicKey)))
  it.each<readonly [string, () => Promise<string>]>([
    ['without a signature', async () => new UnsecuredJWT({ aud: audience, azp: caller }).encode()],
    ['with its signature cut off', async () => (await service.token()).replace(/[^.]*$/, '')],
    [
      'signed with the public key as a secret',
      async () => service.token({}, { alg: 'HS256' }, await secretFrom()),
    ],
    [
      'signed with another key under the name of ours',
      async () => service.token({}, {}, (await generateKeyPair('RS256')).privateKey),
    ],
    ['whose key nobody knows', async () => service.token({}, { kid: 'k2' })],
    ['whose key has no name', async () => service.token({}, { kid: undefined })],
    ['with a key of its own', async () => service.token({}, { kid: undefined, jwk: service.publicKey })],
    [
      'that says where its key is',
      async () => service.token({}, { kid: 'k2', jku: `${service.url}/${tenant}/discovery/v2.0/keys` }),
    ],
    [
      'with a certificate of its own',
      async () => service.token({}, { kid: 'k2', x5c: ['MII'], x5u: service.url }),
    ],
    ['whose key is a path', async () => service.token({}, { kid: '../../etc/passwd' })],
    [
      'signed by another procedure',
      async () => service.token({}, { alg: 'PS256' }, (await generateKeyPair('PS256')).privateKey),
    ],
    [
      'with changed claims',
      async () => {
        const [head, , signature] = (await service.token({ azp: 'x' })).split('.')
        const [, claims] = (await service.token()).split('.')
        return [head, claims, signature].join('.')
      },
    ],
    ['that is none', async () => 'a.b.c'],
    ['that is a book', async () => `${'a'.repeat(20_000)}.b.c`],
    ['for Okta’s hook', async () => stage.token],
  ])('%s is refused before anything of the body is read', async (_, make) => {
    const authorization = `Bearer ${await make()}`
    const { status } = await stage.call({ path, raw: Buffer.alloc(400_000, '{'), authorization })
    expect(status).toBe(401)
  })

  it('is asked for, and unknown connections are not told from those without the hook', async () => {
    expect((await stage.call({ path, body: entraEvent(ada), authorization: undefined })).status).toBe(401)
    for (const connection of ['other', 'unknown']) {
      const { status, body } = await stage.call({ ...(await sent(ada)), path: `/${connection}/hooks/entra` })
      expect([status, body]).toMatchObject([401, { error: { field: 'authorization' } }])
    }
  })

  it('may be signed with a key that is new; who names keys that nobody knows makes the service ask for none', async () => {
    const pair = await generateKeyPair('RS256', { extractable: true })
    const made = { ...(await exportJWK(pair.publicKey)), kid: 'k9', use: 'sig', alg: 'RS256' }
    service.answer(200, JSON.stringify({ keys: [service.publicKey, made] }))
    const before = service.fetched().length
    const strangers = Array.from({ length: 20 }, async (_, n) => service.token({}, { kid: `stranger-${n}` }))
    const call = async (token: string) => (await stage.call(await sent(ada, token))).status
    // What was read is believed for half a minute at least.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    try {
      expect(await call(await service.token({}, { kid: 'k9' }, pair.privateKey))).toBe(200)
      const statuses = await Promise.all(strangers.map(async (token) => call(await token)))
      expect(new Set(statuses)).toEqual(new Set([401]))
      expect(service.fetched().length).toBe(before + 1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('opens no other hook', async () => {
    const { status } = await stage.call({ ...(await sent(ada)), path: '/acme/hooks/okta' })
    expect(status).toBe(401)
  })
})

describe('a token service that gives no keys', () => {
  it.each<readonly [string, number | undefined, string]>([
    ['by an error', 500, ''],
    ['by a page', 200, '<html>'],
    ['by a set of something else', 200, '{"keys":"none"}'],
    ['by sending elsewhere', 302, ''],
    ['by a book', 200, ' '.repeat(300_000)],
    ['by hanging', undefined, ''],
  ])('%s is a fault, and no word about the token', async (_, status, body) => {
    const other = await openTokenService()
    // Nothing is known of it yet.
    const fresh = await openHooks(configurationFor(other.url))
    try {
      const call = await sent(ada, await other.token())
      other.answer(status, body, { location: `${service.url}/${tenant}/discovery/v2.0/keys` })
      const reply = await fresh.call(call)
      expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5'])
      expect(reply.text).not.toMatch(/ada@|127\.0\.0\.1/)
      other.answer(200)
      expect((await fresh.call(call)).status).toBe(200)
    } finally {
      await fresh.close()
      await other.close()
    }
  })
})

describe('what Entra’s hook is sent', () => {
  it.each<readonly [string, Partial<Called>, number, string]>([
    ['nothing', { body: undefined }, 400, 'body'],
    ['over 256 KB', { raw: Buffer.alloc(256 * 1024 + 1, ' ') }, 413, 'body'],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'content-type'],
    [
      'another event',
      { body: { ...entraEvent(ada), type: 'microsoft.graph.attributeCollectionStart' } },
      400,
      'type',
    ],
    ['without data', { body: { type: entraEvent(ada).type } }, 400, 'data'],
    ['with other data', { body: entraEvent(ada, { '@odata.type': 'x' }) }, 400, 'data.@odata.type'],
    ['of another tenant', { body: entraEvent(ada, { tenantId: 'x' }) }, 403, 'data.tenantId'],
    ['without a tenant', { body: entraEvent(ada, { tenantId: null }) }, 400, 'data.tenantId'],
    [
      'without context',
      { body: entraEvent(ada, { authenticationContext: null }) },
      400,
      'data.authenticationContext.user',
    ],
    ['without a user', { body: entraEvent([]) }, 400, 'data.authenticationContext.user'],
    [
      'without an object id',
      { body: entraEvent({ mail: 'ada@acme.test' }) },
      400,
      'data.authenticationContext.user.id',
    ],
    [
      'with a number as object id',
      { body: entraEvent({ id: 7 }) },
      400,
      'data.authenticationContext.user.id',
    ],
  ])('is refused where it is %s, by the name of the field', async (_, called, status, field) => {
    const reply = await stage.call({ ...(await sent(ada)), ...called })
    expect([reply.status, reply.body]).toMatchObject([status, { error: { field } }])
    expect(reply.text).not.toMatch(/ada@|acme\.test/)
  })
})

// Another engine cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a store that does not answer', () => {
  it.each([
    ['is throttled', { rules: [{ fault: 'throttled', probability: 1 }] }],
    ['hangs', { delay: 60_000 }],
  ] as const)('because it %s is a fault, said while Entra still listens', async (_, faults) => {
    const call = await sent(ada)
    stage.test.engine?.inject(faults)
    const { status, headers, body } = await stage.call(call)
    expect([status, headers['retry-after']]).toEqual([503, '5'])
    expect(body).not.toHaveProperty('data')
  })
})
