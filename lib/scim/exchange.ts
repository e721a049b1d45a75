import type { Stamp } from '../core/audit.ts'
import type { ConnectionId, GroupId } from '../core/ids.ts'
import type { Attributes, Member } from '../core/member.ts'
import type { AccessReads } from '../core/ports/access.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Directory } from '../core/ports/directory.ts'
import type { Cursors } from './lists/cursors.ts'
import type { Note, Quirk } from './quirks.ts'

/** One HTTP request as plain values, so that a function, the local front and a test send the same thing. */
export type ScimRequest = {
  readonly connection: ConnectionId
  /** Address of `/{connection}/scim/v2` as the caller sees it, without a slash at its end. */
  readonly baseUrl: string
  readonly method: string
  /** Below `/scim/v2`, as sent. */
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | undefined
  readonly requestId: string
}

export type ScimResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For logs and metrics: names and counts, nothing personal. */
  readonly observed: Observed
}
export type Observed = {
  /** Route and method, such as `PATCH /Groups/{id}`. */
  readonly operation: string
  readonly code?: string
  readonly credential?: string
  readonly quirks: Readonly<Partial<Record<Quirk, number>>>
  /** Groups that were put into a group that stands in them already. */
  readonly groupCycles?: readonly GroupId[]
  /** Members of whom could not be put down that they were spoken of. */
  readonly unnotedMentions?: number
  /** Of an unexpected exception; for the log only, never for the caller. */
  readonly error?: unknown
}

/** What an operation is asked with: of the request itself, or of one part of a bulk request. */
export type Asked = Pick<ScimRequest, 'method' | 'path' | 'query' | 'headers'> & {
  /** Which part, from 1; the audit trail tells it from its neighbours by it. */
  readonly part?: number
}

/** An authenticated request on its way through one operation. */
export type Exchange = {
  readonly request: Asked & Pick<ScimRequest, 'connection' | 'baseUrl'>
  readonly stamp: Stamp
  readonly note: Note
  readonly noteCycles: (groups: readonly GroupId[]) => void
  readonly directory: Directory
  readonly clock: Clock
  /** Absent where nothing tells how members stand on the platforms. */
  readonly access?: AccessReads
  /** The client spoke of these by name. Never fails. */
  readonly mentioned: (members: readonly Member[]) => Promise<void>
  readonly cursors: Cursors
  /** The parsed body; throws `invalidSyntax` where there is none. */
  readonly body: () => Attributes
  /** Its size in bytes as it came. */
  readonly bodySize: number
  /** Another operation within the same request (RFC 7644 §3.7); throws as an operation does. */
  readonly perform: (asked: Asked, body: Attributes | undefined) => Promise<Answer>
}

export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body?: string
  /** An unexpected exception that is answered as a part of the body; for the log only. */
  readonly error?: unknown
}
/** `id` is what stands at `{id}` in the route. */
export type Operation = (exchange: Exchange, id: string) => Promise<Answer>
