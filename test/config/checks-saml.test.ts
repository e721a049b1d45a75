import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../lib/config/parse.ts'
import type { PlatformName } from '../../lib/core/configuration.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { changed, findingsOf } from './examples.ts'

const traits = (platform: PlatformName) => platformTraits(platform)
const netography = `  - id: flows
    platform: netography
    tenant: acme
    baseUrl: https://api.netography.com
    credentials: secretsmanager:rolecall/flows
    onDeparture: { then: remove }
    roles:
      - { id: readonly, builtin: readonly }
rules:
  - id: readers
    when: { group: { equals: Readers } }
    grant: [{ community: flows, role: readonly }]
`
const base = changed('rules:\n', netography)
/** The example with these lines below its one connection. */
const withLogin = (...lines: readonly string[]): string =>
  changed(
    '    domains: [acme.example]\n',
    `    domains: [acme.example]\n${lines.map((l) => `    ${l}\n`).join('')}`,
    base,
  )

const groups = 'groups: { from: [scim, saml], samlAttribute: groups, maximumAge: 7d }'
const saml = (more = '', metadata = 'https://idp.acme.example/metadata?app=1'): string =>
  `saml: { metadata: "${metadata}"${more} }`
const found = (text: string, local = false) => findingsOf(text, { traits, local })

