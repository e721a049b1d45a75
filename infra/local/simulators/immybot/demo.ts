import { permissions, withDependencies } from './permissions.ts'
import { defaultSwitches, type EntraPerson, type Person, type Role, type User, type World } from './world.ts'

/** The demo world of docs/local.md: fixed, so that examples, tests and people can rely on it. */
export const demoEntraTenant = '22222222-2222-4222-8222-222222222222'
export const demoClient = {
  clientId: 'rolecall',
  secret: 'demo-client-secret',
  objectId: '33333333-3333-4333-8333-000000000002',
} as const
export const demoTenants = { msp: 1, paris: 2 } as const
export const demoTag = 1
export const demoUsers = { owner: 1, rolecall: 2, integration: 3 } as const
export const builtinRoles = {
  systemAdministrator: 1,
  systemUser: 2,
  administrator: 3,
  user: 4,
  scriptManager: 5,
  computerTerminalUser: 6,
  deploymentManager: 7,
  crossTenantDeploymentManager: 8,
  crossTenantDeploymentChangeRequester: 9,
  readOnly: 14,
} as const

const born = '2025-01-06T08:00:00.000Z'

/** Entra's object id of the n-th person, whose ImmyBot person has the id n. */
export const demoObjectId = (id: number): string => `33333333-3333-4333-8333-${String(id).padStart(12, '0')}`

/** Persons who are no users, ids from 10 on, all of the MSP's tenant; Pascal (30) and Paula (31) are of Paris. */
const people =
  'Ada Byron, Alan Mathison, Barbara Liskov, Bob Bemer, Carl Sassenrath, Claude Elwood, Donald Ervin, Edith Clarke, Frances Allen, ' +
  'Grace Brewster, Hedy Kiesler, Ida Rhodes, Jean Bartik, Karen Sparck, Leslie Barry, Margaret Heafield, Niklaus Emil, Olga Taussky, ' +
  'Peter Naur, Radia Perlman, Pascal Blaise, Paula Dubois, Sophie Wilson, Tim Reception, Zoe Late'

const entraPerson = (id: number, name: string, tenantId: number): EntraPerson => {
  const [firstName = '', lastName = ''] = name.split(' ')
  return {
    objectId: demoObjectId(id),
    firstName,
    lastName,
    email: `${firstName.toLowerCase()}@demo.test`,
    tenantId,
  }
}
const inEntra: readonly EntraPerson[] = [
  entraPerson(1, 'Owner Demo', demoTenants.msp),
  ...people
    .split(', ')
    .map((name, index) =>
      entraPerson(10 + index, name, /^Pa/.test(name) ? demoTenants.paris : demoTenants.msp),
    ),
]

const person = ({ objectId, firstName, lastName, email, tenantId }: EntraPerson): Person => ({
  id: Number(objectId.slice(-12)),
  tenantId,
  azurePrincipalId: objectId,
  firstName,
  lastName,
  emailAddress: email,
  onPremisesSecurityIdentifier: null,
  createdAt: born,
  updatedAt: born,
})

export const newUser = (own: Partial<User> & Pick<User, 'id' | 'tenantId'>): User => ({
  type: 'Person',
  personId: null,
  name: null,
  isAdmin: false,
  hasManagementAccess: false,
  canManageCrossTenantDeployments: false,
  expiresAt: null,
  enabled: true,
  roleIds: [],
  createdAt: born,
  ...own,
})

const all = permissions.map(({ id }) => id)
const having = (...words: readonly string[]): readonly string[] => withDependencies(words)
const where = (test: (one: (typeof permissions)[number]) => boolean): readonly string[] =>
  withDependencies(permissions.filter(test).map(({ id }) => id))

const systemUser = where(
  ({ id, hasGreatPower }) =>
    /view$|^computers:|^scripts:|^deployments:manage$|^software:/.test(id) &&
    (!hasGreatPower || /terminal|scripts/.test(id)),
)
const administrator = where(
  ({ id, isSystemManaged }) => !isSystemManaged && !/^schedules:|^roles:|^groups:/.test(id),
)
const user = having('computers:view', 'deployments:manage')

