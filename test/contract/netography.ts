import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoApp, demoOwner, demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import type { Edit } from '../../infra/local/simulators/netography/edits.ts'
import { accountOf, listCap, type Switches } from '../../infra/local/simulators/netography/world.ts'
import { startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, communityId, milliseconds, roleId } from '../../lib/core/ids.ts'
import { testClock, testPace } from '../platforms/clock.ts'
import { leaving } from '../support/examples.ts'
import { opener } from './opened.ts'
import { choice, type Switch } from './pairs.ts'
import type { PlatformHarness, Profile, Trouble } from './stage.ts'

const builtin = (id: string, name: string): RoleDefinition => ({ id: roleId(id), kind: 'builtin', name })
const custom = (id: string, name: string, permissions: readonly string[]): RoleDefinition => ({
  id: roleId(id),
  kind: 'custom',
  name,
  contents: { description: `What ${name} may do`, permissions, intakes: [] },
})
const low = builtin('low', 'readonly')
const high = builtin('high', 'admin')
const team = custom('team', 'soc_tier_1', ['dashboards=readonly', 'devices:fetch'])
const otherTeam = custom('other-team', 'soc_tier_2', ['canSendFlow', 'devices=all'])
const narrow = custom('narrow', 'EDR.Paris-1', ['allow_lists:fetch'])
/** Made by hand, without a permission. */
const fallback: RoleDefinition = { id: roleId('nothing'), kind: 'custom', name: 'no_access' }

/** What the vendor does not document; none of it needs a dialect. */
const switches: readonly Switch<Switches>[] = [
  choice('data of lists', { listData: 'array' }, { listData: 'byId' }, { listData: 'wrapped' }),
  choice('last administrator', { lastAdmin: 400 }, { lastAdmin: 409 }),
  choice('another address in a PUT', { emailChange: 'ignored' }, { emailChange: 'refused' }),
  choice(
    'a second user of an address',
    { duplicateEmail: 409 },
    { duplicateEmail: 400 },
    { duplicateEmail: 'created' },
  ),
  choice(
    'roles without permissions',
    { emptyPermissions: 'accepted' },
    { emptyPermissions: 'listRefused' },
    { emptyPermissions: 'refused' },
  ),
  choice('deleting who is gone', { deletedUnknown: 404 }, { deletedUnknown: 204 }),
  choice('seconds a request may be old', { issuedTolerance: 300 }, { issuedTolerance: 5 }),
  choice('a signed request twice', { tokenIdReplay: 'refused' }, { tokenIdReplay: 'accepted' }),
  choice('switches of the portal', { portalFlags: 'hidden' }, { portalFlags: 'shown' }),
  choice('welcome mails', { welcomeMails: true }, { welcomeMails: false }),
  choice('Retry-After sent', { retryAfter: false }, { retryAfter: true }),
  choice('seconds of a token', { tokenLifetime: 300 }, { tokenLifetime: 20 }),
]

export const netosecret = (
  parts: Partial<Record<'appname' | 'appkey' | 'shortname' | 'sharedsecret' | 'url', string>> = {},
): string =>
  Buffer.from(
    JSON.stringify({
      url: 'https://api.netography.com/api/v1',
      appname: demoApp.appname,
      appkey: demoApp.appkey,
      shortname: demoShortname,
      sharedsecret: demoApp.sharedSecret,
      ...parts,
    }),
  ).toString('base64')

export const netographyCommunity = (url: string, dialect: Record<string, string> = {}): Community => ({
  id: communityId('net'),
  platform: 'netography',
  tenant: demoShortname,
  baseUrl: `${url}/netography`,
  credentials: 'env:NETOSECRET',
  mode: 'enforce',
  adopt: 'explicit',
  onDeparture: leaving('suspend'),
  onUnassigned: leaving('suspend'),
  fallbackRole: fallback.id,
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
  roles: [high, low, team, otherTeam, narrow, fallback],
  dialect,
})

const list = { method: 'GET', path: '/api/v1/users' } as const
/** Tokens are not writes. */
const writing = [
  { method: 'POST', path: '/api/v1/user' },
  { method: 'POST', path: '/api/v1/roles' },
  { method: 'PUT' },
  { method: 'DELETE' },
] as const

