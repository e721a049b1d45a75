import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { changed, findingsOf } from './examples.ts'

/** One of everything the three platforms know apart; each test breaks one line of it. */
const three = `version: 1
connections: []
communities:
  - id: main
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: https://api.sekoia.io
    credentials: secretsmanager:rolecall/main
    roles: []
  - id: child
    platform: sekoia
    parent: main
    tenant: 22222222-2222-4222-8222-222222222222
    baseUrl: https://api.sekoia.io/
    credentials: secretsmanager:rolecall/child
    roles:
      - { id: soc, custom: SOC, description: Triage of alerts, permissions: [SIC_READ_ALERTS] }
  - id: net
    platform: netography
    tenant: acme-corp
    baseUrl: https://api.netography.com
    credentials: secretsmanager:rolecall/net
    onDeparture: { then: fallbackRole, removeAfter: 30d }
    onUnassigned: { then: delete }
    fallbackRole: gone
    roles:
      - { id: gone, custom: rolecall_gone, description: People who left, permissions: [] }
      - id: l2
        custom: soc_l2
        description: Second level of the SOC
        permissions: { users: fetch, devices: [update, fetch], dashboards: all }
        capabilities: [canSendFlow]
        previously: [soc_two]
      - { id: ops, builtin: operational_manager }
  - id: immy
    platform: immybot
    tenant: instance
    baseUrl: https://acme.immy.bot
    credentials: secretsmanager:rolecall/immy
    roles:
      - id: tech
        custom: Technician plus
        description: Technicians with a bit more
        permissions: { computers: view, deployments: [manage] }
        scope: { tenant: Paris }
        owner: Lyon
      - { id: tech-all, custom: Technician plus, scope: everything }
      - { id: tagged, builtin: Script Manager, scope: { tenantTag: gold } }
  - id: paris
    platform: immybot
    tenant: "2"
    baseUrl: https://other.immy.bot
    credentials: secretsmanager:rolecall/immy
    onDeparture: { then: stripRoles }
    roles:
      - { id: tech, builtin: Script Manager }
rules:
  - { id: a, when: { group: { equals: A } }, grant: [{ community: child, role: soc }] }
  - { id: b, when: { group: { equals: B } }, grant: [{ community: net, role: l2 }, { community: net, role: ops }] }
  - { id: c, when: { group: { equals: C } }, grant: [{ community: immy, role: tech }, { community: immy, role: tech-all }] }
  - { id: d, when: { group: { equals: D } }, grant: [{ community: immy, role: tagged }, { community: paris, role: tech }] }
`
const options = { traits: platformTraits }
const find = (text: string) => findingsOf(text, options)
const warningsOf = (text: string) => parseConfiguration(text, options).warnings

test('every setting of the three platforms is read into the words of the core', () => {
  const { configuration, warnings } = parseConfiguration(three, options)
  expect(warnings).toEqual([])
  const [, child, net, immy, paris] = configuration.communities
  expect(child).toMatchObject({ parent: 'main', onDeparture: { then: 'suspend', removeAfter: 2_592_000 } })
  expect(net).toMatchObject({
    tenant: 'acme-corp',
    onDeparture: { then: 'suspend', removeAfter: 2_592_000 },
    onUnassigned: { then: 'remove' },
    fallbackRole: 'gone',
  })
  expect(net).not.toHaveProperty('departedKeepReadAccess')
  expect(net?.roles).toEqual([
    {
      id: 'gone',
      kind: 'custom',
      name: 'rolecall_gone',
      contents: { description: 'People who left', permissions: [], intakes: [] },
    },
    {
      id: 'l2',
      kind: 'custom',
      name: 'soc_l2',
      contents: {
        description: 'Second level of the SOC',
        permissions: ['canSendFlow', 'dashboards=all', 'devices=fetch', 'devices=update', 'users=fetch'],
        intakes: [],
      },
      previously: ['soc_two'],
    },
    { id: 'ops', kind: 'builtin', name: 'operational_manager' },
  ])
  expect(immy?.onDeparture).toEqual({ then: 'suspend', removeAfter: 2_592_000 })
  expect(immy?.roles).toEqual([
    {
      id: 'tech',
      kind: 'custom',
      name: 'Technician plus',
      scope: 'tenant:Paris',
      owner: 'Lyon',
      contents: {
        description: 'Technicians with a bit more',
        permissions: ['computers=view', 'deployments=manage'],
        intakes: [],
      },
    },
    { id: 'tech-all', kind: 'custom', name: 'Technician plus', scope: 'everything' },
    { id: 'tagged', kind: 'builtin', name: 'Script Manager', scope: 'tenantTag:gold' },
  ])
  expect(paris?.onDeparture).toEqual({ then: 'suspend' })
  expect(paris?.roles).toEqual([{ id: 'tech', kind: 'builtin', name: 'Script Manager', scope: 'tenant:2' }])
})

