import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { samlMappers } from '../../lib/cli/saml-mappers.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { createPatterns } from '../../lib/config/patterns.ts'
import { assignmentsFor } from '../../lib/core/assignments.ts'
import type { Configuration, Matcher } from '../../lib/core/configuration.ts'
import {
  communityId,
  connectionId,
  fold,
  groupId,
  instant,
  memberId,
  roleId,
  ruleId,
} from '../../lib/core/ids.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { type Desk, openDesk } from './command.ts'

const file = (rules: string, more = '    onDeparture: { then: delete }\n') => `version: 1
connections: [{ id: okta, domains: [acme.example] }]
communities:
  - id: net
    platform: netography
    tenant: demo
    baseUrl: https://api.netography.com
    credentials: ssm:/net
${more}    roles:
      - { id: boss, builtin: admin }
      - { id: l2, custom: soc_l2 }
      - { id: reader, builtin: readonly }
      - { id: gone, custom: rolecall_gone }
rules:
${rules}`
const keeps = '    onDeparture: { then: fallbackRole }\n    fallbackRole: gone\n'
const mappersIn = (text: string) => {
  const { configuration } = parseConfiguration(text, { traits: platformTraits })
  const [community] = configuration.communities
  if (community === undefined) throw new Error('no community')
  return samlMappers(configuration, community)
}

test('groups become values in the order of the roles; what cannot be said is listed with its reason', () => {
  const rules = `  - { id: r, when: { group: { anyOf: [Readers, 0b1e] } }, grant: [{ community: net, role: reader }] }
  - { id: b, connection: okta, when: { all: [{ group: { equals: Bosses } }] }, grant: [{ community: net, role: boss }] }
  - { id: n, when: { not: { group: { equals: Bosses } } }, grant: [{ community: net, role: reader }] }
  - { id: g, when: { group: { glob: "SOC-*" } }, grant: [{ community: net, role: l2 }] }
  - { id: d, when: { attribute: department, equals: SOC }, grant: [{ community: net, role: l2 }] }
  - { id: t, when: { all: [{ group: { equals: A } }, { group: { equals: B } }] }, grant: [{ community: net, role: l2 }] }
  - { id: m, when: { any: [{ group: { equals: readers } }, { group: { prefix: L2 } }, { group: { equals: L2 } }] }, grant: [{ community: net, role: l2 }] }
`
  expect(mappersIn(file(rules, keeps))).toEqual({
    mappers: [
      { value: 'Bosses', role: 'admin', rule: 'b', connection: 'okta' },
      { value: 'readers', role: 'soc_l2', rule: 'm' },
      { value: 'L2', role: 'soc_l2', rule: 'm' },
      { value: '0b1e', role: 'readonly', rule: 'r' },
    ],
    left: [
      { rule: 'g', role: 'soc_l2', why: 'a mapper compares whole values, and this is a glob' },
      { rule: 'd', role: 'soc_l2', why: 'it tests the attribute department, not a group' },
      { rule: 't', role: 'soc_l2', why: 'a mapper knows one condition, and these must all hold' },
      { rule: 'm', role: 'soc_l2', why: 'a mapper compares whole values, and this is a prefix' },
      { rule: 'n', role: 'readonly', why: 'a mapper cannot say what must not be there' },
    ],
    shadowed: [{ value: 'Readers', role: 'readonly', rule: 'r' }],
    defaultRole: 'rolecall_gone',
  })
  expect(mappersIn(file(rules))).not.toHaveProperty('defaultRole')
})

// The law: whoever is in the groups gets at login what the rules give.

const names = ['A', 'B', 'C', 'D', 'E'] as const
const name = fc.constantFrom(...names)
const leaf: fc.Arbitrary<Matcher> = fc.oneof(
  name.map((equals) => ({ group: { equals } })),
  fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ group: { anyOf } })),
)
const matcher = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any): Matcher => ({ any })),
  leaf.map((one): Matcher => ({ all: [one] })),
)

