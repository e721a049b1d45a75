/** Three communities and any number of people in them, made by generators: nobody is held in memory before the planner asks. */
import type { Assignment, Target } from '../../../lib/core/assignment.ts'
import type { Community, Leaving, PlatformName, RoleDefinition } from '../../../lib/core/configuration.ts'
import {
  accountId,
  communityId,
  connectionId,
  groupId,
  instant,
  later,
  memberId,
  platformRoleId,
  roleId,
  ruleId,
} from '../../../lib/core/ids.ts'
import type { Ownership } from '../../../lib/core/ownership.ts'
import type { PlanFacts } from '../../../lib/core/plan-members.ts'
import type { AccountRow } from '../../../lib/core/plan-rows.ts'
import type { Pages, PlanStreams } from '../../../lib/core/plan-stream.ts'
import type { Account, AccountStatus, PlatformRole } from '../../../lib/core/snapshot.ts'
import { platformTraits } from '../../../lib/platforms/traits.ts'

export const platforms: readonly PlatformName[] = ['sekoia', 'netography', 'immybot']

const now = instant(Date.UTC(2026, 2, 2, 8))
const lastYear = later(now, -300 * 86_400)
const yesterday = later(now, -20 * 3_600)
const lastWeek = later(now, -7 * 86_400)
const perPage = 1_000

const choice = 'then'
const leaving = { [choice]: 'suspend', removeAfter: 30 * 86_400 } as unknown as Leaving

const reader = roleId('reader')
const analyst = roleId('analyst')
const off = roleId('off')
const definitions: readonly RoleDefinition[] = [analyst, reader, off].map((id) => ({
  id,
  kind: 'builtin',
  name: id,
}))
const onPlatform = (role: string) => platformRoleId(`role-${role}`)
const roles: readonly PlatformRole[] = [...definitions.map(({ id }) => id), 'admin', 'byHand'].map(
  (name) => ({
    id: onPlatform(name),
    name,
    kind: 'builtin',
    description: '',
    permissions: [],
    intakes: [],
    admin: name === 'admin',
  }),
)

/** What is the matter with somebody. Nothing, for most. */
type Fate =
  | 'settled'
  | 'unwanted'
  | 'joins'
  | 'joinsBesideStranger'
  | 'joinsUnderAnothersAddress'
  | 'departed'
  | 'moves'
  | 'robbed'
  | 'pending'
  | 'expired'
  | 'gone'
  | 'givenByHand'

/** Of a thousand people so many, one after the other; who is left over is settled. */
const shares: readonly (readonly [Fate, number])[] = [
  ['unwanted', 40],
  ['givenByHand', 6],
  ['joins', 5],
  ['departed', 5],
  ['moves', 5],
  ['pending', 5],
  ['robbed', 2],
  ['gone', 2],
  ['expired', 1],
  ['joinsBesideStranger', 1],
  ['joinsUnderAnothersAddress', 1],
]
const fates: readonly Fate[] = shares.flatMap(([fate, share]) => Array<Fate>(share).fill(fate))

type Town = { readonly number: number; readonly platform: PlatformName; readonly community: Community }

const townOf = (platform: PlatformName): Town => ({
  number: platforms.indexOf(platform),
  platform,
  community: {
    id: communityId(`${platform}-town`),
    platform,
    tenant: 'town',
    baseUrl: 'https://api.example.test',
    credentials: 'env:KEY',
    mode: 'enforce',
    adopt: 'domain',
    onDeparture: leaving,
    onUnassigned: leaving,
    fallbackRole: off,
    onConflict: 'priority',
    safety: {
      departures: { fraction: 0.2, floor: 5 },
      revocations: { fraction: 0.2, floor: 5 },
      window: 86_400,
      minimumAdmins: 1,
      requiredAdmins: [],
      whileHeld: 'goOn',
      protected: [],
    },
    requestsPerSecond: 5,
    roles: definitions,
    dialect: {},
  },
})

const fateOf = ({ number }: Town, n: number): Fate => fates[(n * 7_919 + number * 337) % 1_000] ?? 'settled'
const without: readonly Fate[] = ['unwanted', 'joins', 'joinsBesideStranger', 'joinsUnderAnothersAddress']
const isOwned = (fate: Fate): boolean => !without.includes(fate)

/** Every fifth comes from another identity provider; both in order. */
const connections = [connectionId('acme'), connectionId('globex')] as const
const personOf = (n: number, members: number) => ({
  connection: connections[n < members * 0.8 ? 0 : 1],
  member: memberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
})
const ownAddress = (n: number): string => `person.${n}@acme.example`
const addressOf = (town: Town, n: number): string =>
  ownAddress(fateOf(town, n) === 'joinsUnderAnothersAddress' && n > 0 ? n - 1 : n)
const roleOf = (n: number) => (n % 3 === 0 ? analyst : reader)
const otherThan = (role: typeof reader) => (role === reader ? analyst : reader)

