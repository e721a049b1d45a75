import type { Because } from './assignment.ts'
import type { RoleContents, RoleDefinition } from './configuration.ts'
import type {
  AccountId,
  CommunityId,
  ConnectionId,
  GroupId,
  Instant,
  MemberId,
  PlatformRoleId,
  RoleId,
} from './ids.ts'
import type { ChildCommunity } from './snapshot.ts'

/** Who a change is about. `account` is absent for a person who is not on the platform yet. */
export type Subject = {
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly email: string
  readonly account?: AccountId
}

/** A member, wherever they are recorded. */
export type Person = { readonly connection: ConnectionId; readonly member: MemberId }

/** `readdressed`: the person has another account under a new address (`PlatformTraits.emailIsIdentity`); nothing is lost. */
export type Reason = 'departed' | 'unassigned' | 'readdressed'

/** Stable, readable identity of a change: the same wish has the same id in every plan, so removals are counted once and holds have digests. */
export type ChangeId = string

type Numbered = { readonly id: ChangeId }
export type Change = Numbered &
  (
    | { readonly kind: 'createRole'; readonly role: RoleDefinition; readonly contents: RoleContents }
    | {
        readonly kind: 'repairRole'
        readonly role: RoleDefinition
        readonly platformRole: PlatformRoleId
        readonly contents: RoleContents
        /** Permissions and intakes it gains beyond what the platform has and we last applied, sorted. */
        readonly widens: readonly string[]
        readonly holders: number
        /** With what it gains it can do what an administrator can, by these. */
        readonly equalsAdmin?: readonly string[]
        /** Its name until now, where the configuration renames it. */
        readonly formerly?: string
        /** Its id in earlier configurations, under which our record of it still stands. */
        readonly takesOver?: RoleId
      }
    /** Ours, no longer configured, and held by nobody. */
    | {
        readonly kind: 'deleteRole'
        readonly role: RoleId
        readonly name: string
        readonly platformRole: PlatformRoleId
      }
    /** Gone from the platform, another role's by now, or only named by the configuration from now on: just our record of having made it goes. */
    | { readonly kind: 'forgetRole'; readonly role: RoleId; readonly name: string }
    | {
        readonly kind: 'invite'
        readonly subject: Subject
        readonly givenName: string
        readonly familyName: string
        readonly externalId?: string
        readonly roles: readonly RoleGrant[]
        /** 1 for the first invitation. An expired one is cleared (`replaces`) and sent again. */
        readonly attempt: number
        readonly replaces?: AccountId
        /** The person's account under the address before: it stays until the new one stands. */
        readonly follows?: AccountId
      }
    | {
        readonly kind: 'adopt'
        readonly subject: Bound
        /** The account is ours already, for somebody who departed: they are back under another id, and the record passes to this one. */
        readonly from?: Person
      }
    | {
        readonly kind: 'grant'
        readonly subject: Bound
        readonly grant: RoleGrant
        readonly admin: boolean
        /** Where an account has exactly one role: the one that goes in the same write. `role`: it is ours. */
        readonly replaces?: { readonly role?: RoleId; readonly platformRole: PlatformRoleId }
        /** What it replaces is the fallback role: the suspension ends with it. */
        readonly resumes?: true
      }
    | {
        readonly kind: 'revoke'
        readonly subject: Bound
        readonly role: RoleId
        readonly platformRole: PlatformRoleId
        readonly replaced: boolean
        /** The configuration no longer knows the role. */
        readonly dropped?: true
      }
    | {
        readonly kind: 'suspend'
        readonly subject: Bound
        readonly reason: Exclude<Reason, 'readdressed'>
        /** Roles of ours that go with it and that the configuration no longer knows. */
        readonly dropped?: readonly RoleId[]
      }
    | { readonly kind: 'resume'; readonly subject: Bound }
    | {
        readonly kind: 'remove'
        readonly subject: Bound
        readonly reason: Reason
        readonly suspendedAt?: Instant
        readonly dropped?: readonly RoleId[]
      }
    /** The account is gone from the platform, or the grant is: only our record is corrected. */
    | {
        readonly kind: 'forget'
        readonly subject: Subject
        /** Both or none: with them only this grant is forgotten. */
        readonly role?: RoleId
        readonly platformRole?: PlatformRoleId
      }
  )

export type Bound = Subject & { readonly account: AccountId }
export type RoleGrant = { readonly role: RoleId; readonly because: readonly Because[] }

export type Unmanaged =
  | {
      readonly kind: 'account'
      readonly account: AccountId
      readonly email?: string
      readonly admin: boolean
      /** A service or integration account, or an API key. */
      readonly service?: true
    }
  | {
      readonly kind: 'grant'
      readonly account: AccountId
      readonly platformRole: PlatformRoleId
      readonly roleName: string
    }

