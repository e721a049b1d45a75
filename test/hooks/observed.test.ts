import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { audience, communities, entraEvent, oktaEvent, rules, tenant } from './support/examples.ts'
import { type HookStage, openHooks } from './support/stage.ts'
import { openTokenService, type TokenService } from './support/token-service.ts'

const claims = (name: string) => `[{ name: ${name}, community: net }, { name: kept, community: kept }]`
const configurationFor = (authority: string, name = 'role') => `version: 1
connections:
  - id: acme
    domains: [acme.test]
    groups: { from: [scim, saml] }
    hooks:
      okta: { claims: ${claims(name)} }
      entra: { tenant: ${tenant}, audience: ${audience}, authority: "${authority}", claims: ${claims(name)} }
${communities}${rules}`

type Line = Readonly<Record<string, unknown>>
const told: string[] = []
let service: TokenService
let stage: HookStage
beforeAll(async () => {
  service = await openTokenService()
  stage = await openHooks(configurationFor(service.url), {
    LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_DISABLED: 'false',
  })
  await stage.team('Operators', await stage.person('zoe@acme.test', { externalId: '00uZoe0000000000000a' }))
  for (const write of [process.stdout, process.stderr])
    vi.spyOn(write, 'write').mockImplementation((chunk) => {
      told.push(String(chunk))
      return true
    })
})
afterEach(() => {
  told.length = 0
  stage.test.engine?.inject({})
})
afterAll(async () => {
  vi.restoreAllMocks()
  await stage.close()
  await service.close()
})

const lines = (): readonly Line[] =>
  told
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
const counted = (): readonly (readonly unknown[])[] =>
  lines()
    .filter((line) => 'HookAnswer' in line)
    .map(({ HookAnswer, connection, hook, outcome }) => [HookAnswer, connection, hook, outcome])
const logged = (): Line | undefined => lines().find((line) => String(line.message).startsWith('hook '))
const zoe = { id: '00uZoe0000000000000a', login: 'zoe@acme.test' }

describe('of a call of a hook', () => {
  it('log and metrics tell who was found by id, what was answered and how long it took, and no value', async () => {
    const claimed = { groups: ['Secret-Group'], role: ['x'] }
    await stage.call({ path: '/acme/hooks/okta', body: oktaEvent(zoe, claimed) })
    expect(counted()).toEqual([
      [1, 'acme', 'okta', 'role'],
      [1, 'acme', 'okta', 'role'],
    ])
    expect(lines().find((line) => 'HookDuration' in line)).toMatchObject({
      connection: 'acme',
      hook: 'okta',
      HookDuration: expect.any(Number),
    })
    expect(logged()).toMatchObject({
      level: 'INFO',
      connection: 'acme',
      hook: 'okta',
      status: 200,
      groups: 'present',
      member: expect.stringMatching(/^[0-9a-f]{2}/),
      credential: expect.any(String),
      claims: [
        { community: 'net', outcome: 'role' },
        { community: 'kept', outcome: 'role' },
      ],
    })
    expect(told.join('')).not.toMatch(/zoe|acme\.test|Secret-Group|00uZoe|Byron/)
  })

  it('of a stranger tell why there is no role', async () => {
    const authorization = `Bearer ${await service.token()}`
    const body = entraEvent({ id: '00000000-0000-4000-8000-00000000000f', mail: 'who@acme.test' })
    await stage.call({ path: '/acme/hooks/entra', body, authorization })
    expect(counted()).toEqual([
      [1, 'acme', 'entra', 'none'],
      [1, 'acme', 'entra', 'fallback'],
    ])
    expect(logged()).toMatchObject({ level: 'INFO', nobody: 'member.unknown' })
    expect(told.join('')).not.toMatch(/who@|00000000000f|eyJ/)
  })

  it('of a refusal name the field, and a connection only for whom it is one', async () => {
    await stage.call({ path: '/acme/hooks/okta', body: { eventType: 'zoe@acme.test' } })
    expect(counted()).toEqual([[1, 'acme', 'okta', 'refused']])
    expect(logged()).toMatchObject({ level: 'WARN', status: 400, code: 'invalidValue', field: 'eventType' })
    told.length = 0
    await stage.call({ path: '/zoe/hooks/okta', body: oktaEvent(zoe), authorization: 'Bearer secret-token' })
    expect(counted()).toEqual([[1, 'unknown', 'okta', 'refused']])
    expect(told.join('')).not.toMatch(/zoe|secret-token/)
  })

  it.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('of a fault are an error', async () => {
    stage.test.engine?.inject({ rules: [{ fault: 'internal', probability: 1 }] })
    await stage.call({ path: '/acme/hooks/okta', body: oktaEvent(zoe) })
    expect(counted()).toEqual([[1, 'acme', 'okta', 'failed']])
    expect(logged()).toMatchObject({ level: 'ERROR', status: 503, fault: { error: 'ConnectorError' } })
    expect(told.join('')).not.toMatch(/zoe|00uZoe/)
  })
})

it('claims that are more than Entra takes are a fault of the configuration, and no half of them is sent', async () => {
  const long = Array.from({ length: 18 }, (_, n) => `{ name: "${'c'.repeat(200)}${n}", community: net }`)
  const text = configurationFor(service.url).replaceAll(claims('role'), `[${long.join(', ')}]`)
  const other = await openHooks(text)
  try {
    const body = entraEvent({ id: '00000000-0000-4000-8000-00000000000f' })
    const reply = await other.call({
      path: '/acme/hooks/entra',
      body,
      authorization: `Bearer ${await service.token()}`,
    })
    expect([reply.status, reply.body]).toMatchObject([503, { error: { field: 'hooks.entra.claims' } }])
    expect((await other.call({ path: '/acme/hooks/okta', body: oktaEvent(zoe) })).status).toBe(200)
  } finally {
    await other.close()
  }
})
