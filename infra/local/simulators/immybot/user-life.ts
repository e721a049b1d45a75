import { mayIn } from './access.ts'
import { boolean, enumeration, enumNumber, integer, list, optional } from './checks.ts'
import { newUser } from './demo.ts'
import { personById, roleById, userOfPerson, withThing } from './lookup.ts'
import { type Answer, type Call, done, ok, type Route, refuse } from './routing.ts'
import { showUser } from './show.ts'
import type { Person, User, World } from './world.ts'

/** How persons become users, hold roles in the legacy generation, and expire. */
export const expirations = { OneHour: 1, OneDay: 2, Indefinite: 3, ThreeDays: 4 } as const
export const expiration = enumeration(expirations)

const hours: Readonly<Record<number, number | null>> = { 1: 1, 2: 24, 3: null, 4: 72 }

/** One hour is the shortest: nobody can be cut off at once. */
export const expiryOf = (word: unknown, now: string): string | null => {
  const duration = hours[enumNumber(expirations, word) ?? expirations.Indefinite]
  return duration == null ? null : new Date(Date.parse(now) + duration * 3_600_000).toISOString()
}

type Made = { readonly world: World; readonly created: readonly number[] }

/** Who is a user already stays as they are. */
export const withUsersFor = (
  world: World,
  persons: readonly Person[],
  own: Partial<User>,
  now: string,
): Made =>
  persons.reduce<Made>(
    (soFar, { id: personId, tenantId }) => {
      if (userOfPerson(soFar.world, personId) !== undefined) return soFar
      const id = soFar.world.nextId
      const user = newUser({ ...own, id, personId, tenantId, createdAt: now })
      return {
        world: { ...soFar.world, nextId: id + 1, users: [...soFar.world.users, user] },
        created: [...soFar.created, id],
      }
    },
    { world, created: [] },
  )

/** All of the persons, or what forbids it. */
const personsOf = ({ world, caller }: Call, ids: readonly number[]): readonly Person[] | Answer => {
  const persons = ids.flatMap((id) => personById(world, id) ?? [])
  if (persons.length < ids.length) return refuse(400, 'personIds: unknown person')
  return persons.every(({ tenantId }) => mayIn(world, caller, tenantId, 'users:manage'))
    ? persons
    : refuse(403, 'users:manage is needed in the tenant of the person')
}

/** Everybody logs in through Entra. */
const promotable = (persons: readonly Person[]): Answer | undefined =>
  persons.some(({ azurePrincipalId }) => azurePrincipalId === null)
    ? refuse(400, 'personIds: a person without an Entra object id cannot become a user')
    : undefined

const bulkCreate = (call: Call): Answer => {
  const { personIds, expirationTime } = call.body as { personIds: readonly number[]; expirationTime: unknown }
  const persons = personsOf(call, personIds)
  if ('status' in persons) return persons
  const refusal = promotable(persons)
  if (refusal !== undefined) return refusal
  const expiresAt = expiryOf(expirationTime, call.now)
  const { world, created } = withUsersFor(call.world, persons, { expiresAt }, call.now)
  return ok({ createdUserIds: created }, world)
}

const createFromPerson = (call: Call): Answer => {
  const { personId, hasManagementAccess } = call.body as { personId: number; hasManagementAccess?: boolean }
  const persons = personsOf(call, [personId])
  if ('status' in persons) return persons
  const refusal = promotable(persons)
  if (refusal !== undefined) return refusal
  if (userOfPerson(call.world, personId) !== undefined)
    return refuse(400, 'personId: this person is a user already')
  const own = { hasManagementAccess: hasManagementAccess ?? false }
  const { world } = withUsersFor(call.world, persons, own, call.now)
  const user = userOfPerson(world, personId)
  return user === undefined ? refuse(400, 'personId: no user') : ok(showUser(world, user, call.now), world)
}

