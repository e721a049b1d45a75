import type { Community, Configuration, Connection, SamlSettings } from '../core/configuration.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import type { IdentityProvider, LoginRequests, Replays, SignIn, TrustStore } from '../core/ports/logins.ts'
import type { AuditLog } from '../core/ports/runs.ts'
import type { RefusalCode } from './refusals.ts'
import type { OwnKey } from './trust/own-keys.ts'

/** One HTTP request as plain values, so that a function, the local front and a test send the same thing. */
export type SamlRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** `name=value`, as sent. */
  readonly cookies: readonly string[]
  readonly body: Uint8Array | undefined
  readonly requestId: string
  /** Where we are, as the browser and the identity provider see it. */
  readonly publicUrl: string
}

/** For log and metrics: ids, codes and counts, nothing of what an assertion says. */
export type Observed = {
  readonly operation: 'metadata' | 'login' | 'acs' | 'none'
  readonly connection?: ConnectionId
  /** A refusal's code, or how it went. */
  readonly outcome: RefusalCode | 'sent' | 'passedOn' | 'page' | 'published' | 'notFound' | 'fault'
  readonly member?: MemberId
  readonly created?: true
  /** Roles that were not in place when the answer went out. */
  readonly open?: number
  /** A refusal of which the trail could not be told. */
  readonly unrecorded?: true
  /** Of an exception; for the log only. */
  readonly error?: unknown
}
export type SamlResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  readonly body?: string
  readonly observed: Observed
}

export type SamlDeps = {
  readonly configuration: CurrentConfiguration
  readonly trust: Pick<TrustStore, 'identityProvider'>
  /** Behind a secret reference. Throws `secretUnavailable`. */
  readonly ownKeys: (reference: string) => Promise<readonly OwnKey[]>
  readonly requests: LoginRequests
  readonly replays: Replays
  readonly signIn: SignIn
  readonly audit: Pick<AuditLog, 'append'>
  readonly clock: Clock
  /** Where the people of a community log in. */
  readonly loginUrl: (community: Community) => string | undefined
  /** One machine: pages on its loopback may be returned to. */
  readonly local: boolean
}

/** A connection that has logins. */
export type SamlConnection = Connection & { readonly saml: SamlSettings }

/** What we are called and where answers go: the same for good, for identity providers know us by it. */
export type Place = { readonly entityId: string; readonly acs: string; readonly login: string }
export const placeOf = (publicUrl: string, connection: ConnectionId): Place => {
  const base = `${publicUrl.replace(/\/+$/, '')}/${connection}/saml`
  return { entityId: `${base}/metadata`, acs: `${base}/acs`, login: `${base}/login` }
}

/** A request on its way through one route. */
export type Exchange = {
  readonly request: SamlRequest
  readonly connection: SamlConnection
  readonly configuration: Configuration
  readonly place: Place
}

/** What is believed of the identity provider, as far as it is to be believed now. */
export type Trusted = Pick<IdentityProvider, 'entityId' | 'signOn' | 'wantsSignedRequests'> & {
  /** Base64 of the DER; at least one. */
  readonly certificates: readonly string[]
}
