import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { HookSettings } from '../core/configuration.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import { milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import { unauthenticated } from './errors.ts'

export type EntraSettings = NonNullable<HookSettings['entra']>
/** Reads a document from the token service within a time: guarded against private addresses, without redirects, of a limited size. */
export type FetchKeys = (
  url: URL,
  milliseconds: number,
) => Promise<{ readonly status: number; readonly body: string }>

/** Microsoft's own application that calls extensions, the same for every tenant. */
export const authenticationEvents = '99045fe1-7639-4a75-9d4a-577b6ca3810f'

const skew = 60
/** Of the 900 ms an answer may take. */
const keysWithin = 700
const keysFreshFor = 3_600_000
const remedy = 'let Entra call this hook with a token for the application in hooks.entra.audience'

/** Not the token's fault: the keys could not be had. What is refused because of a fault is not said to be wrong. */
const isFault = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === 'ERR_JOSE_GENERIC'

const noKeys = (cause: unknown): ConnectorError =>
  new ConnectorError('platformUnavailable', 'the token service’s keys cannot be read: call again', {
    retryAfter: 5,
    cause,
  })

const keySet = ({ authority, tenant }: EntraSettings, fetchKeys: FetchKeys): JWTVerifyGetKey => {
  const remote = createRemoteJWKSet(new URL(`${authority}/${tenant}/discovery/v2.0/keys`), {
    timeoutDuration: keysWithin,
    cacheMaxAge: keysFreshFor,
    [customFetch]: async (url) => {
      const { status, body } = await fetchKeys(new URL(url), keysWithin)
      return new Response(status === 200 ? body : null, { status: status === 200 ? 200 : 502 })
    },
  })
  return async (header, token) => {
    // Without a name any key that fits would do.
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey()
    return await remote(header, token)
  }
}

/** An application is named by its id or by its URI; that of an extension carries the host it is called at. */
const audiences = (audience: string, host: string): string[] =>
  audience.startsWith('api://') ? [audience] : [audience, `api://${audience}`, `api://${host}/${audience}`]

/** Version 1 tokens have another issuer, and name the calling application otherwise. */
const issuers = ({ authority, tenant }: EntraSettings) =>
  new Map([
    [`${authority}/${tenant}/v2.0`, 'azp'],
    [`https://sts.windows.net/${tenant}/`, 'appid'],
  ] as const)

const callsForEntra = (settings: EntraSettings, payload: JWTPayload): boolean => {
  const { iss = '', tid } = payload
  const caller = new Map<string, 'azp' | 'appid'>(issuers(settings)).get(iss)
  return (
    caller !== undefined &&
    payload[caller] === authenticationEvents &&
    (tid === undefined || tid === settings.tenant)
  )
}

const bearer = (header: string | undefined): string | undefined =>
  /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header?.trim() ?? '')?.[1]

/**
 * Whether Entra calls: signature by the tenant's own keys, issuer, audience, time, and Microsoft's application as the caller. Throws `unauthenticated`,
 * and something else where the keys could not be had.
 */
export const createEntraCallers = (deps: {
  readonly clock: Pick<Clock, 'now'>
  readonly fetchKeys: FetchKeys
}) => {
  const sets = new Map<string, JWTVerifyGetKey>()
  const keysOf = (settings: EntraSettings): JWTVerifyGetKey => {
    const name = `${settings.authority} ${settings.tenant}`
    const known = sets.get(name) ?? keySet(settings, deps.fetchKeys)
    sets.set(name, known)
    return known
  }
  return async (settings: EntraSettings | undefined, host: string, authorization: string | undefined) => {
    const token = bearer(authorization)
    if (settings === undefined || token === undefined || token.length > 16_384) throw unauthenticated(remedy)
    try {
      const { payload } = await jwtVerify(token, keysOf(settings), {
        algorithms: ['RS256'],
        issuer: [...issuers(settings).keys()],
        audience: audiences(settings.audience, host),
        requiredClaims: ['exp'],
        clockTolerance: skew,
        currentDate: new Date(milliseconds(deps.clock.now())),
      })
      if (!callsForEntra(settings, payload)) throw unauthenticated(remedy)
    } catch (error) {
      if (isConnectorError(error)) throw error
      throw isFault(error) ? noKeys(error) : unauthenticated(remedy)
    }
  }
}