const updateExpiration = (call: Call): Answer => {
  const { personIds, expiresIn } = call.body as { personIds: readonly number[]; expiresIn: unknown }
  const persons = personsOf(call, personIds)
  if ('status' in persons) return persons
  const users = persons.flatMap(({ id }) => userOfPerson(call.world, id) ?? [])
  if (users.length < persons.length) return refuse(400, 'personIds: this person is no user')
  const expiresAt = expiryOf(expiresIn, call.now)
  return done(
    users.reduce((world, user) => withThing(world, 'users', user.id, { ...user, expiresAt }), call.world),
  )
}

type RoleUpdate = { readonly personIds: readonly number[]; readonly roleIds: readonly number[] }

const withRoles = (
  call: Call,
  change: (held: readonly number[], named: readonly number[]) => readonly number[],
): World | Answer => {
  const { personIds, roleIds } = call.body as RoleUpdate
  const persons = personsOf(call, personIds)
  if ('status' in persons) return persons
  if (roleIds.some((id) => roleById(call.world, id) === undefined))
    return refuse(400, 'roleIds: unknown role')
  const users = persons.flatMap(({ id }) => userOfPerson(call.world, id) ?? [])
  if (users.length < persons.length) return refuse(400, 'personIds: this person is no user')
  return users.reduce(
    (world, user) => withThing(world, 'users', user.id, { ...user, roleIds: change(user.roleIds, roleIds) }),
    call.world,
  )
}
const added = (held: readonly number[], named: readonly number[]): readonly number[] => [
  ...new Set([...held, ...named]),
]

const addRoles = (call: Call): Answer => {
  const next = withRoles(call, added)
  return 'status' in next
    ? next
    : {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify('The roles were added'),
        world: next,
      }
}

const removeRoles = (call: Call): Answer => {
  const next = withRoles(call, (held, named) => held.filter((id) => !named.includes(id)))
  return 'status' in next ? next : done(next)
}

const grantAccess = (call: Call): Answer => {
  const { personIds, expiresIn } = call.body as RoleUpdate & { expiresIn: unknown }
  const persons = personsOf(call, personIds)
  if ('status' in persons) return persons
  const refusal = promotable(persons)
  if (refusal !== undefined) return refusal
  const { world } = withUsersFor(call.world, persons, { expiresAt: expiryOf(expiresIn, call.now) }, call.now)
  const next = withRoles({ ...call, world }, added)
  return 'status' in next ? next : ok({ success: true, message: 'Access was granted' }, next)
}

const ids = list(integer, 1)
const roleShape = { personIds: ids, roleIds: ids }

export const userLifeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/users/update-expiration',
    permission: 'users:manage',
    body: () => ({ personIds: ids, expiresIn: expiration }),
    handle: updateExpiration,
  },
  {
    // The specification declares a path parameter that the path lacks; a query parameter is taken, too.
    method: 'POST',
    path: '/users/invalidate-cache',
    permission: 'users:view',
    query: ['userId'],
    handle: ({ world }) => done({ ...world, believed: [] }),
  },
  {
    method: 'POST',
    path: '/users/bulk-create',
    generation: 'rbac',
    permission: 'users:manage',
    body: () => ({ personIds: ids, expirationTime: expiration }),
    handle: bulkCreate,
  },
  {
    method: 'POST',
    path: '/users/create-from-person',
    generation: 'legacy',
    body: () => ({ personId: integer, hasManagementAccess: optional(boolean) }),
    handle: createFromPerson,
  },
  {
    method: 'POST',
    path: '/users/grant-access',
    generation: 'legacy',
    body: () => ({ personIds: ids, roleIds: list(integer), expiresIn: expiration }),
    handle: grantAccess,
  },
  {
    method: 'POST',
    path: '/users/add-roles',
    generation: 'legacy',
    body: () => roleShape,
    handle: addRoles,
  },
  {
    method: 'POST',
    path: '/users/remove-roles',
    generation: 'legacy',
    body: () => roleShape,
    handle: removeRoles,
  },
]
