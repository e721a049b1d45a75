import { createHmac, randomUUID } from 'node:crypto'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { type Instant, later, milliseconds } from '../../core/ids.ts'
import type { Authorization } from '../http.ts'
import type { Toolbox } from '../toolbox.ts'
import { type NetoSecret, netoSecretOf } from './secret.ts'
import { parsed, tokenShape } from './shapes.ts'

export type Access = {
  readonly authorization: Authorization
  readonly secret: () => Promise<NetoSecret>
  /** Our key belongs to another account than the one we act in: a parent's key in a sub-account. */
  readonly isForeign: () => Promise<boolean>
}

type Token = { readonly value: string; readonly until: Instant; readonly secret: NetoSecret }

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** HS256 with exactly the documented claims; `shortname` is the account to act in. */
const signed = (secret: NetoSecret, shortname: string, now: Instant): string => {
  const claims = {
    iat: Math.floor(milliseconds(now) / 1000),
    jti: randomUUID(),
    appname: secret.appname,
    appkey: secret.appkey,
    shortname,
  }
  const content = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${content}.${createHmac('sha256', secret.sharedsecret).update(content).digest('base64url')}`
}

export const ownKeyNeeded = (shortname: string, error: ConnectorError): ConnectorError =>
  new ConnectorError(
    'platformForbidden',
    `sub-account "${shortname}" does not accept the key of its parent account, or the key may not do this there: this sub-account needs a key of its own`,
    { field: 'credentials', ...(error.status === undefined ? {} : { status: error.status }) },
  )

const what = 'exchanging the API key for a token'

/** A failed exchange says something about our key or our way in, never about a person or a role, and nothing is lost by it. */
const translated = (error: unknown, foreign: boolean, shortname: string): unknown => {
  if (!isConnectorError(error)) return error
  const details = error.status === undefined ? {} : { status: error.status }
  switch (error.code) {
    case 'platformUnauthorized':
    case 'platformForbidden':
      return foreign ? ownKeyNeeded(shortname, error) : error
    case 'platformNotFound':
      return foreign
        ? ownKeyNeeded(shortname, error)
        : new ConnectorError('platformUnreadable', `${what}: there is no such call; check baseUrl`, details)
    case 'platformUncertain':
      return new ConnectorError('platformUnavailable', error.message, details)
    default:
      return error
  }
}

/** Not quite to its end: a request must not arrive with a token that ended on the way. */
const margin = (seconds: number): number => Math.min(30, seconds / 10)

/** One token per account, renewed before it ends, when the secret is another, and once when the platform refuses it. */
export const createAccess = ({ community, clock, secret, connect }: Toolbox, baseUrl: string): Access => {
  const exchange = connect({ headers: async () => ({}), secrets: async () => known }, baseUrl)
  let known: readonly string[] = []
  let token: Token | undefined
  let asked: Promise<Token> | undefined

  const current = async (): Promise<NetoSecret> => {
    const found = netoSecretOf(await secret(), community.credentials)
    known = [found.appkey, found.sharedsecret, ...(token === undefined ? [] : [token.value])]
    return found
  }
  const same = (a: NetoSecret, b: NetoSecret): boolean =>
    a.appname === b.appname && a.appkey === b.appkey && a.sharedsecret === b.sharedsecret

  const askOnce = async (own: NetoSecret): Promise<Token> => {
    const at = clock.now()
    const jwt = signed(own, community.tenant, at)
    const { body } = await exchange.send({
      method: 'POST',
      path: '/api/v1/auth/token',
      body: { jwt },
      what,
    })
    const answer = parsed(tokenShape, body, what)
    const lasts = answer.expires_in - margin(answer.expires_in)
    return { value: answer.access_token, until: later(at, lasts), secret: own }
  }
  /** Repeated with a new JWT, as the one sent may be spent. */
  const ask = async (own: NetoSecret): Promise<Token> => {
    try {
      return await askOnce(own).catch((error: unknown) => {
        if (isConnectorError(error, 'platformUncertain')) return askOnce(own)
        throw error
      })
    } catch (error) {
      throw translated(error, own.shortname !== community.tenant, community.tenant)
    }
  }

  const valid = async (): Promise<Token> => {
    const own = await current()
    if (token !== undefined && token.until > clock.now() && same(token.secret, own)) return token
    asked ??= ask(own).finally(() => {
      asked = undefined
    })
    token = await asked
    return token
  }

  return {
    authorization: {
      headers: async () => ({ authorization: `Bearer ${(await valid()).value}` }),
      secrets: async () => {
        await current()
        return known
      },
      renew: () => {
        const had = token !== undefined
        token = undefined
        return had
      },
    },
    secret: current,
    isForeign: async () => (await current()).shortname !== community.tenant,
  }
}
