import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoClient, demoEntraTenant, demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import type { Scope, Switches, User } from '../../infra/local/simulators/immybot/world.ts'
import { startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, communityId, milliseconds, roleId } from '../../lib/core/ids.ts'
import { testClock, testPace } from '../platforms/clock.ts'
import { leaving } from '../support/examples.ts'
import { objectIdOf } from './changes.ts'
import { opener } from './opened.ts'
import { choice, type Switch } from './pairs.ts'
import { type PlatformHarness, type Profile, person, shown, type Trouble } from './stage.ts'

const builtin = (id: string, name: string, scope: string): RoleDefinition => ({
  id: roleId(id),
  kind: 'builtin',
  name,
  scope,
})
const custom = (
  id: string,
  name: string,
  scope: string,
  ...permissions: readonly string[]
): RoleDefinition => ({
  id: roleId(id),
  kind: 'custom',
  name,
  scope,
  contents: { description: `${name}, as configured`, permissions, intakes: [] },
})
// Scopes that either generation knows for somebody of the MSP.
const low = builtin('low', 'Script Manager', 'ownTenant')
const high = builtin('high', 'System Administrator (Legacy)', 'everything')
const team = custom('team', 'Field team', 'ownTenant', 'computers=manage', 'scripts:view')
const otherTeam = custom('other-team', 'Deployment team', 'ownTenant', 'deployments=view', 'software:view')
const narrow = custom('narrow', 'One tenant', 'tenant:Demo MSP', 'computers=view')

/** A switch that an operator writes something into the dialect for; the default needs none. */
const told = (
  name: string,
  first: Partial<Switches>,
  other: Partial<Switches>,
  dialect: Readonly<Record<string, string>>,
): Switch<Switches> => ({
  name,
  values: [
    { name: 'as documented', set: first },
    { name: 'otherwise', set: other, dialect },
  ],
})

/** What the vendor does not document, or documents in two ways. */
const switches: readonly Switch<Switches>[] = [
  choice('generation', { generation: 'rbac' }, { generation: 'legacy' }),
  choice('DevExtreme lists', { dx: 'array' }, { dx: 'object' }),
  choice('assignment types', { enumsAs: 'number' }, { enumsAs: 'name' }),
  choice('dependencies', { dependenciesAs: 'objects' }, { dependenciesAs: 'ids' }),
  choice('fields on groups', { groupFields: false }, { groupFields: true }),
  choice('claim values', { claimValues: 'ids' }, { claimValues: 'empty' }),
  told('own tenant named', { userTenantNamed: false }, { userTenantNamed: true }, { ownTenantId: 'with' }),
  choice('description served', { swagger: true }, { swagger: false }),
  choice('verb of an update', { userUpdate: 'POST' }, { userUpdate: 'PUT' }),
  told(
    'type of built-in roles',
    { builtinTypeName: 'BuiltIn' },
    { builtinTypeName: 'System' },
    { builtinRoleType: 'System' },
  ),
  choice('second of a name', { sameName: 'refused' }, { sameName: 'allowed' }),
  choice('role in use', { roleInUse: 'refused' }, { roleInUse: 'unassigned' }),
  choice('same assignment twice', { sameAssignment: 'kept' }, { sameAssignment: 'refused' }),
  choice('unknown fields', { unknownFields: 'refused' }, { unknownFields: 'ignored' }),
  choice('cap of a page', { pageCap: 0 }, { pageCap: 60 }),
  choice('tenant filter', { tenantFilter: 'applied' }, { tenantFilter: 'ignored' }),
  choice('stale roles', { staleRoles: false }, { staleRoles: true }),
  choice('permissions without their dependencies', { dependencies: 'required' }, { dependencies: 'free' }),
  choice('last administrator', { lastAdmin: 'allowed' }, { lastAdmin: 'refused' }),
  choice('refusals', { errors: 'problem' }, { errors: 'text' }, { errors: 'inside' }),
  choice('take-over from Entra', { resync: false }, { resync: true }),
  choice('Enabled toggle', { enabledToggle: false }, { enabledToggle: true }),
  choice('invitations by mail', { emailInvitation: false }, { emailInvitation: true }),
  choice('Retry-After sent', { retryAfter: false }, { retryAfter: true }),
]

export const immybotSecret = (clientSecret: string = demoClient.secret): string =>
  JSON.stringify({ tenant: demoEntraTenant, clientId: demoClient.clientId, clientSecret })

