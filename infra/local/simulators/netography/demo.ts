import {
  type Account,
  type Action,
  actions,
  defaultSwitches,
  type Permission,
  type Role,
  type World,
} from './world.ts'

/** The demo world of docs/local.md: fixed, so that examples, tests and people can rely on it. */
export const demoShortname = 'demo'
export const demoSubShortname = 'demo-paris'
export const demoApp = {
  appname: 'rolecall',
  appkey: 'demo-appkey',
  sharedSecret: 'demo-shared-secret',
} as const
export const demoOwner = { id: '4e000000-0000-4000-8000-000000000001', email: 'owner@demo.test' } as const
/** Made by hand in the portal, like the role our own key holds. */
export const demoHandMadeRole = 'night_watch'
export const demoKeyRole = 'rolecall_key'

const all = { fetch: true, create: true, update: true, delete: true } as const
const readable = { fetch: true, create: false, update: false, delete: false } as const
const none = { fetch: false, create: false, update: false, delete: false } as const

/** The vendor publishes the portal's groups of permissions, not these names. */
export const catalogue: readonly Permission[] = [
  { resource: 'overview', description: 'Account overview', ...readable },
  { resource: 'customers', description: 'Customers of a reseller', ...all },
  { resource: 'api_keys', description: 'API keys', ...all },
  { resource: 'roles', description: 'Roles', ...all },
  { resource: 'users', description: 'Users', ...all },
  { resource: 'cloud_providers', description: 'Cloud providers', ...all },
  { resource: 'context_labels', description: 'Context labels', ...all },
  { resource: 'devices', description: 'Traffic sources', ...all },
  { resource: 'flow_tags', description: 'Flow tags', ...all },
  { resource: 'traffic_classifications', description: 'Traffic classifications', ...all },
  { resource: 'allow_lists', description: 'Allow lists', ...all },
  { resource: 'block_list', description: 'Block list', ...all },
  { resource: 'detection_categories', description: 'Detection categories', ...all },
  { resource: 'detection_models', description: 'Detection models', ...all },
  { resource: 'integrations', description: 'Integrations', ...all },
  { resource: 'response_policies', description: 'Response policies', ...all },
  { resource: 'dashboards', description: 'Dashboards', ...all },
]

const security: readonly string[] = ['users', 'roles', 'api_keys']

export const permissionsOf = (
  granted: (resource: string) => Readonly<Record<Action, boolean>>,
): readonly Permission[] =>
  catalogue.map((entry) => {
    const given = granted(entry.resource)
    const flags = actions.map((action) => [action, entry[action] && given[action]])
    return { ...entry, ...Object.fromEntries(flags) }
  })

const plain = { canMasquerade: false, canSendFlow: false, system: false } as const
const noPortal = { sendNetoDNS: false, viewAuditLogs: false } as const

export const systemRoles = (newId: (name: string) => string, reseller: boolean): readonly Role[] => {
  const system = (
    name: string,
    description: string,
    granted: Parameters<typeof permissionsOf>[0],
    more: Partial<Role> = {},
  ): Role => ({
    id: newId(name),
    name,
    description,
    ...plain,
    system: true,
    permissions: permissionsOf(granted),
    portal: noPortal,
    ...more,
  })
  return [
    system('admin', 'System administrator', () => all, { canMasquerade: reseller, canSendFlow: true }),
    system('operational_manager', 'Everything but account security', (resource) =>
      security.includes(resource) ? none : all,
    ),
    system('report_user', 'Dashboards', (resource) => (resource === 'dashboards' ? readable : none)),
    system('readonly', 'Read only', () => readable),
    system('neto_flow', 'Sends flow records', () => none, { canSendFlow: true }),
  ]
}

const fixedId = (account: number) => (name: string) =>
  `4e0${account}0000-0000-4000-8000-${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`

const keyRole: Role = {
  id: '4e000000-0000-4000-8000-00000000000a',
  name: demoKeyRole,
  description: 'What provisioning needs',
  ...plain,
  permissions: permissionsOf((resource) => {
    if (resource === 'users' || resource === 'roles') return all
    return resource === 'api_keys' || resource === 'customers' ? readable : none
  }),
  portal: noPortal,
}
const handMade: Role = {
  id: '4e000000-0000-4000-8000-00000000000b',
  name: demoHandMadeRole,
  description: 'Made by hand for the night shift',
  ...plain,
  permissions: permissionsOf((resource) => (/^(dashboards|devices)$/.test(resource) ? readable : none)),
  portal: noPortal,
}

const owner = (id: string): Account['users'][number] => ({
  id,
  given_name: 'Olive',
  family_name: 'Owner',
  email: demoOwner.email,
  nickname: 'owner',
  roles: ['admin'],
})

const demoAccount: Account = {
  id: '4e000000-0000-4000-8000-0000000000a0',
  shortname: demoShortname,
  organization: 'Demo',
  type: 'reseller',
  parent: null,
  sharedSecret: demoApp.sharedSecret,
  retention: 45,
  rollupRetention: 90,
  trial: false,
  allowedIps: [],
  users: [owner(demoOwner.id)],
  roles: [...systemRoles(fixedId(1), true), keyRole, handMade],
  keys: [
    {
      appname: demoApp.appname,
      appkey: demoApp.appkey,
      description: 'Provisioning of users and roles',
      roles: [demoKeyRole],
    },
  ],
}

const subAccount: Account = {
  ...demoAccount,
  id: '4e000000-0000-4000-8000-0000000000a1',
  shortname: demoSubShortname,
  organization: 'Demo Paris',
  type: 'customer',
  parent: demoShortname,
  sharedSecret: 'demo-paris-secret',
  users: [owner('4e000000-0000-4000-8000-000000000002')],
  roles: systemRoles(fixedId(2), false),
  keys: [],
}

export const demoWorld = (): World => ({
  switches: defaultSwitches,
  catalogue,
  accounts: [demoAccount, subAccount],
  sessions: [],
  spent: [],
  creations: [],
  mails: [],
  clockOffset: 0,
})
