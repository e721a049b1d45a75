import type { RoleKind } from './configuration.ts'
import type { AccountId, CommunityId, Instant, PlatformRoleId } from './ids.ts'

/** `disabled`: without access by a suspension of the platform's kind, be it a status, an expiry or a role that gives nothing. */
export type AccountStatus = 'enabled' | 'disabled' | 'pending'

export type Account = {
  readonly id: AccountId
  /** Folded; absent where the platform does not show it, and such an account is never matched. */
  readonly email?: string
  readonly status: AccountStatus
  /** When a still pending invitation was sent. */
  readonly invitedAt?: Instant
  /** Service and integration accounts, API keys: holders of roles that are never adopted, planned or suspended. */
  readonly service: boolean
  readonly roles: readonly PlatformRoleId[]
}

export type PlatformRole = {
  readonly id: PlatformRoleId
  readonly name: string
  readonly kind: RoleKind
  readonly description: string
  /** Permission names, sorted. */
  readonly permissions: readonly string[]
  /** Intake ids, sorted. */
  readonly intakes: readonly string[]
  /** May manage members or roles, or masquerade: its holders count as administrators. */
  readonly admin: boolean
  /** As the configuration wrote it; absent where the platform knows no scopes. */
  readonly scope?: string
  /** Why it is never edited or deleted: our own key lives by it. */
  readonly untouchable?: 'ownKey'
}

/** A name a managed role's contents may hold, and what it stands for on the platform: itself, what it depends on, or a whole category. */
export type PermissionName = { readonly name: string; readonly grants: readonly string[] }

/** A community below this one, into which some or all roles given here reach. */
export type ChildCommunity = { readonly tenant: string; readonly name: string }

/** What an adapter saw that no plan changes and an operator should know. */
export type Notice =
  /** A hand-made deny assignment cancels a role for this account (ImmyBot: deny wins). */
  | { readonly kind: 'denied'; readonly account: AccountId; readonly roleName: string }
  /** Suspended, and not yet without access: what somebody gave by hand works until the account expires (ImmyBot). */
  | { readonly kind: 'keepsUntilExpiry'; readonly account: AccountId; readonly roleName: string }
  /** The portal set something on this role that the API cannot carry: an update might lose it. */
  | { readonly kind: 'portalOnly'; readonly role: PlatformRoleId; readonly names: readonly string[] }

/** Seconds after which an interrupted reading is too old to be gone on with. */
export const readingLifetime = 900

/** What a platform says of a community. A failed or partial read is an error; `targeted` says which accounts were asked for. */
export type Snapshot = {
  readonly community: CommunityId
  /** When reading it began; a long one takes minutes. Absent: it is of one moment. */
  readonly begunAt?: Instant
  readonly takenAt: Instant
  readonly scope: 'community' | 'targeted'
  /** False when the platform could not vouch for the whole list; the judge then lets nothing be removed. */
  readonly complete: boolean
  readonly accounts: readonly Account[]
  readonly roles: readonly PlatformRole[]
  /** Intake names and ids, to resolve what the configuration names. */
  readonly intakes: readonly { readonly id: string; readonly name: string }[]
  /** Every name a managed role may hold; absent: names stand for themselves, and the platform refuses unknown ones. */
  readonly permissions?: readonly PermissionName[]
  /** Those among them whose holders count as administrators here, beyond what the traits say of every community. */
  readonly adminPermissions?: readonly string[]
  /** Only in a snapshot of the whole community. */
  readonly children?: readonly ChildCommunity[]
  readonly notices?: readonly Notice[]
}

/** All of it but the accounts, which are many. */
export type SnapshotFacts = Omit<Snapshot, 'accounts'>

/** For the configuration check: what there is by name, sorted. */
export type Catalogue = {
  readonly roles: readonly PlatformRole[]
  readonly permissions: readonly PermissionName[]
  /** Names of permissions that scoped roles may carry. */
  readonly restrictedPermissions: readonly string[]
  readonly intakes: readonly { readonly id: string; readonly name: string }[]
  /** What a scope may name, as the configuration writes it: `msp`, `tenant:Paris` … */
  readonly scopes: readonly string[]
  /** By folded text: those of `scopes` that mean one place have one value. A tenant may be written by its name or by its id. */
  readonly places?: ReadonlyMap<string, string>
}

/** What a platform is like, as data: the planner's constraints and the configuration check both read it. */
export type PlatformTraits = {
  readonly roleKinds: readonly RoleKind[]
  /**
   * How access is taken at once and the account kept. `status`: switched off, its roles stay on it. `stripRoles`: its roles are taken, then it expires.
   * `fallbackRole`: it holds the community's fallback role instead. `none`: it cannot be done.
   */
  readonly suspension: 'status' | 'stripRoles' | 'fallbackRole' | 'none'
  /** At most so many roles of these kinds together per account; absent: no limit. */
  readonly maximumRoles?: number
  /** An account never is without a role: one is replaced by another in one write, and never just taken. */
  readonly alwaysOneRole?: true
  /** The address is the account's identity: another address is another account. */
  readonly emailIsIdentity?: true
  /** A custom role keeps the name it was made with. */
  readonly roleNamesFixed?: true
  /** Netography 1, Sekoia 1 built-in: at most one role of each kind named here. */
  readonly singleKinds: readonly RoleKind[]
  /** A role of such a kind stands alone on its account. */
  readonly exclusiveKinds: readonly RoleKind[]
  /** Giving a custom role switches a built-in one off (Sekoia). */
  readonly customReplacesBuiltin: boolean
  /** Seconds a new account's invitation stays valid; absent: no invitations. */
  readonly invitationLifetime?: number
  readonly maximumInvitations: number
  /** Older names of built-in roles, folded, and the names to look for when the platform has none of that name, best first. */
  readonly roleAliases?: Readonly<Record<string, readonly string[]>>
  /** Built-in roles from the least to the most powerful, folded. */
  readonly builtinPower?: readonly string[]
  /** Permissions whose holders count as administrators. */
  readonly adminPermissions?: readonly string[]
  /** Switches of custom roles that are written like permissions. */
  readonly capabilities?: readonly string[]
  /** Switches the product has and its API has not. */
  readonly unsupportedCapabilities?: readonly string[]
  /** Words for `scope:` of a role; absent: roles have none. */
  readonly scopes?: readonly ('everything' | 'msp' | 'ownTenant' | 'tenant' | 'tenantTag')[]
  /** Which roles given in a parent community hold in its children, too. */
  readonly inherited?: 'allRoles' | 'adminRoles'
}
