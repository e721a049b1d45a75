import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { publishedSchema } from '../../lib/config/schema.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { changed, findingsOf, plain, traits } from './examples.ts'

const leaving = (action: 'suspend' | 'remove', removeAfter?: number) => ({
  ...Object.fromEntries([['then', action]]),
  ...(removeAfter === undefined ? {} : { removeAfter }),
})

test('durations become seconds, addresses are folded, what is left out gets its default', () => {
  const { configuration, warnings } = parseConfiguration(plain, { traits })
  expect(warnings).toEqual([])
  expect(configuration.connections).toEqual([{ id: 'okta', domains: ['acme.example'] }])
  const [community] = configuration.communities
  expect(community).toMatchObject({
    mode: 'enforce',
    adopt: 'explicit',
    onConflict: 'priority',
    onDeparture: leaving('suspend', 2_592_000),
    onUnassigned: leaving('suspend', 2_592_000),
    safety: {
      departures: { fraction: 0.2, floor: 5 },
      revocations: { fraction: 0.2, floor: 5 },
      window: 86_400,
      minimumAdmins: 1,
      requiredAdmins: [],
      whileHeld: 'goOn' as const,
      protected: ['owner@acme.example'],
    },
    requestsPerSecond: 5,
    dialect: {},
  })
  expect(community?.roles).toEqual([
    { id: 'analyst', kind: 'builtin', name: 'Analyst' },
    {
      id: 'tier1',
      kind: 'custom',
      name: 'SOC tier 1',
      contents: { description: 'Triage without rule changes', permissions: ['SIC_READ_ALERTS'], intakes: [] },
    },
    {
      id: 'edr',
      kind: 'restricted',
      name: 'EDR only',
      contents: {
        description: 'Alerts of one intake',
        permissions: ['SIC_READ_ALERTS'],
        intakes: ['EDR - Paris'],
      },
    },
  ])
  expect(configuration.rules[1]).toEqual({
    id: 'others',
    when: {
      all: [{ group: { glob: 'EXT-*' } }, { not: { attribute: 'department', test: { equals: 'Audit' } } }],
    },
    grant: [
      { community: 'soc', role: 'tier1' },
      { community: 'soc', role: 'edr' },
    ],
  })
})

test('a role that is only named is an existing one', () => {
  const named = changed(
    '        description: Triage without rule changes\n        permissions: [SIC_READ_ALERTS]\n',
    '',
  )
  expect(parseConfiguration(named).configuration.communities[0]?.roles[1]).toEqual({
    id: 'tier1',
    kind: 'custom',
    name: 'SOC tier 1',
  })
})

test('JSON is read as well, and the order of permissions does not matter', () => {
  const file = parse(plain)
  expect(parseConfiguration(JSON.stringify(file, null, '\t'))).toMatchObject({
    configuration: parseConfiguration(plain).configuration,
  })
  file.communities[0].roles[1].permissions = ['B', 'A']
  expect(parseConfiguration(stringify(file)).configuration.communities[0]?.roles[1]).toMatchObject({
    contents: { permissions: ['A', 'B'] },
  })
})

test('required administrators are folded, and who waits with a hold is said', () => {
  const safety = 'minimumAdmins: 1\n      requiredAdmins: [Ada@ACME.example]\n      whileHeld: '
  const wanted = (word: string) => parseConfiguration(plain.replace('minimumAdmins: 1', `${safety}${word}`))
  const { configuration, warnings } = wanted('departuresOnly')
  expect(configuration.communities[0]?.safety).toMatchObject({
    requiredAdmins: ['ada@acme.example'],
    whileHeld: 'departuresOnly',
  })
  expect(warnings).toEqual([])
  expect(wanted('wait').warnings.join()).toMatch(
    /communities\[0\]\.safety\.whileHeld \(line \d+\): stops departures, too/,
  )
  expect(() => wanted('maybe')).toThrow('communities[0].safety.whileHeld')
})