test('of somebody’s groups the first in the list gives the role the rules give', () => {
  const base = parseConfiguration(file('  []\n'), { traits: platformTraits }).configuration
  const [community] = base.communities
  if (community === undefined) throw new Error('no community')
  const rules = fc.array(fc.tuple(matcher, fc.constantFrom('boss', 'l2', 'reader')), { maxLength: 6 })
  fc.assert(
    fc.property(rules, fc.uniqueArray(name), (given, held) => {
      const configuration: Configuration = {
        ...base,
        rules: given.map(([when, role], index) => ({
          id: ruleId(`r${index}`),
          when,
          grant: [{ community: communityId('net'), role: roleId(role) }],
        })),
      }
      const { mappers, left } = samlMappers(configuration, community)
      const at = instant(0)
      const assigned = assignmentsFor({
        member: {
          connection: connectionId('okta'),
          id: memberId('m'),
          userName: 'm',
          active: true,
          attributes: {},
          version: 1,
          incarnation: 0,
          created: at,
          lastModified: at,
        },
        groups: held.map((displayName) => ({
          reference: { id: groupId(`id-${displayName}`), displayName },
          source: 'scim',
        })),
        configuration,
        traits: platformTraits,
        patterns: createPatterns(),
      }).get(communityId('net'))
      const values = new Set(held.map(fold))
      const atLogin = mappers.find(({ value }) => values.has(fold(value)))?.role
      const byRules = community.roles.find(({ id }) => id === assigned?.granted[0]?.role)?.name
      expect(left).toEqual([])
      expect(atLogin).toBe(byRules)
    }),
    { numRuns: Number(process.env.FUZZ_BUDGET ?? 200) },
  )
})

const hooked = (connections: string, rules: string, more?: string) =>
  file(rules, more).replace(
    'connections: [{ id: okta, domains: [acme.example] }]',
    `connections: ${connections}`,
  )
const oktaHook = `{ id: okta, domains: [acme.example], hooks: { okta: { claims: [{ name: role, community: net }] } } }`
const entraHook = `{ id: entra, domains: [b.example], hooks: { entra: { tenant: 6b1f7c1e-3a6a-4f0e-9f5e-0c7a3b2d1e4f, audience: app, claims: [{ name: Role, community: net }] } } }`
const readers =
  '  - { id: r, when: { group: { equals: Readers } }, grant: [{ community: net, role: reader }] }\n'
const globs = '  - { id: g, when: { group: { glob: "SOC-*" } }, grant: [{ community: net, role: l2 }] }\n'

describe('where a hook sends the role', () => {
  const lines = (claim: string) =>
    ['admin', 'soc_l2', 'readonly', 'rolecall_gone'].map((name) => ({ value: name, role: name, claim }))

  test('each role stands under its own name, and no rule is beyond the form', () => {
    expect(mappersIn(hooked(`[${oktaHook}]`, readers + globs, keeps))).toEqual({
      mappers: lines('role'),
      left: [],
      shadowed: [],
      defaultRole: 'rolecall_gone',
    })
  })

  test('without a role that gives nothing, the value of whoever has none is named and has no line', () => {
    const found = mappersIn(hooked(`[${oktaHook}, ${entraHook}]`, globs))
    expect(found).toEqual({
      mappers: [...lines('role'), ...lines('Role')],
      left: [],
      shadowed: [],
      noRole: 'none',
    })
    expect(found.mappers.map(({ value }) => value)).not.toContain(found.noRole)
  })

  test('groups count for those alone whose identity provider no hook answers', () => {
    const plain = '{ id: plain, domains: [c.example] }'
    const own =
      '  - { id: o, connection: okta, when: { group: { equals: Okta } }, grant: [{ community: net, role: boss }] }\n'
    expect(mappersIn(hooked(`[${oktaHook}, ${plain}]`, own + readers))).toMatchObject({
      mappers: [...lines('role'), { value: 'Readers', role: 'readonly', rule: 'r' }],
      noRole: 'none',
    })
    const elsewhere =
      '{ id: okta, domains: [acme.example], hooks: { okta: { claims: [{ name: role, community: net }] } } }'
    expect(mappersIn(hooked(`[${elsewhere}]`, own)).mappers).toEqual(lines('role'))
  })
})