const keep = '    departedKeepReadAccess: true\n'
const fallbackLine = '    fallbackRole: gone\n'

/** What is broken, its replacement, and the one finding: its place and a piece of what is said. */
const cases: readonly (readonly [string, string, string, string])[] = [
  // tenants
  ['acme-corp', 'acme.corp', 'communities[2].tenant', 'named by its shortname'],
  ['acme-corp', 'a', 'communities[2].tenant', 'named by its shortname'],
  ['tenant: instance', 'tenant: "0"', 'communities[3].tenant', 'or the whole instance'],
  ['tenant: instance', 'tenant: Paris', 'communities[3].tenant', 'or the whole instance'],
  [
    'https://other.immy.bot',
    'https://acme.immy.bot',
    'communities[4].tenant',
    'overlaps with the community "immy"',
  ],
  // parents
  ['parent: main', 'parent: man', 'communities[1].parent', 'did you mean "main"?'],
  ['parent: main', 'parent: child', 'communities[1].parent', 'is the community itself'],
  ['parent: main', 'parent: net', 'communities[1].parent', 'another platform'],
  ['https://api.sekoia.io/\n', 'https://api.fra2.sekoia.io\n', 'communities[1].parent', 'another baseUrl'],
  ['    tenant: "2"', '    parent: immy\n    tenant: "2"', 'communities[4].parent', 'none above'],
  // leaving
  [
    '{ then: fallbackRole, removeAfter: 30d }',
    '{ then: suspend }',
    'communities[2].onDeparture.then',
    'write then: fallbackRole or then: delete',
  ],
  [
    '{ then: delete }',
    '{ then: stripRoles }',
    'communities[2].onUnassigned.then',
    'knows fallbackRole and delete',
  ],
  [
    '{ then: delete }',
    '{ then: delete, removeAfter: 1d }',
    'communities[2].onUnassigned.removeAfter',
    'contradicts then: delete',
  ],
  [
    '{ then: stripRoles }',
    '{ then: fallbackRole }',
    'communities[4].onDeparture.then',
    'write then: stripRoles or then: delete',
  ],
  [
    '    onDeparture: { then: fallbackRole, removeAfter: 30d }\n',
    '',
    'communities[2].onDeparture',
    'no harmless default',
  ],
  ['role: ops }]', 'role: gone }]', 'communities[2].fallbackRole', 'is granted by a rule, too'],
  [
    'People who left, permissions: []',
    'People who left, permissions: [users:fetch]',
    'communities[2].fallbackRole',
    'gives something: permissions',
  ],
  [
    'People who left, permissions: []',
    'People who left, capabilities: [canSendFlow], permissions: []',
    'communities[2].fallbackRole',
    'gives something: capabilities',
  ],
  [
    '{ id: gone, custom: rolecall_gone, description: People who left, permissions: [] }',
    '{ id: gone, builtin: readonly }',
    'communities[2].fallbackRole',
    'gives something: a built-in role',
  ],
  [
    '    tenant: "2"',
    `${keep}    tenant: "2"`,
    'communities[4].departedKeepReadAccess',
    'without a fallback role',
  ],
  [
    '    parent: main\n',
    '    parent: main\n    fallbackRole: soc\n',
    'communities[1].fallbackRole',
    'without a fallback role',
  ],
  [
    fallbackLine,
    `${fallbackLine}    departedKeepReadAccess: false\n`,
    'communities[2].departedKeepReadAccess',
    'write one of true',
  ],
  // contents
  [
    'permissions: [SIC_READ_ALERTS]',
    'permissions: []',
    'communities[1].roles[0].permissions',
    'only a community’s fallbackRole gives nothing',
  ],
  [
    'permissions: [SIC_READ_ALERTS]',
    'permissions: { alerts: view }',
    'communities[1].roles[0].permissions',
    'must be a list',
  ],
  [
    'permissions: [SIC_READ_ALERTS]',
    'permissions: SIC_READ_ALERTS',
    'communities[1].roles[0].permissions',
    'none of the forms',
  ],
  [
    '{ users: fetch,',
    '{ users: fetsch,',
    'communities[2].roles[1].permissions.users',
    'did you mean "fetch"?',
  ],
  [
    '[update, fetch]',
    '[update, manage]',
    'communities[2].roles[1].permissions.devices[1]',
    'there are fetch, create, update',
  ],
  [
    '{ users: fetch, devices: [update, fetch], dashboards: all }',
    '{ __proto__: all }',
    'communities[2].roles[1].permissions.__proto__',
    'unknown key',
  ],
  ['[update, fetch]', '[update, 3]', 'communities[2].roles[1].permissions.devices[1]', 'must be text'],
  ['[update, fetch]', '[]', 'communities[2].roles[1].permissions.devices', 'at least one entry'],
  [
    '{ users: fetch,',
    '{ "users=x": fetch,',
    'communities[2].roles[1].permissions.users=x',
    'has a key of another form',
  ],
  ['[canSendFlow]', '[canSendFlw]', 'communities[2].roles[1].capabilities[0]', 'did you mean "canSendFlow"?'],
  [
    '[canSendFlow]',
    '[canSendFlow, canSendFlow]',
    'communities[2].roles[1].capabilities[1]',
    'is listed twice',
  ],
  [
    '{ users: fetch, devices: [update, fetch], dashboards: all }',
    '[users:fetch, canMasquerade]',
    'communities[2].roles[1].permissions[1]',
    'write capabilities: [canMasquerade]',
  ],
  [
    'permissions: [SIC_READ_ALERTS]',
    'permissions: [A], capabilities: [canSendFlow]',
    'communities[1].roles[0].capabilities',
    'have no switches',
  ],
  [
    'id: ops, builtin',
    'id: ops, capabilities: [canSendFlow], builtin',
    'communities[2].roles[2].capabilities',
    'built-in role',
  ],
  // names, scopes, owners, the past
  ['custom: soc_l2', 'custom: SOC L2', 'communities[2].roles[1].custom', 'at most 32'],
  ['custom: soc_l2', `custom: ${'x'.repeat(33)}`, 'communities[2].roles[1].custom', 'at most 32'],
  ['id: ops, builtin', 'id: ops, scope: msp, builtin', 'communities[2].roles[2].scope', 'have no scopes'],
  [
    'scope: { tenant: Paris }',
    'scope: { tenant: Paris, tenantTag: x }',
    'communities[3].roles[0].scope',
    'tenant and tenantTag at once',
  ],
  ['scope: { tenant: Paris }', 'scope: {}', 'communities[3].roles[0].scope', 'names nothing'],
  ['scope: { tenant: Paris }', 'scope: { tenant: 2 }', 'communities[3].roles[0].scope.tenant', 'in quotes'],
  [
    'scope: { tenant: Paris }',
    'scope: { tennant: Paris }',
    'communities[3].roles[0].scope.tennant',
    'did you mean "tenant"?',
  ],
  ['scope: everything', 'scope: everywhere', 'communities[3].roles[1].scope', 'write one of everything'],
  [', scope: { tenantTag: gold }', '', 'communities[3].roles[2].scope', 'must say where it applies'],
  ['id: tech, builtin', 'id: tech, scope: msp, builtin', 'communities[4].roles[0].scope', 'reaches beyond'],
  [
    'id: tech, builtin',
    'id: tech, scope: { tenant: "3" }, builtin',
    'communities[4].roles[0].scope',
    'tenant 2 alone',
  ],
  [
    'scope: everything }',
    'owner: Paris, scope: everything }',
    'communities[3].roles[1].owner',
    'only a role we make',
  ],
  [
    'description: Triage',
    'owner: x, description: Triage',
    'communities[1].roles[0].owner',
    'belong to no tenant',
  ],
  [
    'scope: everything }',
    'scope: { tenant: paris } }',
    'communities[3].roles[1].custom',
    'is the name of role "tech"',
  ],
  [
    'scope: everything }',
    'scope: everything, description: Again the same, permissions: { computers: view } }',
    'communities[3].roles[1].custom',
    'is declared by role "tech"',
  ],
  [
    'scope: everything }',
    'scope: everything, previously: [Old] }',
    'communities[3].roles[1].previously',
    'only managed roles are renamed',
  ],
  ['[soc_two]', '[SOC_L2]', 'communities[2].roles[1].previously[0]', 'is the name it has now'],
  ['[soc_two]', '[rolecall_gone]', 'communities[2].roles[1].previously[0]', 'belongs to role "gone"'],
]