const builtin = (
  vocabulary: 'rbac' | 'older',
  rows: readonly (readonly [number, string, string, readonly string[]])[],
): readonly Role[] =>
  rows.map(([id, name, description, granted]) => ({
    id,
    name,
    description,
    builtin: vocabulary,
    ownerTenantId: null,
    permissions: granted,
    createdAt: born,
    updatedAt: born,
  }))

const roles: readonly Role[] = [
  ...builtin('rbac', [
    [1, 'System Administrator (Legacy)', 'Every permission', all],
    [2, 'System User (Legacy)', 'Most of what an MSP technician needs', systemUser],
    [3, 'Administrator (Legacy)', 'Broad access without system permissions', administrator],
    [4, 'User (Legacy)', 'Limited access', user],
    [5, 'Script Manager', 'Manages scripts', having('scripts:manage')],
    [6, 'Computer Terminal User', 'Runs scripts on a computer', having('computers:terminal')],
    [7, 'Deployment Manager', 'Manages deployments', having('deployments:manage')],
    [
      8,
      'Cross-Tenant Deployment Manager',
      'Manages cross-tenant deployments',
      having('deployments:manage-cross-tenant'),
    ],
    [
      9,
      'Cross-Tenant Deployment Change Requester',
      'Asks for changes of cross-tenant deployments',
      having('deployments:request-cross-tenant'),
    ],
  ]),
  ...builtin('older', [[14, 'Read-Only', 'Sees everything', where(({ category }) => category === 'View')]]),
]

export const demoWorld = (): World => ({
  switches: defaultSwitches,
  clockOffset: 0,
  entra: {
    tenant: demoEntraTenant,
    clients: [{ ...demoClient, secretExpiresAt: null }],
    people: inEntra,
    tokensFrom: '',
  },
  tenants: [
    { id: demoTenants.msp, name: 'Demo MSP', slug: 'demo-msp', isMsp: true, tagIds: [] },
    { id: demoTenants.paris, name: 'Paris', slug: 'paris', isMsp: false, tagIds: [demoTag] },
  ].map((tenant) => ({
    ...tenant,
    parentTenantId: null,
    ownerTenantId: tenant.isMsp ? null : demoTenants.msp,
    active: true,
    markedForDeletionAt: null,
    createdAt: born,
    updatedAt: born,
  })),
  tags: [{ id: demoTag, name: 'France' }],
  persons: [
    ...inEntra.map(person),
    {
      id: 2,
      tenantId: demoTenants.msp,
      azurePrincipalId: demoClient.objectId,
      firstName: 'Rolecall',
      lastName: 'Connector',
      emailAddress: 'rolecall@demo.test',
      onPremisesSecurityIdentifier: null,
      createdAt: born,
      updatedAt: born,
    },
  ],
  users: [
    newUser({
      id: demoUsers.owner,
      tenantId: demoTenants.msp,
      personId: 1,
      isAdmin: true,
      hasManagementAccess: true,
    }),
    newUser({
      id: demoUsers.rolecall,
      tenantId: demoTenants.msp,
      personId: 2,
      isAdmin: true,
      hasManagementAccess: true,
    }),
    newUser({
      id: demoUsers.integration,
      tenantId: demoTenants.msp,
      type: 'Integration',
      name: 'RMM integration',
    }),
  ],
  roles,
  groups: [],
  members: [],
  assignments: [demoUsers.owner, demoUsers.rolecall].map((userId) => ({
    id: userId,
    userId,
    groupId: null,
    roleId: builtinRoles.systemAdministrator,
    isAllow: true,
    scope: { kind: 'owner' },
    createdAt: born,
  })),
  requests: [],
  mails: [],
  believed: [],
  syncedAt: null,
  nextId: 100,
})
