import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SimulatedRequest } from '../simulator.ts'
import { type Answer, refuse } from './routing.ts'
import { type Account, accountOf, isBelow, type Session, type World } from './world.ts'

/** The way in: a JWT signed with the account's shared secret is exchanged for a bearer token (documented claims only). */
type Claims = {
  readonly iat: number
  readonly jti: string
  readonly appname: string
  readonly appkey: string
  readonly shortname: string
}

const documented = ['appkey', 'appname', 'iat', 'jti', 'shortname']

const decoded = (part: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

const claimsOf = (part: string): Claims | undefined => {
  const claims = decoded(part)
  if (claims === undefined || Object.keys(claims).toSorted().join() !== documented.join()) return undefined
  const { iat, ...texts } = claims
  return Number.isInteger(iat) &&
    Object.values(texts).every((text) => typeof text === 'string' && text !== '')
    ? (claims as unknown as Claims)
    : undefined
}

const signed = (head: string, body: string, signature: string, secret: string): boolean => {
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest()
  const given = Buffer.from(signature, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const bodyOf = (request: SimulatedRequest): Readonly<Record<string, unknown>> | undefined => {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return undefined
  try {
    const body: unknown = JSON.parse(request.body)
    return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** The account whose key it is: the one acted in, or one above it. */
const homesOf = (world: World, target: Account): readonly Account[] =>
  world.accounts.filter(
    (account) => account.shortname === target.shortname || isBelow(world, target, account.shortname),
  )

const roleOfKey = (home: Account, appname: string) => {
  const key = home.keys.find((one) => one.appname === appname)
  return home.roles.find(({ name }) => name === key?.roles[0])
}

const foreignFinding = (world: World, home: Account, claims: Claims): Answer | undefined => {
  if (home.shortname === claims.shortname) return undefined
  const { parentKey, parentNeedsMasquerade } = world.switches
  if (parentKey === 'unauthorized') return refuse(401, 'bad credentials')
  if (parentKey === 'unknown') return refuse(404, 'not found')
  return parentNeedsMasquerade && roleOfKey(home, claims.appname)?.canMasquerade !== true
    ? refuse(401, 'bad credentials')
    : undefined
}

const secondsLater = (now: string, seconds: number): string =>
  new Date(Date.parse(now) + seconds * 1000).toISOString()

const refreshLifetime = 1800

const opened = (
  world: World,
  who: Pick<Session, 'shortname' | 'home' | 'appname'>,
  now: string,
  newId: () => string,
): Answer => {
  const session: Session = {
    ...who,
    token: newId(),
    refreshToken: newId(),
    expiresAt: secondsLater(now, world.switches.tokenLifetime),
    refreshUntil: secondsLater(now, refreshLifetime),
  }
  return {
    status: 200,
    body: {
      access_token: session.token,
      expires_in: world.switches.tokenLifetime,
      refresh_expires_in: refreshLifetime,
      refresh_token: session.refreshToken,
      token_type: 'bearer',
      id_token: '',
      'not-before-policy': 0,
      'session-state': newId(),
      scope: 'openid email profile',
    },
    world: {
      ...world,
      sessions: [...world.sessions.filter(({ refreshUntil }) => refreshUntil > now), session],
    },
  }
}

const ipFinding = (world: World, account: Account): Answer | undefined =>
  account.allowedIps.length > 0 && !account.allowedIps.includes(world.switches.sourceAddress)
    ? refuse(403, 'the address is not on the allow list')
    : undefined

const identified = (
  world: World,
  jwt: string,
  now: string,
): { claims: Claims; home: Account } | undefined => {
  const [head = '', body = '', signature = '', ...rest] = jwt.split('.')
  const header = decoded(head)
  const claims = claimsOf(body)
  if (rest.length > 0 || header?.alg !== 'HS256' || claims === undefined) return undefined
  const age = Math.abs(Date.parse(now) / 1000 - claims.iat)
  if (age > world.switches.issuedTolerance) return undefined
  const replayed = world.spent.some(({ jti }) => jti === claims.jti)
  if (replayed && world.switches.tokenIdReplay === 'refused') return undefined
  const target = accountOf(world, claims.shortname)
  const home = (target === undefined ? [] : homesOf(world, target)).find(
    (account) =>
      signed(head, body, signature, account.sharedSecret) &&
      account.keys.some((key) => key.appname === claims.appname && key.appkey === claims.appkey),
  )
  return home === undefined ? undefined : { claims, home }
}

export const exchange =
  (newId: () => string) =>
  (world: World, request: SimulatedRequest, now: string): Answer => {
    const body = bodyOf(request)
    if (body === undefined || Object.keys(body).join() !== 'jwt' || typeof body.jwt !== 'string')
      return refuse(400, 'the body must be {"jwt": …}')
    const found = identified(world, body.jwt, now)
    if (found === undefined) return refuse(401, 'bad credentials')
    const { claims, home } = found
    const refused = ipFinding(world, home) ?? foreignFinding(world, home, claims)
    if (refused !== undefined) return refused
    const since = secondsLater(now, -2 * world.switches.issuedTolerance)
    const spent = [...world.spent.filter(({ at }) => at > since), { jti: claims.jti, at: now }]
    const who = { shortname: claims.shortname, home: home.shortname, appname: claims.appname }
    return opened({ ...world, spent }, who, now, newId)
  }

export const refresh =
  (newId: () => string) =>
  (world: World, request: SimulatedRequest, now: string): Answer => {
    const given = new URLSearchParams(request.body).get('refresh_token')
    const session = world.sessions.find(
      ({ refreshToken, refreshUntil }) => refreshToken === given && refreshUntil > now,
    )
    if (session === undefined || !keyStands(world, session))
      return refuse(400, 'the refresh token is wrong or expired')
    const sessions = world.sessions.filter((one) => one !== session)
    return opened({ ...world, sessions }, session, now, newId)
  }

const keyStands = (world: World, { home, appname }: Session): boolean =>
  accountOf(world, home)?.keys.some((key) => key.appname === appname) === true

export type Authenticated = { readonly session: Session; readonly account: Account; readonly home: Account }

export const authenticated = (
  world: World,
  request: SimulatedRequest,
  now: string,
): Authenticated | Answer => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  const session = world.sessions.find((one) => one.token === token && one.expiresAt > now)
  const account = session === undefined ? undefined : accountOf(world, session.shortname)
  const home = session === undefined ? undefined : accountOf(world, session.home)
  const valid = scheme === 'Bearer' && session !== undefined && keyStands(world, session)
  if (!valid || account === undefined || home === undefined)
    return refuse(401, 'the token is missing, wrong or expired')
  const refused = ipFinding(world, home)
  if (refused !== undefined) return refused
  return home !== account && world.switches.parentKey === 'forbidden'
    ? refuse(403, 'not allowed in this account')
    : { session, account, home }
}

/** The rights of a key are those of its role. */
export const mayDo = (
  { session, home }: Authenticated,
  [resource, action]: readonly [string, 'fetch' | 'create' | 'update' | 'delete'],
): boolean =>
  roleOfKey(home, session.appname)?.permissions.some(
    (permission) => permission.resource === resource && permission[action],
  ) === true
