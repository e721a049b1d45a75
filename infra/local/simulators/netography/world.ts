/** The simulated platform's whole state: a plain JSON value. Every change makes a new world, so a refused request changes nothing. */
export type World = {
  readonly switches: Switches
  /** What `/roles/permissions` lists; the action flags say what exists for the resource. */
  readonly catalogue: readonly Permission[]
  readonly accounts: readonly Account[]
  readonly sessions: readonly Session[]
  /** Token ids seen lately. */
  readonly spent: readonly { readonly jti: string; readonly at: string }[]
  /** When users were asked for lately: the one documented limit. */
  readonly creations: readonly { readonly shortname: string; readonly at: string }[]
  /** Welcome mails sent, oldest first. */
  readonly mails: readonly { readonly to: string; readonly shortname: string; readonly at: string }[]
  /** Seconds the platform's clock is ahead of the machine's. */
  readonly clockOffset: number
}

/** What the vendor does not document: an adapter must live with either value. */
export type Switches = {
  /** `data` of the lists of users and roles: `byId` and `wrapped` are the two ways to read "object". */
  readonly listData: 'array' | 'byId' | 'wrapped'
  readonly lastAdmin: 400 | 409
  readonly emailChange: 'ignored' | 'refused'
  readonly duplicateEmail: 400 | 409 | 'created'
  /** `listRefused`: an empty list is, one whose flags are all false is not. */
  readonly emptyPermissions: 'accepted' | 'listRefused' | 'refused'
  /** A parent's key in a sub-account: refused by the exchange (401, or 404), or by every call (403). */
  readonly parentKey: 'accepted' | 'unauthorized' | 'unknown' | 'forbidden'
  /** Whether the parent's key needs a role that may masquerade for that. */
  readonly parentNeedsMasquerade: boolean
  /** What only the portal can set on a role: visible to the API or not. An update by the API loses it either way. */
  readonly portalFlags: 'shown' | 'hidden'
  readonly welcomeMails: boolean
  readonly retryAfter: boolean
  /** Seconds. */
  readonly tokenLifetime: number
  /** Seconds by which `iat` may differ. */
  readonly issuedTolerance: number
  readonly tokenIdReplay: 'refused' | 'accepted'
  readonly deletedUnknown: 204 | 404
  /** Where requests come from, for the allow list. */
  readonly sourceAddress: string
}

export const actions = ['fetch', 'create', 'update', 'delete'] as const
export type Action = (typeof actions)[number]
export type Permission = {
  readonly resource: string
  readonly description: string
  readonly fetch: boolean
  readonly create: boolean
  readonly update: boolean
  readonly delete: boolean
}

export type Account = {
  readonly id: string
  readonly shortname: string
  readonly organization: string
  readonly type: 'customer' | 'reseller' | 'staff'
  readonly parent: string | null
  readonly sharedSecret: string
  readonly retention: number
  readonly rollupRetention: number
  readonly trial: boolean
  /** Empty: everybody. */
  readonly allowedIps: readonly string[]
  readonly users: readonly User[]
  readonly roles: readonly Role[]
  readonly keys: readonly ApiKey[]
}
export type User = {
  readonly id: string
  readonly given_name: string
  readonly family_name: string
  readonly email: string
  readonly nickname?: string
  readonly picture?: string
  readonly roles: readonly string[]
}
export type Role = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly canMasquerade: boolean
  readonly canSendFlow: boolean
  readonly system: boolean
  readonly permissions: readonly Permission[]
  readonly portal: { readonly sendNetoDNS: boolean; readonly viewAuditLogs: boolean }
}
export type ApiKey = {
  readonly appname: string
  readonly appkey: string
  readonly description: string
  readonly roles: readonly string[]
}
export type Session = {
  readonly token: string
  readonly refreshToken: string
  /** The account acted in, and the one whose key it is. */
  readonly shortname: string
  readonly home: string
  readonly appname: string
  readonly expiresAt: string
  readonly refreshUntil: string
}

export const listCap = 1000

export const defaultSwitches: Switches = {
  listData: 'array',
  lastAdmin: 400,
  emailChange: 'ignored',
  duplicateEmail: 409,
  emptyPermissions: 'accepted',
  parentKey: 'accepted',
  parentNeedsMasquerade: false,
  portalFlags: 'hidden',
  welcomeMails: true,
  retryAfter: false,
  tokenLifetime: 300,
  issuedTolerance: 300,
  tokenIdReplay: 'refused',
  deletedUnknown: 404,
  sourceAddress: '127.0.0.1',
}

export const accountOf = (world: World, shortname: string): Account | undefined =>
  world.accounts.find((account) => account.shortname === shortname)

export const withAccount = (world: World, shortname: string, next: (account: Account) => Account): World => ({
  ...world,
  accounts: world.accounts.map((account) => (account.shortname === shortname ? next(account) : account)),
})

/** Path of shortnames from the root of the tree. */
export const nodeOf = (world: World, account: Account): string => {
  const parent = account.parent === null ? undefined : accountOf(world, account.parent)
  return parent === undefined ? account.shortname : `${nodeOf(world, parent)}.${account.shortname}`
}

export const isBelow = (world: World, account: Account, ancestor: string): boolean => {
  if (account.parent === null) return false
  const parent = accountOf(world, account.parent)
  return account.parent === ancestor || (parent !== undefined && isBelow(world, parent, ancestor))
}

/** System administrators: users, not keys. */
export const adminsOf = (account: Account): number =>
  account.users.filter(({ roles }) => roles.includes('admin')).length

export const holdersOf = (account: Account, role: string): number =>
  [...account.users, ...account.keys].filter(({ roles }) => roles.includes(role)).length

/** Places, replaces or (with `undefined`) drops one item. */
export const replaced = <T>(items: readonly T[], index: number, next: T | undefined): readonly T[] =>
  items.flatMap((item, at) => (at === index ? (next === undefined ? [] : [next]) : [item]))
