import type { Shape } from './checks.ts'
import type { Account, Action, Session, World } from './world.ts'

/** One authenticated, validated request. */
export type Call = {
  readonly world: World
  readonly now: string
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  readonly session: Session
  /** The account the session acts in. */
  readonly account: Account
}

/** `world` is there when the request changed something. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly world?: World
  readonly headers?: Readonly<Record<string, string>>
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`; `:id`, `:appname` and `:shortname` are parameters. */
  readonly path: string
  /** What the key's role must hold. */
  readonly right: readonly [resource: string, action: Action]
  readonly body?: Shape
  readonly success: number
  readonly handle: (call: Call) => Answer
}

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
}

export const refuse = (status: number, message: string): Answer => ({
  status,
  body: { status, name: names[status] ?? 'Error', message },
})

export const enveloped = (status: number, data: unknown, world?: World): Answer => ({
  status,
  body: { meta: { code: status, count: Array.isArray(data) ? data.length : 1 }, data },
  ...(world === undefined ? {} : { world }),
})