export const immybotCommunity = (url: string, dialect: Record<string, string> = {}): Community => ({
  id: communityId('immy'),
  platform: 'immybot',
  tenant: 'instance',
  baseUrl: `${url}/immybot`,
  credentials: 'env:KEY',
  mode: 'enforce',
  adopt: 'explicit',
  onDeparture: leaving('suspend'),
  onUnassigned: leaving('suspend'),
  onConflict: 'priority',
  safety: {
    departures: { fraction: 0.2, floor: 5 },
    revocations: { fraction: 0.2, floor: 5 },
    window: 86400,
    minimumAdmins: 1,
    requiredAdmins: [],
    whileHeld: 'goOn' as const,
    protected: [],
  },
  requestsPerSecond: 2,
  roles: [high, low, team, otherTeam, narrow],
  dialect: { tokenUrl: `${url}/immybot`, ...dialect },
})

const api = '/api/v1'
const list = { method: 'GET', path: `${api}/users` } as const
const writing = ['POST', 'PUT', 'DELETE']
const ownerEmail = 'owner@demo.test'

/** Somebody further back moves to the front of a page, so that the end of one page is not the beginning of the next. */
const moving = (index: number): readonly Edit[] => [
  { kind: 'removeUser', email: `crowd-${index}@elsewhere.test` },
  { kind: 'addUser', email: `newcomer-${index}@elsewhere.test` },
]

const faultsFor = (kind: Trouble, times: number, date: string): readonly Fault<Edit>[] => {
  switch (kind) {
    case 'throttled':
      return [{ ...list, kind: 'status', status: 429, times }]
    case 'throttledWithDate':
      return [{ ...list, kind: 'status', status: 429, retryAfter: date, times }]
    case 'unavailable':
      return [{ kind: 'status', status: 500, times }]
    case 'outageMidway':
      return [{ ...list, kind: 'status', status: 503, after: 1, times }]
    case 'hang':
      return [{ ...list, kind: 'hang', times }]
    case 'hangOnWrite':
      return [{ method: 'POST', path: api, kind: 'hang', times }]
    case 'halfList':
      return [{ ...list, kind: 'halfList', times }]
    case 'movingList':
    case 'exchangedWhilePaged':
      return Array.from({ length: times }, (_, index) => ({
        ...list,
        kind: 'meanwhile' as const,
        times: 1,
        after: 1,
        edits: moving(index),
      }))
    case 'html':
      return [{ ...list, kind: 'raw', status: 200, contentType: 'text/html', text: '<!doctype html>', times }]
  }
}

const profile = ({ lastAdmin, generation }: Partial<Switches>): Profile => ({
  mails: false,
  knowsPeople: true,
  list: { kind: 'paged' },
  throttlePause: 2,
  unknownPermission: 'computers:levitate',
  unnoticed: {},
  foreignTenant: 'platformForbidden',
  // A suspended user expires in an hour and keeps what hands gave: until then there is an administrator.
  keepsLastAdmin: lastAdmin !== 'refused' ? 'never' : generation === 'legacy' ? 'always' : 'fromRemoval',
})

const scopes: Readonly<Record<string, Scope>> = {
  ownTenant: { kind: 'user-tenant' },
  everything: { kind: 'owner' },
  'tenant:Demo MSP': { kind: 'specific-tenant', tenantId: 1 },
}

