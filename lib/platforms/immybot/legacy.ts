import type { Community } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Access, Grant } from './access.ts'
import type { LegacyApi } from './access-api.ts'
import type { ImmybotApi, UserBody } from './api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import { type Flag, flagOf, flagRoles } from './legacy-flags.ts'
import type { Held } from './listing.ts'
import { type Scope, scopeKey } from './scopes.ts'
import type { UserShape } from './shapes.ts'

const refused = (message: string): ConnectorError =>
  new ConnectorError('platformRefused', message, { field: 'roles' })

/** Where this generation's roles apply: in the user's own tenant; what makes somebody of the MSP reaches everything. */
const fits = (scope: Scope, tenant: number, flag: Flag | undefined): boolean => {
  switch (scope.kind) {
    case 'ownTenant':
      return true
    case 'tenant':
      return scope.id === tenant
    case 'everything':
    case 'msp':
      return flag?.msp === true
    case 'tenantTag':
      return false
  }
}

/** After RBAC users show neither: where both are missing, nothing says that somebody holds nothing. */
const ofThisGeneration = (user: UserShape): UserShape => {
  if (typeof user.hasManagementAccess === 'boolean' || Array.isArray(user.roles)) return user
  throw new ConnectorError(
    'platformUnreadable',
    'users show no roles, as this generation of the API has them; if dialect.generation says legacy, remove it: the instance has moved on',
    { field: 'dialect.generation' },
  )
}

const bodyOf = (user: UserShape, isAdmin: boolean): UserBody => ({
  id: user.id,
  isAdmin,
  tenantId: user.tenantId,
  canManageCrossTenantDeployments: user.canManageCrossTenantDeployments === true,
  hasManagementAccess: user.hasManagementAccess === true,
})

/**
 * The generation before: roles without scopes on the user, and two flags that make the four built-in ones. It does not tell who gave a role, so what
 * the configuration maps counts as ours, as far as a suspension takes it.
 */
