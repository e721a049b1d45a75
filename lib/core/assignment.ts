import type { CommunityId, ConnectionId, GroupId, Instant, MemberId, RoleId, RuleId } from './ids.ts'

export type Source = 'scim' | 'sso'

/** A group on the way to the one that matched. */
export type GroupStep = { readonly id: GroupId; readonly displayName: string }

/** What made a rule match: the positive leaves that held. A rule of nothing but negations matches by its absence. */
export type Evidence =
  | {
      readonly kind: 'group'
      readonly id: GroupId
      readonly displayName: string
      /** From the group they are in directly to the one that stands in this group; absent: they are in it directly. */
      readonly through?: readonly GroupStep[]
      /** So many more stand in the middle of a long way. */
      readonly leftOut?: number
      /** Shown at a login; its id is the name it had there. */
      readonly shown?: true
    }
  | {
      readonly kind: 'attribute'
      readonly path: string
      /** Shown at a login. */
      readonly shown?: true
    }
  | { readonly kind: 'absence' }

export type Because = {
  readonly rule: RuleId
  /** `sso`: only what a login showed makes it match. */
  readonly source: Source
  /** The nearest of it, where there is very much. */
  readonly evidence: readonly Evidence[]
  readonly configuration: number
}

/** A member should have this role in this community. */
export type Assignment = {
  readonly community: CommunityId
  readonly role: RoleId
  readonly because: readonly Because[]
}

/** Wanted by a rule and not given: the platform's own constraints or the conflict setting stood in the way. */
export type Suppressed = Assignment & {
  readonly by:
    | 'customReplacesBuiltin'
    | 'exclusiveRole'
    | 'maximumRoles'
    | 'conflictDenied'
    /** A login created the member, the role may administer, and no rule says that it is for those, too. */
    | 'createdAtLogin'
  /** The roles that stood in the way. */
  readonly winners: readonly RoleId[]
}

export type Assignments = {
  readonly granted: readonly Assignment[]
  readonly suppressed: readonly Suppressed[]
}

/** Desired state of one member in one community: the planner's left-hand side. */
export type Target = {
  readonly connection: ConnectionId
  readonly member: MemberId
  /** Folded address the platform knows the person by. */
  readonly email: string
  readonly givenName: string
  readonly familyName: string
  /** The identity provider's own id of the person, such as Entra's object id. */
  readonly externalId?: string
  readonly standing: 'active' | 'departed'
  /** When the IdP said so; only for `departed`. */
  readonly departedAt?: Instant
  /** Empty for departed members. */
  readonly granted: readonly Assignment[]
  readonly suppressed: readonly Suppressed[]
}
