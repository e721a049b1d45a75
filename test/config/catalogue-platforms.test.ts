import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoSecrets } from '../../infra/local/demo-secrets.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { checkAgainstCatalogue } from '../../lib/config/catalogue-check.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { findingLines, isWarning } from '../../lib/config/findings.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import type { Platforms } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { changed } from './examples.ts'

const demo = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
let simulators: Simulators
let platforms: Platforms
beforeAll(async () => {
  simulators = await startSimulators({ port: 0 })
  platforms = createPlatforms({
    secrets: async (reference) => demoSecrets.get(reference.split('/').at(-1) ?? '') ?? '',
    pace: { permit: async () => undefined, pause: async () => undefined },
    clock: systemClock,
    allowLoopback: true,
  })
})
afterAll(() => simulators.close())

const read = (text: string) =>
  parseConfiguration(text.replaceAll('http://127.0.0.1:8081', simulators.url), {
    traits: platformTraits,
    local: true,
  })
type Told = { readonly refused: readonly string[]; readonly warned: readonly string[] }
const check = async (text: string): Promise<Told> => {
  const { configuration, lineOf } = read(text)
  const found = await checkAgainstCatalogue(configuration, platforms)
  const lines = (which: typeof found) =>
    findingLines(which, lineOf).map((line) => line.replace(/ \(line \d+\)/, ''))
  return {
    refused: lines(found.filter((one) => !isWarning(one))),
    warned: lines(found.filter(isWarning)),
  }
}
const edited = async (before: string, after: string, text = demo) => await check(changed(before, after, text))

test('the demo world is known to its three platforms', async () => {
  expect(await check(demo)).toEqual({ refused: [], warned: [] })
})

const net = '{ dashboards: readonly, devices: [fetch, update] }'
const immy = '{ computers: manage, deployments: view }'

test.each([
  [
    net,
    '{ dashbords: readonly }',
    'communities[1].roles[1].permissions: the platform has no permission "dashbords=readonly"',
    'did you mean "dashboards=readonly"?',
  ],
  [
    net,
    '["devices:fetsch"]',
    'communities[1].roles[1].permissions: the platform has no permission "devices:fetsch"',
    'did you mean "devices:fetch"?',
  ],
  [
    'builtin: operational_manager',
    'builtin: operation_manager',
    'communities[1].roles[0].builtin: the platform has no built-in role "operation_manager"',
    'did you mean "operational_manager"?',
  ],
  [
    immy,
    '{ computer: manage }',
    'communities[2].roles[0].permissions: the platform has no permission "computer=manage"',
    'did you mean "computers=manage"?',
  ],
  [
    `permissions: ${immy}\n        scope: { tenant: Paris }`,
    `permissions: ${immy}\n        scope: { tenant: Pariss }`,
    'communities[2].roles[0].scope: the platform has no scope "tenant:Pariss"',
    'did you mean "tenant:Paris"?',
  ],
  [
    `permissions: ${immy}`,
    `permissions: ${immy}\n        owner: Lyons`,
    'communities[2].roles[0].owner: the platform has no scope "tenant:Lyons"',
    '',
  ],
])('%j → %j', async (before, after, place, remedy) => {
  const { refused, warned } = await edited(before, after)
  expect([refused.length, warned]).toEqual([1, []])
  expect(refused[0]?.split(';')[0]).toBe(place)
  expect(refused[0]).toContain(remedy)
})

test('tenants are known by name and by id', async () => {
  const ids = demo.replaceAll('scope: { tenant: Paris }', 'scope: { tenant: "2" }')
  expect(await check(ids)).toEqual({ refused: [], warned: [] })
})

test('a tenant by its name and by its id is one place, where a role is given once', async () => {
  const twice = await edited(
    '      - id: field-paris\n        custom: Paris field\n        description: Looks at',
    '      - { id: again, custom: Paris technician, scope: { tenant: "2" } }\n      - id: field-paris\n        custom: Paris field\n        description: Looks at',
  )
  expect(twice.refused).toEqual([
    'communities[2].roles[1].scope: is the place of role "technician-paris", by another name; one role in one place cannot be given twice; remove one of the two, or grant the other',
  ])
  const elsewhere = await edited(
    '      - id: field-paris\n        custom: Paris field\n        description: Looks at',
    '      - { id: again, custom: Paris technician, scope: { tenant: "1" } }\n      - id: field-paris\n        custom: Paris field\n        description: Looks at',
  )
  expect(elsewhere.refused).toEqual([])
})

