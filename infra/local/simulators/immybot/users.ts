import { assignmentsOf, tenantsWith } from './access.ts'
import { boolean, integer, optional, type Shape } from './checks.ts'
import { emailOf, nameOf, tenantById, userById, withoutUser, withThing } from './lookup.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showMember, showUser } from './show.ts'
import { type Fields, sieved, sieveQuery } from './sieve.ts'
import type { User, World } from './world.ts'

const fieldsOf = (world: World): Fields<User> => ({
  id: ({ id }) => id,
  email: (user) => emailOf(world, user),
  name: (user) => nameOf(world, user),
  ...(world.switches.tenantFilter === 'ignored' ? {} : { tenantId: ({ tenantId }) => tenantId }),
})

/** The user of the path, where the caller may see (or change) users of that tenant. */
export const userFound = (call: Call, permission: string): User | undefined => {
  const user = userById(call.world, idOf(call))
  return user !== undefined && tenantsWith(call.world, call.caller, permission).has(user.tenantId)
    ? user
    : undefined
}

const listUsers = ({ world, query, caller, now }: Call): Answer => {
  const seen = tenantsWith(world, caller, 'users:view')
  const users = world.users.filter(({ tenantId }) => seen.has(tenantId))
  const page = sieved(query, users, fieldsOf(world), world.switches.pageCap)
  return ok(page.map((user) => showUser(world, user, now)))
}

const updateShape = (world: World): Shape => ({
  id: integer,
  isAdmin: optional(boolean),
  tenantId: optional(integer),
  canManageCrossTenantDeployments: optional(boolean),
  ...(world.switches.generation === 'legacy' ? { hasManagementAccess: optional(boolean) } : {}),
  ...(world.switches.enabledToggle ? { enabled: optional(boolean) } : {}),
})

type Update = {
  readonly id: number
  readonly isAdmin?: boolean
  readonly tenantId?: number
  readonly canManageCrossTenantDeployments?: boolean
  readonly hasManagementAccess?: boolean
  readonly enabled?: boolean
}

/** In the RBAC generation the old flags are accepted and mean nothing. */
const updateUser = (call: Call): Answer => {
  const user = userFound(call, 'users:manage')
  if (user === undefined) return unknownThing('User')
  const update = call.body as Update
  if (update.id !== user.id) return refuse(400, 'id: not the one of the address')
  if (update.tenantId !== undefined && tenantById(call.world, update.tenantId) === undefined)
    return refuse(400, 'tenantId: unknown tenant')
  const legacy = call.world.switches.generation === 'legacy'
  const next: User = {
    ...user,
    tenantId: update.tenantId ?? user.tenantId,
    enabled: update.enabled ?? user.enabled,
    ...(legacy && {
      isAdmin: update.isAdmin ?? user.isAdmin,
      hasManagementAccess: update.hasManagementAccess ?? user.hasManagementAccess,
      canManageCrossTenantDeployments:
        update.canManageCrossTenantDeployments ?? user.canManageCrossTenantDeployments,
    }),
  }
  const world = withThing(call.world, 'users', user.id, next)
  return ok(showUser(world, next, call.now), world)
}

const deleteUser = (call: Call): Answer => {
  const user = userFound(call, 'users:manage')
  if (user === undefined) return unknownThing('User')
  return user.id === call.caller.id
    ? refuse(400, 'A user cannot delete itself')
    : done(withoutUser(call.world, user.id))
}

const integerShape = /^\d{1,10}$/

/** A list of ids in the query; every one must be known, or nothing is done. */
export const queryIds = (query: URLSearchParams, name: string): readonly number[] | undefined => {
  const given = query.getAll(name)
  return given.length > 0 && given.every((one) => integerShape.test(one)) ? given.map(Number) : undefined
}

const deleteUsers = ({ world, query, caller }: Call): Answer => {
  const ids = queryIds(query, 'userIds')
  if (ids === undefined) return refuse(400, 'userIds: one or more ids')
  const reach = tenantsWith(world, caller, 'users:manage')
  const unknown = ids.some((id) => !reach.has(userById(world, id)?.tenantId ?? 0))
  if (unknown) return unknownThing('User')
  if (ids.includes(caller.id)) return refuse(400, 'A user cannot delete itself')
  return done(ids.reduce(withoutUser, world))
}

const groupsOfUser = (call: Call): Answer => {
  const { world } = call
  const user = userFound(call, 'groups:view')
  return user === undefined
    ? unknownThing('User')
    : ok(world.members.filter(({ userId }) => userId === user.id).map((one) => showMember(world, one)))
}

/** A machine cannot be looked at through somebody else's eyes: a refusal inside a 200. */
const impersonation =
  (reason: string) =>
  (call: Call): Answer =>
    ok({ isSuccess: false, reason, dateCreatedUtc: call.now })

const claims = ({ world, caller }: Call): Answer => {
  const held = assignmentsOf(world, caller.id).filter(({ isAllow }) => isAllow)
  const ids = held.flatMap(({ roleId }) => world.roles.find(({ id }) => id === roleId)?.permissions ?? [])
  return ok({ claims: [...new Set(ids)].map((id) => ({ type: 'permission', value: id })) })
}

export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    permission: 'users:view',
    legacyOpen: true,
    query: sieveQuery,
    handle: listUsers,
  },
  { method: 'GET', path: '/users/claims', legacyOpen: true, handle: claims },
  {
    method: 'POST',
    path: '/users/stop-impersonating',
    legacyOpen: true,
    handle: impersonation('Nobody is being impersonated'),
  },
  {
    method: 'DELETE',
    path: '/users/bulk-delete',
    permission: 'users:manage',
    query: ['userIds'],
    handle: deleteUsers,
  },
  {
    method: 'GET',
    path: '/users/:id',
    permission: 'users:view',
    legacyOpen: true,
    handle: (call) => {
      const user = userFound(call, 'users:view')
      return user === undefined ? unknownThing('User') : ok(showUser(call.world, user, call.now))
    },
  },
  ...(['POST', 'PUT'] as const).map(
    (method): Route => ({
      method,
      path: '/users/:id',
      when: ({ userUpdate }) => userUpdate === method,
      permission: 'users:manage',
      body: updateShape,
      handle: updateUser,
    }),
  ),
  { method: 'DELETE', path: '/users/:id', permission: 'users:manage', handle: deleteUser },
  {
    method: 'GET',
    path: '/users/:id/groups',
    generation: 'rbac',
    permission: 'groups:view',
    handle: groupsOfUser,
  },
  {
    method: 'POST',
    path: '/users/:id/impersonate',
    permission: 'users:impersonate',
    handle: impersonation('A service principal cannot impersonate'),
  },
]