describe('the command', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
    const pushed = await desk.call('config', 'push', desk.file)
    if (pushed.code !== 0) throw new Error(pushed.error)
    const stamp = {
      connection: connectionId('demo'),
      actor: { kind: 'credential', label: 'test' },
      requestId: 'r',
      at: systemClock.now(),
    } as const
    const group = { displayName: 'Net-Operators', externalId: 'entra-7', attributes: {} }
    await createDirectory(desk.table).createGroup(stamp, group, [])
  })
  afterAll(() => desk.close())

  test('as a table, with the ids the directory knows, the default role and what to mind', async () => {
    const { code, out } = await desk.run('saml-mappers', 'demo-net')
    expect(code).toBe(0)
    expect(
      out
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['#', 'attribute', 'value', 'role', 'rule', 'or as'],
      ['1', 'role', 'Net-Operators', 'operational_manager', 'net-operators', 'entra-7'],
      ['2', 'role', 'Paris-Field', 'paris_field', 'paris-field'],
      ['3', 'role', 'Net-Readers', 'readonly', 'net-readers'],
    ])
    expect(out).toContain('Default user role: one that gives nothing')
    expect(out).toContain('mappers overwrite the role at each login')
    expect(out).toContain('or switch them off, and Rolecall alone decides')
  })

  test('as Markdown and as JSON, with another attribute', async () => {
    const markdown = (await desk.call('saml-mappers', 'demo-net', '--markdown', '--attribute', 'a|b')).out
    expect(markdown).toContain('| 2 | a\\|b | Paris-Field | paris\\_field | paris-field |  |\n')
    const json = JSON.parse(
      (await desk.call('saml-mappers', 'demo-net', '--json', '--attribute', 'groups')).out,
    )
    expect(json).toMatchObject({ community: 'demo-net', attribute: 'groups', left: [], defaultRole: null })
    expect(json.mappers[0]).toEqual({
      value: 'Net-Operators',
      role: 'operational_manager',
      rule: 'net-operators',
      also: ['entra-7'],
    })
  })

  test('with a hook it prints the names of roles and what is sent without one', async () => {
    const claims = '    hooks: { okta: { claims: [{ name: netRole, community: demo-net }] } }'
    const given = desk.write('hook.yaml', '  - id: demo\n', `  - id: demo\n${claims}\n`)
    expect((await desk.call('config', 'push', given)).error).not.toContain('error')
    const { code, out } = await desk.call('saml-mappers', 'demo-net')
    expect(code).toBe(0)
    expect(out.split('\n')[1]?.split(/ {2,}/)).toEqual([
      '1',
      'netRole',
      'operational_manager',
      'operational_manager',
      'by a hook',
    ])
    expect(out).toContain('whoever has no role is sent the value none: enter no mapper for it')
    expect(out).not.toContain('keep them in step with the rules')
    const json = JSON.parse((await desk.call('saml-mappers', 'demo-net', '--json')).out)
    expect(json).toMatchObject({ left: [], noRole: 'none', defaultRole: null })
    expect(json.mappers).toContainEqual({ value: 'readonly', role: 'readonly', claim: 'netRole', also: [] })
  })

  test('other platforms have none, and the attribute needs a name', async () => {
    expect((await desk.call('saml-mappers', 'demo-soc')).error).toBe(
      'error: demo-soc is no Netography account, and only those have SAML role mappers\n',
    )
    expect((await desk.call('saml-mappers', 'demo-net', '--attribute', ' ')).error).toContain(
      '--attribute must be',
    )
  })
})