/** Why a wish was not turned into a change; shown in plan and explain, never silent. */
export type Problem =
  | { readonly kind: 'roleMissing'; readonly role: RoleId; readonly name: string }
  | { readonly kind: 'roleNotOurs'; readonly role: RoleId; readonly name: string }
  | { readonly kind: 'intakeMissing'; readonly role: RoleId; readonly intake: string }
  | { readonly kind: 'permissionMissing'; readonly role: RoleId; readonly permission: string }
  | { readonly kind: 'scopeMissing'; readonly role: RoleId; readonly scope: string }
  /** The platform cannot rename roles: under a new name it is a new role, which needs a new id. */
  | { readonly kind: 'roleNameFixed'; readonly role: RoleId; readonly name: string; readonly present: string }
  /** Our own key lives by the role: it is left as it is. */
  | { readonly kind: 'roleOfOwnKey'; readonly role: RoleId; readonly name: string }
  /** Nobody can be suspended: the fallback role is missing, or still lets in. */
  | { readonly kind: 'fallbackRoleUnfit'; readonly role: RoleId; readonly why: 'missing' | 'grantsAccess' }
  | {
      readonly kind: 'adoptionNeeded'
      readonly subject: Bound
      /** It is ours, for this member, who departed. */
      readonly from?: Person
      readonly why: 'explicit' | 'domain' | 'admin' | 'protected' | 'service'
    }
  | { readonly kind: 'ownedElsewhere'; readonly subject: Bound; readonly owner: ConnectionId }
  | { readonly kind: 'duplicateAccounts'; readonly subject: Subject; readonly accounts: readonly AccountId[] }
  | { readonly kind: 'duplicateEmail'; readonly subject: Subject; readonly with: MemberId }
  | { readonly kind: 'invitationsExhausted'; readonly subject: Bound; readonly attempts: number }
  | { readonly kind: 'disabledByOthers'; readonly subject: Bound }
  /** Giving the role would make the platform take away one that is not ours. */
  | {
      readonly kind: 'unmanagedRoleInTheWay'
      readonly subject: Bound
      readonly role: RoleId
      readonly unmanaged: PlatformRoleId
    }
  | { readonly kind: 'noEmail'; readonly connection: ConnectionId; readonly member: MemberId }
  /** These groups contain each other. Everybody in one of them is in all of them; the way back is not followed. */
  | { readonly kind: 'groupCycle'; readonly connection: ConnectionId; readonly groups: readonly GroupId[] }

/** What is done as wished and should be known; shown in plan and doctor, never in the way. */
export type Warning =
  /** Whatever its mode: our records of the community may be older than what was done by them. */
  | { readonly kind: 'quarantined'; readonly since: Instant; readonly reason: string }
  /** The platform has no role of the configured name; the one under its newer name is used. */
  | { readonly kind: 'roleAlias'; readonly role: RoleId; readonly name: string; readonly used: string }
  /** A managed role that can do what an administrator can, or whose holders count as administrators. */
  | { readonly kind: 'roleEqualsAdmin'; readonly role: RoleId; readonly by: readonly string[] }
  | {
      readonly kind: 'denied' | 'keepsUntilExpiry'
      readonly account: AccountId
      readonly roleName: string
    }
  | { readonly kind: 'portalOnly'; readonly platformRole: PlatformRoleId; readonly names: readonly string[] }
  /** `entry`: its place in `safety.requiredAdmins`, from 1. */
  | {
      readonly kind: 'requiredAdminMissing'
      readonly entry: number
      readonly account?: AccountId
      readonly why: 'absent' | 'disabled' | 'notAdministrator'
    }
  /** No longer configured, ours, and still held: it stays until nobody holds it. */
  | {
      readonly kind: 'droppedRoleHeld'
      readonly role: RoleId
      readonly name: string
      readonly holders: number
    }

/** The blast radius: changes of this plan that take effect in communities below this one, too. */
export type Reach = { readonly communities: readonly ChildCommunity[]; readonly changes: readonly ChangeId[] }

/** What the platform shows otherwise than we last left it: somebody edited by hand. */
export type Drift = {
  /** When it was first found; absent until that is looked up. */
  readonly since?: Instant
} & DriftFound
export type DriftFound =
  | { readonly kind: 'grantLost'; readonly subject: Bound; readonly role: RoleId }
  | { readonly kind: 'reenabled'; readonly subject: Bound }
  | { readonly kind: 'disabled'; readonly subject: Bound }
  | { readonly kind: 'accountGone'; readonly subject: Subject }
  | { readonly kind: 'roleEdited'; readonly role: RoleId; readonly platformRole: PlatformRoleId }
  | { readonly kind: 'roleGone'; readonly role: RoleId }

/** The difference between desired and actual, in the order in which it is to be applied. Holds no secret and no clock. */
export type Plan = {
  readonly community: CommunityId
  readonly scope: 'community' | 'targeted'
  readonly configuration: number
  /** When reading the directory began: every wish acknowledged before is in the plan. */
  readonly directoryAt: Instant
  readonly snapshotAt: Instant
  readonly changes: readonly Change[]
  readonly unmanaged: readonly Unmanaged[]
  readonly problems: readonly Problem[]
  readonly drift: readonly Drift[]
  readonly warnings: readonly Warning[]
  /** Absent: nothing reaches further. */
  readonly reach?: Reach
  /** The community by way of which people get in here, too. They are its members, and no part of this plan. */
  readonly inheritsFrom?: CommunityId
}