const wish = (town: Town, n: number): Assignment => {
  const role = roleOf(n)
  const id = groupId(`group-${role}`)
  const displayName = `Everybody who is a ${role}`
  return {
    community: town.community.id,
    role,
    because: [
      {
        rule: ruleId(`rule-${role}`),
        source: 'scim',
        evidence: [{ kind: 'group', id, displayName }],
        configuration: 7,
      },
    ],
  }
}

const targetOf = (town: Town, n: number, members: number): Target => {
  const fate = fateOf(town, n)
  const gone = fate === 'departed'
  return {
    ...personOf(n, members),
    email: addressOf(town, n),
    givenName: `Given${n % 977}`,
    familyName: `Family${n}`,
    externalId: `00u${n}`,
    standing: gone ? 'departed' : 'active',
    ...(gone ? { departedAt: yesterday } : {}),
    granted: gone || fate === 'unwanted' ? [] : [wish(town, n)],
    suppressed: [],
  }
}

const idOf = (n: number) => accountId(`account-${n}`)
const ownershipOf = (town: Town, n: number, members: number): Ownership | undefined => {
  const fate = fateOf(town, n)
  if (!isOwned(fate)) return undefined
  const waits = fate === 'pending' || fate === 'expired'
  const role = fate === 'moves' ? otherThan(roleOf(n)) : roleOf(n)
  return {
    community: town.community.id,
    ...personOf(n, members),
    account: idOf(n),
    email: ownAddress(n),
    origin: 'created',
    since: lastYear,
    grants: [{ role, platformRole: onPlatform(role), because: wish(town, n).because, since: lastYear }],
    ...(waits ? { invitation: { sentAt: fate === 'pending' ? yesterday : lastWeek, attempts: 1 } } : {}),
    version: 3,
  }
}

const statusOf = (fate: Fate): AccountStatus =>
  fate === 'pending' || fate === 'expired' ? 'pending' : 'enabled'

const accountOf = (town: Town, n: number): Account | undefined => {
  const fate = fateOf(town, n)
  if (fate === 'gone' || !isOwned(fate)) return undefined
  const role = onPlatform(fate === 'moves' ? otherThan(roleOf(n)) : roleOf(n))
  const held = fate === 'givenByHand' ? [role, onPlatform('byHand')] : fate === 'robbed' ? [] : [role]
  return { id: idOf(n), email: ownAddress(n), status: statusOf(fate), service: false, roles: held }
}

const stranger = (n: number): Account => ({
  id: accountId(`hand-${n}`),
  email: ownAddress(n),
  status: 'enabled',
  service: false,
  roles: [onPlatform('reader')],
})

/** Their own, and what stands under their address already. */
const accountsOf = (town: Town, n: number, members: number): readonly AccountRow[] => {
  const person = personOf(n, members)
  const fate = fateOf(town, n)
  if (fate === 'joinsBesideStranger') return [{ ...person, account: stranger(n) }]
  if (fate !== 'joinsUnderAnothersAddress' || n === 0) {
    const account = accountOf(town, n)
    return account === undefined ? [] : [{ ...person, account }]
  }
  const [account, ownership] = [accountOf(town, n - 1), ownershipOf(town, n - 1, members)]
  if (account === undefined || ownership === undefined) return []
  const { standing } = targetOf(town, n - 1, members)
  return [{ ...person, account, owner: { ownership, standing } }]
}

async function* pagesOf<Item>(count: number, make: (n: number) => readonly Item[]): Pages<Item> {
  for (let from = 0; from < count; from += perPage) {
    const page: Item[] = []
    for (let n = from; n < Math.min(from + perPage, count); n += 1) page.push(...make(n))
    yield page
  }
}

const optional = <Item>(item: Item | undefined): readonly Item[] => (item === undefined ? [] : [item])

export type Crowd = { readonly facts: PlanFacts; readonly open: () => PlanStreams }

export const crowdIn = (platform: PlatformName, members: number): Crowd => {
  const town = townOf(platform)
  return {
    facts: {
      community: town.community,
      configuration: 7,
      traits: platformTraits(platform),
      domains: new Map(connections.map((connection) => [connection, ['acme.example']])),
      roleOwnership: [],
      snapshot: {
        community: town.community.id,
        takenAt: now,
        scope: 'community',
        complete: true,
        roles,
        intakes: [],
      },
      directoryAt: now,
      now,
      scope: 'community',
    },
    open: () => ({
      targets: pagesOf(members, (n) => [targetOf(town, n, members)]),
      ownership: pagesOf(members, (n) => optional(ownershipOf(town, n, members))),
      accounts: pagesOf(members, (n) => accountsOf(town, n, members)),
      // One account in two hundred is nobody's we know of.
      others: pagesOf(Math.ceil(members / 200), (n) => [stranger(members + n)]),
    }),
  }
}
