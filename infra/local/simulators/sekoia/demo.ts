import { type ApiKey, defaultSwitches, type Permission, type Role, type World } from './world.ts'

/** The demo world of docs/local.md: fixed, so that examples, tests and people can rely on it. */
export const demoCommunity = '11111111-1111-4111-8111-111111111111'
export const demoKey = 'demo-sekoia-key'
export const builtinRoles = {
  guest: '0b000000-0000-4000-8000-000000000001',
  analyst: '0b000000-0000-4000-8000-000000000002',
  admin: '0b000000-0000-4000-8000-000000000003',
} as const
export const demoIntakes = {
  edrParis: '1a000000-0000-4000-8000-000000000001',
  firewallLyon: '1a000000-0000-4000-8000-000000000002',
} as const
export const demoOwner = {
  user: '05000000-0000-4000-8000-000000000001',
  avatar: 'a0000000-0000-4000-8000-000000000001',
  email: 'owner@demo.test',
} as const

const born = '2025-01-06T08:00:00.000000+00:00'

/** Name, title, feature, uuid where the vendor's text shows one, and whether restricted roles may carry it. */
const catalogue: readonly (readonly [string, string, string, string | undefined, boolean])[] = [
  ['SIC_READ_ALERTS', 'View alerts', 'Alerts', '9ea2b8a3-593f-4bab-92f5-d0af9b563f6f', true],
  [
    'SIC_WRITE_ALERTS_WORKFLOW',
    'Update alert status',
    'Alerts',
    '9f3df1b1-4db7-44bd-b615-af5873ad7f8a',
    true,
  ],
  ['SIC_WRITE_ALERTS_COMMENT', 'Comment on alerts', 'Alerts', '341436f9-1c33-4cf7-bec3-a6955133ea04', true],
  ['SIC_WRITE_ALERTS', 'Manage alerts', 'Alerts', '0e329f9c-173f-4fa0-bbbc-fcfc4bdf7559', true],
  ['EVENTS_READ_STATS', 'View events', 'Events', '1cbb91c7-e380-4d9a-98d1-6c850fda8e98', true],
  ['SIC_READ_INTAKES', 'View intakes', 'Intakes', '2f0da527-2cf1-4a00-8f4c-033bfb43ddeb', true],
  ['SIC_WRITE_INTAKES', 'Manage intakes', 'Intakes', 'efde546e-06db-4355-b2e5-84de1f66511b', false],
  [
    'DASHBOARD_READ_DASHBOARDS',
    'View dashboards',
    'Dashboards',
    'e880a52e-fb5a-47ef-9071-57c4af03ed2f',
    true,
  ],
  [
    'DASHBOARD_WRITE_DASHBOARDS',
    'Manage dashboards',
    'Dashboards',
    'd836f7c3-20d4-4add-90a0-1b903a8e11c7',
    true,
  ],
  ['SIC_READ_INCIDENTS', 'View cases', 'Cases', '7c0bac3f-f2ce-491b-b663-638145078516', false],
  ['SIC_READ_ENTITIES', 'View entities', 'Entities', '0d9c0f86-fbcb-4db8-8842-f7451e4705b2', false],
  ['SYMPHONY_READ_PLAYBOOKS', 'View playbooks', 'Playbooks', 'e75117b9-bb99-4248-8e1d-77c0914b15bd', false],
  [
    'SYMPHONY_WRITE_PLAYBOOKS',
    'Manage playbooks',
    'Playbooks',
    '1d231a6b-9010-4fa1-a9cc-9fafeabb60a0',
    false,
  ],
  ['COMMUNITY_LIST_MEMBER', 'View members', 'Community', undefined, false],
  ['COMMUNITY_ADD_MEMBER', 'Invite members', 'Community', undefined, false],
  ['COMMUNITY_REMOVE_MEMBER', 'Remove members', 'Community', undefined, false],
  ['COMMUNITY_READ_ROLE', 'View roles', 'Community', undefined, false],
  ['COMMUNITY_WRITE_ROLE', 'Manage roles', 'Community', undefined, false],
  ['COMMUNITY_ASSIGN_ROLE', 'Assign roles', 'Community', undefined, false],
  ['COMMUNITY_REMOVE_ROLE', 'Unassign roles', 'Community', undefined, false],
  ['COMMUNITY_EDIT_COMMUNITY', 'Edit the community', 'Community', undefined, false],
  ['COMMUNITY_MANAGE_SUB_COMMUNITIES', 'Manage sub-communities', 'Community', undefined, false],
  ['COMMUNITY_READ_APIKEY', 'View API keys', 'Community', undefined, false],
]

