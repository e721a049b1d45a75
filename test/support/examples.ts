/** Named pieces from which core's table cases are put together. */
import type { Assignment, Target } from '../../lib/core/assignment.ts'
import type { Community, Leaving, RoleDefinition } from '../../lib/core/configuration.ts'
import {
  accountId,
  communityId,
  connectionId,
  type Instant,
  instant,
  memberId,
  platformRoleId,
  roleId,
  ruleId,
} from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Ownership, RoleOwnership } from '../../lib/core/ownership.ts'
import type { Account, PlatformRole, PlatformTraits } from '../../lib/core/snapshot.ts'
import type { World } from './world.ts'

export const noon: Instant = instant(Date.UTC(2026, 0, 15, 12))
export const day = 86_400
export const acme = connectionId('acme')
export const soc = communityId('soc')

export const sekoiaLike: PlatformTraits = {
  roleKinds: ['builtin', 'custom', 'restricted', 'intakeRestricted'],
  suspension: 'status',
  singleKinds: ['builtin', 'intakeRestricted'],
  exclusiveKinds: ['intakeRestricted'],
  customReplacesBuiltin: true,
  invitationLifetime: day,
  maximumInvitations: 3,
}
/** One role per account, no suspension, no invitations. */
export const plain: PlatformTraits = {
  roleKinds: ['builtin', 'custom'],
  suspension: 'none',
  maximumRoles: 1,
  singleKinds: [],
  exclusiveKinds: [],
  customReplacesBuiltin: false,
  maximumInvitations: 1,
}

/** As Netography is: one role each, nobody is ever without one, and the address is who somebody is. */
export const oneRole: PlatformTraits = {
  ...plain,
  suspension: 'fallbackRole',
  alwaysOneRole: true,
  emailIsIdentity: true,
}
/** As ImmyBot is: roles add up, and a suspension takes ours. */
export const stripping: PlatformTraits = {
  roleKinds: ['builtin', 'custom'],
  suspension: 'stripRoles',
  singleKinds: [],
  exclusiveKinds: [],
  customReplacesBuiltin: false,
  maximumInvitations: 3,
}

const managed = (
  id: string,
  kind: 'custom' | 'restricted' | 'intakeRestricted',
  permissions: readonly string[],
  intakes: readonly string[] = [],
): RoleDefinition => ({
  id: roleId(id),
  kind,
  name: `Role ${id}`,
  contents: { description: `What ${id} may do`, permissions, intakes },
})

export const definitions: readonly RoleDefinition[] = [
  { id: roleId('admin'), kind: 'builtin', name: 'Admin' },
  { id: roleId('analyst'), kind: 'builtin', name: 'Analyst' },
  { id: roleId('guest'), kind: 'builtin', name: 'Guest' },
  managed('tier1', 'custom', ['READ', 'WRITE']),
  managed('tier2', 'custom', ['READ', 'WRITE', 'ADMIN']),
  managed('edr', 'restricted', ['READ'], ['EDR']),
  managed('paris', 'intakeRestricted', ['READ'], ['EDR']),
  managed('lyon', 'intakeRestricted', ['READ'], ['FW']),
]

/** Gives nothing; where the suspended go. */
export const off = managed('off', 'custom', [])

/** The word of the configuration file; nobody awaits it. */
const choice = 'then'
export const leaving = (then: Leaving['then'], removeAfter?: number): Leaving => ({
  [choice]: then,
  ...(removeAfter === undefined ? {} : { removeAfter }),
})

export const community: Community = {
  id: soc,
  platform: 'sekoia',
  tenant: '11111111-1111-4111-8111-111111111111',
  baseUrl: 'https://api.example.test',
  credentials: 'env:KEY',
  mode: 'enforce',
  adopt: 'explicit',
  onDeparture: leaving('suspend', 30 * day),
  onUnassigned: leaving('suspend', 30 * day),
  onConflict: 'priority',
  safety: {
    departures: { fraction: 0.2, floor: 5 },
    revocations: { fraction: 0.2, floor: 5 },
    window: day,
    minimumAdmins: 0,
    requiredAdmins: [],
    whileHeld: 'goOn' as const,
    protected: [],
  },
  requestsPerSecond: 5,
  roles: definitions,
  dialect: {},
}