export const createLegacy = (
  shared: ImmybotApi,
  api: LegacyApi,
  clock: Clock,
  dialect: Dialect,
  /** What the configuration maps: role id and scope. */
  mapped: (facts: Facts) => readonly { readonly role: string; readonly scope: Scope }[],
  community: Community,
): Access => {
  const home: Scope =
    community.tenant === 'instance' ? { kind: 'ownTenant' } : { kind: 'tenant', id: Number(community.tenant) }

  const roleIds = (user: UserShape, facts: Facts): readonly string[] =>
    (user.roles ?? []).flatMap((written) => {
      const role = facts.roles.find(
        ({ id, name }) => String(id) === String(written) || fold(name) === fold(String(written)),
      )
      return role === undefined || flagOf(String(role.id), facts) !== undefined ? [] : [String(role.id)]
    })

  const flagRoleOf = (user: UserShape, facts: Facts): string | undefined =>
    [...flagRoles(facts).keys()].find((role) => {
      const flag = flagOf(role, facts)
      return flag?.admin === (user.isAdmin === true) && flag.msp === (user.isMsp === true)
    })

  const heldBy = (user: UserShape, facts: Facts): readonly Held[] => {
    const wanted = mapped(facts)
    const flagRole = flagRoleOf(user, facts)
    const flag = flagRole === undefined ? undefined : flagOf(flagRole, facts)
    // Whoever is a user at all is one of the two without administration: that is a role only where the configuration says so.
    const counts = flag?.admin === true || wanted.some(({ role }) => role === flagRole)
    const roles = [...roleIds(user, facts), ...(flagRole !== undefined && counts ? [flagRole] : [])]
    return roles.flatMap((role): readonly Held[] => {
      const flag = flagOf(role, facts)
      const mark = flag !== undefined && !flag.admin ? { inherent: true as const } : {}
      const places = wanted.filter((one) => one.role === role && fits(one.scope, user.tenantId, flag))
      return (places.length > 0 ? places : [{ role, scope: home }]).map((one) => ({ ...one, ...mark }))
    })
  }

  const person = (user: UserShape): number => {
    if (typeof user.personId === 'number') return user.personId
    throw refused('there is no person behind this user')
  }
  const again = async (user: UserShape): Promise<UserShape> => {
    const seen = await shared.user(String(user.id))
    if (seen !== undefined) return seen
    throw new ConnectorError('platformNotFound', 'the user is no longer there')
  }
  const setAdmin = async (user: UserShape, isAdmin: boolean): Promise<void> => {
    if ((user.isAdmin === true) === isAdmin) return
    await settled(
      clock,
      isAdmin ? 'making a user an administrator' : 'making an administrator a user',
      () => shared.updateUser(user.id, bodyOf(user, isAdmin)),
      async () => (((await again(user)).isAdmin === true) === isAdmin ? true : undefined),
    )
  }
  const setRole = async (user: UserShape, role: string, facts: Facts, wanted: boolean): Promise<void> => {
    const holds = (seen: UserShape): boolean => roleIds(seen, facts).includes(role)
    if (holds(user) === wanted) return
    await settled(
      clock,
      wanted ? 'giving a role' : 'taking a role',
      () => (wanted ? api.addRole(person(user), Number(role)) : api.removeRole(person(user), Number(role))),
      async () => (holds(await again(user)) === wanted ? true : undefined),
    )
  }

  const check = ({ role, scope }: Pick<Grant, 'role' | 'scope'>, tenant: number, facts: Facts): void => {
    const flag = flagOf(role, facts)
    if (!fits(scope, tenant, flag))
      throw refused(
        `scope ${scopeKey(scope)}: this instance's generation of the API gives roles in the user's own tenant only; write ownTenant or wait for its update`,
      )
    const msp = facts.tenants.find(({ id }) => id === tenant)?.isMsp === true
    if (flag !== undefined && flag.msp !== msp)
      throw refused(`this role is for people of ${flag.msp ? 'the MSP' : "an MSP's customer"} only`)
  }

  return {
    survey: async (users, facts) => {
      const held = new Map(users.map((user) => [user.id, heldBy(ofThisGeneration(user), facts)]))
      const custom = facts.roles.map(({ id }): Held => ({ role: String(id), scope: home }))
      const ours = new Set(mapped(facts).map(({ role }) => role))
      const heldIn = (user: number): readonly Held[] => held.get(user) ?? []
      return {
        heldBy: heldIn,
        keeps: (user) => heldIn(user).some(({ role, inherent }) => ours.has(role) && inherent !== true),
        all: [...[...held.values()].flat(), ...custom],
        denied: [],
      }
    },
    ownRoles: async (facts) => {
      const own = await shared.user(String(facts.own.userId))
      if (own === undefined) return new Set()
      const flagRole = flagRoleOf(own, facts)
      return new Set([...roleIds(own, facts), ...(flagRole === undefined ? [] : [flagRole])])
    },
    check,
    prepare: async () => undefined,
    give: async (shown, grant, facts) => {
      const user = ofThisGeneration(shown)
      check(grant, user.tenantId, facts)
      const flag = flagOf(grant.role, facts)
      if (flag === undefined) await setRole(user, grant.role, facts, true)
      else await setAdmin(user, flag.admin)
    },
    take: async (shown, { role }, facts) => {
      const user = ofThisGeneration(shown)
      const flag = flagOf(role, facts)
      if (flag === undefined) return setRole(user, role, facts, false)
      if (flag.admin) return setAdmin(user, false)
      if (flagRoleOf(user, facts) === role)
        throw refused(
          'in this generation of the API every user who is no administrator holds this role; it goes with the user',
        )
    },
    strip: async (user, facts) => {
      let seen = ofThisGeneration(user)
      for (const { role } of mapped(facts)) {
        const flag = flagOf(role, facts)
        if (flag === undefined) await setRole(seen, role, facts, false)
        else if (flag.admin && flagRoleOf(seen, facts) === role) await setAdmin(seen, false)
        seen = await again(user)
      }
    },
    makeUser: (id) => api.createFromPerson(id, dialect.managementAccess === 'yes'),
    release: async (role, facts) => {
      const holders = facts.roles.find(({ id }) => id === role)?.userCount ?? 0
      if (holders > 0) return 'held'
      const { items: users } = await shared.users()
      return users.some((user) => roleIds(user, facts).includes(String(role))) ? 'held' : 'free'
    },
  }
}