describe('a connection with logins', () => {
  test('is read with everything in it', () => {
    const text = withLogin(
      groups,
      saml(
        ', entityId: "https://idp.acme.example/", keys: "secretsmanager:rolecall/saml/okta", attributes: { department: dep }, returnTo: ["https://app.sekoia.io"], createMembers: true',
      ),
      'hooks: { okta: { claims: [{ name: role, community: flows }] }, entra: { tenant: 22222222-2222-4222-8222-222222222222, audience: app, authority: "https://login.microsoftonline.us", claims: [{ name: role, community: flows }] } }',
    )
    expect(found(text)).toEqual([])
    expect(parseConfiguration(text, { traits }).warnings).toEqual([])
    expect(parseConfiguration(text, { traits }).configuration.connections[0]?.saml).toMatchObject({
      metadata: { kind: 'url', url: 'https://idp.acme.example/metadata?app=1' },
      returnTo: ['https://app.sekoia.io'],
      wait: 3,
    })
  })

  test.each([
    [
      'metadata over plain http',
      saml('', 'http://idp.acme.example/'),
      'saml.metadata',
      'must begin with https://',
    ],
    ['metadata on this machine', saml('', 'https://localhost/m'), 'saml.metadata', 'leads to this machine'],
    [
      'metadata at a private number',
      saml('', 'https://10.1.2.3/m'),
      'saml.metadata',
      'is an address in numbers',
    ],
    ['a number in disguise', saml('', 'https://0xa010203/m'), 'saml.metadata', 'is an address in numbers'],
    ['an IPv6 number', saml('', 'https://[fd00::1]/m'), 'saml.metadata', 'is an address in numbers'],
    [
      'a password in the address',
      saml('', 'https://a:b@idp.example/m'),
      'saml.metadata',
      'holds credentials',
    ],
    ['no address at all', saml('', 'idp.example'), 'saml.metadata', 'is not a URL'],
    [
      'a page to return to',
      saml(', returnTo: ["https://app.example/x"]'),
      'returnTo[0]',
      'write https://app.example',
    ],
    [
      'an origin over http',
      saml(', returnTo: ["http://app.example"]'),
      'returnTo[0]',
      'must begin with https://',
    ],
    [
      'another instance’s secret',
      saml(', keys: "secretsmanager:rolecall/soc"'),
      'saml.keys',
      'is not below saml/',
    ],
    ['a file on AWS', saml(', keys: "file:keys.json"'), 'saml.keys', 'for one machine only'],
    ['a name of SCIM’s', saml(', attributes: { username: uid }'), 'attributes.username', 'what SCIM says'],
    [
      'one name in two spellings',
      saml(', attributes: { Team: a, team: b }'),
      'attributes.team',
      'is "Team" again',
    ],
  ])('%s is refused', (_what, line, place, finding) => {
    const [first, ...more] = found(withLogin(groups, line))
    expect(more).toEqual([])
    expect(first).toContain(finding)
    expect(first).toMatch(/^connections\[0\]\.saml\.\S+ \(line \d+\): /)
    expect(first?.split(' ')[0]).toContain(place)
  })

  test('members can be created where the connection speaks for a domain', () => {
    const text = withLogin(groups, saml(', createMembers: true')).replace('[acme.example]', '[]')
    expect(found(text)).toEqual([
      expect.stringContaining('connections[0].saml.createMembers (line 6): is true'),
    ])
  })

  test('on one machine, loopback is enough', () => {
    const text = withLogin(
      groups,
      saml(
        ', keys: "file:k.json", returnTo: ["http://127.0.0.1:8081"]',
        'http://127.0.0.1:8081/idp/metadata',
      ),
    )
    expect(found(text, true)).toEqual([])
    expect(found(text)).toHaveLength(3)
    expect(found(text.replace('127.0.0.1:8081/idp', 'idp.example'), true)).toHaveLength(1)
  })

  test.each([
    ['groups of logins without logins', [groups], 'groups.from[1]', 'the connection has none'],
    [
      'an attribute nobody reads',
      ['groups: { samlAttribute: memberOf }'],
      'groups.samlAttribute',
      'is never read',
    ],
    ['hooks without a hook', ['hooks: {}'], 'hooks', 'names no hook'],
    [
      'a claim twice',
      ['hooks: { okta: { claims: [{ name: r, community: flows }, { name: r, community: flows }] } }'],
      'hooks.okta.claims[1].name',
      '"r" is claimed twice',
    ],
    [
      'a community that is not there',
      ['hooks: { okta: { claims: [{ name: r, community: flow }] } }'],
      'hooks.okta.claims[0].community',
      'declared are soc, flows',
    ],
    [
      'several roles in one claim',
      ['hooks: { okta: { claims: [{ name: r, community: soc }] } }'],
      'hooks.okta.claims[0].community',
      'where people hold several roles',
    ],
    [
      'an authority with a path',
      [
        'hooks: { entra: { tenant: 22222222-2222-4222-8222-222222222222, audience: a, authority: "https://sts.example/t", claims: [{ name: r, community: flows }] } }',
      ],
      'hooks.entra.authority',
      'write https://sts.example',
    ],
  ])('%s: refused', (_what, lines, place, finding) => {
    const findings = found(withLogin(...lines))
    expect(findings).toHaveLength(1)
    expect(findings[0]).toContain(finding)
    expect(findings[0]?.split(' ')[0]).toBe(`connections[0].${place}`)
  })

  test('Okta’s hook shows groups, too', () => {
    expect(found(withLogin(groups, 'hooks: { okta: { claims: [{ name: r, community: flows }] } }'))).toEqual(
      [],
    )
  })

  test('a login page is a public https address', () => {
    const text = changed(
      '    tenant: acme\n',
      '    tenant: acme\n    loginUrl: http://portal.acme.example/\n',
      base,
    )
    expect(found(text)).toEqual([expect.stringContaining('communities[1].loginUrl')])
    expect(found(text.replace('http:', 'https:'))).toEqual([])
  })
})

test.each([
  ['pinned and stored', [groups, 'saml: { metadata: stored, pinned: true }'], 'changes nothing'],
  ['logins nobody asked for', [groups, saml(', idpInitiated: true')], 'nobody asked for'],
  ['logins that show nothing', [saml()], 'logins show rules nothing'],
])('%s: allowed, and told', (_what, lines, words) => {
  const { warnings } = parseConfiguration(withLogin(...lines), { traits })
  expect(warnings).toEqual([expect.stringContaining(words)])
})
