import {
  type ApiKey,
  type Avatar,
  type Community,
  heldRoles,
  type Role,
  userById,
  type World,
} from './world.ts'

/** Main communities and what they manage, one level deep. */
export const childrenOf = (world: World, community: string): readonly Community[] =>
  world.communities.filter(({ parent }) => parent === community)

export const parentOf = (world: World, community: string): string | null =>
  world.communities.find(({ uuid }) => uuid === community)?.parent ?? null

/** Communities a key is heard in. Whether a main community's key is heard in the managed ones is not documented. */
export const reachedBy = (world: World, key: ApiKey): readonly string[] =>
  world.switches.parentKeys === 'valid'
    ? [
        ...key.communities,
        ...key.communities.flatMap((one) => childrenOf(world, one).map(({ uuid }) => uuid)),
      ]
    : key.communities

/** Roles that can be given in a community. Whether a main community's roles can be given below it is not documented. */
export const rolesIn = (world: World, community: string): readonly Role[] => {
  const parent = world.switches.parentRoles === 'usable' ? parentOf(world, community) : null
  return world.roles.filter(
    (role) => role.community === null || role.community === community || role.community === parent,
  )
}

export const roleOf = (world: World, community: string, uuid: string): Role | undefined =>
  rolesIn(world, community).find((role) => role.uuid === uuid)

/** How a member of the main community looks in the lists of the managed ones. */
export const inheritedAvatar = (world: World, avatar: Avatar): Avatar =>
  world.switches.inherited === 'stale' ? { ...avatar, status: 'enabled' } : avatar

/** What a person can really do in a community: own roles and those of the main community together, each only while that membership is enabled. */
export const accessOf = (world: World, community: string, email: string): readonly string[] => {
  const here = [community, parentOf(world, community)]
  const roles = world.avatars
    .filter((avatar) => here.includes(avatar.community) && avatar.status === 'enabled')
    .filter((avatar) => userById(world, avatar.user)?.email.toLowerCase() === email.toLowerCase())
    .flatMap((avatar) => heldRoles(world, avatar).map(({ name }) => name))
  return [...new Set(roles)].toSorted()
}
