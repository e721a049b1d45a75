/** The simulated instance's whole state: a plain JSON value. Every change makes a new world, so a refused request changes nothing. */
export type World = {
  readonly switches: Switches
  /** Seconds the platform's clock is ahead of the machine's. */
  readonly clockOffset: number
  readonly entra: Entra
  readonly tenants: readonly Tenant[]
  readonly tags: readonly Tag[]
  readonly persons: readonly Person[]
  readonly users: readonly User[]
  readonly roles: readonly Role[]
  readonly groups: readonly Group[]
  readonly members: readonly Member[]
  readonly assignments: readonly Assignment[]
  /** Persons who asked for access and wait for an administrator. */
  readonly requests: readonly AccessRequest[]
  /** Mails of the older documentation's invitations, oldest first. */
  readonly mails: readonly Mail[]
  /** What a stale cache still believes a user may do. */
  readonly believed: readonly Belief[]
  /** When the directory was last taken over from Entra. */
  readonly syncedAt: string | null
  readonly nextId: number
}

/** What the vendor does not document, or documents in two ways: an adapter must live with either value. */
export type Switches = {
  readonly generation: 'legacy' | 'rbac'
  /** Verb of `/users/{id}`: the specification says POST, the page on breaking changes PUT. The other one is 405. */
  readonly userUpdate: 'POST' | 'PUT'
  /** What a DevExtreme list answers. */
  readonly dx: 'array' | 'object'
  /** Calls (`POST /api/v1/users/bulk-create`, or a part of it) answered by a failure inside a 200, with nothing done. */
  readonly insideSuccess: { readonly call: string; readonly flag: 'success' | 'isSuccess' } | null
  /** The hourly take-over from Entra: edits are overwritten, persons Entra does not know vanish. */
  readonly resync: boolean
  /** The older documentation's Enabled toggle on users. */
  readonly enabledToggle: boolean
  /** The older documentation's invitation by mail. */
  readonly emailInvitation: boolean
  readonly lastAdmin: 'refused' | 'allowed'
  readonly retryAfter: boolean
  /** Requests allowed per minute; 0: no limit. */
  readonly perMinute: number
  /** Permissions of a user change only when a minute has passed or `invalidate-cache` was called. */
  readonly staleRoles: boolean
  /** `roleTypeName` of a built-in role. */
  readonly builtinTypeName: string
  /** Which built-in roles there are: those of the RBAC guide, or the five of the older documentation. */
  readonly vocabulary: 'rbac' | 'older'
  /** Whether `/swagger/v1/swagger.json` is served. */
  readonly swagger: boolean
  readonly tenantFilter: 'applied' | 'ignored'
  /** Fields and query parameters that are not documented; ASP.NET ignores them unless told otherwise. */
  readonly unknownFields: 'refused' | 'ignored'
  /** Most items a list with pages gives at once, whatever was asked for; 0: no cap. */
  readonly pageCap: number
  /** Whether a role must hold what its permissions depend on. */
  readonly dependencies: 'required' | 'free'
  /** `dependencies` of a permission: nested permissions, as in the specification, or their ids. */
  readonly dependenciesAs: 'objects' | 'ids'
  readonly roleInUse: 'refused' | 'unassigned'
  /** A second role or group of the same name. */
  readonly sameName: 'refused' | 'allowed'
  /** A second assignment that says the same. */
  readonly sameAssignment: 'kept' | 'refused'
  /** Whether an assignment for the user's own tenant must name one. */
  readonly userTenantNamed: boolean
  /** `assignmentType` in answers. */
  readonly enumsAs: 'number' | 'name'
  /** Whether an assignment shows the ids its scope means. */
  readonly claimValues: 'ids' | 'empty'
  /** ASP.NET's problem details, the object of the API guide, plain text, or for refused writes a failure inside a 200: the specification is silent. */
  readonly errors: 'problem' | 'guide' | 'text' | 'inside'
  /** Fields the page on breaking changes promises and the specification does not list. */
  readonly groupFields: boolean
}

