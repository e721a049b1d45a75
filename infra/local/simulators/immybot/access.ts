import { isExpired, isMsp, tenantById, userById } from './lookup.ts'
import { permissionById } from './permissions.ts'
import type { Assignment, Scope, User, World } from './world.ts'

/** What a user may do where: allow assignments add up, one deny wins. */
export type Verdict = {
  readonly permission: string
  readonly isAllow: boolean
  readonly contributing: readonly Assignment[]
}

const memberships = new WeakMap<World['members'], ReadonlyMap<number, ReadonlySet<number>>>()
const groupsOf = (world: World, userId: number): ReadonlySet<number> => {
  const known = memberships.get(world.members)
  if (known !== undefined) return known.get(userId) ?? new Set()
  const made = new Map<number, Set<number>>()
  for (const { userId: member, groupId } of world.members)
    made.set(member, (made.get(member) ?? new Set()).add(groupId))
  memberships.set(world.members, made)
  return made.get(userId) ?? new Set()
}

/** Direct assignments, and those of the user's groups. */
export const assignmentsOf = (world: World, userId: number): readonly Assignment[] => {
  const groups = groupsOf(world, userId)
  return world.assignments.filter(
    (one) => one.userId === userId || (one.groupId !== null && groups.has(one.groupId)),
  )
}

/** With a stale cache, what was true when it was filled. */
const believedBy = (world: World, userId: number): readonly Assignment[] =>
  (world.switches.staleRoles ? world.believed.find((one) => one.userId === userId) : undefined)
    ?.assignments ?? assignmentsOf(world, userId)

/** An MSP's scope: itself, and the tenants it owns. Resource scopes give nothing to a whole tenant. */
export const covers = (world: World, user: User, scope: Scope, tenantId: number): boolean => {
  const tenant = tenantById(world, tenantId)
  if (tenant === undefined) return false
  switch (scope.kind) {
    case 'owner':
      return true
    case 'msp':
      return tenant.id === scope.mspTenantId || tenant.ownerTenantId === scope.mspTenantId
    case 'tenant-tag':
      return tenant.tagIds.includes(scope.tagId)
    case 'specific-tenant':
      return tenant.id === scope.tenantId
    case 'user-tenant':
      return tenant.id === user.tenantId
    case 'tag-resource':
    case 'specific-resource':
    case 'category-resource':
      return false
  }
}

const grants = (world: World, assignment: Assignment, permission: string): boolean =>
  world.roles.find(({ id }) => id === assignment.roleId)?.permissions.includes(permission) === true

const judged = (applying: readonly Assignment[], permission: string): Verdict => ({
  permission,
  isAllow: applying.length > 0 && applying.every(({ isAllow }) => isAllow),
  contributing: applying,
})

/** A system permission cannot be limited to tenants: it takes the owner's or an MSP's scope. */
const reaches = (world: World, user: User, scope: Scope, permission: string, tenantId: number): boolean =>
  permissionById(permission)?.isSystemManaged === true
    ? scope.kind === 'owner' || scope.kind === 'msp'
    : covers(world, user, scope, tenantId)

export const verdictInTenant = (world: World, user: User, tenantId: number, permission: string): Verdict =>
  judged(
    believedBy(world, user.id).filter(
      (one) => grants(world, one, permission) && reaches(world, user, one.scope, permission, tenantId),
    ),
    permission,
  )

export const verdictAnywhere = (world: World, user: User, permission: string): Verdict => {
  const holding = believedBy(world, user.id).filter((one) => grants(world, one, permission))
  const allowed = world.tenants.some(({ id }) => verdictInTenant(world, user, id, permission).isAllow)
  return { permission, isAllow: allowed, contributing: holding }
}

export const mayIn = (world: World, user: User, tenantId: number, permission: string): boolean =>
  world.switches.generation === 'legacy'
    ? isMsp(world, user) || user.tenantId === tenantId
    : verdictInTenant(world, user, tenantId, permission).isAllow

/** Remembered per request: lists ask for each row's tenant. */
export const tenantsWith = (world: World, user: User, permission: string): ReadonlySet<number> =>
  new Set(world.tenants.map(({ id }) => id).filter((id) => mayIn(world, user, id, permission)))

/** A person, no machine, who can manage users of an MSP; our own service principal does not count. */
const isAdmin = (world: World, user: User, caller: User, now: string): boolean => {
  if (user.type !== 'Person' || user.id === caller.id || isExpired(user, now) || !isMsp(world, user))
    return false
  if (world.switches.generation === 'legacy') return user.isAdmin
  return assignmentsOf(world, user.id).some(({ scope }) => scope.kind === 'owner' || scope.kind === 'msp')
    ? verdictInTenant(world, user, user.tenantId, 'users:manage').isAllow
    : false
}

/** Undocumented, hence a switch: an instance without a human administrator may be refused. */
export const losesLastAdmin = (before: World, after: World, caller: User, now: string): boolean => {
  if (before.switches.lastAdmin === 'allowed') return false
  const some = (world: World): boolean => world.users.some((user) => isAdmin(world, user, caller, now))
  return some(before) && !some(after)
}

/** From now on, for a minute, the user is believed to hold what they hold now. */
export const believing = (world: World, userId: number, now: string): World => {
  if (!world.switches.staleRoles || userById(world, userId) === undefined) return world
  const age = (since: string): number => Date.parse(now) - Date.parse(since)
  const fresh = world.believed.filter(({ since }) => age(since) >= 0 && age(since) < 60_000)
  if (fresh.some((one) => one.userId === userId))
    return fresh.length === world.believed.length ? world : { ...world, believed: fresh }
  return {
    ...world,
    believed: [...fresh, { userId, since: now, assignments: assignmentsOf(world, userId) }],
  }
}
