import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoCommunity, demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Edit } from '../../infra/local/simulators/sekoia/edits.ts'
import { heldRoles, type Switches } from '../../infra/local/simulators/sekoia/world.ts'
import { startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { communityId, milliseconds, roleId } from '../../lib/core/ids.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import { leaving } from '../support/examples.ts'
import type { PlatformHarness, Stage, Trouble } from './platform.ts'

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

/** Each undocumented thing flipped alone, with the dialect an operator would set for it. */
export const sekoiaVariants: Readonly<
  Record<string, { readonly switches: Partial<Switches>; readonly dialect: Record<string, string> }>
> = {
  'as inferred': { switches: {}, dialect: {} },
  'other body keys': {
    switches: {
      avatarStatusKey: 'state',
      avatarRolesKey: 'role_uuids',
      assignKey: 'uuid',
      inviteKey: 'emails',
    },
    dialect: {
      avatarStatusKey: 'state',
      avatarRolesKey: 'role_uuids',
      assignKey: 'uuid',
      inviteKey: 'emails',
    },
  },
  'built-in roles listed': { switches: { builtinListed: true }, dialect: {} },
  'pending address in the invitation only': { switches: { pendingAddress: 'invitationOnly' }, dialect: {} },
  'invitations without roles': { switches: { invitationRoles: 'ignored' }, dialect: {} },
  'assigning replaces': { switches: { assign: 'replace' }, dialect: {} },
  'last administrator refused': { switches: { lastAdmin: 'refused' }, dialect: {} },
  'disabled again at midnight': { switches: { midnight: true }, dialect: {} },
  'Retry-After sent': { switches: { retryAfter: true }, dialect: {} },
}

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

const start = async (variant: string): Promise<Stage> => {
  const { switches, dialect } = sekoiaVariants[variant] ?? { switches: {}, dialect: {} }
  const clock = testClock()
  const pace = testPace(clock)
  const simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const { sekoia } = simulators
  sekoia.switches(switches)
  const community = sekoiaCommunity(simulators.url, dialect)
  const openWith = (key: string, tenant = community.tenant, timeout = 30): Promise<Platform> =>
    createPlatforms({
      secrets: async () => key,
      pace,
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
      timeout,
      random: () => 0.5,
    }).open({ ...community, tenant })
  const userOf = (email: string) => sekoia.world().users.find((user) => user.email.toLowerCase() === email)
  const avatarOf = (email: string) => sekoia.world().avatars.find(({ user }) => user === userOf(email)?.uuid)
  const firstListed = (): string => {
    const [first] = sekoia
      .world()
      .avatars.map(({ uuid }) => uuid)
      .toSorted()
    const user = sekoia.world().avatars.find(({ uuid }) => uuid === first)?.user
    return sekoia.world().users.find(({ uuid }) => uuid === user)?.email ?? ''
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
    truth: (email) => {
      const avatar = avatarOf(email)
      if (avatar === undefined) return undefined
      const roles = heldRoles(sekoia.world(), avatar).map(({ name }) => name)
      const confirmed = userOf(email)?.confirmed === true
      const status = avatar.status === 'disabled' ? 'disabled' : confirmed ? 'enabled' : 'pending'
      return { status, roles: roles.toSorted() }
    },
    members: () => sekoia.world().avatars.length,
    mailsTo: (email) => sekoia.world().mails.filter(({ to }) => to.toLowerCase() === email).length,
    writes: () => sekoia.requests().filter(({ method }) => method !== 'GET').length,
    accept: (email) => sekoia.edit({ kind: 'activate', email }),
    known: (email) => sekoia.edit({ kind: 'knownUser', email }),
    crowd: (count) => sekoia.edit({ kind: 'populate', community: demoCommunity, count }),
    advance: clock.advance,
    trouble: (kind, times) => {
      const date = new Date(milliseconds(clock.now()) + 120_000).toUTCString()
      sekoia.faults(faultsFor(kind, times, date, firstListed()))
    },
    loseNextAnswer: () =>
      sekoia.faults(['POST', 'PUT', 'DELETE'].map((method) => ({ kind: 'lostAnswer', method, times: 1 }))),
    pauses: pace.pauses,
    close: simulators.close,
  }
}

export const sekoiaHarness: PlatformHarness = {
  name: 'Sekoia.io',
  variants: Object.keys(sekoiaVariants),
  start,
  roles: { low, high, teams: [team, otherTeam], scoped },
}
