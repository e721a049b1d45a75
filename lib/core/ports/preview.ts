import type { Configuration, Connection } from '../configuration.ts'
import type { ConnectionId, MemberId } from '../ids.ts'
import type { ShownAttributes } from '../login.ts'
import type { Claiming, ShownPerson } from '../login-claim.ts'
import type { LoginPreview } from '../preview-login.ts'
import type { ReplayedMember, ReplaySummary } from '../replay.ts'
import type { ScanPage } from './directory.ts'

/** Who an assertion speaks of, as the SAML endpoint would read it; `nobody`: that was not said. */
export type PreviewClaiming = Claiming | { readonly kind: 'nobody' }

export type PreviewSubject =
  /** As they are. */
  | { readonly kind: 'stored'; readonly member: MemberId }
  | {
      readonly kind: 'login'
      readonly attributes: ShownAttributes
      readonly claiming: PreviewClaiming
      /** Whose login it is, instead of whom it would be linked to. */
      readonly member?: MemberId
    }
export type PreviewRequest = {
  readonly connection: ConnectionId
  /** By which it is looked at; the current one stands beside it for what they have now. */
  readonly configuration: Configuration
  readonly current: Configuration | undefined
  readonly subject: PreviewSubject
}

/** What the checks of a login say of a message that is only looked at. Its times are not judged: they are those of the past. */
export type MessageVerdict =
  | { readonly signature: 'valid'; readonly refusedFor?: string }
  | { readonly signature: 'invalid' | 'missing' | 'untrusted'; readonly refusedFor: string }
  /** Nobody is trusted to sign for this connection. */
  | { readonly signature: 'notChecked' }
export type ShownMessage = ShownPerson & {
  readonly verdict: MessageVerdict
  /** Whether it is meant for us was asked, too. */
  readonly addressed: boolean
}
/** Throws `invalidValue` for what cannot be read. */
export type ReadAssertion = (connection: Connection, text: string) => Promise<ShownMessage>

export type Previews = {
  readonly preview: (request: PreviewRequest) => Promise<LoginPreview>
  readonly replayPage: (
    request: { readonly candidate: Configuration; readonly current: Configuration | undefined },
    connection: ConnectionId,
    limit: number,
    after?: string,
  ) => Promise<ScanPage<ReplayedMember> & { readonly summary: ReplaySummary }>
}
