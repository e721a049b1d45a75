import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { draftOf } from '../../lib/config/draft.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import type { PlatformName } from '../../lib/core/configuration.ts'
import { accountId, communityId, fold, instant, platformRoleId } from '../../lib/core/ids.ts'
import type { Account, PlatformRole, Snapshot } from '../../lib/core/snapshot.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { plain } from './examples.ts'

const options = { traits: platformTraits }
const head = `# kept
version: 1
connections: []
communities:
  - id: here # of course
`
const tail = `    roles: []
rules: []
`
const settings: Readonly<Record<PlatformName, string>> = {
  sekoia: `    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: https://api.sekoia.io
    credentials: ssm:/key
`,
  netography: `    platform: netography
    tenant: demo
    baseUrl: https://api.netography.com
    credentials: ssm:/key
    onDeparture: { then: delete }
`,
  immybot: `    platform: immybot
    tenant: instance
    baseUrl: https://acme.immy.bot
    credentials: ssm:/key
`,
}
const draft = (text: string, snapshot: Snapshot, platform: PlatformName = 'sekoia', id = 'here') =>
  draftOf(text, parseConfiguration(text, options).configuration, communityId(id), {
    snapshot,
    traits: platformTraits(platform),
    scopes: ['everything', 'ownTenant', 'tenant:2', 'tenant:Paris', 'tenantTag:a b'],
    places: new Map([['tenant:paris', 'tenant:2']]),
  })

const role = (id: string, name: string, more: Partial<PlatformRole> = {}): PlatformRole => ({
  id: platformRoleId(id),
  name,
  kind: 'custom',
  description: '',
  permissions: [],
  intakes: [],
  admin: false,
  ...more,
})
const account = (id: string, roles: readonly string[], more: Partial<Account> = {}): Account => ({
  id: accountId(id),
  email: `${id}@acme.example`,
  status: 'enabled',
  service: false,
  roles: roles.map(platformRoleId),
  ...more,
})
const snapshot = (
  roles: readonly PlatformRole[],
  accounts: readonly Account[],
  intakes: Snapshot['intakes'] = [],
): Snapshot => ({
  community: communityId('here'),
  takenAt: instant(0),
  scope: 'community',
  complete: true,
  accounts,
  roles,
  intakes,
})