const faultsFor = (
  kind: Trouble,
  times: number,
  date: string,
  half: () => unknown,
): readonly Fault<Edit>[] => {
  switch (kind) {
    case 'throttled':
      return [{ ...list, kind: 'status', status: 429, times }]
    case 'throttledWithDate':
      return [{ ...list, kind: 'status', status: 429, retryAfter: date, times }]
    case 'unavailable':
      return [{ kind: 'status', status: 500, times }]
    case 'outageMidway':
      return [{ method: 'GET', kind: 'status', status: 503, after: 1, times }]
    case 'hang':
      return [{ ...list, kind: 'hang', times }]
    case 'hangOnWrite':
      return [{ ...writing[0], kind: 'hang', times }]
    case 'halfList': {
      const text = JSON.stringify(half())
      return [{ ...list, kind: 'raw', status: 200, contentType: 'application/json', text, times }]
    }
    case 'html':
      return [{ ...list, kind: 'raw', status: 200, contentType: 'text/html', text: '<!doctype html>', times }]
    case 'movingList':
    case 'exchangedWhilePaged':
      return []
  }
}

const profile = ({ welcomeMails }: Partial<Switches>): Profile => ({
  mails: welcomeMails !== false,
  knowsPeople: false,
  list: { kind: 'capped', cap: listCap },
  throttlePause: 2,
  unknownPermission: 'starships:fetch',
  unnoticed: {
    movingList: 'a list comes in one piece',
    exchangedWhilePaged: 'a list comes in one piece',
  },
  foreignTenant: 'platformForbidden',
  keepsLastAdmin: 'always',
})

const start: PlatformHarness<Switches>['start'] = async (given, dialect) => {
  const clock = testClock()
  const pace = testPace(clock)
  const simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const { netography } = simulators
  netography.switches(given)
  netography.edit({ kind: 'addRole', name: fallback.name, description: 'Nothing at all' })
  const community = netographyCommunity(simulators.url, dialect)
  const openWith = opener(community, clock, pace)
  const users = () => accountOf(netography.world(), demoShortname)?.users ?? []
  const keys = () => accountOf(netography.world(), demoShortname)?.keys ?? []
  const members = () => users().length + keys().length
  const userOf = (email: string) => users().find((user) => user.email.toLowerCase() === email)

  return {
    platform: await openWith(netosecret()),
    opened: (as) => {
      switch (as) {
        case 'revoked':
          return openWith(netosecret({ appkey: 'a-key-that-was-revoked' }))
        case 'foreignTenant':
          return openWith(netosecret(), 'somebody-else')
        case 'impatient':
          return openWith(netosecret(), community.tenant, 0.1)
      }
    },
    community,
    secret: netosecret(),
    clock,
    owner: { email: demoOwner.email, account: accountId(demoOwner.id) },
    truth: (email) => {
      const user = userOf(email)
      if (user === undefined) return undefined
      return user.roles.includes(fallback.name)
        ? { status: 'disabled', roles: [] }
        : { status: 'enabled', roles: user.roles }
    },
    members,
    mailsTo: (email) => netography.world().mails.filter(({ to }) => to.toLowerCase() === email).length,
    writes: () =>
      netography.requests().filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/')).length,
    accept: () => undefined,
    known: () => undefined,
    // API keys are a list of their own: it takes as many users as the cap to reach it.
    crowd: (count) =>
      netography.edit({
        kind: 'populate',
        count: members() + count === listCap ? count + keys().length : count,
      }),
    byHand: (email, role) => netography.edit({ kind: 'addUser', email, role: role.name }),
    rolesByHand: (email, roles) =>
      netography.edit({ kind: 'editUser', email, user: { roles: roles.map(({ name }) => name) } }),
    twin: (email) => {
      if (given.duplicateEmail !== 'created') return false
      netography.edit({ kind: 'addUser', email: email.toUpperCase(), role: low.name })
      return true
    },
    advance: clock.advance,
    trouble: (kind, times) => {
      const date = new Date(milliseconds(clock.now()) + 120_000).toUTCString()
      const half = () => ({
        meta: { code: 200, count: users().length },
        data: users().slice(users().length / 2),
      })
      netography.faults(times === 0 ? [] : faultsFor(kind, times, date, half))
    },
    loseNextAnswer: () => netography.faults(writing.map((at) => ({ ...at, kind: 'lostAnswer', times: 1 }))),
    outageAfter: (writes) =>
      netography.faults(
        writing.map((at) => ({ ...at, kind: 'status', status: 503, after: writes, times: 1000 })),
      ),
    pauses: pace.pauses,
    close: simulators.close,
  }
}

export const netographyHarness: PlatformHarness<Switches> = {
  name: 'Netography',
  platform: 'netography',
  switches,
  start,
  profile,
  roles: { low, high, teams: [team, otherTeam], narrow, fallback },
}
