import { expect, test } from 'vitest'
import { sekoiaTraits } from '../../lib/platforms/sekoia/traits.ts'
import { changed, findingsOf, plain, traits } from './examples.ts'

/** What is broken, its replacement, where it is found, and a piece of what is said. One finding each, complete: path, line, reason, remedy. */
const cases: readonly (readonly [string, string, string, string])[] = [
  // the schema's own
  ['version: 1\n', 'version: 1\nconections: []\n', 'conections (line 2)', 'did you mean "connections"?'],
  ['    roles:', '    rolls: []\n    roles:', 'communities[0].rolls (line 17)', 'did you mean "roles"?'],
  ['version: 1\n', 'version: 1\n__proto__: { x: 1 }\n', '__proto__ (line 2)', 'unknown key "__proto__"'],
  ['version: 1\n', 'version: 1\n<<: { x: 1 }\n', '<< (line 2)', 'remove it'],
  ['version: 1', 'version: 2', 'version (line 1)', 'write one of 1'],
  ['    baseUrl: https://api.sekoia.io\n', '', 'communities[0].baseUrl (line 6)', 'is missing'],
  [
    'tenant: 11111111-1111-4111-8111-111111111111',
    'tenant: 12',
    'communities[0].tenant (line 8)',
    'in quotes',
  ],
  ['id: others', 'id: Others', 'rules[1].id (line 34)', 'does not have the form it needs'],
  ['platform: sekoia', 'platform: sekio', 'communities[0].platform (line 7)', 'write one of sekoia'],
  [
    '{ then: suspend,',
    '{ then: susped,',
    'communities[0].onDeparture.then (line 11)',
    'write one of suspend, fallbackRole, stripRoles, delete, remove',
  ],
  ['30d', '30 days', 'communities[0].onDeparture.removeAfter (line 11)', 'such as 30d, 12h or 15m'],
  ['30d', '0d', 'communities[0].onDeparture.removeAfter (line 11)', 'such as 30d, 12h or 15m'],
  ['fraction: 0.2', 'fraction: 1.5', 'communities[0].safety.departures.fraction (line 13)', 'give at most 1'],
  ['fraction: 0.2', 'fraction: -1', 'communities[0].safety.departures.fraction (line 13)', 'give at least 0'],
  ['floor: 5', 'floor: 1.5', 'communities[0].safety.departures.floor (line 13)', 'whole number'],
  [
    'minimumAdmins: 1',
    'minimumAdmins: 0',
    'communities[0].safety.minimumAdmins (line 15)',
    'give at least 1',
  ],
  ['[acme.example]', '["@acme.example"]', 'connections[0].domains[0] (line 4)', 'without @'],
  ['[Owner@acme.example]', '[owner]', 'communities[0].safety.protected[0] (line 16)', 'an e-mail address'],
  [
    'Triage without rule changes',
    'short',
    'communities[0].roles[1].description (line 22)',
    'at least 10 characters',
  ],
  ['[{ community: soc, role: analyst }]', '[]', 'rules[0].grant (line 33)', 'at least one entry'],
  ['SOC-Analysts', '" "', 'rules[0].when.group.equals (line 32)', 'is too short'],
  ['department,', '"department[x]",', 'rules[1].when.all[1].not.attribute (line 38)', 'a SCIM attribute'],
  // addresses and secrets
  ['https://api', 'http://api', 'communities[0].baseUrl (line 9)', 'must begin with https://'],
  [
    'https://api.sekoia.io',
    'http://127.0.0.1:1',
    'communities[0].baseUrl (line 9)',
    'must begin with https://',
  ],
  ['https://api.sekoia.io', 'https://127.0.0.1', 'communities[0].baseUrl (line 9)', 'leads to this machine'],
  [
    'https://api.sekoia.io',
    'https://u:p@api.sekoia.io',
    'communities[0].baseUrl (line 9)',
    'holds credentials',
  ],
  ['https://api.sekoia.io', 'https://api.sekoia.io?x=1', 'communities[0].baseUrl (line 9)', 'holds a query'],
  ['https://api.sekoia.io', 'sekoia', 'communities[0].baseUrl (line 9)', 'is not a URL'],
  [
    'secretsmanager:rolecall/soc',
    'an-api-key',
    'communities[0].credentials (line 10)',
    'where the API key is kept',
  ],
  ['secretsmanager:rolecall/soc', 'env:KEY', 'communities[0].credentials (line 10)', 'for one machine only'],
  ['secretsmanager:rolecall/soc', 'file:key', 'communities[0].credentials (line 10)', 'for one machine only'],
  ['11111111-1111-4111-8111-111111111111', 'acme', 'communities[0].tenant (line 8)', 'named by its uuid'],
  // leaving and safety
  [
    '{ then: suspend, removeAfter: 30d }',
    '{ then: remove, removeAfter: 30d }',
    'communities[0].onDeparture.removeAfter (line 11)',
    'contradicts then: remove',
  ],
  ['window: 24h', 'window: 15m', 'communities[0].safety.window (line 14)', 'write 1h to 90d'],
  ['window: 24h', 'window: 91d', 'communities[0].safety.window (line 14)', 'write 1h to 90d'],
  // roles
  ['        builtin: Analyst\n', '', 'communities[0].roles[0] (line 18)', 'has no kind'],
  [
    'builtin: Analyst',
    'builtin: Analyst\n        custom: X',
    'communities[0].roles[0] (line 18)',
    'builtin and custom at once',
  ],
  [
    'builtin: Analyst',
    'builtin: Analyst\n        permissions: [A]',
    'communities[0].roles[0].permissions (line 20)',
    'does not belong to a built-in role',
  ],
  [
    '        description: Triage without rule changes\n',
    '',
    'communities[0].roles[1].description (line 20)',
    'is missing',
  ],
  ['        intakes: [EDR - Paris]\n', '', 'communities[0].roles[2].intakes (line 24)', 'is missing'],
  [
    'custom: SOC tier 1',
    'custom: SOC tier 1\n        intakes: [x]',
    'communities[0].roles[1].intakes (line 22)',
    'does not belong to a custom role',
  ],
  [
    '[EDR - Paris]',
    '[EDR - Paris, EDR - Paris]',
    'communities[0].roles[2].intakes[1] (line 28)',
    'is listed twice',
  ],
  [
    'restricted: EDR only',
    'restricted: soc TIER 1',
    'communities[0].roles[2].restricted (line 25)',
    'is the name of role "tier1"',
  ],
  // ids and references
  [
    'communities:\n',
    '  - { id: console, domains: [] }\ncommunities:\n',
    'connections[1].id (line 5)',
    'is the name of an address of Rolecall’s own',
  ],
  ['id: others', 'id: analysts', 'rules[1].id (line 34)', 'is the id of an earlier rule'],
  ['connection: okta', 'connection: oktaa', 'rules[0].connection (line 31)', 'did you mean "okta"?'],
  ['role: tier1 }', 'role: tier2 }', 'rules[1].grant[0].role (line 40)', 'did you mean "tier1"?'],
  [
    '{ community: soc, role: analyst }',
    '{ community: sox, role: analyst }',
    'rules[0].grant[0].community (line 33)',
    'did you mean "soc"?',
  ],
  ['role: edr }', 'role: tier1 }', 'rules[1].grant[1] (line 41)', 'twice'],
  // matchers
  ['{ equals: SOC-Analysts }', '{}', 'rules[0].when.group (line 32)', 'group has no test'],
  [
    '{ equals: SOC-Analysts }',
    '{ equals: A, prefix: B }',
    'rules[0].when.group (line 32)',
    '2 tests: equals, prefix',
  ],
  [', equals: Audit', '', 'rules[1].when.all[1].not (line 38)', 'attribute has no test'],
  ['{ group: { equals: SOC-Analysts } }', '{}', 'rules[0].when (line 32)', 'matches nothing in particular'],
  [
    '{ group: { equals: SOC-Analysts } }',
    '{ group: { equals: A }, any: [{ group: { equals: B } }] }',
    'rules[0].when (line 32)',
    'any and group at once',
  ],
  [
    '{ group: { equals: SOC-Analysts } }',
    '{ group: { equals: A }, prefix: B }',
    'rules[0].when.prefix (line 32)',
    'a test without an attribute',
  ],
  ['"EXT-*"', '"EXT-?"', 'rules[1].when.all[0].group.glob (line 37)', 'only * is special'],
  ['{ equals: SOC-Analysts }', '{ regex: "(?=x)" }', 'rules[0].when.group.regex (line 32)', 'no look-around'],
  // the text itself
  ['version: 1\n', 'version: 1\nversion: 1\n', 'the file (line 2)', 'a key is given twice'],
  ['version: 1\n', 'version: [\n', 'the file (line 2)', 'is not YAML or JSON'],
  ['version: 1\n', 'version: !!js/function 1\n', 'the file (line 1)', 'Unresolved tag'],
]