/** What stands in the comments, as if somebody had uncommented it. */
const commented = (text: string): string => text.replaceAll(/^ *# ?/gm, '')

test('roles by name, contents and holders as comments, administrators protected', () => {
  const { text, ...counts } = draft(
    head + settings.sekoia + tail,
    snapshot(
      [
        role('1', 'Admin', { kind: 'builtin', admin: true }),
        role('2', 'SOC tier 1', { description: 'Triage\nof alerts', permissions: ['A', 'B'] }),
        role('3', 'EDR', { kind: 'restricted', permissions: ['A'], intakes: ['i-1', 'i-2'] }),
      ],
      [account('ada', ['1']), account('bob', ['2']), account('key', ['1'], { service: true })],
      [{ id: 'i-1', name: 'EDR - Paris' }],
    ),
  )
  expect(counts).toEqual({ roles: 3, rules: 2, administrators: 1, services: 1 })
  const [community] = parseConfiguration(text, options).configuration.communities
  expect(community?.roles).toEqual([
    { id: 'admin', kind: 'builtin', name: 'Admin' },
    { id: 'soc-tier-1', kind: 'custom', name: 'SOC tier 1' },
    { id: 'edr', kind: 'restricted', name: 'EDR' },
  ])
  expect(community?.safety.protected).toEqual(['ada@acme.example'])
  expect(text).toMatch(/^# kept\nversion: 1\n/)
  expect(text).toContain('  - id: here # of course\n')
  expect(text).toContain('# Held by 1 person; its holders count as administrators.\n')
  expect(text).toContain('description: Triage of alerts\n')
  expect(commented(text)).toMatch(/intakes:\n\s+- EDR - Paris\n\s+- i-2\n/)
  expect(text).toContain('# Administrators of here, protected above:\n#   ada@acme.example\n')
  expect(text).toContain(
    '# Service accounts and keys of here, which are never touched:\n#   key@acme.example',
  )
})

test('the rules it suggests are rules: uncommented, they grant what is held', () => {
  const { text } = draft(
    head + settings.sekoia + tail,
    snapshot([role('1', 'Äpfel: "rot" #1'), role('2', 'Leer')], [account('ada', ['1'])]),
  )
  const [, suggested = ''] = text.split('uncomment them.\n')
  const rules = commented(suggested.split('\n\n')[0] ?? '')
  const whole = parseConfiguration(text.replace('rules: []', `rules:\n${rules}`), options).configuration
  expect(whole.rules).toEqual([
    {
      id: 'here-apfel-rot-1',
      when: { group: { equals: 'Äpfel: "rot" #1' } },
      grant: [{ community: 'here', role: 'apfel-rot-1' }],
    },
  ])
})

test('what the configuration names already is not named again, and its text stays', () => {
  const { text, roles } = draft(
    plain,
    snapshot(
      [role('1', 'analyst', { kind: 'builtin' }), role('2', 'soc TIER 1'), role('3', 'New one')],
      [account('owner', ['3'], { email: 'owner@acme.example' })],
    ),
    'sekoia',
    'soc',
  )
  expect(roles).toBe(1)
  const before = parseConfiguration(plain, options).configuration
  const after = parseConfiguration(text, options).configuration
  expect(after.communities[0]?.roles.slice(0, 3)).toEqual(before.communities[0]?.roles)
  expect(after.communities[0]?.roles[3]).toEqual({ id: 'new-one', kind: 'custom', name: 'New one' })
  expect(after.rules).toEqual(before.rules)
})

test('scopes, switches, and what no configuration can say', () => {
  const net = draft(
    head + settings.netography + tail,
    snapshot(
      [role('l2', 'l2', { permissions: ['canSendFlow', 'users:fetch'] }), role('x', 'no such name')],
      [],
    ),
    'netography',
  )
  expect(commented(net.text)).toMatch(/permissions:\n\s+- users:fetch\n\s+capabilities:\n\s+- canSendFlow\n/)
  expect(net.text).toMatch(/# Roles of here left out, because a Netography role’s name.*:\n# +no such name\n/)
  const scoped = (id: string, scope?: string) => role(id, 'Tech', scope === undefined ? {} : { scope })
  const all = [
    scoped('1', 'tenant:Paris, given directly'),
    scoped('2', 'everything'),
    scoped('3', 'one resource'),
    scoped('4'),
    scoped('5', 'tenant:Paris, by group Field, north'),
  ]
  const holders = [account('ada', ['1']), account('bob', ['5']), account('eve', ['3'])]
  const immy = draft(head + settings.immybot + tail, snapshot(all, holders), 'immybot')
  expect(immy.text).toContain('# Held by 2 people. Given')
  expect(immy.text).toMatch(/# Roles of here left out, because their scope has no word here:\n# +Tech\n/)
  expect(immy.text).toMatch(
    /# Roles of here left out, because nobody holds them, and they would need a scope:\n# +Tech\n/,
  )
  expect(parseConfiguration(immy.text, options).configuration.communities[0]?.roles).toEqual([
    { id: 'tech', kind: 'custom', name: 'Tech', scope: 'tenant:Paris' },
    { id: 'tech-2', kind: 'custom', name: 'Tech', scope: 'everything' },
  ])
  const one = draft(
    (head + settings.immybot + tail).replace('instance', '"2"'),
    snapshot([scoped('1', 'tenant:2'), scoped('2', 'tenant:3')], []),
    'immybot',
  )
  expect(parse(one.text).communities[0].roles).toEqual([{ id: 'tech', custom: 'Tech' }])
  const byName = draft(
    (head + settings.immybot + tail).replace('instance', '"2"'),
    snapshot([scoped('1', 'tenant:Paris')], [account('ada', ['1'])]),
    'immybot',
  )
  expect(byName).toMatchObject({ roles: 1, rules: 1 })
  expect(parse(byName.text).communities[0].roles).toEqual([{ id: 'tech', custom: 'Tech' }])
  const folded = (head + settings.immybot + tail).replace(
    'roles: []',
    'roles: [{ id: t, custom: Tech, scope: { tenant: paris } }]',
  )
  expect(draft(folded, snapshot([scoped('1', 'tenant:Paris')], []), 'immybot').roles).toBe(0)
  const byId = (head + settings.immybot + tail).replace(
    'roles: []',
    'roles: [{ id: t, custom: Tech, scope: { tenant: "2" } }]',
  )
  expect(draft(byId, snapshot([scoped('1', 'tenant:Paris, given directly')], []), 'immybot').roles).toBe(0)
})

test('beyond what it adds the draft is the file, to the last space and comment', () => {
  const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const local = { ...options, local: true }
  const seen = snapshot(
    [role('1', 'Admin', { kind: 'builtin', admin: true }), role('2', 'Hand made')],
    [account('ada', ['1']), account('key', ['2'], { service: true })],
  )
  const drafted = (text: string) =>
    draftOf(text, parseConfiguration(text, local).configuration, communityId('demo-soc'), {
      snapshot: seen,
      traits: platformTraits('sekoia'),
      scopes: [],
    }).text
  const first = drafted(`${example}\n# the last word\n`)
  const lines = new Set(first.split('\n'))
  expect(example.split('\n').filter((line) => !lines.has(line))).toEqual([])
  expect(first).toContain('      protected: [owner@demo.test, ada@acme.example]\n')
  expect(first).toContain('# the last word\n')
  expect(drafted(first)).toBe(first)
})

test('a configuration in JSON, or with aliases, is written out', () => {
  const json = JSON.stringify(parse(plain))
  const { text } = draft(json, snapshot([role('3', 'New one')], []), 'sekoia', 'soc')
  expect(parseConfiguration(text, options).configuration.communities[0]?.roles.at(-1)?.id).toBe('new-one')
  expect(text).toContain('# Held by 0 people.')
  const alias = plain
    .replace('permissions: [SIC_READ_ALERTS]', 'permissions: &p [SIC_READ_ALERTS]')
    .replace('permissions: [SIC_READ_ALERTS]', 'permissions: *p')
  const written = draft(alias, snapshot([role('3', 'New one')], []), 'sekoia', 'soc').text
  expect(parseConfiguration(written, options).configuration.communities[0]?.roles).toHaveLength(4)
  expect(written).not.toContain('*p')
  expect(written).toContain('permissions: &p [SIC_READ_ALERTS]')
})

test('what two communities share by an alias is added to in one of them', () => {
  const [, community = ''] = /communities:\n([\s\S]*)rules:/.exec(plain) ?? []
  const shared = plain.replace('    safety:\n', '    safety: &safety # as agreed\n').replace(
    'rules:\n',
    `${community
      .replace('id: soc', 'id: two')
      .replace('tenant: 1', 'tenant: 2')
      .replace(/ {4}safety:\n(?: {6}.*\n)+/, '    safety: *safety\n')}rules:\n`,
  )
  const seen = snapshot([role('1', 'Admin', { kind: 'builtin', admin: true })], [account('ada', ['1'])])
  const { text } = draft(shared, seen, 'sekoia', 'two')
  const { communities } = parseConfiguration(text, options).configuration
  expect(communities.map(({ safety }) => safety.protected)).toEqual([
    ['owner@acme.example'],
    ['owner@acme.example', 'ada@acme.example'],
  ])
  expect(text).toContain('# as agreed\n')
})

// ---- properties

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  fc.constantFrom(
    'Admin',
    'admin ',
    '- id: x',
    '#',
    "it's",
    'a: b',
    '\u2028x',
    '*p',
    'null',
    '1',
    'true',
    '%',
    '\r\n#',
  ),
)
const roles = fc.array(
  fc.record({
    name: names,
    kind: fc.constantFrom('builtin' as const, 'custom' as const, 'restricted' as const),
    description: names,
    permissions: fc.array(names, { maxLength: 3 }),
    intakes: fc.array(fc.constantFrom('i-1', 'i-2'), { maxLength: 2 }),
    admin: fc.boolean(),
    scope: fc.constantFrom('everything', 'tenant:Paris', 'tenant:', 'tag:x', 'tenantTag:a b'),
  }),
  { maxLength: 8 },
)
const accounts = fc.array(
  fc.record({ email: fc.oneof(names, fc.emailAddress()), service: fc.boolean(), holds: fc.array(fc.nat(7)) }),
  { maxLength: 6 },
)

test('whatever a platform holds, the draft is a valid configuration that takes nothing away', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<PlatformName>('sekoia', 'netography', 'immybot'),
      roles,
      accounts,
      (platform, platformRoles, people) => {
        const seen = snapshot(
          platformRoles.map(({ scope, ...one }, index) => ({
            ...one,
            id: platformRoleId(`r${index}`),
            ...(platform === 'immybot' ? { scope } : {}),
          })),
          people.map(({ email, service, holds }, index) =>
            account(
              `a${index}`,
              holds.map((one) => `r${one}`),
              { email, service },
            ),
          ),
          [{ id: 'i-1', name: '# Paris' }],
        )
        const text = head + settings[platform] + tail
        const before = parseConfiguration(text, options).configuration
        const after = parseConfiguration(draft(text, seen, platform).text, options).configuration
        const [was, is] = [before.communities[0], after.communities[0]]
        expect({ ...is, roles: [], safety: { ...is?.safety, protected: [] } }).toEqual(was)
        expect(after.rules).toEqual([])
        const known = new Set(platformRoles.map(({ name }) => fold(name)))
        for (const one of is?.roles ?? []) {
          expect(known).toContain(fold(one.name))
          expect(one).not.toHaveProperty('contents')
        }
        // Drafted again from its own text, there is nothing left to add.
        const first = draft(text, seen, platform).text
        expect(draft(first, seen, platform).text).toBe(first)
      },
    ),
    { numRuns: Number(process.env.FUZZ_BUDGET ?? 80) },
  )
})
