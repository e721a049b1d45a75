import type { Person, Role, Tenant, User, World } from './world.ts'

/** Where things are found; lists are indexed once per list, as a list of users looks up each of its persons. */
const indexes = new WeakMap<object, ReadonlyMap<unknown, unknown>>()

const indexed = <T extends object, K>(list: readonly T[], key: (one: T) => K): ReadonlyMap<K, T> => {
  const known = indexes.get(list) as ReadonlyMap<K, T> | undefined
  if (known !== undefined) return known
  const made = new Map(list.map((one) => [key(one), one]))
  indexes.set(list, made)
  return made
}

export const personById = (world: World, id: number | null): Person | undefined =>
  id === null ? undefined : indexed(world.persons, ({ id: own }) => own).get(id)
export const userById = (world: World, id: number): User | undefined =>
  indexed(world.users, ({ id: own }) => own).get(id)
export const tenantById = (world: World, id: number | null): Tenant | undefined =>
  id === null ? undefined : indexed(world.tenants, ({ id: own }) => own).get(id)

/** What the older documentation calls the first four; it has *Read-Only* besides, and none of the others. */
const olderNames = ['', 'Global Administrator', 'Technician', 'Tenant Administrator', 'Self-Service']

export const rolesOf = ({ roles, switches }: World): readonly Role[] => {
  if (switches.vocabulary === 'rbac') return roles.filter(({ builtin }) => builtin !== 'older')
  return roles.flatMap((role) => {
    if (role.builtin !== 'rbac') return [role]
    const name = olderNames[role.id]
    return name === undefined ? [] : [{ ...role, name }]
  })
}
export const roleById = (world: World, id: number): Role | undefined =>
  rolesOf(world).find(({ id: own }) => own === id)

const usersByPerson = new WeakMap<readonly User[], ReadonlyMap<number, User>>()
export const userOfPerson = (world: World, personId: number): User | undefined => {
  const index =
    usersByPerson.get(world.users) ??
    new Map(world.users.flatMap((user) => (user.personId === null ? [] : [[user.personId, user]])))
  usersByPerson.set(world.users, index)
  return index.get(personId)
}

export const isMsp = (world: World, user: User): boolean => tenantById(world, user.tenantId)?.isMsp === true
export const isExpired = (user: User, now: string): boolean =>
  user.expiresAt !== null && user.expiresAt <= now
export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

export const nameOf = (world: World, user: User): string => {
  const person = personById(world, user.personId)
  return person === undefined ? (user.name ?? '') : `${person.firstName} ${person.lastName}`
}
export const emailOf = (world: World, user: User): string | null =>
  personById(world, user.personId)?.emailAddress ?? null

type Listed = 'tenants' | 'persons' | 'users' | 'roles' | 'groups'

/** Replaces or (with `undefined`) drops one thing by its id. */
export const withThing = <L extends Listed>(
  world: World,
  list: L,
  id: number,
  next: World[L][number] | undefined,
): World => ({
  ...world,
  [list]: (world[list] as readonly World[L][number][]).flatMap((one) =>
    one.id === id ? (next === undefined ? [] : [next]) : [one],
  ),
})

/** A user takes memberships and direct assignments along; the person stays. */
export const withoutUser = (world: World, id: number): World => ({
  ...withThing(world, 'users', id, undefined),
  members: world.members.filter(({ userId }) => userId !== id),
  assignments: world.assignments.filter(({ userId }) => userId !== id),
})