test('the text itself has nothing wrong with it', () => {
  expect(find(three)).toEqual([])
})

test.each(cases)('%j → %j is found at %s', (before, after, place, said) => {
  const found = find(changed(before, after, three))
  expect(found).toHaveLength(1)
  expect(found[0]?.replace(/ \(line \d+\)/, '').slice(0, place.length + 2)).toBe(`${place}: `)
  expect(found[0]).toContain(said)
  expect(found[0]?.split('; ').length).toBeGreaterThanOrEqual(3)
})

test('a fallback role is named, and only it may be empty', () => {
  const told = (text: string) => find(text).map((line) => line.replace(/ \(line \d+\)/, '').split(';')[0])
  const empty = 'communities[2].roles[0].permissions: is empty'
  expect(told(changed(fallbackLine, '', three))).toEqual(['communities[2].fallbackRole: is missing', empty])
  expect(told(changed(fallbackLine, '    fallbackRole: gome\n', three))).toEqual([
    'communities[2].fallbackRole: there is no role "gome"',
    empty,
  ])
})

test('a circle of three is told at each of them', () => {
  const communities = ['a', 'b', 'c'].map(
    (id, index) => `  - id: ${id}
    platform: netography
    tenant: acct${index}
    parent: ${['b', 'c', 'a'][index]}
    baseUrl: https://api.netography.com
    credentials: secretsmanager:x
    onDeparture: { then: delete }
    roles: []
`,
  )
  const found = find(`version: 1\nconnections: []\ncommunities:\n${communities.join('')}rules: []\n`)
  expect(found.map((line) => /circle: [^;]+/.exec(line)?.[0])).toEqual([
    'circle: a → b → c → a',
    'circle: b → c → a → b',
    'circle: c → a → b → c',
  ])
})

