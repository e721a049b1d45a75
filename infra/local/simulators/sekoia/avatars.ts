import { list, oneOf, uuid } from './checks.ts'
import { inheritedAvatar, roleOf } from './family.ts'
import {
  type Answer,
  type Call,
  listing,
  matches,
  paging,
  type Route,
  refuse,
  unknownThing,
} from './routing.ts'
import { showAvatar, showAvatarDetail, showRole } from './show.ts'
import {
  type Avatar,
  adminsOf,
  heldRoles,
  type Role,
  type Switches,
  userById,
  type World,
  withAvatar,
} from './world.ts'

const avatarOf = ({ world, params }: Call): Avatar | undefined =>
  world.avatars.find(({ uuid: id, community }) => id === params.avatar && community === params.community)

/** Undocumented, hence a switch: an administrator-less community may be refused. */
const guarded = (call: Call, world: World, status: number, body?: unknown): Answer => {
  const community = call.params.community ?? ''
  const lost = adminsOf(call.world, community) > 0 && adminsOf(world, community) === 0
  return lost && world.switches.lastAdmin === 'refused'
    ? refuse(400, 'The community must keep an administrator')
    : { status, body, world }
}

/** A custom role switches the built-in one off; an intake-restricted role stands alone and there is only one. */
export const withRoleGiven = (
  avatar: Avatar,
  held: readonly Role[],
  role: Role,
  switches: Switches,
): Avatar | string => {
  const exclusive = switches.customSwitchesBuiltinOff
  if (held.some(({ uuid: id }) => id === role.uuid)) return avatar
  const others = held.filter(({ community }) => community !== null)
  if (role.community === null)
    return others.length === 0 || (!exclusive && others.every(({ intakes }) => intakes.length === 0))
      ? { ...avatar, builtin: role.uuid }
      : 'A built-in role cannot be combined with custom roles'
  if (role.intakes.length > 0 && others.length > 0)
    return 'An intake restricted role cannot be combined with other roles'
  if (others.some(({ intakes }) => intakes.length > 0))
    return 'The user holds an intake restricted role, which cannot be combined with other roles'
  const builtin = exclusive || role.intakes.length > 0 ? null : avatar.builtin
  return { ...avatar, builtin, roles: [...avatar.roles, role.uuid] }
}

/** All of these roles and no others, or what forbids it. */
export const withRolesGiven = (
  world: World,
  avatar: Avatar,
  community: string,
  wanted: readonly string[],
): Avatar | string => {
  const start: Avatar | string = { ...avatar, builtin: null, roles: [] }
  return wanted.reduce<Avatar | string>((soFar, id) => {
    if (typeof soFar === 'string') return soFar
    const role = roleOf(world, community, id)
    return role === undefined
      ? 'unknown role'
      : withRoleGiven(soFar, heldRoles(world, soFar), role, world.switches)
  }, start)
}

const listAvatars = ({ world, params, query }: Call): Answer => {
  const parent = world.communities.find(({ uuid: id }) => id === params.community)?.parent
  const seen = world.avatars.map((avatar) =>
    avatar.community === parent ? inheritedAvatar(world, avatar) : avatar,
  )
  const shown = seen.filter((avatar) => {
    const inherited = query.get('include_parent') === 'true' && avatar.community === parent
    const confirmed = query.get('confirmed')
    const user = userById(world, avatar.user)
    return (
      (avatar.community === params.community || inherited) &&
      matches(query, 'uuid', [avatar.uuid]) &&
      matches(query, 'user_uuid', [avatar.user]) &&
      matches(query, 'name', [user === undefined ? '' : `${user.firstname} ${user.lastname}`]) &&
      matches(query, 'role_uuid', [avatar.builtin, ...avatar.roles]) &&
      matches(query, 'status', [avatar.status]) &&
      (confirmed === null || String(user?.confirmed) === confirmed)
    )
  })
  const plain = shown.map((avatar) => ({
    uuid: avatar.uuid,
    name: avatar.user,
    created_at: avatar.createdAt,
    updated_at: avatar.updatedAt,
    avatar,
  }))
  const answer = listing(query, plain, ['uuid', 'name', 'created_at', 'updated_at'])
  if (answer.status !== 200) return answer
  const { total, items } = answer.body as { total: number; items: typeof plain }
  return { status: 200, body: { total, items: items.map(({ avatar }) => showAvatar(world, avatar)) } }
}

