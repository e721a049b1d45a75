import type { CommunityId, ConnectionId, RoleId, RuleId } from './ids.ts'

/** `rolecall.yaml` after validation (design: configuration). Durations are seconds, names are as written. */
export type Configuration = {
  /** Number of the stored version; 0 while it is only a file. */
  readonly number: number
  readonly connections: readonly Connection[]
  readonly communities: readonly Community[]
  readonly rules: readonly Rule[]
  readonly webhooks: readonly Webhook[]
}

export type Connection = {
  readonly id: ConnectionId
  /** Folded e-mail domains this directory may speak for: the only ones in which it may adopt existing accounts. */
  readonly domains: readonly string[]
  /** Seconds without a word of a member from the identity provider after which that is reported; absent: never. */
  readonly reportUnmentionedAfter?: number
  /** Absent: what SCIM pushed, and nothing of logins. */
  readonly groups?: ConnectionGroups
  readonly saml?: SamlSettings
  readonly hooks?: HookSettings
}

/** Which groups of a member rules see: those pushed by SCIM, those shown at the last login, or both. */
export type ConnectionGroups = {
  readonly from: readonly ('scim' | 'saml')[]
  /** Name of the SAML attribute that carries groups. */
  readonly samlAttribute: string
  /** Seconds for which what a login showed, groups and attributes, counts. */
  readonly maximumAge: number
}

/** Rolecall as SAML service provider of one identity provider. */
export type SamlSettings = {
  /** `stored`: put there by `rolecall saml trust`. */
  readonly metadata: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'stored' }
  /** The metadata's certificates are not followed: only `rolecall saml trust` changes them. */
  readonly pinned?: true
  /** The identity provider's entityID; absent: that of the first metadata, for good. */
  readonly entityId?: string
  /** Reference to our own keys, as `Community.credentials`; absent: requests are not signed, assertions not encrypted. */
  readonly keys?: string
  /** Attribute that identifies the person instead of a persistent NameID. */
  readonly subject?: string
  /** Names of the SAML attributes for an e-mail address and a new member's names; absent: the usual ones. */
  readonly email?: string
  readonly givenName?: string
  readonly familyName?: string
  /** What rules may ask for: the name in rules → the SAML attribute's name. */
  readonly attributes: Readonly<Record<string, string>>
  /** Whoever the directory does not know is created at their first login. */
  readonly createMembers: boolean
  readonly idpInitiated: boolean
  /** Origins a login may return to, beside the communities' own. */
  readonly returnTo: readonly string[]
  /** Seconds for which the answer waits for the platforms. */
  readonly wait: number
}

/** A claim in the identity provider's own token: the name of the member's role in a community that knows one role per user. */
export type HookClaim = { readonly name: string; readonly community: CommunityId }
export type HookSettings = {
  /** Okta's SAML assertion inline hook. */
  readonly okta?: { readonly claims: readonly HookClaim[] }
  /** Entra's custom claims provider (onTokenIssuanceStart). */
  readonly entra?: {
    /** Tenant id. */
    readonly tenant: string
    /** Application id of the registration the hook is protected by; the token's audience. */
    readonly audience: string
    /** Origin of the token service. */
    readonly authority: string
    readonly claims: readonly HookClaim[]
  }
}

/** Where operators' events go beside the log: signed HTTP requests. */
export type Webhook = {
  readonly id: string
  readonly url: string
  /** A reference to the signing secret, as `Community.credentials`. */
  readonly secret: string
  /** Event types; absent: all. */
  readonly events?: readonly string[]
}

/** Adding a platform begins with its name here: the compiler then names every place that has to know it. */
export const platformNames = ['sekoia', 'netography', 'immybot'] as const
export type PlatformName = (typeof platformNames)[number]

export type Mode = 'enforce' | 'upsertOnly' | 'report'
export type ConflictResolution = 'priority' | 'leastPrivilege' | 'deny'

/** What happens to an account whose member departed, or lost its last role here. */
export type Leaving = {
  /** `suspend`: no access from now on, as the platform knows it (`PlatformTraits.suspension`), and the account is kept. */
  readonly then: 'suspend' | 'remove'
  /** Seconds after the suspension until the account is removed; absent: never. */
  readonly removeAfter?: number
}

