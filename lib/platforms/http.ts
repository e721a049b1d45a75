import { ConnectorError } from '../core/errors.ts'
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
  /** For errors: what was attempted, in words, without personal values. */
  readonly what: string
  /** A write that may be sent twice without harm. */
  readonly idempotent?: boolean
}
export type PlatformAnswer = { readonly status: number; readonly body: unknown }

export type PlatformHttp = { readonly send: (request: PlatformRequest) => Promise<PlatformAnswer> }

export type PlatformHttpDeps = {
  /** As `platformUrl` returns it. */
  readonly baseUrl: string
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  /** Values that must never appear in an error. */
  readonly secrets: () => Promise<readonly string[]>
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
}

/** Longer waits are the work list's: a worker is not kept waiting for a platform. */
const patience = 5
/** AWS's "full jitter": between nothing and the doubling ceiling. */
const backOff = (attempt: number, random: () => number): number =>
  random() * Math.min(4, 0.5 * 2 ** (attempt - 1))

/** All calls to platforms go through here: rate, time and size limits, careful repetition, one error classification, nothing secret in errors. */
export const createPlatformHttp = (deps: PlatformHttpDeps): PlatformHttp => {
  const secondsLeft = (): number => (milliseconds(deps.deadline()) - milliseconds(deps.clock.now())) / 1000

  const exchange = async (request: PlatformRequest): Promise<Exchange> => {
    await deps.pace.permit(deps.baseUrl, deps.perSecond, deps.deadline())
    const left = secondsLeft()
    if (left <= 0) throw new ConnectorError('outOfTime', `${request.what}: no time left to ask the platform`)
    const url = new URL(`${deps.baseUrl}${request.path}`)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    return deps.transport({
      method: request.method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'rolecall',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...(await deps.headers()),
      },
      ...(body === undefined ? {} : { body }),
      seconds: Math.min(deps.timeout, left),
      maximumBytes: deps.maximumBytes,
    })
  }

  return {
    send: async (request) => {
      const asked = { what: request.what, writes: request.method !== 'GET' }
      const harmless = request.idempotent ?? request.method === 'GET'
      for (let attempt = 1; ; attempt += 1) {
        const judged = judgeExchange(
          await exchange(request),
          asked,
          await deps.secrets(),
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