export const builtins: readonly PlatformRole[] = ['Admin', 'Analyst', 'Guest'].map((name) => ({
  id: platformRoleId(name.toLowerCase()),
  name,
  kind: 'builtin',
  description: '',
  permissions: [],
  intakes: [],
  admin: name === 'Admin',
}))
const asLeft = (list: readonly RoleDefinition[]): readonly PlatformRole[] =>
  list.flatMap((definition): PlatformRole[] => {
    if (definition.kind === 'builtin' || definition.contents === undefined) return []
    const { description, permissions, intakes } = definition.contents
    return [
      {
        id: platformRoleId(`p-${definition.id}`),
        name: definition.name,
        kind: definition.kind,
        description,
        permissions: permissions.toSorted(),
        intakes: intakes.map((name) => name.toLowerCase()),
        admin: permissions.includes('ADMIN'),
      },
    ]
  })
/** The managed roles as we left them. */
export const manageds = asLeft(definitions)

export const assignment = (role: string): Assignment => ({
  community: soc,
  role: roleId(role),
  because: [
    { rule: ruleId(`rule-${role}`), source: 'scim', evidence: [{ kind: 'absence' }], configuration: 1 },
  ],
})

export const target = (name: string, roles: readonly string[], more: Partial<Target> = {}): Target => ({
  connection: acme,
  member: memberId(name),
  email: `${name}@acme.test`,
  givenName: name,
  familyName: 'Example',
  standing: 'active',
  granted: roles.map(assignment),
  suppressed: [],
  ...more,
})
export const left = (name: string, at: Instant = noon): Target =>
  target(name, [], { standing: 'departed', departedAt: at })

export const platformId = (role: string) =>
  platformRoleId(['admin', 'analyst', 'guest'].includes(role) ? role : `p-${role}`)

export const account = (name: string, roles: readonly string[], more: Partial<Account> = {}): Account => ({
  id: accountId(`a-${name}`),
  email: `${name}@acme.test`,
  status: 'enabled',
  service: false,
  roles: roles.map(platformId),
  ...more,
})

export const owned = (name: string, roles: readonly string[], more: Partial<Ownership> = {}): Ownership => ({
  community: soc,
  connection: acme,
  member: memberId(name),
  account: accountId(`a-${name}`),
  email: `${name}@acme.test`,
  origin: 'created',
  since: noon,
  grants: roles.map((role) => ({
    role: roleId(role),
    platformRole: platformId(role),
    because: assignment(role).because,
    since: noon,
  })),
  version: 1,
  ...more,
})

const recordOf = (role: PlatformRole): RoleOwnership => ({
  community: soc,
  role: roleId(role.id.slice(2)),
  platformRole: role.id,
  name: role.name,
  applied: { description: role.description, permissions: role.permissions, intakes: role.intakes },
  since: noon,
  version: 1,
})

/** Every role there and ours, nobody on the platform. */
export const emptyWorld: World = {
  community,
  traits: sekoiaLike,
  domains: new Map([[acme, ['acme.test']]]),
  now: noon,
  accounts: [],
  roles: [...builtins, ...manageds],
  intakes: [
    { id: 'edr', name: 'EDR' },
    { id: 'fw', name: 'FW' },
  ],
  ownership: [],
  roleOwnership: manageds.map(recordOf),
  targets: [],
  made: 1,
}

/** The same with a role for the suspended. */
export const oneRoleWorld: World = {
  ...emptyWorld,
  traits: oneRole,
  community: { ...community, roles: [...definitions, off], fallbackRole: off.id },
  roles: [...emptyWorld.roles, ...asLeft([off])],
  roleOwnership: [...emptyWorld.roleOwnership, ...asLeft([off]).map(recordOf)],
}

export const member = (name: string, more: Partial<Member> = {}): Member => ({
  connection: acme,
  id: memberId(name),
  userName: `${name}@acme.test`,
  active: true,
  attributes: {},
  version: 1,
  incarnation: 1,
  created: noon,
  lastModified: noon,
  ...more,
})
