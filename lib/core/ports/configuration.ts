import type { Configuration } from '../configuration.ts'
import type { ConnectionId, Instant } from '../ids.ts'

/** Versions of the configuration, and who may call us. */

export type ConfigurationVersion = {
  readonly number: number
  readonly at: Instant
  readonly by: string
  readonly note: string
  readonly current: boolean
}
export type ConfigurationStore = {
  /** The current version's source text, undefined before the first push. */
  readonly current: () => Promise<{ readonly number: number; readonly text: string } | undefined>
  readonly version: (number: number) => Promise<string | undefined>
  readonly history: () => Promise<readonly ConfigurationVersion[]>
  /** Conditional on `basedOn` still being current (0: none). */
  readonly push: (
    text: string,
    basedOn: number,
    by: string,
    note: string,
  ) => Promise<
    | { readonly kind: 'stored'; readonly number: number }
    | { readonly kind: 'stale'; readonly current: number }
  >
  readonly makeCurrent: (number: number, by: string) => Promise<'done' | 'unknown'>
}
/** The version that was current at a moment, parsed as it is understood now. */
export type ConfigurationAt = (at: Instant) => Promise<
  | { readonly kind: 'found'; readonly configuration: Configuration; readonly since: Instant }
  /** Before the first push. */
  | { readonly kind: 'none' }
  /** Its text is no longer accepted. */
  | { readonly kind: 'unreadable'; readonly number: number; readonly why: string }
>
/** The parsed current configuration through a cached pointer; throws `configurationMissing` before the first push. */
export type CurrentConfiguration = () => Promise<Configuration>

export type Scope = 'scim' | 'hooks' | 'admin'
export type Credential = {
  readonly connection: ConnectionId
  readonly id: string
  /** SHA-256 of the secret part, hex. */
  readonly hash: string
  readonly scope: Scope
  readonly label: string
  readonly createdAt: Instant
  readonly createdBy: string
  readonly expiresAt?: Instant
  readonly revokedAt?: Instant
  /** YYYY-MM-DD. */
  readonly lastUsed?: string
}
export type CredentialStore = {
  readonly credential: (connection: ConnectionId, id: string) => Promise<Credential | undefined>
  readonly credentials: (connection: ConnectionId) => Promise<readonly Credential[]>
  readonly saveCredential: (credential: Credential) => Promise<void>
  /** To the day: writes at most once a day per credential. */
  readonly markUsed: (credential: Credential, day: string) => Promise<void>
}
