import type { CommunityId, ConnectionId, MemberId } from '../core/ids.ts'
import type { GroupStatement } from '../core/login.ts'
import type { SignInRefusal } from '../core/ports/logins.ts'

/** One call of an identity provider that builds a token, as plain values. */
export type HookRequest = {
  readonly connection: ConnectionId
  /** What stands behind `/hooks/`. */
  readonly hook: string
  readonly method: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | undefined
  readonly requestId: string
  /** Scheme and host as the caller sees them. */
  readonly origin: string
}
export type HookName = 'okta' | 'entra'

/** What a claim was given: the name of a role, of the role that gives nothing, or a value no mapper knows. */
export type ClaimOutcome = 'role' | 'fallback' | 'none'

/** What was found on the way; names of rules and ids, never a value of a person. */
export type HookObserved = {
  readonly hook?: HookName
  readonly credential?: string
  readonly member?: MemberId
  /** Why nobody was found who could have a role. */
  readonly nobody?: SignInRefusal
  /** What the call said of groups. */
  readonly groups?: GroupStatement['kind']
  readonly claims: readonly { readonly community: CommunityId; readonly outcome: ClaimOutcome }[]
  readonly error?: unknown
}
export type HookAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly observed: HookObserved
}