export type Entra = {
  readonly tenant: string
  readonly clients: readonly EntraClient[]
  readonly people: readonly EntraPerson[]
  /** Tokens issued before are refused. */
  readonly tokensFrom: string
}
export type EntraClient = {
  readonly clientId: string
  readonly secret: string
  /** Of the enterprise application: what ImmyBot knows it by. */
  readonly objectId: string
  readonly secretExpiresAt: string | null
}
export type EntraPerson = {
  readonly objectId: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  /** The ImmyBot tenant whose directory this is. */
  readonly tenantId: number
}
export type Tenant = {
  readonly id: number
  readonly name: string
  readonly slug: string | null
  readonly parentTenantId: number | null
  readonly ownerTenantId: number | null
  readonly active: boolean
  readonly isMsp: boolean
  readonly tagIds: readonly number[]
  readonly markedForDeletionAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
}
export type Tag = { readonly id: number; readonly name: string }
export type Person = {
  readonly id: number
  readonly tenantId: number
  readonly azurePrincipalId: string | null
  readonly firstName: string
  readonly lastName: string
  readonly emailAddress: string
  readonly onPremisesSecurityIdentifier: string | null
  readonly createdAt: string
  readonly updatedAt: string
}
/** A person's login right, or a machine's. */
export type User = {
  readonly id: number
  readonly type: string
  readonly personId: number | null
  /** Of users who are no person. */
  readonly name: string | null
  readonly tenantId: number
  readonly isAdmin: boolean
  readonly hasManagementAccess: boolean
  readonly canManageCrossTenantDeployments: boolean
  readonly expiresAt: string | null
  /** Of the older documentation. */
  readonly enabled: boolean
  /** Legacy generation: held without any scope. */
  readonly roleIds: readonly number[]
  readonly createdAt: string
}
export type Role = {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly builtin: Switches['vocabulary'] | null
  /** Null: public. */
  readonly ownerTenantId: number | null
  readonly permissions: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}
export type Group = {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly tenantId: number | null
  readonly createdAt: string
  readonly updatedAt: string
}
export type Member = { readonly groupId: number; readonly userId: number; readonly addedAt: string }
export type Scope =
  | { readonly kind: 'owner' }
  | { readonly kind: 'msp'; readonly mspTenantId: number }
  | { readonly kind: 'tenant-tag'; readonly tagId: number }
  | { readonly kind: 'specific-tenant'; readonly tenantId: number }
  | { readonly kind: 'user-tenant' }
  | { readonly kind: 'tag-resource'; readonly tagId: number; readonly resourceType: number | string }
  | {
      readonly kind: 'specific-resource'
      readonly resourceId: number
      readonly resourceType: number | string
    }
  | {
      readonly kind: 'category-resource'
      readonly resourceType: number | string
      readonly resourceCategory: number | string
    }
export type Assignment = {
  readonly id: number
  readonly userId: number | null
  readonly groupId: number | null
  readonly roleId: number
  readonly isAllow: boolean
  readonly scope: Scope
  readonly createdAt: string
}
export type AccessRequest = { readonly id: number; readonly personId: number; readonly requestedAt: string }
export type Mail = { readonly to: string; readonly tenantId: number; readonly sentAt: string }
export type Belief = {
  readonly userId: number
  readonly since: string
  readonly assignments: readonly Assignment[]
}

export const defaultSwitches: Switches = {
  generation: 'rbac',
  userUpdate: 'POST',
  dx: 'array',
  insideSuccess: null,
  resync: false,
  enabledToggle: false,
  emailInvitation: false,
  lastAdmin: 'allowed',
  retryAfter: false,
  perMinute: 0,
  staleRoles: false,
  builtinTypeName: 'BuiltIn',
  vocabulary: 'rbac',
  swagger: true,
  tenantFilter: 'applied',
  unknownFields: 'refused',
  pageCap: 0,
  dependencies: 'required',
  dependenciesAs: 'objects',
  roleInUse: 'refused',
  sameName: 'refused',
  sameAssignment: 'kept',
  userTenantNamed: false,
  enumsAs: 'number',
  claimValues: 'ids',
  errors: 'problem',
  groupFields: false,
}