test('two tenants of one instance stand side by side', () => {
  const two = changed('tenant: instance', 'tenant: "7"', changed('https://other', 'https://acme', three))
  const scopes = find(two).map((line) => line.split(';')[0])
  expect(scopes.every((line) => line?.endsWith('reaches beyond the community'))).toBe(true)
  expect(scopes).toHaveLength(3)
})

test('a fallback role that gives something needs a word, and the word is a warning', () => {
  const builtin = changed(
    '{ id: gone, custom: rolecall_gone, description: People who left, permissions: [] }',
    '{ id: gone, builtin: readonly }',
    changed(fallbackLine, `${fallbackLine}${keep}`, three),
  )
  expect(warningsOf(builtin)).toEqual([
    expect.stringMatching(
      /^communities\[2\]\.departedKeepReadAccess \(line \d+\): lets people who left go on/,
    ),
  ])
})

test('what only the portal can set is refused, and why', () => {
  for (const [written, named] of [
    ['Send NetoDNS', 'Send NetoDNS'],
    ['canSendNetoDNS', 'Send NetoDNS'],
    ['View Audit Logs', 'View Audit Logs'],
    ['canViewAuditLogs', 'View Audit Logs'],
  ] as const) {
    const found = find(changed('[canSendFlow]', `[${written}]`, three))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('communities[2].roles[1].capabilities[0]')
    expect(found[0]).toContain(`the API has no field for ${named}; only the portal can set it`)
  }
})

test('to masquerade is written by hand, and said', () => {
  expect(warningsOf(changed('[canSendFlow]', '[canMasquerade]', three))).toEqual([
    expect.stringContaining(
      'communities[2].roles[1].capabilities (line 32): canMasquerade makes administrators',
    ),
  ])
  const { configuration } = parseConfiguration(three, options)
  expect(JSON.stringify(configuration)).not.toContain('canMasquerade')
})

// ---- properties

const resource = fc.stringMatching(/^[a-z][a-z_-]{0,10}$/)
const scopes = fc.constantFrom<readonly [unknown, string]>(
  ['everything', 'everything'],
  ['ownTenant', 'ownTenant'],
  [{ tenant: ' Paris ' }, 'tenant:Paris'],
  [{ tenantTag: 'gold' }, 'tenantTag:gold'],
)
const words = fc.uniqueArray(fc.constantFrom('view', 'manage', 'full'), { minLength: 1, maxLength: 3 })
const grants = fc.dictionary(resource, words, { minKeys: 1, maxKeys: 4 })

test('a map of words and the list of its names are one configuration, in any order, as YAML and as JSON', () => {
  const file = (role: object) => ({
    version: 1,
    connections: [],
    communities: [
      {
        id: 'immy',
        platform: 'immybot',
        tenant: 'instance',
        baseUrl: 'https://acme.immy.bot',
        credentials: 'ssm:/immy',
        roles: [{ id: 'r', custom: 'R', description: 'A role of words', ...role }],
      },
    ],
    rules: [],
  })
  const read = (text: string) => parseConfiguration(text, options).configuration.communities[0]?.roles[0]
  fc.assert(
    fc.property(grants, scopes, fc.boolean(), (map, [scope, written], single) => {
      const names = Object.entries(map).flatMap(([key, list]) => list.map((word) => `${key}=${word}`))
      const short = Object.fromEntries(
        Object.entries(map).map(([key, list]) => [key, single && list.length === 1 ? list[0] : list]),
      )
      const expected = {
        id: 'r',
        kind: 'custom',
        name: 'R',
        scope: written,
        contents: { description: 'A role of words', permissions: names.toSorted(), intakes: [] },
      }
      expect(read(stringify(file({ permissions: short, scope })))).toEqual(expected)
      expect(read(JSON.stringify(file({ permissions: names.toReversed(), scope })))).toEqual(expected)
    }),
    { numRuns: Number(process.env.FUZZ_BUDGET ?? 60) },
  )
})