test('warnings: a domain of two connections, a role of no rule, a rule for strangers', () => {
  const two = changed('connections:\n', 'connections:\n  - { id: entra, domains: [ACME.example] }\n')
  expect(parseConfiguration(two).warnings).toEqual([
    'connections[1].domains (line 5): "acme.example" is a domain of connection "entra", too; both may adopt the same accounts; leave it to one of them',
  ])
  const unused = changed('      - { community: soc, role: edr }\n', '')
  expect(parseConfiguration(unused).warnings.join()).toContain(
    'communities[0].roles[2] (line 24): is granted by no rule',
  )
  const strangers = changed('{ group: { equals: SOC-Analysts } }', '{ not: { group: { equals: A } } }')
  expect(parseConfiguration(strangers).warnings.join()).toContain(
    'rules[0].when (line 32): matches people of whom',
  )
})

test('the example of this repository is valid and is the demo world', () => {
  const text = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const { configuration, warnings } = parseConfiguration(text, { traits: platformTraits, local: true })
  expect(warnings).toEqual([])
  expect(configuration.connections).toMatchObject([
    {
      id: 'demo',
      domains: ['demo.test'],
      groups: { from: ['saml', 'scim'] },
      saml: {
        metadata: { kind: 'url', url: 'http://127.0.0.1:8081/idp/metadata' },
        keys: 'file:.rolecall/secrets/demo-saml-keys',
        createMembers: false,
        idpInitiated: false,
      },
    },
  ])
  expect(configuration.communities.map(({ id, platform, tenant }) => [id, platform, tenant])).toEqual([
    ['demo-soc', 'sekoia', '11111111-1111-4111-8111-111111111111'],
    ['demo-net', 'netography', 'demo'],
    ['demo-immy', 'immybot', 'instance'],
  ])
  expect(configuration.rules.map(({ when, grant }) => [when, grant.map(({ role: id }) => id)])).toEqual([
    [{ group: { equals: 'SOC-Analysts' } }, ['analyst']],
    [{ group: { equals: 'SOC-Tier1' } }, ['tier1']],
    [{ group: { equals: 'EDR-Paris' } }, ['edr-paris']],
    [{ group: { equals: 'Net-Operators' } }, ['operator']],
    [{ group: { equals: 'Net-Readers' } }, ['reader']],
    [{ group: { equals: 'IT-Technicians' } }, ['technician-paris']],
    [{ group: { equals: 'Paris-Field' } }, ['field-paris', 'field-paris', 'field-paris']],
  ])
})

test('the published JSON Schema is current: npx node scripts/json-schema.ts writes it', () => {
  const file = readFileSync(new URL('../../docs/rolecall.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(publishedSchema())))
})

// ---- properties

const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/)
const words = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _.:#"'&*-]{0,20}[A-Za-z]$/)
const duration = fc
  .tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom('d', 'h'))
  .map(([n, unit]) => `${n}${unit}`)
