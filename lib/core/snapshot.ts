import type { RoleKind } from './configuration.ts'
import type { AccountId, CommunityId, Instant, PlatformRoleId } from './ids.ts'

export type AccountStatus = 'enabled' | 'disabled' | 'pending'

export type Account = {
  readonly id: AccountId
  /** Folded; absent where the platform does not show it, and such an account is never matched. */
  readonly email?: string
  readonly status: AccountStatus
  /** When a still pending invitation was sent. */
  readonly invitedAt?: Instant
  /** Service and integration accounts are never adopted, planned or suspended. */
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
}

/** What a platform says of a community. A failed or partial read is an error; `targeted` says which accounts were asked for. */
export type Snapshot = {
  readonly community: CommunityId
  readonly takenAt: Instant
  readonly scope: 'community' | 'targeted'
  /** False when the platform could not vouch for the whole list; the judge then lets nothing be removed. */
  readonly complete: boolean
  readonly accounts: readonly Account[]
  readonly roles: readonly PlatformRole[]
  /** Intake names and ids, to resolve what the configuration names. */
  readonly intakes: readonly { readonly id: string; readonly name: string }[]
}

/** What a platform is like, as data: the planner's constraints and the configuration check both read it. */
export type PlatformTraits = {
  readonly roleKinds: readonly RoleKind[]
  readonly canSuspend: boolean
  /** At most so many roles of these kinds together per account; absent: no limit. */
  readonly maximumRoles?: number
  /** Netography 1, Sekoia 1 built-in: at most one role of each kind named here. */
  readonly singleKinds: readonly RoleKind[]
  /** A role of such a kind stands alone on its account. */
  readonly exclusiveKinds: readonly RoleKind[]
  /** Giving a custom role switches a built-in one off (Sekoia). */
  readonly customReplacesBuiltin: boolean
  /** Seconds a new account's invitation stays valid; absent: no invitations. */
  readonly invitationLifetime?: number
  readonly maximumInvitations: number
}
