import type { World as ImmybotWorld, Scope, User } from '../simulators/immybot/world.ts'
import { demoShortname } from '../simulators/netography/demo.ts'
import type { World as NetographyWorld } from '../simulators/netography/world.ts'
import { controlOf, type Standings } from './control.ts'

/** The platforms beside Sekoia.io, by name. */
export const standingsElsewhere = async (
  simulators: string,
): Promise<Readonly<Record<string, Standings>>> => ({
  netography: await netographyStandings(simulators),
  immybot: await immybotStandings(simulators),
})

/** Netography: e-mail → `enabled: readonly`. Nobody is ever anything but enabled there. */
const netographyStandings = async (simulators: string): Promise<Standings> => {
  const { accounts } = await controlOf(`${simulators}/netography`)<NetographyWorld>('state')
  const users = accounts.find(({ shortname }) => shortname === demoShortname)?.users ?? []
  return Object.fromEntries(
    users.map(({ email, roles }) => [email, `enabled: ${roles.join(' + ') || 'no role'}`]),
  )
}

/** ImmyBot: e-mail → `enabled: Paris field in Paris`, or `expiring: no role` for those who may not come in again. Machines are left out. */
const immybotStandings = async (simulators: string): Promise<Standings> => {
  const world = await controlOf(`${simulators}/immybot`)<ImmybotWorld>('state')
  const persons = new Map(world.persons.map((person) => [person.id, person.emailAddress]))
  const rows = world.users.flatMap((user) => {
    const email = user.personId === null ? undefined : persons.get(user.personId)
    const state = user.expiresAt === null ? 'enabled' : 'expiring'
    return email === undefined
      ? []
      : [[email, `${state}: ${rolesOf(world, user).join(' + ') || 'no role'}`] as const]
  })
  return Object.fromEntries(rows)
}

/** Direct assignments and those of the user's groups, as role and place. */
const rolesOf = (world: ImmybotWorld, user: User): readonly string[] => {
  const groups = world.members.filter(({ userId }) => userId === user.id).map(({ groupId }) => groupId)
  const held = world.assignments.filter(
    ({ userId, groupId }) => userId === user.id || (groupId !== null && groups.includes(groupId)),
  )
  const nameOf = (roleId: number): string =>
    world.roles.find(({ id }) => id === roleId)?.name ?? `role ${roleId}`
  return held
    .map(({ roleId, isAllow, scope }) => `${isAllow ? '' : 'not '}${nameOf(roleId)} ${placeOf(world, scope)}`)
    .toSorted()
}

const placeOf = (world: ImmybotWorld, scope: Scope): string => {
  const tenant = (id: number): string => world.tenants.find((one) => one.id === id)?.name ?? `tenant ${id}`
  switch (scope.kind) {
    case 'owner':
      return 'everywhere'
    case 'msp':
      return `in ${tenant(scope.mspTenantId)} and its customers`
    case 'specific-tenant':
      return `in ${tenant(scope.tenantId)}`
    case 'tenant-tag':
      return `in tenants of ${world.tags.find(({ id }) => id === scope.tagId)?.name ?? `tag ${scope.tagId}`}`
    case 'user-tenant':
      return 'in their own tenant'
    case 'tag-resource':
    case 'specific-resource':
    case 'category-resource':
      return 'on some resources'
  }
}