const onAvatar =
  (handle: (call: Call, avatar: Avatar) => Answer) =>
  (call: Call): Answer => {
    const avatar = avatarOf(call)
    return avatar === undefined ? unknownThing('Avatar') : handle(call, avatar)
  }

const setStatus = onAvatar((call, avatar) => {
  const status = call.body[call.world.switches.avatarStatusKey] as Avatar['status']
  const next: Avatar = { ...avatar, status, statusChangedAt: call.now, updatedAt: call.now }
  const world = withAvatar(call.world, avatar.uuid, next)
  return guarded(call, world, 200, showAvatarDetail(world, next))
})

const setRoles = onAvatar((call, avatar) => {
  const wanted = call.body[call.world.switches.avatarRolesKey] as readonly string[]
  const next = withRolesGiven(call.world, avatar, avatar.community, wanted)
  return typeof next === 'string'
    ? refuse(call.world.switches.ruleStatus, next)
    : guarded(call, withAvatar(call.world, avatar.uuid, { ...next, updatedAt: call.now }), 204)
})

const dropRole = onAvatar((call, avatar) => {
  const { role } = call.params
  if (!heldRoles(call.world, avatar).some(({ uuid: id }) => id === role)) return unknownThing('Role')
  const next: Avatar = {
    ...avatar,
    builtin: avatar.builtin === role ? null : avatar.builtin,
    roles: avatar.roles.filter((held) => held !== role),
    updatedAt: call.now,
  }
  return guarded(call, withAvatar(call.world, avatar.uuid, next), 204)
})

const assign = (call: Call): Answer => {
  const { world, params, body, now } = call
  const role = roleOf(world, params.community ?? '', params.role ?? '')
  const avatar = world.avatars.find(
    ({ uuid: id, community }) => id === body[world.switches.assignKey] && community === params.community,
  )
  if (role === undefined || avatar === undefined)
    return refuse(403, 'This role cannot be given to this avatar')
  const held = world.switches.assign === 'replace' ? [] : heldRoles(world, avatar)
  const start = world.switches.assign === 'replace' ? { ...avatar, builtin: null, roles: [] } : avatar
  const next = withRoleGiven(start, held, role, world.switches)
  return typeof next === 'string'
    ? refuse(world.switches.ruleStatus, next)
    : guarded(call, withAvatar(world, avatar.uuid, { ...next, updatedAt: now }), 204)
}

const avatar = '/v1/communities/:community/avatars/:avatar'
export const avatarRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/communities/:community/avatars/',
    permission: 'COMMUNITY_LIST_MEMBER',
    query: [
      ...paging,
      'sort',
      'direction',
      'confirmed',
      'include_parent',
      ...['name', 'uuid', 'user_uuid', 'role_uuid', 'status'].map((field) => `match[${field}]`),
    ],
    handle: listAvatars,
  },
  {
    method: 'GET',
    path: avatar,
    permission: 'COMMUNITY_LIST_MEMBER',
    handle: onAvatar((call, found) => ({ status: 200, body: showAvatarDetail(call.world, found) })),
  },
  {
    method: 'PUT',
    path: avatar,
    body: ({ switches }) => ({ [switches.avatarStatusKey]: oneOf('enabled', 'disabled') }),
    handle: setStatus,
  },
  {
    method: 'DELETE',
    path: avatar,
    permission: 'COMMUNITY_REMOVE_MEMBER',
    handle: onAvatar((call, found) => guarded(call, withAvatar(call.world, found.uuid, undefined), 204)),
  },
  {
    method: 'GET',
    path: `${avatar}/roles`,
    permission: 'COMMUNITY_READ_ROLE',
    query: paging,
    handle: onAvatar((call, found) =>
      listing(
        call.query,
        heldRoles(call.world, found).map((role) => showRole(call.world, role, found.community)),
        [],
      ),
    ),
  },
  {
    method: 'PUT',
    path: `${avatar}/roles`,
    permission: 'COMMUNITY_ASSIGN_ROLE',
    body: ({ switches }) => ({ [switches.avatarRolesKey]: list(uuid) }),
    handle: setRoles,
  },
  {
    method: 'DELETE',
    path: `${avatar}/roles/:role`,
    permission: 'COMMUNITY_REMOVE_ROLE',
    handle: dropRole,
  },
  {
    method: 'POST',
    path: '/v1/communities/:community/roles/:role',
    permission: 'COMMUNITY_ASSIGN_ROLE',
    body: ({ switches }) => ({ [switches.assignKey]: uuid }),
    handle: assign,
  },
]