const textTest = fc.oneof(
  fc.record({ equals: words }),
  fc.record({ anyOf: fc.array(words, { minLength: 1, maxLength: 3 }) }),
  fc.record({ prefix: words }),
  fc.record({ glob: words }),
  fc.constant({ regex: '(?i)soc-.*' }),
)
const { matcher } = fc.letrec((tie) => ({
  matcher: fc.oneof(
    { maxDepth: 3 },
    fc.record({ group: textTest }),
    textTest.map((one) => ({ attribute: 'name.familyName', ...one })),
    fc.record({ all: fc.array(tie('matcher'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('matcher'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('matcher') }),
  ),
}))
const contents = fc.record({
  description: words.map((text) => `${text} and more`),
  permissions: fc.uniqueArray(words, { minLength: 1, maxLength: 4 }),
})
const role = fc.oneof(
  fc.record({ builtin: words }),
  fc.tuple(words, contents).map(([custom, rest]) => ({ custom, ...rest })),
  fc.tuple(words, contents).map(([restricted, rest]) => ({ restricted, ...rest, intakes: ['x'] })),
  fc.record({ intakeRestricted: words }),
)
const nameOf = (one: object): string => String(Object.values(one)[0]).toLowerCase()
const roles = fc
  .uniqueArray(role, { minLength: 1, maxLength: 4, selector: nameOf })
  .map((list) => list.map((one, index) => ({ id: `role-${index}`, ...one })))
const community = fc.record(
  {
    platform: fc.constant('sekoia'),
    tenant: fc.uuid(),
    baseUrl: fc.constant('https://api.sekoia.io'),
    credentials: fc.constantFrom('secretsmanager:a/b', 'ssm:/a/b'),
    roles,
    mode: fc.constantFrom('enforce', 'upsertOnly', 'report'),
    adopt: fc.constantFrom('explicit', 'domain'),
    onDeparture: duration.map((removeAfter) => ({ ...leaving('suspend'), removeAfter })),
    onUnassigned: fc.constant(leaving('remove')),
    onConflict: fc.constantFrom('priority', 'leastPrivilege', 'deny'),
    requestsPerSecond: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ['platform', 'tenant', 'baseUrl', 'credentials', 'roles'] },
)
const file = fc
  .record({
    connections: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
    communities: fc.uniqueArray(community, { minLength: 1, maxLength: 3, selector: ({ tenant }) => tenant }),
    rules: fc.array(matcher, { maxLength: 4 }),
  })
  .map(({ connections, communities, rules }) => ({
    version: 1,
    connections: connections.map((one) => ({ id: one, domains: [`${one.replaceAll('-', 'x')}.example`] })),
    communities: communities.map((one, index) => ({ id: `c-${index}`, ...one })),
    rules: rules.map((when, index) => ({
      id: `r-${index}`,
      when,
      grant: [{ community: 'c-0', role: 'role-0' }],
    })),
  }))
const runs = { numRuns: Number(process.env.FUZZ_BUDGET ?? 100) }

test('any valid configuration is accepted, and reads the same as YAML and as JSON', () => {
  fc.assert(
    fc.property(file, (one) => {
      const asYaml = parseConfiguration(stringify(one), { traits })
      expect(asYaml.configuration).toEqual(parseConfiguration(JSON.stringify(one), { traits }).configuration)
      expect(asYaml.configuration.communities.map(({ roles: list }) => list.length)).toEqual(
        one.communities.map(({ roles: list }) => list.length),
      )
      expect(asYaml.configuration.rules.map(({ id: name }) => name)).toEqual(
        one.rules.map(({ id: name }) => name),
      )
    }),
    runs,
  )
})

type Maps = readonly (readonly (string | number)[])[]
/** Paths of all maps of a value, except free ones. */
const mapsIn = (value: unknown, path: readonly (string | number)[] = []): Maps => {
  if (Array.isArray(value)) return value.flatMap((one, index) => mapsIn(one, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return [path, ...Object.entries(value).flatMap(([key, one]) => mapsIn(one, [...path, key]))]
}
const insert = (value: unknown, path: readonly (string | number)[]): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return { ...(value as object), surprise: 1 }
  if (Array.isArray(value)) return value.map((one, index) => (index === step ? insert(one, rest) : one))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => [key, key === step ? insert(one, rest) : one]),
  )
}

test('an unknown key is refused at every level', () => {
  fc.assert(
    fc.property(file, fc.nat(), (one, pick) => {
      const maps = mapsIn(one)
      const path = maps[pick % maps.length] ?? []
      const found = findingsOf(stringify(insert(one, path)))
      expect(found).toHaveLength(1)
      expect(found[0]).toContain('unknown key "surprise"')
    }),
    runs,
  )
})

test('no text makes the parser fail in another way than by findings', () => {
  const near = fc
    .array(fc.constantFrom(...plain.split(/(?<=[\s:{}[\],])/)), { maxLength: 60 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), near), (text) => {
      expect(findingsOf(text).length).toBeGreaterThan(0)
    }),
    runs,
  )
})

test('a key given twice is found among tens of thousands without comparing each with all', () => {
  const many = Array.from({ length: 30_000 }, (_, n) => `k${n}: 1\n`).join('')
  expect(() => parseConfiguration(`${many}k7: 2\n`)).toThrow(
    /1 finding\n {2}the file \(line 30001\): a key is given twice in one place/,
  )
})
