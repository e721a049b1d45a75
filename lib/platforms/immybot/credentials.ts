import * as z from 'zod'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { type Instant, later } from '../../core/ids.ts'
import type { Authorization } from '../http.ts'
import type { Toolbox } from '../toolbox.ts'
import type { Dialect } from './dialect.ts'
import { parsed } from './shapes.ts'

/** An app registration of Entra: what `credentials` of the community must hold, as JSON. */
type Credentials = { readonly tenant: string; readonly clientId: string; readonly clientSecret: string }

const printable = z.string().regex(/^[\x21-\x7e]{1,2048}$/)
const credentialsShape = z.object({
  tenant: z.string().regex(/^[\w.-]{1,255}$/),
  clientId: printable,
  clientSecret: printable,
})
const tokenShape = z.object({ access_token: printable.max(16_384), expires_in: z.coerce.number().positive() })

/** Seconds before its end at which a token is no longer used: a call may wait for its turn. */
const margin = 120

export const credentialsOf = (secret: string, reference: string): Credentials => {
  const invalid = (rule: string): ConnectorError =>
    new ConnectorError('secretUnavailable', `credentials ${reference}: ${rule}`, { field: 'credentials' })
  let value: unknown
  try {
    value = JSON.parse(secret)
  } catch {
    throw invalid('not JSON; write {"tenant": …, "clientId": …, "clientSecret": …}')
  }
  const result = credentialsShape.safeParse(value)
  if (result.success) return result.data
  throw invalid(`field ${result.error.issues[0]?.path.join('.') || '(root)'} is missing or unusable`)
}

type Token = { readonly value: string; readonly until: Instant; readonly of: string }

/** Bearer tokens from Entra's token service (client credentials), each used until shortly before it ends. */
export const createAuthorization = (
  { community, clock, secret, connect }: Toolbox,
  dialect: Dialect,
): Authorization => {
  let token: Token | undefined
  const given = async (): Promise<Credentials> => credentialsOf(await secret(), community.credentials)
  // The token service is asked without any authorization of its own: the form carries it.
  const service = () =>
    connect(
      { headers: async () => ({}), secrets: async () => [(await given()).clientSecret] },
      dialect.tokenUrl.replace(/\/+$/, ''),
    )

  const asked = async ({ tenant, clientId, clientSecret }: Credentials): Promise<Token> => {
    const what = 'asking Entra for a token'
    const { body } = await service().send({
      method: 'POST',
      path: `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      form: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: dialect.tokenScope || `${community.baseUrl.replace(/\/+$/, '')}/.default`,
      },
      what,
      idempotent: true,
    })
    const answer = parsed(tokenShape, body, what)
    const seconds = Math.max(answer.expires_in - margin, answer.expires_in / 2)
    return {
      value: answer.access_token,
      until: later(clock.now(), seconds),
      of: printOf({ tenant, clientId, clientSecret }),
    }
  }

  const fresh = async (): Promise<string> => {
    const credentials = await given()
    if (token !== undefined && token.until > clock.now() && token.of === printOf(credentials))
      return token.value
    try {
      token = await asked(credentials)
    } catch (error) {
      // Nothing was written: not knowing whether a token was made is not knowing nothing about the platform.
      if (isConnectorError(error, 'platformUncertain')) throw again(error, 'platformUnavailable')
      // Entra answers 400 where tenant or application do not exist, 401 for a wrong secret.
      if (isConnectorError(error, 'platformRefused', 'platformForbidden', 'platformNotFound'))
        throw again(error, 'platformUnauthorized')
      throw error
    }
    return token.value
  }

  return {
    headers: async () => ({ authorization: `Bearer ${await fresh()}` }),
    secrets: async () => [(await given()).clientSecret, ...(token === undefined ? [] : [token.value])],
    renew: () => {
      const had = token !== undefined
      token = undefined
      return had
    },
  }
}

const printOf = (credentials: Credentials): string =>
  JSON.stringify([credentials.tenant, credentials.clientId, credentials.clientSecret])

/** Without the status: it is not the platform's. */
const again = (error: ConnectorError, code: ConnectorError['code']): ConnectorError =>
  new ConnectorError(
    code,
    error.message,
    error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter },
  )
