/** The simulated platform's whole state: a plain JSON value. Every change makes a new world, so a refused request changes nothing. */
export type World = {
  readonly switches: Switches
  readonly keys: readonly ApiKey[]
  readonly communities: readonly Community[]
  readonly users: readonly User[]
  readonly avatars: readonly Avatar[]
  readonly roles: readonly Role[]
  readonly permissions: readonly Permission[]
  readonly intakes: readonly Intake[]
  /** Invitation mails sent, oldest first. */
  readonly mails: readonly Mail[]
  /** Seconds the platform's clock is ahead of the machine's. */
  readonly clockOffset: number
}

/** What the vendor does not document: an adapter must live with either value. */
export type Switches = {
  readonly avatarStatusKey: string
  readonly avatarRolesKey: string
  readonly assignKey: string
  readonly inviteKey: 'email' | 'emails'
  /** Whether an invitation brings its roles along. */
  readonly invitationRoles: 'given' | 'ignored'
  readonly assign: 'add' | 'replace'
  readonly builtinListed: boolean
  /** Where the address of a person who has not accepted yet is shown. */
  readonly pendingAddress: 'both' | 'invitationOnly'
  readonly lastAdmin: 'refused' | 'allowed'
  /** Whether `intake_uuids` of a new role is taken over, or accepted and forgotten. */
  readonly intakes: 'kept' | 'ignored'
  /** Whether giving a custom role takes the built-in one, or both are held. */
  readonly customSwitchesBuiltinOff: boolean
  /** Status of an assignment that breaks a rule on roles. */
  readonly ruleStatus: 400 | 409 | 422
  /** Whether a main community's key is heard in the communities it manages, without being made for them. */
  readonly parentKeys: 'valid' | 'refused'
  /** Whether a main community's own roles are listed and can be given in the communities it manages. */
  readonly parentRoles: 'hidden' | 'usable'
  /** Whether a suspension in the main community shows in the managed ones. */
  readonly inherited: 'live' | 'stale'
  /** How a caller finds its own key among the keys of its community: by how it begins, by the id `me` tells, by its token's claims, or not at all. */
  readonly ownKey: 'shortKey' | 'me' | 'claims' | 'untold'
  readonly midnight: boolean
  /** More than `errors` answers ≥ 400 within `seconds` block the caller; 0 turns it off. */
  readonly errorBlock: { readonly errors: number; readonly seconds: number; readonly block: number }
  /** More than `requests` within `seconds` block the caller; 0 turns it off. */
  readonly requestBlock: { readonly requests: number; readonly seconds: number; readonly block: number }
  readonly retryAfter: boolean
}

export type ApiKey = {
  readonly uuid: string
  readonly key: string
  readonly name: string
  readonly description: string
  /** The community the key was made in, first, and others it was made for. */
  readonly communities: readonly string[]
  readonly permissions: readonly string[]
  readonly expiresAt: string | null
  readonly revoked: boolean
}
export type Community = {
  readonly uuid: string
  readonly name: string
  readonly parent: string | null
  readonly createdAt: string
}
export type User = {
  readonly uuid: string
  readonly email: string
  readonly firstname: string
  readonly lastname: string
  /** False until the mailed link was used. */
  readonly confirmed: boolean
  readonly lastActivity: string | null
  readonly createdAt: string
}
export type Avatar = {
  readonly uuid: string
  readonly community: string
  readonly user: string
  readonly status: 'enabled' | 'disabled'
  readonly statusChangedAt: string
  readonly createdAt: string
  readonly updatedAt: string
  /** The one built-in role. */
  readonly builtin: string | null
  /** Custom and restricted roles. */
  readonly roles: readonly string[]
}
export type Role = {
  readonly uuid: string
  readonly name: string
  readonly community: string | null
  readonly description: string
  readonly permissions: readonly string[]
  readonly intakes: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}
export type Permission = {
  readonly uuid: string
  readonly name: string
  readonly title: string
  readonly feature: string
  readonly allowedInRestrictedRoles: boolean
}
export type Intake = { readonly uuid: string; readonly name: string; readonly community: string }
export type Mail = {
  readonly to: string
  readonly community: string
  readonly sentAt: string
  readonly expiresAt: string
}

export const defaultSwitches: Switches = {
  avatarStatusKey: 'status',
  avatarRolesKey: 'roles',
  assignKey: 'avatar_uuid',
  inviteKey: 'email',
  invitationRoles: 'given',
  assign: 'add',
  builtinListed: false,
  pendingAddress: 'both',
  lastAdmin: 'allowed',
  intakes: 'kept',
  customSwitchesBuiltinOff: true,
  ruleStatus: 400,
  parentKeys: 'valid',
  parentRoles: 'hidden',
  inherited: 'live',
  ownKey: 'shortKey',
  midnight: false,
  errorBlock: { errors: 8, seconds: 10, block: 30 },
  requestBlock: { requests: 0, seconds: 1, block: 30 },
  retryAfter: false,
}

export const managementPermissions: readonly string[] = [
  'COMMUNITY_ADD_MEMBER',
  'COMMUNITY_REMOVE_MEMBER',
  'COMMUNITY_ASSIGN_ROLE',
  'COMMUNITY_WRITE_ROLE',
]

export const heldRoles = (world: World, avatar: Avatar): readonly Role[] =>
  world.roles.filter((role) => role.uuid === avatar.builtin || avatar.roles.includes(role.uuid))

const indexes = new WeakMap<readonly User[], ReadonlyMap<string, User>>()

/** Users by uuid; remembered per list, as a list of members looks up each of its users. */
export const userById = (world: World, uuid: string): User | undefined => {
  const index = indexes.get(world.users) ?? new Map(world.users.map((user) => [user.uuid, user]))
  indexes.set(world.users, index)
  return index.get(uuid)
}

const isAdmin = (world: World, avatar: Avatar): boolean => {
  const user = userById(world, avatar.user)
  const manages = heldRoles(world, avatar).some((role) =>
    role.permissions.some((permission) => {
      const known = world.permissions.find(({ uuid }) => uuid === permission)
      return known !== undefined && managementPermissions.includes(known.name)
    }),
  )
  return avatar.status === 'enabled' && user?.confirmed === true && manages
}

export const adminsOf = (world: World, community: string): number =>
  world.avatars.filter((avatar) => avatar.community === community && isAdmin(world, avatar)).length

/** Puts, replaces or (with `undefined`) drops one avatar. */
export const withAvatar = (world: World, uuid: string, next: Avatar | undefined): World => ({
  ...world,
  avatars: world.avatars.flatMap((avatar) =>
    avatar.uuid === uuid ? (next === undefined ? [] : [next]) : [avatar],
  ),
})

export const withRole = (world: World, uuid: string, next: Role | undefined): World => ({
  ...world,
  roles: world.roles.flatMap((role) => (role.uuid === uuid ? (next === undefined ? [] : [next]) : [role])),
  avatars:
    next === undefined
      ? world.avatars.map((avatar) => ({ ...avatar, roles: avatar.roles.filter((held) => held !== uuid) }))
      : world.avatars,
})
