import type { Community } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import type { AccountId, Instant } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reading } from '../../core/ports/platform.ts'
import type { Account, Notice, PlatformRole } from '../../core/snapshot.ts'
import type { Access } from './access.ts'
import { createLegacyApi, createRbacApi } from './access-api.ts'
import { belongs } from './account-changes.ts'
import { accountOf, isService } from './accounts.ts'
import type { ImmybotApi } from './api.ts'
import type { Call } from './calls.ts'
import type { Dialect } from './dialect.ts'
import type { Facts, Generation } from './instance.ts'
import { createLegacy } from './legacy.ts'
import { flagRoles } from './legacy-flags.ts'
import { type Described, describedRoles, type Held, listRoles, mappedRoles } from './listing.ts'
import type { WholeList } from './paging.ts'
import { createRbac } from './rbac.ts'
import type { UserShape } from './shapes.ts'

/** The instance as one generation of its API shows it, at the moment its facts were read. */
export type Session = {
  readonly generation: Generation
  readonly facts: Facts
  readonly access: Access
  /** Without ids: at everybody. */
  readonly look: (ids?: readonly AccountId[], reading?: Reading) => Promise<Look>
  readonly account: (user: UserShape) => Promise<Account>
  /** `held`: to be listed beside what the configuration maps. */
  readonly listed: (held: readonly Held[]) => Promise<readonly PlatformRole[]>
}
export type Look = {
  /** When the list of users was begun with. */
  readonly begunAt: Instant
  readonly accounts: readonly Account[]
  readonly roles: readonly PlatformRole[]
  readonly notices: readonly Notice[]
}

export type SessionDeps = {
  readonly api: ImmybotApi
  readonly call: Call
  readonly clock: Clock
  readonly community: Community
  readonly dialect: Dialect
}

const noSuchTenant = (tenant: string): ConnectorError =>
  new ConnectorError(
    'platformForbidden',
    `our service principal sees no tenant ${tenant}; correct \`tenant\` or give it access`,
    { field: 'tenant' },
  )

export const openSession = (generation: Generation, facts: Facts, deps: SessionDeps): Session => {
  const { api, call, clock, community, dialect } = deps
  if (community.tenant !== 'instance' && !facts.tenants.some(({ id }) => String(id) === community.tenant))
    throw noSuchTenant(community.tenant)

  const described = (own: ReadonlySet<string>): Described => {
    const all = describedRoles(facts, dialect, own)
    if (generation === 'rbac') return all
    // The flags' own names come first: where the instance lists them, they stand for the flags all the same.
    return new Map([
      ...all,
      ...[...flagRoles(facts)].map(([id, role]) => [id, { ...all.get(id), ...role }] as const),
    ])
  }
  const mapped = () => mappedRoles(community, facts, described(new Set()))
  const access =
    generation === 'rbac'
      ? createRbac(createRbacApi(call, clock), clock, dialect)
      : createLegacy(api, createLegacyApi(call), clock, dialect, mapped, community)

  const usersOf = async (
    ids: readonly AccountId[] | undefined,
    reading: Reading | undefined,
  ): Promise<WholeList<UserShape>> => {
    if (ids === undefined) return api.users(reading)
    const begunAt = clock.now()
    const found: UserShape[] = []
    for (const id of ids) {
      const user = await api.user(id)
      if (user !== undefined) found.push(user)
    }
    return { items: found, begunAt }
  }
  const listed = async (held: readonly Held[], own?: ReadonlySet<string>): Promise<readonly PlatformRole[]> =>
    listRoles({ community, facts, described: described(own ?? (await access.ownRoles(facts))), held })

  return {
    generation,
    facts,
    access,
    listed,
    look: async (ids, reading) => {
      const { items, begunAt } = await usersOf(ids, reading)
      const users = items.filter(({ tenantId }) => belongs(community, tenantId))
      const survey = await access.survey(users, facts, ids === undefined)
      const now = clock.now()
      const accounts = users.map((user) => accountOf(user, survey, facts.own.userId, now))
      const people = new Map(
        users.filter((user) => !isService(user, facts.own.userId)).map((user) => [user.id, user] as const),
      )
      const notices = survey.denied.flatMap(({ user, roleName }): readonly Notice[] => {
        const account = people.has(user) ? accounts.find(({ id }) => id === String(user)) : undefined
        return account === undefined ? [] : [{ kind: 'denied', account: account.id, roleName }]
      })
      const roles = await listed(survey.all, survey.ownRoles)
      const expiring = accounts.filter(
        ({ id, status }) => status === 'disabled' && people.get(Number(id))?.isExpired === false,
      )
      const kept = expiring.flatMap(({ id, roles: held }) =>
        held.map((role): Notice => {
          const roleName = roles.find((one) => one.id === role)?.name ?? role
          return { kind: 'keepsUntilExpiry', account: id, roleName }
        }),
      )
      return { begunAt, accounts, roles, notices: [...notices, ...kept] }
    },
    account: async (user) =>
      accountOf(user, await access.survey([user], facts, false), facts.own.userId, clock.now()),
  }
}
