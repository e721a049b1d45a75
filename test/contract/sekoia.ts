import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoCommunity, demoKey, demoOwner } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Edit } from '../../infra/local/simulators/sekoia/edits.ts'
import { heldRoles, type Switches } from '../../infra/local/simulators/sekoia/world.ts'
import { startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, communityId, milliseconds, roleId } from '../../lib/core/ids.ts'
import { testClock, testPace } from '../platforms/clock.ts'
import { leaving } from '../support/examples.ts'
import { opener } from './opened.ts'
import { choice, type Switch, setting } from './pairs.ts'
import type { PlatformHarness, Profile, Trouble } from './stage.ts'

const builtin = (id: string, name: string): RoleDefinition => ({ id: roleId(id), kind: 'builtin', name })
const low = builtin('low', 'Guest')
const high = builtin('high', 'Admin')
const team: RoleDefinition = {
  id: roleId('team'),
  kind: 'custom',
  name: 'SOC tier 1',
  contents: {
    description: 'Triage without rule changes',
    permissions: ['SIC_READ_ALERTS', 'SIC_WRITE_ALERTS_COMMENT'],
    intakes: [],
  },
}
const otherTeam: RoleDefinition = {
  id: roleId('other-team'),
  kind: 'custom',
  name: 'SOC tier 2',
  contents: {
    description: 'Triage and case handling',
    permissions: ['SIC_READ_ALERTS', 'SIC_READ_INCIDENTS'],
    intakes: [],
  },
}
const scoped: RoleDefinition = {
  id: roleId('edr'),
  kind: 'restricted',
  name: 'EDR Paris',
  contents: {
    description: 'Only what the EDR in Paris sees',
    permissions: ['EVENTS_READ_STATS', 'SIC_READ_ALERTS'],
    intakes: ['EDR - Paris'],
  },
}

/** What the vendor does not document, with the dialect an operator would set for it. */
const switches: readonly Switch<Switches>[] = [
  setting('avatarStatusKey', 'status', 'state'),
  setting('avatarRolesKey', 'roles', 'role_uuids', 'uuids'),
  setting('assignKey', 'avatar_uuid', 'uuid'),
  setting('inviteKey', 'email', 'emails'),
  choice('built-in roles listed', { builtinListed: false }, { builtinListed: true }),
  choice('pending address', { pendingAddress: 'both' }, { pendingAddress: 'invitationOnly' }),
  choice('roles of an invitation', { invitationRoles: 'given' }, { invitationRoles: 'ignored' }),
  choice('assigning', { assign: 'add' }, { assign: 'replace' }),
  choice('last administrator', { lastAdmin: 'allowed' }, { lastAdmin: 'refused' }),
  choice('disabled again at midnight', { midnight: false }, { midnight: true }),
  choice('built-in beside custom', { customSwitchesBuiltinOff: true }, { customSwitchesBuiltinOff: false }),
  choice('broken rule', { ruleStatus: 400 }, { ruleStatus: 409 }, { ruleStatus: 422 }),
  choice('own key', { ownKey: 'shortKey' }, { ownKey: 'untold' }),
  choice('Retry-After sent', { retryAfter: false }, { retryAfter: true }),
]

export const sekoiaCommunity = (url: string, dialect: Record<string, string> = {}): Community => ({
  id: communityId('soc'),
  platform: 'sekoia',
  tenant: demoCommunity,
  baseUrl: `${url}/sekoia`,
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
  requestsPerSecond: 5,
  roles: [high, low, team, otherTeam, scoped],
  dialect,
})

const newcomer = (index: number): Edit => ({
  kind: 'addMember',
  community: demoCommunity,
  email: `newcomer-${index}@elsewhere.test`,
})

const list = { method: 'GET', path: '/avatars/' } as const
const writing = ['POST', 'PUT', 'DELETE']

const faultsFor = (kind: Trouble, times: number, date: string, someone: string): readonly Fault<Edit>[] => {
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
      return [{ method: 'POST', kind: 'hang', times }]
    case 'halfList':
      return [{ ...list, kind: 'halfList', times }]
    case 'movingList':
      return Array.from({ length: times }, (_, index) => ({
        ...list,
        kind: 'meanwhile' as const,
        times: 1,
        after: 1,
        edits: [newcomer(index)],
      }))
    case 'exchangedWhilePaged':
      // The total stays the same and everyone behind moves by one place.
      return [
        {
          ...list,
          kind: 'meanwhile',
          times,
          after: 1,
          edits: [
            { kind: 'removeMember', community: demoCommunity, email: someone },
            { ...newcomer(0), avatar: 'ffffffff-ffff-4fff-bfff-ffffffffffff' } as Edit,
          ],
        },
      ]
    case 'html':
      return [{ ...list, kind: 'raw', status: 200, contentType: 'text/html', text: '<!doctype html>', times }]
  }
}