test('the plain file has nothing wrong with it', () => {
  expect(findingsOf(plain)).toEqual([])
})

test.each(cases)('%j → %j is found at %s', (before, after, place, said) => {
  const found = findingsOf(changed(before, after))
  expect(found).toHaveLength(1)
  const [line = ''] = found
  expect(line.slice(0, place.length + 2)).toBe(`${place}: `)
  expect(line).toContain(said)
  expect(line.slice(place.length + 2).split('; ').length).toBeGreaterThanOrEqual(3)
})

test('everything is found at once, in the order of the file', () => {
  const broken = changed(
    'role: tier1 }',
    'role: x }',
    changed('id: others', 'id: analysts', changed('version: 1', 'version: 3')),
  )
  expect(findingsOf(broken).map((line) => line.split(':')[0])).toEqual([
    'version (line 1)',
    'rules[1].id (line 34)',
    'rules[1].grant[0].role (line 40)',
  ])
})

test('a misspelt test is an unknown key and a missing test', () => {
  expect(findingsOf(changed('{ equals: SOC-Analysts }', '{ equls: SOC-Analysts }'))).toEqual([
    'rules[0].when.group.equls (line 32): unknown key "equls"; known here are equals, anyOf, prefix, glob, regex; did you mean "equals"?',
    'rules[0].when.group (line 32): group has no test; a test is exactly one of equals, anyOf, prefix, glob, regex; add one',
  ])
})