const start: PlatformHarness<Switches>['start'] = async (given, dialect) => {
  const clock = testClock()
  const pace = testPace(clock)
  const simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const { immybot } = simulators
  // Entra knows whoever the identity provider tells of: a take-over leaves them in.
  const known = {
    objectId: objectIdOf(person),
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: person,
    tenantId: 1,
  }
  immybot.reset({
    ...immybot.world(),
    entra: { ...immybot.world().entra, people: [...immybot.world().entra.people, known] },
  })
  immybot.switches(given)
  const community = immybotCommunity(simulators.url, { ...dialect })
  const openWith = opener(community, clock, pace)
  const world = () => immybot.world()
  const legacy = () => world().switches.generation === 'legacy'
  const userOf = (email: string): User | undefined => {
    const person = world().persons.find(
      ({ emailAddress }) => emailAddress.toLowerCase() === email.toLowerCase(),
    )
    return world().users.find(({ personId }) => person !== undefined && personId === person.id)
  }
  const roleIdOf = ({ name }: RoleDefinition): number =>
    world().roles.find((role) => role.name === name)?.id ?? 0

  const groupsOf = (user: User) =>
    world().groups.filter(({ id }) =>
      world().members.some(({ groupId, userId }) => groupId === id && userId === user.id),
    )
  /** With their scopes as the harness's roles write them. */
  const assigned = (user: User): readonly string[] => {
    const groups = new Set(groupsOf(user).map(({ id }) => id))
    const own = world().assignments.filter(
      ({ userId, groupId }) => userId === user.id || (groupId !== null && groups.has(groupId)),
    )
    return own.map(({ roleId: id, scope }) => {
      const [written] =
        Object.entries(scopes).find(([, one]) => JSON.stringify(one) === JSON.stringify(scope)) ?? []
      return shown({
        name: world().roles.find((role) => role.id === id)?.name ?? '',
        scope: written ?? scope.kind,
      })
    })
  }
  const legacyRoles = (user: User): readonly string[] => {
    const names = user.roleIds.map((id) => world().roles.find((role) => role.id === id)?.name ?? '')
    return [...names, ...(user.isAdmin ? [high.name] : [])].map((name) =>
      shown({ name, scope: community.roles.find((role) => role.name === name)?.scope ?? 'ownTenant' }),
    )
  }
  const statusOf = (user: User) => {
    if (user.expiresAt === null) return 'enabled'
    const left = Date.parse(user.expiresAt) - milliseconds(clock.now())
    const ours = groupsOf(user).some(({ name }) => name.startsWith('Rolecall: '))
    return left <= 3_600_000 && !ours ? 'disabled' : 'enabled'
  }
  const rolesByHand = (email: string, roles: readonly RoleDefinition[]): void => {
    if (legacy()) {
      const given = roles.filter(({ id }) => id !== high.id).map(roleIdOf)
      immybot.edit({ kind: 'editUser', email, set: { roleIds: given, isAdmin: roles.includes(high) } })
      return
    }
    const groups = groupsOf(userOf(email) ?? never()).map(({ name }) => name)
    immybot.edit(
      { kind: 'removeAssignments', email },
      ...groups.map((group): Edit => ({ kind: 'removeGroupMember', group, email })),
      ...roles.map(({ name, scope = '' }): Edit => {
        return { kind: 'assign', to: { email }, role: name, scope: scopes[scope] ?? { kind: 'owner' } }
      }),
    )
  }

  return {
    platform: await openWith(immybotSecret()),
    opened: (as) => {
      switch (as) {
        case 'revoked':
          return openWith(immybotSecret('a-secret-that-was-revoked'))
        case 'foreignTenant':
          return openWith(immybotSecret(), '99')
        case 'impatient':
          return openWith(immybotSecret(), community.tenant, 0.1)
      }
    },
    community,
    secret: immybotSecret(),
    clock,
    owner: { email: ownerEmail, account: accountId(String(demoUsers.owner)) },
    truth: (email) => {
      const user = userOf(email)
      if (user === undefined) return undefined
      const roles = legacy() ? legacyRoles(user) : assigned(user)
      // Given by hand and by us it is still one role.
      return { status: statusOf(user), roles: [...new Set(roles)].toSorted() }
    },
    members: () => world().users.length,
    mailsTo: (email) => world().mails.filter(({ to }) => to.toLowerCase() === email).length,
    writes: () =>
      immybot.requests().filter(({ method, path }) => method !== 'GET' && path.startsWith(api)).length,
    accept: () => undefined,
    known: (email) => immybot.edit({ kind: 'addPerson', email, objectId: objectIdOf(email) }),
    crowd: (count) => immybot.edit({ kind: 'populate', count, users: true }),
    byHand: (email, role) => {
      immybot.edit({ kind: 'addUser', email })
      rolesByHand(email, [role])
    },
    rolesByHand,
    // A person is a user once, and nobody has two addresses.
    twin: () => false,
    advance: clock.advance,
    trouble: (kind, times) => {
      const date = new Date(milliseconds(clock.now()) + 120_000).toUTCString()
      immybot.faults(times === 0 ? [] : faultsFor(kind, times, date))
    },
    loseNextAnswer: () =>
      immybot.faults(writing.map((method) => ({ kind: 'lostAnswer', method, path: api, times: 1 }))),
    outageAfter: (writes) =>
      immybot.faults(
        writing.map((method) => ({
          kind: 'status',
          status: 503,
          method,
          path: api,
          after: writes,
          times: 1000,
        })),
      ),
    pauses: pace.pauses,
    close: simulators.close,
  }
}

const never = (): never => {
  throw new Error('the simulator knows no such user')
}

export const immybotHarness: PlatformHarness<Switches> = {
  name: 'ImmyBot',
  platform: 'immybot',
  switches,
  decisive: ['generation'],
  start,
  profile,
  roles: { low, high, teams: [team, otherTeam], narrow },
}
