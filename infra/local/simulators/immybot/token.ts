import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SimulatedRequest } from '../simulator.ts'
import type { Answer } from './routing.ts'
import type { EntraClient, World } from './world.ts'

/** Entra's token service, for the client credentials grant only. Tokens carry their own end, so that asking for one changes nothing. */
export const tokenLife = 3599

const sign = (text: string): string =>
  createHmac('sha256', 'simulated Entra').update(text).digest('base64url')
const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

const issued = (client: EntraClient, now: string): string => {
  const at = Date.parse(now)
  const claims = JSON.stringify({ oid: client.objectId, nbf: now, exp: at + tokenLife * 1000 })
  const text = Buffer.from(claims).toString('base64url')
  return `${text}.${sign(text)}`
}

/** The object id of the service principal a token was made for. */
export const principalOf = (world: World, token: string, now: string): string | undefined => {
  const [text = '', signature = ''] = token.split('.')
  if (!same(sign(text), signature)) return undefined
  const { oid, nbf, exp } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as {
    oid: string
    nbf: string
    exp: number
  }
  return exp > Date.parse(now) && nbf >= world.entra.tokensFrom ? oid : undefined
}

const refused = (status: number, error: string, code: number, description: string): Answer => ({
  status,
  body: { error, error_description: `AADSTS${code}: ${description}`, error_codes: [code] },
})

/** The instance's address, with or without a path, then `/.default`; where the request says its host, the scope must name the same. */
const scopeFits = (scope: string, host: string | undefined): boolean => {
  if (!/^https?:\/\/.+\/\.default$/.test(scope) || !URL.canParse(scope)) return false
  return host === undefined || new URL(scope).host === host
}

export const tokenPath = /^\/([^/]+)\/oauth2\/v2\.0\/token$/

export const tokenAnswer = (world: World, request: SimulatedRequest, now: string): Answer => {
  const [, tenant] = tokenPath.exec(request.path) ?? []
  if (request.method !== 'POST') return refused(405, 'invalid_request', 900561, 'only POST is accepted')
  if (!(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
    return refused(400, 'invalid_request', 900144, 'the body must be a form')
  if (tenant !== world.entra.tenant) return refused(400, 'invalid_request', 90002, 'the tenant was not found')
  const form = new URLSearchParams(request.body)
  const missing = ['grant_type', 'client_id', 'client_secret', 'scope'].find((name) => !form.has(name))
  if (missing !== undefined) return refused(400, 'invalid_request', 900144, `${missing} is missing`)
  if (form.get('grant_type') !== 'client_credentials')
    return refused(400, 'unsupported_grant_type', 70003, 'this grant is not supported')
  const client = world.entra.clients.find(({ clientId }) => clientId === form.get('client_id'))
  if (client === undefined)
    return refused(400, 'unauthorized_client', 700016, 'the application was not found in the directory')
  if (client.secret !== form.get('client_secret'))
    return refused(401, 'invalid_client', 7000215, 'the client secret is wrong')
  if (client.secretExpiresAt !== null && client.secretExpiresAt <= now)
    return refused(401, 'invalid_client', 7000222, 'the client secret has expired')
  if (!scopeFits(form.get('scope') ?? '', request.headers.host))
    return refused(400, 'invalid_scope', 70011, 'the scope is not valid for this resource')
  return {
    status: 200,
    body: {
      token_type: 'Bearer',
      expires_in: tokenLife,
      ext_expires_in: tokenLife,
      access_token: issued(client, now),
    },
  }
}