const profile = ({ lastAdmin }: Partial<Switches>): Profile => ({
  mails: true,
  knowsPeople: true,
  list: { kind: 'paged' },
  throttlePause: 30,
  unknownPermission: 'NO_SUCH_PERMISSION',
  unnoticed: {},
  foreignTenant: 'platformForbidden',
  keepsLastAdmin: lastAdmin === 'refused' ? 'always' : 'never',
})

const start: PlatformHarness<Switches>['start'] = async (given, dialect) => {
  const clock = testClock()
  const pace = testPace(clock)
  const simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const { sekoia } = simulators
  // The vendor's hard limit, whatever else is not documented.
  sekoia.switches({ requestBlock: { requests: 100, seconds: 1, block: 30 }, ...given })
  const community = sekoiaCommunity(simulators.url, dialect)
  const openWith = opener(community, clock, pace)
  const world = () => sekoia.world()
  const userOf = (email: string) => world().users.find((user) => user.email.toLowerCase() === email)
  const avatarOf = (email: string) => world().avatars.find(({ user }) => user === userOf(email)?.uuid)
  const uuidOf = (role: RoleDefinition): string =>
    world().roles.find(({ name }) => name === role.name)?.uuid ?? ''
  const firstListed = (): string => {
    const [first] = world()
      .avatars.map(({ uuid }) => uuid)
      .toSorted()
    const user = world().avatars.find(({ uuid }) => uuid === first)?.user
    return world().users.find(({ uuid }) => uuid === user)?.email ?? ''
  }
  const heldBy = (definitions: readonly RoleDefinition[]) => ({
    builtin: definitions.filter(({ kind }) => kind === 'builtin').map(uuidOf)[0] ?? null,
    roles: definitions.filter(({ kind }) => kind !== 'builtin').map(uuidOf),
  })
  const add = (email: string, role: RoleDefinition): void => {
    const { builtin, roles } = heldBy([role])
    const member = { kind: 'addMember', community: demoCommunity, email, roles } as const
    sekoia.edit(builtin === null ? member : { ...member, builtin })
  }

  return {
    platform: await openWith(demoKey),
    opened: (as) => {
      switch (as) {
        case 'revoked':
          return openWith('a-key-that-was-revoked')
        case 'foreignTenant':
          return openWith(demoKey, '99999999-9999-4999-8999-999999999999')
        case 'impatient':
          return openWith(demoKey, community.tenant, 0.1)
      }
    },
    community,
    secret: demoKey,
    clock,
    owner: { email: demoOwner.email, account: accountId(demoOwner.avatar) },
    truth: (email) => {
      const avatar = avatarOf(email)
      if (avatar === undefined) return undefined
      const roles = heldRoles(world(), avatar).map(({ name }) => name)
      const confirmed = userOf(email)?.confirmed === true
      const status = avatar.status === 'disabled' ? 'disabled' : confirmed ? 'enabled' : 'pending'
      return { status, roles: roles.toSorted() }
    },
    members: () => world().avatars.length,
    mailsTo: (email) => world().mails.filter(({ to }) => to.toLowerCase() === email).length,
    writes: () => sekoia.requests().filter(({ method }) => method !== 'GET').length,
    accept: (email) => sekoia.edit({ kind: 'activate', email }),
    known: (email) => sekoia.edit({ kind: 'knownUser', email }),
    crowd: (count) => sekoia.edit({ kind: 'populate', community: demoCommunity, count }),
    byHand: add,
    rolesByHand: (email, roles) =>
      sekoia.edit({ kind: 'editMember', community: demoCommunity, email, ...heldBy(roles) }),
    twin: (email) => {
      add(email.toUpperCase(), low)
      return true
    },
    advance: clock.advance,
    trouble: (kind, times) => {
      const date = new Date(milliseconds(clock.now()) + 120_000).toUTCString()
      sekoia.faults(times === 0 ? [] : faultsFor(kind, times, date, firstListed()))
    },
    loseNextAnswer: () => sekoia.faults(writing.map((method) => ({ kind: 'lostAnswer', method, times: 1 }))),
    outageAfter: (writes) =>
      sekoia.faults(
        writing.map((method) => ({ kind: 'status', status: 503, method, after: writes, times: 1000 })),
      ),
    pauses: pace.pauses,
    close: simulators.close,
  }
}

export const sekoiaHarness: PlatformHarness<Switches> = {
  name: 'Sekoia.io',
  platform: 'sekoia',
  switches,
  start,
  profile,
  roles: { low, high, teams: [team, otherTeam], narrow: scoped },
}