test('a role that holds all an administrator holds is allowed, and said', async () => {
  const { communities } = read(demo).configuration
  const account = communities.find(({ id }) => id === 'demo-net')
  if (account === undefined) throw new Error('no demo-net')
  const { permissions, roles } = await (await platforms.open(account)).catalogue()
  const admin = roles.find(({ name }) => name === 'admin')
  const capabilities: readonly string[] = platformTraits('netography').capabilities ?? []
  const resources = new Set(
    permissions.flatMap(({ name }) => (name.endsWith('=all') ? [name.slice(0, -4)] : [])),
  )
  expect(admin?.permissions.length).toBeGreaterThan(10)
  const all = `{ ${[...resources].map((one) => `${one}: all`).join(', ')} }`
  const { refused, warned } = await edited(net, `${all}\n        capabilities: [${capabilities.join(', ')}]`)
  expect(refused).toEqual([])
  expect(warned).toEqual([
    expect.stringMatching(
      /^communities\[1\]\.roles\[1\]\.custom: makes administrators by .*everything admin has/,
    ),
  ])
})

test('one permission can be enough, and an existing role is judged by what it holds', async () => {
  const one = await edited('[SIC_READ_ALERTS, SIC_READ_INTAKES]', '[SIC_READ_ALERTS]')
  expect(one.warned).toEqual([])
  const managing = await edited(
    '          - SIC_READ_ALERTS\n',
    '          - SIC_READ_ALERTS\n          - COMMUNITY_ASSIGN_ROLE\n',
  )
  expect(managing).toEqual({
    refused: [],
    warned: [expect.stringContaining('roles[0].custom: makes administrators by COMMUNITY_ASSIGN_ROLE;')],
  })
  const key = await edited(
    '      - id: reader\n',
    '      - { id: key, custom: rolecall_key }\n      - id: reader\n',
  )
  expect(key).toEqual({
    refused: [],
    warned: [
      expect.stringContaining('roles[2].custom: makes administrators by what it holds on the platform'),
    ],
  })
})

test('a name the platform no longer has is found under its newer one, and said', async () => {
  const legacy = demo.replace('builtin: Analyst', 'builtin: oc_operator')
  expect(await check(legacy)).toEqual({
    refused: [],
    warned: [
      'communities[0].roles[1].builtin: the platform has no role "oc_operator", "Analyst" is used; it has a newer name; write "Analyst"',
    ],
  })
})

test('an existing fallback role is asked of the platform', async () => {
  const fallback = demo
    .replace('onDeparture: { then: delete }', 'onDeparture: { then: fallbackRole }\n    fallbackRole: gone')
    .replace('      - id: reader\n', '      - { id: gone, custom: night_watch }\n      - id: reader\n')
  const { refused } = await check(fallback)
  expect(refused).toEqual([
    'communities[1].roles[2].custom: the fallback role gives something on the platform: dashboards:fetch, devices:fetch; whoever left would keep access by it; take its permissions away there, or write departedKeepReadAccess: true',
  ])
  const allowed = fallback.replace(
    'fallbackRole: gone',
    'fallbackRole: gone\n    departedKeepReadAccess: true',
  )
  expect((await check(allowed)).refused).toEqual([])
})

test('the word for reading on allows reading, and nothing more', async () => {
  const kept = (role: string) =>
    demo
      .replace(
        'onDeparture: { then: delete }',
        'onDeparture: { then: fallbackRole }\n    fallbackRole: gone\n    departedKeepReadAccess: true',
      )
      .replace('      - id: reader\n', `      - { id: gone, ${role} }\n      - id: reader\n`)
  const admin = await check(kept('builtin: admin'))
  expect(admin.refused).toEqual([
    expect.stringMatching(
      /^communities\[1\]\.roles\[2\]\.builtin: the fallback role gives more than reading: .*; departedKeepReadAccess lets those who left read, and no more; /,
    ),
  ])
  const contents = 'custom: gone, description: People who left'
  expect((await check(kept(`${contents}, permissions: { users: all }`))).refused).toEqual([
    expect.stringContaining('gives more than reading: users:create, users:delete, users:update;'),
  ])
  expect(
    (await check(kept(`${contents}, permissions: { users: fetch }, capabilities: [canSendFlow]`))).refused,
  ).toEqual([expect.stringContaining('gives more than reading: canSendFlow;')])
  expect((await check(kept(`${contents}, permissions: { users: fetch }`))).refused).toEqual([])
})

test('a role the platform brings along is named as such, and never declared', async () => {
  const managed = await edited('custom: paris_field', 'custom: neto_flow')
  expect(managed.refused).toEqual([
    expect.stringMatching(
      /^communities\[1\]\.roles\[1\]\.custom: is the name of a built-in role; .*write builtin: neto_flow/,
    ),
  ])
  const named = await edited('builtin: operational_manager', 'custom: operational_manager')
  expect(named.refused).toEqual([expect.stringContaining('write builtin: operational_manager')])
  const sekoia = await edited('custom: SOC tier 1', 'custom: analyst')
  expect(sekoia.refused).toEqual([expect.stringContaining('write builtin: Analyst')])
})
