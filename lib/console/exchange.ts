import type { ConnectionId } from '../core/ids.ts'
import type { Credential } from '../core/ports/configuration.ts'
import type { Bag } from './values.ts'

/** One HTTP request as plain values. */
export type ConsoleRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array | undefined
  readonly requestId: string
}
export type ConsoleResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly observed: Observed
}
/** For the log: ids and codes, nothing of what was sent. */
export type Observed = {
  readonly operation: string
  readonly connection?: ConnectionId
  readonly credential?: string
  readonly code?: string
  /** Of an unexpected exception; for the log only. */
  readonly error?: unknown
}

/** A request of somebody who may make it. */
export type Asked = {
  readonly connection: ConnectionId
  readonly credential: Credential
  /** The parsed body; throws `invalidSyntax` where there is none. */
  readonly body: () => Bag
}
/** What is answered with 200, as JSON. */
export type Operation = (asked: Asked) => Promise<unknown>
/** Below `/console/api/v1/{connection}`, by method and path. */
export type Operations = Readonly<Record<string, Operation>>
