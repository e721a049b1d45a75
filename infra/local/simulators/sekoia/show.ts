import { childrenOf } from './family.ts'
import {
  type ApiKey,
  type Avatar,
  type Community,
  heldRoles,
  type Role,
  type User,
  userById,
  type World,
} from './world.ts'

/** How the platform writes its objects. */
type Shown = Readonly<Record<string, unknown>>

const short = (role: Role): Shown => ({ uuid: role.uuid, name: role.name })

export const showUser = (world: World, user: User): Shown => ({
  uuid: user.uuid,
  firstname: user.firstname,
  lastname: user.lastname,
  company_name: null,
  email: user.confirmed || world.switches.pendingAddress === 'both' ? user.email : null,
  picture_mode: 'initials',
  created_at: user.createdAt,
  updated_at: user.createdAt,
  confirmed: user.confirmed,
  invitation_v2: world.mails.some(({ to }) => to === user.email) ? { email: user.email } : null,
  mfa_enabled: false,
  last_activity: user.lastActivity,
  auth_provider: 'local',
  sso_available: false,
})

const showMembership = (world: World, avatar: Avatar): Shown => {
  const user = userById(world, avatar.user)
  return {
    uuid: avatar.uuid,
    role_uuid: avatar.builtin,
    name: user === undefined ? '' : `${user.firstname} ${user.lastname}`,
    user: user === undefined ? null : showUser(world, user),
    created_at: avatar.createdAt,
    updated_at: avatar.updatedAt,
    status: avatar.status,
    status_changed_at: avatar.statusChangedAt,
  }
}

/** List item: whether `roles` holds the built-in role too is not documented. */
export const showAvatar = (world: World, avatar: Avatar): Shown => ({
  ...showMembership(world, avatar),
  roles: heldRoles(world, avatar)
    .filter((role) => world.switches.builtinListed || role.community !== null)
    .map(short),
})

export const showAvatarDetail = (world: World, avatar: Avatar): Shown => {
  const held = heldRoles(world, avatar)
  const intakes = held.flatMap((role) => role.intakes)
  return {
    ...showMembership(world, avatar),
    community: { uuid: avatar.community },
    is_restricted: intakes.length > 0,
    intake_uuids: intakes,
    permissions_mask: String(held.flatMap((role) => role.permissions).length),
  }
}

export const showPermission = (world: World, uuid: string): Shown => {
  const index = world.permissions.findIndex((permission) => permission.uuid === uuid)
  const permission = world.permissions[index]
  return {
    uuid,
    bitmask_id: index,
    name: permission?.name,
    title: permission?.title,
    description: permission?.title,
    feature: permission?.feature,
  }
}

export const showRole = (world: World, role: Role, community: string): Shown => ({
  uuid: role.uuid,
  name: role.name,
  community_uuid: role.community,
  description: role.description,
  permissions: role.permissions.map((uuid) => showPermission(world, uuid)),
  created_at: role.createdAt,
  updated_at: role.updatedAt,
  total_members: world.avatars.filter(
    (avatar) =>
      avatar.community === community && (avatar.builtin === role.uuid || avatar.roles.includes(role.uuid)),
  ).length,
  members: [],
  is_restricted: role.intakes.length > 0,
  intake_uuids: role.intakes,
})

export const showCommunity = (world: World, community: Community): Shown => ({
  uuid: community.uuid,
  name: community.name,
  description: community.name,
  homepage_url: null,
  picture_mode: 'initials',
  created_at: community.createdAt,
  updated_at: community.createdAt,
  created_by_type: 'avatar',
  is_parent: childrenOf(world, community.uuid).length > 0,
  parent_community_uuid: community.parent,
  subcommunities: childrenOf(world, community.uuid).map(({ uuid }) => uuid),
  is_mfa_enforced: false,
  session_timeout: null,
  disable_inactive_avatars: world.switches.midnight,
  disabled: false,
  plans: [],
  features: [],
})

export const showKey = ({ switches }: World, key: ApiKey, now: string): Shown => ({
  uuid: key.uuid,
  name: key.name,
  description: key.description,
  roles: [],
  permissions: key.permissions,
  expires_at: key.expiresAt,
  status: key.revoked ? 'revoked' : key.expiresAt !== null && key.expiresAt <= now ? 'expired' : 'active',
  // The demo keys begin alike: short enough to be no secret, long enough to tell them apart.
  short_key: switches.ownKey === 'shortKey' ? key.key.slice(0, 14) : key.uuid.slice(0, 8),
})
