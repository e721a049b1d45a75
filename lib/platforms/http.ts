import { ConnectorError, isConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Pace } from '../core/ports/platform.ts'
import { judgeExchange } from './answers.ts'
import type { Brake } from './brake.ts'
import type { Exchange, Transport } from './transport.ts'

export type PlatformRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base URL. Ids only: paths may appear in a platform's logs. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Instead of a JSON body: `application/x-www-form-urlencoded`, as token services want it. */
  readonly form?: Readonly<Record<string, string>>
  /** For errors: what was attempted, in words, without personal values. */
  readonly what: string
  /** A write that may be sent twice without harm. */
  readonly idempotent?: boolean
}
export type PlatformAnswer = { readonly status: number; readonly body: unknown }

export type Authorization = {
  /** Headers of each request. Asked before each call, so that a rotated secret is used at once (the resolver caches). */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  /** Values that must never appear in an error. */
  readonly secrets: () => Promise<readonly string[]>
  /** The platform answered 401: forget what was derived from the secret. True: worth asking once more. */
  readonly renew?: () => boolean
}

export type PlatformHttp = { readonly send: (request: PlatformRequest) => Promise<PlatformAnswer> }

export type PlatformHttpDeps = {
  /** As `platformUrl` returns it. */
  readonly baseUrl: string
  readonly authorization: Authorization
  readonly transport: Transport
  readonly brake: Brake
  readonly pace: Pace
  readonly perSecond: number
  readonly clock: Clock
  readonly deadline: () => Instant
  readonly random: () => number
  /** Seconds one exchange may take. */
  readonly timeout: number
  readonly maximumBytes: number
  readonly attempts: number
  /** After every wait and right before each request leaves; absent: anybody may call. */
  readonly beforeCall?: () => Promise<void>
}

/** Longer waits are the work list's: a worker is not kept waiting for a platform. */
const patience = 5
/** AWS's "full jitter": between nothing and the doubling ceiling. */
const backOff = (attempt: number, random: () => number): number =>
  random() * Math.min(4, 0.5 * 2 ** (attempt - 1))

const contentOf = ({ body, form }: PlatformRequest): { readonly body?: string; readonly type: string } => {
  if (form !== undefined)
    return { body: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' }
  return body === undefined ? { type: '' } : { body: JSON.stringify(body), type: 'application/json' }
}

/** All calls to platforms go through here: rate, time and size limits, careful repetition, one error classification, nothing secret in errors. */
export const createPlatformHttp = (deps: PlatformHttpDeps): PlatformHttp => {
  const secondsLeft = (): number => (milliseconds(deps.deadline()) - milliseconds(deps.clock.now())) / 1000

  const exchange = async (request: PlatformRequest): Promise<Exchange> => {
    await deps.pace.permit(deps.baseUrl, deps.perSecond, deps.deadline())
    const left = secondsLeft()
    if (left <= 0) throw new ConnectorError('outOfTime', `${request.what}: no time left to ask the platform`)
    const url = new URL(`${deps.baseUrl}${request.path}`)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    const { body, type } = contentOf(request)
    // It may fetch a token, which waits like any other call.
    const authorization = await deps.authorization.headers()
    await deps.beforeCall?.()
    return deps.transport({
      method: request.method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'rolecall',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...authorization,
      },
      ...(body === undefined ? {} : { body }),
      seconds: Math.min(deps.timeout, left),
      maximumBytes: deps.maximumBytes,
    })
  }

  const send = async (request: PlatformRequest): Promise<PlatformAnswer> => {
    const asked = { what: request.what, writes: request.method !== 'GET' }
    const harmless = request.idempotent ?? request.method === 'GET'
    for (let attempt = 1; ; attempt += 1) {
      const judged = judgeExchange(
        await exchange(request),
        asked,
        await deps.authorization.secrets(),
        milliseconds(deps.clock.now()),
      )
      if (judged.kind === 'ok') {
        deps.brake.succeeded()
        return judged
      }
      const { error } = judged
      const pause = await deps.brake.failed(error.status, error.retryAfter)
      const wait = Math.max(pause, backOff(attempt, deps.random))
      const may = judged.repeat === 'always' || (judged.repeat === 'idempotent' && harmless)
      const fits = wait <= patience && wait < secondsLeft()
      if (!may || !fits || attempt >= deps.attempts) throw withPause(error, pause)
      await deps.clock.sleep(wait)
    }
  }

  return {
    send: async (request) => {
      try {
        return await send(request)
      } catch (error) {
        // A token may end early. That it was refused says that nothing was done.
        const ended = isConnectorError(error, 'platformUnauthorized') && deps.authorization.renew?.() === true
        if (!ended) throw error
        return send(request)
      }
    },
  }
}

/** The caller learns how long the platform wants to be left alone. */
const withPause = (error: ConnectorError, pause: number): ConnectorError =>
  pause > 0 && error.retryAfter === undefined
    ? new ConnectorError(error.code, error.message, {
        retryAfter: pause,
        ...(error.status === undefined ? {} : { status: error.status }),
      })
    : error
