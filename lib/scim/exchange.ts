import type { Stamp } from '../core/audit.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Directory } from '../core/ports/directory.ts'
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
  /** Of an unexpected exception; for the log only, never for the caller. */
  readonly error?: unknown
}

/** An authenticated request on its way through one operation. */
export type Exchange = {
  readonly request: ScimRequest
  readonly stamp: Stamp
  readonly note: Note
  readonly directory: Directory
  readonly clock: Clock
}

export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body?: string
}
/** `id` is what stands at `{id}` in the route. */
export type Operation = (exchange: Exchange, id: string) => Promise<Answer>