const permissions: readonly Permission[] = catalogue.map(
  ([name, title, feature, uuid, allowedInRestrictedRoles], index) => ({
    uuid: uuid ?? `0e000000-0000-4000-8000-0000000000${String(index + 10)}`,
    name,
    title,
    feature,
    allowedInRestrictedRoles,
  }),
)

const withNames = (wanted: (name: string) => boolean): readonly string[] =>
  permissions.filter(({ name }) => wanted(name)).map(({ uuid }) => uuid)

const builtin = (
  uuid: string,
  name: string,
  description: string,
  wanted: (name: string) => boolean,
): Role => ({
  uuid,
  name,
  community: null,
  description,
  permissions: withNames(wanted),
  intakes: [],
  createdAt: born,
  updatedAt: born,
})

const key: ApiKey = {
  uuid: '0a000000-0000-4000-8000-000000000001',
  key: demoKey,
  name: 'rolecall',
  description: 'Provisioning of members and roles',
  communities: [demoCommunity],
  // What docs/platforms/sekoia.md asks for, and no more.
  permissions: [
    'COMMUNITY_LIST_MEMBER',
    'COMMUNITY_ADD_MEMBER',
    'COMMUNITY_REMOVE_MEMBER',
    'COMMUNITY_READ_ROLE',
    'COMMUNITY_WRITE_ROLE',
    'COMMUNITY_ASSIGN_ROLE',
    'COMMUNITY_REMOVE_ROLE',
    'COMMUNITY_READ_APIKEY',
    'SIC_READ_INTAKES',
  ],
  expiresAt: null,
  revoked: false,
}

export const demoWorld = (): World => ({
  switches: defaultSwitches,
  keys: [key],
  communities: [
    { uuid: demoCommunity, name: 'Demo SOC', parent: null, createdAt: '2025-01-06 08:00:00.000000' },
  ],
  users: [
    {
      uuid: demoOwner.user,
      email: demoOwner.email,
      firstname: 'Olive',
      lastname: 'Owner',
      confirmed: true,
      lastActivity: born,
      createdAt: born,
    },
  ],
  avatars: [
    {
      uuid: demoOwner.avatar,
      community: demoCommunity,
      user: demoOwner.user,
      status: 'enabled',
      statusChangedAt: born,
      createdAt: born,
      updatedAt: born,
      builtin: builtinRoles.admin,
      roles: [],
    },
  ],
  roles: [
    builtin(builtinRoles.guest, 'Guest', 'Read-only access to the community', (name) =>
      /READ|LIST/.test(name),
    ),
    builtin(
      builtinRoles.analyst,
      'Analyst',
      'Read and write access to the operations centre',
      (name) => !name.startsWith('COMMUNITY_') || /READ_ROLE|LIST/.test(name),
    ),
    builtin(builtinRoles.admin, 'Admin', 'Management of the whole community', () => true),
  ],
  permissions,
  intakes: [
    { uuid: demoIntakes.edrParis, name: 'EDR - Paris', community: demoCommunity },
    { uuid: demoIntakes.firewallLyon, name: 'Firewall - Lyon', community: demoCommunity },
  ],
  mails: [],
  clockOffset: 0,
})
