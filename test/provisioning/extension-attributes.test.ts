import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { parseConfiguration } from '../../lib/config/parse.ts'
import type { Configuration } from '../../lib/core/configuration.ts'
import { memberId } from '../../lib/core/ids.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import { type Bench, demo, openBench } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const hr = 'urn:acme:params:scim:schemas:extension:hr:2.0:User'
const person = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', hr],
  userName: 'anna@demo.test',
  active: true,
  emails: [{ value: 'anna@demo.test', primary: true }],
  [hr]: {
    costCenter: 'CC-42',
    office: { city: 'Paris', floor: 3 },
    teams: ['blue', 'Red'],
    badges: [{ value: 'B1' }, { value: 'B2', type: 'visitor' }],
  },
}

/** The rules of the file people write, in the house of the bench. */
const rulesWhen = (when: string): Configuration['rules'] => {
  const text = `
version: 1
connections: [{ id: demo, domains: [demo.test] }]
communities:
  - id: demo-soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: https://api.sekoia.io
    credentials: env:KEY
    roles: [{ id: analyst, builtin: Analyst }]
rules:
  - id: by-attribute
    when: ${when}
    grant: [{ community: demo-soc, role: analyst }]
`
  return parseConfiguration(text, { local: true, traits: platformTraits }).configuration.rules
}
const send = async (method: string, path: string, body: object) => {
  const endpoint = createScimEndpoint({ directory: bench.directory, clock: bench.clock })
  const response = await endpoint(
    {
      connection: demo,
      baseUrl: 'https://scim.example.test/demo/scim/v2',
      method,
      path,
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/scim+json' },
      body: Buffer.from(JSON.stringify(body)),
      requestId: randomUUID(),
    },
    { actor: { kind: 'credential', label: 'idp' }, secret: 'a secret' },
  )
  return { status: response.status, body: JSON.parse(response.body ?? '{}') as Record<string, unknown> }
}
const change = (id: string, ...Operations: readonly object[]) =>
  send('PATCH', `/Users/${id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations,
  })
const opened = async (when: string): Promise<void> => {
  bench = await openBench()
  bench.configure((before) => ({ ...before, rules: rulesWhen(when) }))
}
const rolesOf = () => bench.seen().anna?.roles ?? []

test.each([
  ['as it was sent', `{ attribute: "${hr}:costCenter", equals: CC-42 }`],
  ['in another case', `{ attribute: "${hr.toUpperCase()}:COSTCENTER", equals: cc-42 }`],
  ['a sub-attribute', `{ attribute: "${hr}:office.city", equals: Paris }`],
  ['a number', `{ attribute: "${hr}:office.floor", equals: "3" }`],
  ['one of a list', `{ attribute: "${hr}:teams", anyOf: [red, green] }`],
  ['the value of one of a complex list', `{ attribute: "${hr}:badges", equals: B2 }`],
  ['a sub-attribute of one of a complex list', `{ attribute: "${hr}:badges.type", glob: "visi*" }`],
  ['without its URN', '{ attribute: office.city, prefix: Pa }'],
])('a rule asks for an attribute of an extension of the identity provider: %s', async (_, when) => {
  await opened(when)
  expect(await send('POST', '/Users', person)).toMatchObject({ status: 201 })
  await bench.settle()
  expect(rolesOf()).toEqual(['Analyst'])
})

test.each([
  ['another value', `{ attribute: "${hr}:costCenter", equals: CC-43 }`],
  [
    'another extension',
    '{ attribute: "urn:acme:params:scim:schemas:extension:fin:2.0:User:costCenter", prefix: C }',
  ],
  ['a part of the name', `{ attribute: "${hr}:cost", prefix: C }`],
  ['a complex attribute that has no value', `{ attribute: "${hr}:office", glob: "*" }`],
])('and does not find %s', async (_, when) => {
  await opened(when)
  await send('POST', '/Users', person)
  await bench.settle()
  expect(rolesOf()).toEqual([])
})

test('changed or removed by PATCH, the role follows, and explain names the request', async () => {
  await opened(`{ attribute: "${hr}:costCenter", equals: CC-42 }`)
  const { body } = await send('POST', '/Users', { ...person, [hr]: { costCenter: 'CC-1' } })
  const id = String(body.id)
  await bench.settle()
  expect(rolesOf()).toEqual([])
  expect((await change(id, { op: 'replace', path: `${hr}:costCenter`, value: 'CC-42' })).status).toBeLessThan(
    300,
  )
  await bench.settle()
  expect(rolesOf()).toEqual(['Analyst'])
  const [member] = await bench.directory.members(demo, [memberId(id)])
  if (member === undefined) throw new Error('nobody')
  const [explanation] = (await bench.explain(member)).communities
  expect(explanation?.roles[0]?.because).toMatchObject([
    {
      rule: 'by-attribute',
      evidence: [{ kind: 'attribute', path: `${hr}:costCenter`, from: { actor: { label: 'idp' } } }],
    },
  ])
  bench.activateAll()
  await bench.reconcile()
  expect((await change(id, { op: 'remove', path: `${hr}:costCenter` })).status).toBeLessThan(300)
  await bench.settle()
  expect(bench.seen().anna?.status).toBe('disabled')
})
