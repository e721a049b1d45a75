import { demoClient, demoEntraTenant } from '../../infra/local/simulators/immybot/demo.ts'
import { demoApp, demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import { demoCommunity, demoKey, demoOwner } from '../../infra/local/simulators/sekoia/demo.ts'
import type {
  Community,
  Configuration,
  Mode,
  PlatformName,
  RoleDefinition,
  Safety,
} from '../../lib/core/configuration.ts'
import { communityId, connectionId, roleId, ruleId } from '../../lib/core/ids.ts'
import { leaving } from '../support/examples.ts'

/** One configuration with three communities on three platforms, and what may be pushed instead of it. */

export const idp = connectionId('demo')
/** Another directory that feeds the same communities, and may speak for its own domain only. */
export const partner = connectionId('partner')
export const ownerEmail = demoOwner.email
export const day = 86_400

export const places = ['soc', 'net', 'immy'] as const
export type Place = (typeof places)[number]
export const placeIds = {
  soc: communityId('soc'),
  net: communityId('net'),
  immy: communityId('immy'),
} as const
export const platformOf: Readonly<Record<Place, PlatformName>> = {
  soc: 'sekoia',
  net: 'netography',
  immy: 'immybot',
}
/** As many people at most may lose their access in a day without anybody being asked. */
export const floors = { departure: 2, revocation: 2 } as const
export const minimumAdmins = 1
export const graceDays = 3

/** What an operator may push: which rules are spelt right, and which contents the managed role has. */
export type Draft = {
  readonly number: number
  readonly modes: Readonly<Record<Place, Mode>>
  readonly whileHeld: Safety['whileHeld']
  /** Whether one of our own administrators has to stay. */
  readonly required: boolean
  /** Rules whose group is misspelt, by their place. */
  readonly misspelt: readonly number[]
  readonly contents: number
}
export const requiredEmail = 'p0@demo.test'
export const firstDraft: Draft = {
  number: 1,
  misspelt: [],
  contents: 0,
  modes: { soc: 'enforce', net: 'enforce', immy: 'enforce' },
  whileHeld: 'goOn',
  required: false,
}

/** The partner's have names that ours have, too. */
export const groups = [
  { name: 'SOC-Analysts', connection: idp },
  { name: 'SOC-Tier1', connection: idp },
  { name: 'Admins', connection: idp },
  { name: 'Net-Operators', connection: idp },
  { name: 'Field', connection: idp },
  { name: 'Readers', connection: idp },
  { name: 'Readers', connection: partner },
  { name: 'Admins', connection: partner },
] as const

type Wish = readonly [place: Place, role: string]
/** Group → roles. The oracle reads it as it stands here. */
export const rules: readonly { readonly group: string; readonly grant: readonly Wish[] }[] = [
  {
    group: 'SOC-Analysts',
    grant: [
      ['soc', 'analyst'],
      ['net', 'reader'],
    ],
  },
  {
    group: 'SOC-Tier1',
    grant: [
      ['soc', 'tier1'],
      ['immy', 'scripts'],
    ],
  },
  {
    group: 'Admins',
    grant: [
      ['soc', 'admin'],
      ['net', 'admin'],
      ['immy', 'admin'],
    ],
  },
  {
    group: 'Net-Operators',
    grant: [
      ['net', 'operator'],
      ['soc', 'edr'],
    ],
  },
  {
    group: 'Field',
    grant: [
      ['immy', 'field'],
      ['net', 'team'],
    ],
  },
  {
    group: 'Readers',
    grant: [
      ['soc', 'guest'],
      ['net', 'reader'],
      ['immy', 'scripts'],
    ],
  },
]

/** Contents of the managed roles: the second gives what the first does and more, the third less. */
export const tier1Contents: readonly (readonly string[])[] = [
  ['SIC_READ_ALERTS', 'SIC_WRITE_ALERTS_COMMENT'],
  ['SIC_READ_ALERTS', 'SIC_READ_INCIDENTS', 'SIC_WRITE_ALERTS_COMMENT'],
  ['SIC_READ_ALERTS'],
]

const builtin = (id: string, name: string, scope?: string): RoleDefinition => ({
  id: roleId(id),
  kind: 'builtin',
  name,
  ...(scope === undefined ? {} : { scope }),
})
const managed = (
  id: string,
  kind: 'custom' | 'restricted',
  name: string,
  permissions: readonly string[],
  more: { readonly intakes?: readonly string[]; readonly scope?: string } = {},
): RoleDefinition => ({
  id: roleId(id),
  kind,
  name,
  ...(more.scope === undefined ? {} : { scope: more.scope }),
  contents: { description: `What ${name} may do`, permissions, intakes: more.intakes ?? [] },
})

export const noAccess = 'no_access'
/** In order of priority, by place. */
export const rolesOf = (draft: Draft): Readonly<Record<Place, readonly RoleDefinition[]>> => ({
  soc: [
    builtin('admin', 'Admin'),
    builtin('analyst', 'Analyst'),
    builtin('guest', 'Guest'),
    managed('tier1', 'custom', 'SOC tier 1', tier1Contents[draft.contents] ?? []),
    managed('edr', 'restricted', 'EDR Paris', ['EVENTS_READ_STATS', 'SIC_READ_ALERTS'], {
      intakes: ['EDR - Paris'],
    }),
  ],
  net: [
    builtin('admin', 'admin'),
    builtin('operator', 'operational_manager'),
    builtin('reader', 'readonly'),
    managed('team', 'custom', 'soc_tier_1', ['dashboards=readonly', 'devices:fetch']),
    { id: roleId('nothing'), kind: 'custom', name: noAccess },
  ],
  immy: [
    builtin('admin', 'System Administrator (Legacy)', 'everything'),
    builtin('scripts', 'Script Manager', 'ownTenant'),
    managed('field', 'custom', 'Field team', ['computers=manage', 'scripts:view'], { scope: 'ownTenant' }),
  ],
})

const safetyOf = ({ required, whileHeld }: Draft): Safety => ({
  departures: { fraction: 0, floor: floors.departure },
  revocations: { fraction: 0, floor: floors.revocation },
  window: day,
  minimumAdmins,
  requiredAdmins: required ? [requiredEmail] : [],
  whileHeld,
  protected: [],
})

export const base = 'http://127.0.0.1:1'
export const requestsPerSecond: Readonly<Record<Place, number>> = { soc: 10, net: 10, immy: 10 }

const communityAt = (place: Place, draft: Draft): Community => ({
  id: placeIds[place],
  platform: platformOf[place],
  tenant: { soc: demoCommunity, net: demoShortname, immy: 'instance' }[place],
  baseUrl: `${base}/${platformOf[place]}`,
  credentials: `env:${place}`,
  mode: draft.modes[place],
  adopt: place === 'net' ? 'domain' : 'explicit',
  onDeparture: leaving('suspend', graceDays * day),
  onUnassigned: leaving('suspend', graceDays * day),
  ...(place === 'net' ? { fallbackRole: roleId('nothing') } : {}),
  onConflict: 'priority',
  safety: safetyOf(draft),
  requestsPerSecond: requestsPerSecond[place],
  roles: rolesOf(draft)[place],
  dialect: place === 'immy' ? { tokenUrl: `${base}/immybot` } : {},
})

/** How long what a login showed counts. */
export const shownFor = 3 * day

export const configurationOf = (draft: Draft): Configuration => ({
  number: draft.number,
  webhooks: [],
  connections: [
    {
      id: idp,
      domains: ['demo.test'],
      groups: { from: ['scim', 'saml'], samlAttribute: 'groups', maximumAge: shownFor },
      saml: {
        metadata: { kind: 'stored' },
        attributes: { department: 'department' },
        createMembers: false,
        idpInitiated: false,
        returnTo: [],
        wait: 3,
      },
    },
    { id: partner, domains: ['elsewhere.test'] },
  ],
  communities: places.map((place) => communityAt(place, draft)),
  rules: rules.map(({ group, grant }, index) => ({
    id: ruleId(`rule-${index}`),
    when: { group: { equals: draft.misspelt.includes(index) ? `${group} (misspelt)` : group } },
    grant: grant.map(([place, role]) => ({ community: placeIds[place], role: roleId(role) })),
  })),
})

export const secretOf = (reference: string): string => {
  switch (reference) {
    case 'env:net':
      return Buffer.from(
        JSON.stringify({
          url: 'https://api.netography.com/api/v1',
          appname: demoApp.appname,
          appkey: demoApp.appkey,
          shortname: demoShortname,
          sharedsecret: demoApp.sharedSecret,
        }),
      ).toString('base64')
    case 'env:immy':
      return JSON.stringify({
        tenant: demoEntraTenant,
        clientId: demoClient.clientId,
        clientSecret: demoClient.secret,
      })
    default:
      return demoKey
  }
}
