import { managed } from './mssp.ts'
import {
  type ApiKey,
  type Avatar,
  type Community,
  type Intake,
  type Role,
  type Switches,
  type World,
  withAvatar,
  withRole,
} from './world.ts'

/** What people do by hand in the web console, and what happens without anybody asking. */
export type Edit =
  /** The mailed link is used; an expired one does nothing. */
  | {
      readonly kind: 'activate'
      readonly email: string
      readonly firstname?: string
      readonly lastname?: string
    }
  /** A person the platform knows from elsewhere: added at once and without a mail when invited. */
  | { readonly kind: 'knownUser'; readonly email: string }
  | {
      readonly kind: 'addMember'
      readonly community: string
      readonly email: string
      readonly builtin?: string
      readonly roles?: readonly string[]
      /** Its own uuid, for tests that need a place in the order. */
      readonly avatar?: string
    }
  | { readonly kind: 'removeMember'; readonly community: string; readonly email: string }
  | {
      readonly kind: 'editMember'
      readonly community: string
      readonly email: string
      readonly status?: Avatar['status']
      readonly builtin?: string | null
      readonly roles?: readonly string[]
    }
  | { readonly kind: 'login'; readonly email: string }
  | { readonly kind: 'addRole'; readonly role: Role }
  | { readonly kind: 'addIntake'; readonly intake: Intake }
  /** Permissions by name. */
  | {
      readonly kind: 'editRole'
      readonly name: string
      readonly rename?: string
      readonly description?: string
      readonly permissions?: readonly string[]
      readonly intakes?: readonly string[]
    }
  | { readonly kind: 'deleteRole'; readonly name: string }
  | { readonly kind: 'populate'; readonly community: string; readonly count: number }
  /** The demo community comes under a main community that manages a second one, too. */
  | { readonly kind: 'manage' }
  | { readonly kind: 'addCommunity'; readonly community: Community }
  | {
      readonly kind: 'editKey'
      readonly key: string
      readonly changes: Partial<Pick<ApiKey, 'communities' | 'permissions' | 'expiresAt' | 'revoked'>>
    }
  | { readonly kind: 'turn'; readonly switches: Partial<Switches> }

type Made = { readonly now: string; readonly newId: () => string }

const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
const userOf = (world: World, email: string) => world.users.find((user) => sameAddress(user.email, email))
const avatarOf = (world: World, community: string, email: string): Avatar | undefined => {
  const user = userOf(world, email)
  return world.avatars.find((avatar) => avatar.community === community && avatar.user === user?.uuid)
}

const withUser = (world: World, email: string, { now, newId }: Made): World =>
  userOf(world, email) === undefined
    ? {
        ...world,
        users: [
          ...world.users,
          {
            uuid: newId(),
            email,
            firstname: email.split('@')[0] ?? '',
            lastname: 'Person',
            confirmed: true,
            lastActivity: now,
            createdAt: now,
          },
        ],
      }
    : world

const activated = (world: World, edit: Edit & { kind: 'activate' }, now: string): World => {
  const valid = world.mails.some((mail) => sameAddress(mail.to, edit.email) && mail.expiresAt > now)
  if (!valid) return world
  return {
    ...world,
    users: world.users.map((user) =>
      sameAddress(user.email, edit.email)
        ? {
            ...user,
            confirmed: true,
            lastActivity: now,
            firstname: edit.firstname ?? user.firstname,
            lastname: edit.lastname ?? user.lastname,
          }
        : user,
    ),
  }
}

const memberAdded = (world: World, edit: Edit & { kind: 'addMember' }, made: Made): World => {
  const next = withUser(world, edit.email, made)
  const avatar: Avatar = {
    uuid: edit.avatar ?? made.newId(),
    community: edit.community,
    user: userOf(next, edit.email)?.uuid ?? '',
    status: 'enabled',
    statusChangedAt: made.now,
    createdAt: made.now,
    updatedAt: made.now,
    builtin: edit.builtin ?? null,
    roles: edit.roles ?? [],
  }
  return { ...next, avatars: [...next.avatars, avatar] }
}

const memberEdited = (world: World, edit: Edit & { kind: 'editMember' }, now: string): World => {
  const avatar = avatarOf(world, edit.community, edit.email)
  if (avatar === undefined) return world
  return withAvatar(world, avatar.uuid, {
    ...avatar,
    status: edit.status ?? avatar.status,
    statusChangedAt: edit.status === undefined ? avatar.statusChangedAt : now,
    updatedAt: now,
    builtin: edit.builtin === undefined ? avatar.builtin : edit.builtin,
    roles: edit.roles ?? avatar.roles,
  })
}

const roleEdited = (world: World, edit: Edit & { kind: 'editRole' }, now: string): World => {
  const role = world.roles.find(({ name }) => name === edit.name)
  if (role === undefined) return world
  const permissions = edit.permissions?.flatMap((wanted) =>
    world.permissions.filter(({ name }) => name === wanted).map(({ uuid }) => uuid),
  )
  return withRole(world, role.uuid, {
    ...role,
    name: edit.rename ?? role.name,
    description: edit.description ?? role.description,
    permissions: permissions ?? role.permissions,
    intakes: edit.intakes ?? role.intakes,
    updatedAt: now,
  })
}

const populated = (world: World, edit: Edit & { kind: 'populate' }, made: Made): World => {
  const users = Array.from({ length: edit.count }, (_, index) => ({
    uuid: made.newId(),
    email: `crowd-${index}@elsewhere.test`,
    firstname: 'Crowd',
    lastname: String(index),
    confirmed: true,
    lastActivity: made.now,
    createdAt: made.now,
  }))
  const avatars = users.map((user) => ({
    uuid: made.newId(),
    community: edit.community,
    user: user.uuid,
    status: 'enabled' as const,
    statusChangedAt: made.now,
    createdAt: made.now,
    updatedAt: made.now,
    builtin: null,
    roles: [],
  }))
  return { ...world, users: [...world.users, ...users], avatars: [...world.avatars, ...avatars] }
}

export const edited = (world: World, edit: Edit, made: Made): World => {
  switch (edit.kind) {
    case 'activate':
      return activated(world, edit, made.now)
    case 'knownUser':
      return withUser(world, edit.email, made)
    case 'addMember':
      return memberAdded(world, edit, made)
    case 'removeMember':
      return withAvatar(world, avatarOf(world, edit.community, edit.email)?.uuid ?? '', undefined)
    case 'editMember':
      return memberEdited(world, edit, made.now)
    case 'login':
      return {
        ...world,
        users: world.users.map((user) =>
          sameAddress(user.email, edit.email) ? { ...user, lastActivity: made.now } : user,
        ),
      }
    case 'addRole':
      return { ...world, roles: [...world.roles, edit.role] }
    case 'addIntake':
      return { ...world, intakes: [...world.intakes, edit.intake] }
    case 'editRole':
      return roleEdited(world, edit, made.now)
    case 'deleteRole': {
      const role = world.roles.find(({ name }) => name === edit.name)
      return withRole(world, role?.uuid ?? '', undefined)
    }
    case 'populate':
      return populated(world, edit, made)
    case 'manage':
      return managed(world)
    case 'addCommunity':
      return { ...world, communities: [...world.communities, edit.community] }
    case 'editKey':
      return {
        ...world,
        keys: world.keys.map((key) => (key.key === edit.key ? { ...key, ...edit.changes } : key)),
      }
    case 'turn':
      return { ...world, switches: { ...world.switches, ...edit.switches } }
  }
}
