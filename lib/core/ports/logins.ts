import type { Assignments } from '../assignment.ts'
import type { Stamp } from '../audit.ts'
import type { CommunityId, ConnectionId, Instant, MemberId } from '../ids.ts'
import type { GroupStatement, Login, LoginStatement } from '../login.ts'
import type { Member } from '../member.ts'
import type { StandingEntry } from './access.ts'
import type { ScanPage } from './directory.ts'

/** Logins: what is kept of them, what they are protected by, and what they cause. */

export type LoginSaved =
  | { readonly kind: 'saved'; readonly login: Login }
  /** Another login of the member was saved meanwhile: read again. */
  | { readonly kind: 'stale' }
  /** The identity is another member's, or the member has another identity. */
  | { readonly kind: 'linkedElsewhere' }

/** What the trail is told of a login. */
export type LoginTold = {
  /** Rules might see something else now: the member is due. */
  readonly news: boolean
  readonly statement: GroupStatement['kind']
  /** Of the groups that count from then on, those a rule could match; and how many count. */
  readonly concerning: readonly string[]
  readonly shown: number
  /** Names of the attributes that came, went or changed, of those that count. */
  readonly attributes: readonly string[]
}

/** One record per member who ever logged in, beside the directory: no SCIM request about the living reads or writes it. */
export type LoginStore = {
  readonly login: (connection: ConnectionId, member: MemberId) => Promise<Login | undefined>
  readonly logins: (
    connection: ConnectionId,
    members: readonly MemberId[],
  ) => Promise<ReadonlyMap<MemberId, Login>>
  /** Of all members who live, page by page in the order of their ids; of others perhaps, too. */
  readonly scanLogins: (connection: ConnectionId, limit: number, after?: string) => Promise<ScanPage<Login>>
  /** Whose identity this is; departed and forgotten members keep theirs. */
  readonly linkedTo: (connection: ConnectionId, identity: string) => Promise<MemberId | undefined>
  /**
   * In one transaction: the record (conditional on `before`), a new identity's guard, and, where there is something to tell, an audit entry and the
   * member's due item. Without either it is the record alone, so that what it shows is young again.
   */
  readonly saveLogin: (
    stamp: Stamp,
    before: Login | undefined,
    after: Login,
    told?: LoginTold,
  ) => Promise<LoginSaved>
  /** An operator's act: the next login links anew. What was shown stays. */
  readonly unlink: (stamp: Stamp, login: Login, reason: string) => Promise<void>
}

/** An AuthnRequest on its way: consumed by the one answer to it. Ten minutes at most. */
export type LoginRequest = {
  readonly connection: ConnectionId
  /** ID of the AuthnRequest. */
  readonly id: string
  /** The RelayState, which names the cookie. */
  readonly handle: string
  /** SHA-256 of the cookie's value, hex. */
  readonly browser: string
  readonly community?: CommunityId
  readonly returnTo?: string
  readonly expiresAt: Instant
}
export type LoginRequests = {
  readonly saveRequest: (request: LoginRequest) => Promise<void>
  /** Undefined once it is over or used, whether or not its row is still there. */
  readonly request: (connection: ConnectionId, id: string) => Promise<LoginRequest | undefined>
  /** One conditional delete: `gone` for whoever comes second. */
  readonly consumeRequest: (request: LoginRequest) => Promise<'consumed' | 'gone'>
}

/** Each message once: a conditional write, remembered for as long as the message could be used again. */
export type Replays = {
  readonly claimMessage: (connection: ConnectionId, key: string, until: Instant) => Promise<'first' | 'again'>
}

