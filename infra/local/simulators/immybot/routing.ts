import type { Answer as StandAnswer } from '../stand.ts'
import type { Shape } from './checks.ts'
import type { Switches, User, World } from './world.ts'

/** One authenticated, validated request. */
export type Call = {
  readonly world: World
  readonly now: string
  /** Path parameters; all are integers but `permission` and `objectId`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  /** The user behind the token. */
  readonly caller: User
}
export type Answer = StandAnswer<World>

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`; `:id` and the like. */
  readonly path: string
  /** Absent: both generations. */
  readonly generation?: Switches['generation']
  /** Absent: always there. */
  readonly when?: (switches: Switches) => boolean
  /** What the caller must be allowed to do in the RBAC generation; the legacy one knows only administrators. */
  readonly permission?: string
  /** Legacy: any MSP user may; otherwise MSP administrators only. */
  readonly legacyOpen?: boolean
  readonly query?: readonly string[]
  readonly body?: (world: World) => Shape
  readonly handle: (call: Call) => Answer
}

export const ok = (body: unknown, world?: World): Answer => ({
  status: 200,
  body,
  ...(world === undefined ? {} : { world }),
})
export const done = (world: World): Answer => ({ status: 200, world })

/** The single-page application: what any address gives that is no part of the API. */
export const page: Answer = {
  status: 200,
  body: '<!DOCTYPE html><html><head><title>ImmyBot</title></head><body><div id="app"></div></body></html>',
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  415: 'Unsupported Media Type',
}

/** ASP.NET's problem details; the vendor specifies no errors. */
export const refuse = (status: number, detail: string): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: titles[status] ?? 'Error', status, detail },
})

/** The same refusal as the switch has it. */
export const refusedAs = (answer: Answer, errors: Switches['errors'], method: string): Answer => {
  const { title, detail } = (answer.body ?? {}) as { readonly title?: string; readonly detail?: string }
  if (answer.status < 400 || detail === undefined) return answer
  const { status } = answer
  switch (errors) {
    case 'problem':
      return answer
    case 'guide':
      return { status, body: { error: { code: title, message: detail, details: detail } } }
    case 'text':
      return { status, headers: { 'content-type': 'text/plain' }, body: detail }
    case 'inside': {
      // What authentication, rights and routing refuse never came as far as that.
      const inside = method !== 'GET' && (status === 400 || status === 404)
      return inside ? { status: 200, body: { success: false, message: detail } } : answer
    }
  }
}
export const unknownThing = (what: string): Answer => refuse(404, `${what} not found`)

export const idOf = (call: Call, name = 'id'): number => Number(call.params[name])