test('two communities with one tenant, and ids given twice', () => {
  const [head = '', rest = ''] = plain.split('communities:\n')
  const community = rest.slice(0, rest.indexOf('rules:\n'))
  const found = findingsOf(`${head}communities:\n${community}${community}rules: []\n`)
  expect(found.map((line) => line.split(';')[0])).toEqual([
    'communities[1].id (line 29): "soc" is the id of an earlier community, too',
    'communities[1].tenant (line 31): is the community "soc" again',
  ])
})

test('one address is one address, however it is spelt', () => {
  const [head = '', rest = ''] = plain.split('communities:\n')
  const community = rest.slice(0, rest.indexOf('rules:\n'))
  const again = community
    .replace('id: soc', 'id: again')
    .replace('https://api.sekoia.io', 'https://API.sekoia.io:443/')
  const both = `${head}communities:\n${community}${again}rules: []\n`
  expect(findingsOf(both).map((line) => line.split(';')[0])).toEqual([
    'communities[1].tenant (line 31): is the community "soc" again',
  ])
  const below = both.replace(
    /(id: again\n.*\n.*)tenant: \S+/,
    '$1tenant: 11111111-1111-4111-8111-111111111112\n    parent: soc',
  )
  expect(findingsOf(below)).toEqual([])
})

test('an unquoted glob is an alias to YAML, and that is said', () => {
  expect(findingsOf(changed('"EXT-*"', '*-EXT'))).toEqual([
    'the file (line 37): a value begins with * and is not quoted; to YAML it is an alias, and nothing is called so before it; quote it when it is text, such as "*-Admins"',
  ])
  const anchored = changed('{ equals: SOC-Analysts }', '&test { equals: SOC-Analysts }')
  expect(findingsOf(changed('{ glob: "EXT-*" }', '*test', anchored))).toEqual([])
})

test('no key is passed over in silence, not even __proto__', () => {
  const dialect = changed('    roles:\n', '    dialect: { __proto__: x }\n    roles:\n')
  expect(findingsOf(dialect)).toEqual([
    'communities[0].dialect.__proto__ (line 17): unknown key "__proto__"; nothing has this name; remove it',
  ])
})

test('a secret in the wrong place is not repeated', () => {
  const secret = 'sk-4f9a0c'
  for (const place of ['secretsmanager:rolecall/soc', 'https://api.sekoia.io', 'suspend,', '24h'])
    expect(findingsOf(changed(place, place === 'suspend,' ? `${secret},` : secret)).join()).not.toContain(
      secret,
    )
})

test('a platform that cannot suspend has no default', () => {
  const poor = {
    traits: () => ({ ...sekoiaTraits, suspension: 'none' as const, roleKinds: ['builtin'] as const }),
  }
  const silent = changed('    onDeparture: { then: suspend, removeAfter: 30d }\n', '')
  expect(findingsOf(silent)).toEqual([])
  expect(findingsOf(silent, poor).map((line) => line.split(';')[0])).toEqual([
    'communities[0].onDeparture (line 6): is missing',
    'communities[0].roles[1].custom (line 20): there are no custom roles on this platform',
    'communities[0].roles[2].restricted (line 24): there are no restricted roles on this platform',
  ])
  expect(findingsOf(plain, poor)[0]).toContain('onDeparture.then (line 11): cannot be suspend')
})

test('one machine may use its own loopback, files and variables', () => {
  const here = changed('https://api.sekoia.io', 'http://127.0.0.1:8081/sekoia')
  for (const reference of ['env:KEY', 'file:.rolecall/secrets/key'])
    expect(
      findingsOf(changed('secretsmanager:rolecall/soc', reference, here), { traits, local: true }),
    ).toEqual([])
})

test('matchers nest to a depth, and no further', () => {
  const nested = (levels: number) =>
    changed(
      '{ group: { equals: SOC-Analysts } }',
      `${'{ not: '.repeat(levels)}{ group: { equals: A } }${' }'.repeat(levels)}`,
    )
  expect(findingsOf(nested(9))).toEqual([])
  expect(findingsOf(nested(10))).toHaveLength(1)
  expect(findingsOf(nested(10))[0]).toContain('is nested too deeply')
})

test.each([
  ['nothing', ''],
  ['a list', '[1]'],
  ['text', 'hello'],
  ['null', 'null'],
  ['deep brackets', '['.repeat(100_000)],
  ['deep maps', `${'{a: '.repeat(300)}1${'}'.repeat(300)}`],
  ['a value that holds itself', 'a: &a [*a]'],
  ['an alias bomb', `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]`],
  ['two documents', `${plain}---\n${plain}`],
  ['4 MB', `# ${'x'.repeat(4_000_000)}\n${plain}`],
])('%s is refused in a few lines', (_what, text) => {
  const found = findingsOf(text)
  expect(found.length).toBeGreaterThan(0)
  expect(found.length).toBeLessThanOrEqual(20)
})