export type Budget = {
  /** Share (0–1) of the owned accounts at the start of the window. */
  readonly fraction: number
  /** Removals allowed however small the community is. */
  readonly floor: number
}

export type Safety = {
  readonly departures: Budget
  readonly revocations: Budget
  /** Seconds of the rolling window in which removals are counted. */
  readonly window: number
  readonly minimumAdmins: number
  /** Folded e-mails of accounts that have to stay administrators. */
  readonly requiredAdmins: readonly string[]
  /** What goes on while something waits for a person: everything else, departures only, or nothing. */
  readonly whileHeld: 'goOn' | 'departuresOnly' | 'wait'
  /** Folded e-mails of accounts no change may touch without approval. */
  readonly protected: readonly string[]
}

export type Community = {
  readonly id: CommunityId
  readonly platform: PlatformName
  /** Sekoia: community uuid. Netography: shortname. ImmyBot: a tenant's id, or `instance`. */
  readonly tenant: string
  /** The community of this configuration whose members reach into this one (Sekoia: main community; Netography: reseller). */
  readonly parent?: CommunityId
  readonly baseUrl: string
  /** Where its people log in; absent: nowhere the platform's traits know of. */
  readonly loginUrl?: string
  /** A reference such as `secretsmanager:name`, `ssm:/path`, `env:NAME`, `file:path`; never the secret. */
  readonly credentials: string
  readonly mode: Mode
  readonly adopt: 'explicit' | 'domain'
  readonly onDeparture: Leaving
  readonly onUnassigned: Leaving
  /** Where a suspension is a role that gives nothing: that role. Never granted by a rule. */
  readonly fallbackRole?: RoleId
  /** The operator's word that the suspended may go on reading by their fallback role. */
  readonly departedKeepReadAccess?: true
  readonly onConflict: ConflictResolution
  readonly safety: Safety
  /** Ceiling of platform calls per second for its base URL. */
  readonly requestsPerSecond: number
  /** In order of priority, highest first. */
  readonly roles: readonly RoleDefinition[]
  /** Adapter settings whose default the platform page gives (field names the vendor does not publish). */
  readonly dialect: Readonly<Record<string, string>>
}

export type RoleKind = 'builtin' | 'custom' | 'restricted' | 'intakeRestricted'

/** Declared contents make a role *managed*: created, compared and repaired by us. Without them it is *existing*. */
export type RoleContents = {
  readonly description: string
  /**
   * Names of the platform, sorted: permissions, capabilities (`canMasquerade`), or `resource=word` for what the platform's catalogue expands
   * (`Snapshot.permissions`).
   */
  readonly permissions: readonly string[]
  /** Intakes by name or uuid as written; empty unless the kind is scoped to intakes. */
  readonly intakes: readonly string[]
}

type NamedRole = {
  readonly id: RoleId
  readonly name: string
  /** Where the role applies, as written: `everything`, `msp`, `ownTenant`, `tenant:NAME`, `tenantTag:NAME`. Absent: the platform knows no scopes. */
  readonly scope?: string
}
export type RoleDefinition =
  | (NamedRole & { readonly kind: 'builtin' })
  | (NamedRole & {
      readonly kind: Exclude<RoleKind, 'builtin'>
      readonly contents?: RoleContents
      /** ImmyBot: the tenant the role belongs to and is visible in, by id or name. Absent: public. */
      readonly owner?: string
      /** Names or ids a managed role had in earlier configurations: it is renamed, not made anew. */
      readonly previously?: readonly string[]
    })

export type Rule = {
  readonly id: RuleId
  /** Restricts the rule to one connection; absent: all. */
  readonly connection?: ConnectionId
  readonly when: Matcher
  /** Its roles that may administer are given to members whom a login created, too. */
  readonly includeCreatedAtLogin?: true
  readonly grant: readonly { readonly community: CommunityId; readonly role: RoleId }[]
}

export type Matcher =
  | { readonly all: readonly Matcher[] }
  | { readonly any: readonly Matcher[] }
  | { readonly not: Matcher }
  | { readonly group: TextTest }
  | { readonly attribute: string; readonly test: TextTest }

/** Every test is case-insensitive after `fold`, except `regex`, which says so itself with `(?i)`. */
export type TextTest =
  | { readonly equals: string }
  | { readonly anyOf: readonly string[] }
  | { readonly prefix: string }
  | { readonly glob: string }
  | { readonly regex: string }
