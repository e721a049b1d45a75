import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  audience,
  claimsOf,
  communities,
  entraEvent,
  oktaEvent,
  patchesOf,
  rules,
  tenant,
} from './support/examples.ts'
import { type HookStage, openHooks } from './support/stage.ts'
import { openTokenService, type TokenService } from './support/token-service.ts'

/** Whatever stands where in an event: it is an answer about somebody, or a refusal that names a field, and never more of a role than is given. */
const configurationFor = (authority: string) => `version: 1
connections:
  - id: acme
    domains: [acme.test]
    groups: { from: [scim, saml] }
    hooks:
      okta: { claims: [{ name: role, community: net }] }
      entra: { tenant: ${tenant}, audience: ${audience}, authority: "${authority}", claims: [{ name: role, community: net }] }
${communities}${rules}`
const ada = { id: '00uAda0000000000000a', login: 'ada@acme.test' }
const runs = Number(process.env.FUZZ_BUDGET ?? 200)
let service: TokenService
let stage: HookStage
let authorization: string
beforeAll(async () => {
  service = await openTokenService()
  stage = await openHooks(configurationFor(service.url))
  authorization = `Bearer ${await service.token()}`
  await stage.team('Readers', await stage.person('ada@acme.test', { externalId: ada.id }))
})
afterAll(async () => {
  await stage.close()
  await service.close()
})

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every place in the event, as the names on the way. */
const placesIn = (value: Json, way: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [way, ...Object.entries(value).flatMap(([name, each]) => placesIn(each as Json, [...way, name]))]
    : [way]
const put = (value: Json, [name, ...rest]: readonly string[], other: Json): Json => {
  if (name === undefined) return other
  if (Array.isArray(value))
    return value.map((each, n) => (String(n) === name ? put(each, rest, other) : each))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([each, inner]) => [each, each === name ? put(inner, rest, other) : inner]),
  )
}

const hostile: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
  fc.constantFrom<Json>('', 'x'.repeat(3000), '\u0000', '../..', 'C#acme#UX#', -1, 1e308, [], {}, [[]], null),
  fc
    .constantFrom('__proto__', 'constructor', 'toString')
    .map((name) => JSON.parse(`{"${name}":{"id":"x"}}`) as Json),
)
const mutated = (event: Json): fc.Arbitrary<Json> =>
  fc
    .array(fc.tuple(fc.constantFrom(...placesIn(event)), hostile), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<Json>((whole, [way, other]) => put(whole, way, other), event))

const check = async (
  path: string,
  body: Json,
  header: string,
  values: (body: unknown) => readonly string[],
) => {
  const reply = await stage.call({ path, raw: Buffer.from(JSON.stringify(body)), authorization: header })
  if (reply.status === 200) expect(values(reply.body)).toBeOneOf([['readonly'], ['none']])
  else {
    expect(reply.status).toBeOneOf([400, 403, 413])
    expect(reply.body).toMatchObject({ error: { field: expect.any(String), message: expect.any(String) } })
    expect(reply.text).not.toMatch(/ada@|acme\.test|00uAda/)
  }
}

test('Okta’s events may be anything', async () => {
  const event = oktaEvent(ada, { groups: ['Others'], role: ['admin'] }) as unknown as Json
  await fc.assert(
    fc.asyncProperty(mutated(event), (body) =>
      check('/acme/hooks/okta', body, `Bearer ${stage.token}`, (answer) => patchesOf(answer)[0]?.[2] ?? []),
    ),
    { numRuns: runs },
  )
})

test('Entra’s events may be anything', async () => {
  const event = entraEvent({ id: ada.id, userPrincipalName: ada.login, mail: ada.login }) as unknown as Json
  await fc.assert(
    fc.asyncProperty(mutated(event), (body) =>
      check('/acme/hooks/entra', body, authorization, (answer) => claimsOf(answer).role ?? []),
    ),
    { numRuns: runs },
  )
})