export type TrustedCertificate = {
  /** SHA-256 of the DER form, hex. */
  readonly fingerprint: string
  /** DER, base64. */
  readonly certificate: string
  readonly since: Instant
  /** Its own end: reported, and no reason to refuse, for it carries a key and metadata decide (SAML metadata, KeyDescriptor). */
  readonly notAfter: Instant
  /** Since when the metadata no longer name it: trusted for seven days more. */
  readonly gone?: Instant
  /** Trusted no longer, whatever the metadata say. */
  readonly revoked?: Instant
}
/** What is believed of a connection's identity provider, and since when. */
export type IdentityProvider = {
  readonly connection: ConnectionId
  readonly entityId: string
  /** SingleSignOnService locations by binding; at least one. */
  readonly signOn: { readonly redirect?: string; readonly post?: string }
  readonly wantsSignedRequests: boolean
  readonly certificates: readonly TrustedCertificate[]
  /** The last time the metadata were read and believed. */
  readonly readAt: Instant
  /** Of the URL they came from; absent: from a file. */
  readonly url?: string
  /** Raised by every write: whoever writes names the one they read. */
  readonly edition: number
}
/** What has become of one certificate. */
export type TrustNote = {
  readonly kind: 'certificateTrusted' | 'certificateGone' | 'certificateRevoked'
  readonly fingerprint: string
  readonly reason?: string
}
export type TrustStore = {
  readonly identityProvider: (connection: ConnectionId) => Promise<IdentityProvider | undefined>
  /** Conditional on the edition before; with its audit entries, and what operators are told, in the same transaction. */
  readonly saveIdentityProvider: (
    stamp: Stamp,
    provider: IdentityProvider,
    notes: readonly TrustNote[],
  ) => Promise<'saved' | 'stale'>
}

/** Of a metadata URL that cannot be read, or whose metadata may not be believed: beside what is trusted, which stays as it was. */
export type MetadataFailure = {
  readonly connection: ConnectionId
  readonly url: string
  /** The one the configuration named then. */
  readonly entityId?: string
  readonly since: Instant
  readonly code: string
  /** In a row. */
  readonly attempts: number
  /** When it is tried again. */
  readonly again: Instant
  /** The code operators were last told. */
  readonly told?: string
}
export type MetadataFailures = {
  readonly metadataFailure: (connection: ConnectionId) => Promise<MetadataFailure | undefined>
  readonly saveMetadataFailure: (failure: MetadataFailure) => Promise<void>
  readonly forgetMetadataFailure: (connection: ConnectionId) => Promise<void>
}

/** Why somebody genuine is not let in. Stable: they stand in logs, in the audit trail and in docs/saml.md. */
export type SignInRefusal =
  /** The directory knows nobody so, and logins create nobody here. */
  | 'member.unknown'
  /** SCIM says that this person is gone. */
  | 'member.departed'
  /** The member is linked to another identity, or the identity to another member. */
  | 'member.identity'
  /** Several members answer to it. */
  | 'member.ambiguous'
  /** Known by e-mail only, and not in a domain of the connection. */
  | 'member.domain'
  /** To be created, and the assertion does not say as whom. */
  | 'member.incomplete'

/** Who an identity provider says has logged in. */
export type SignInClaim = {
  /** Hash of issuer and persistent NameID or configured attribute; absent where only a hook speaks. */
  readonly identity?: string
  /** What may be the member's externalId, case-exact. */
  readonly externalIds: readonly string[]
  readonly email?: string
  readonly givenName?: string
  readonly familyName?: string
  readonly statement: LoginStatement
}
export type SignedIn =
  | { readonly kind: 'in'; readonly member: Member; readonly login: Login; readonly created: boolean }
  | { readonly kind: 'refused'; readonly code: SignInRefusal; readonly member?: MemberId }

/** From a login that was found genuine to the roles it gives. Implemented by provisioning, used by the SAML endpoint and the hooks. */
export type SignIn = {
  /** Finds or creates the member and keeps what the login showed. Nothing is written for who is refused. */
  readonly accept: (stamp: Stamp, claim: SignInClaim) => Promise<SignedIn>
  /** How they stand; what is open is put in front of all other work, and waited for until then. */
  readonly bringUp: (member: Member, since: Instant, until: Instant) => Promise<readonly StandingEntry[]>
}

/** Who should have which role, by the same function as everywhere. Nothing for whom the directory does not know, or who has left. */
export type AssignmentReads = {
  readonly assignmentsOf: (
    connection: ConnectionId,
    member: MemberId,
  ) => Promise<ReadonlyMap<CommunityId, Assignments>>
}
