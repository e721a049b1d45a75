import { type CommunityId, later } from '../core/ids.ts'
import type { LoginRequest } from '../core/ports/logins.ts'
import { type Asking, newRequestId, postedMessage, redirectUrl } from './authn-request.ts'
import { clearSurplus, hashOf, loginLifetime, newHandle, newSecret, setCookie } from './cookies.ts'
import type { Exchange, SamlDeps, SamlResponse, Trusted } from './exchange.ts'
import { type Page, postPage, quietHeaders, unknownPlacePage, unusablePage } from './page.ts'
import type { ConnectionCode, RequestCode } from './refusals.ts'
import { returnTarget, safeUrl } from './return-to.ts'
import type { OwnKey } from './trust/own-keys.ts'
import { readGround } from './trusted.ts'

type Wishes = Pick<LoginRequest, 'community' | 'returnTo'>
type Wished = { readonly kind: 'known'; readonly wishes: Wishes } | { readonly kind: RequestCode }

/** Origins a login may end at: those configured for it, and the communities' own. */
const allowedOrigins = ({ loginUrl, local }: SamlDeps, { connection, configuration }: Exchange) => [
  ...connection.saml.returnTo,
  ...configuration.communities.flatMap((community) => {
    const url = loginUrl(community)
    const origin = url === undefined ? undefined : safeUrl(url, local)?.origin
    return origin === undefined ? [] : [origin]
  }),
]

/** Where the person wants to be afterwards, each said once at most. */
const wishesOf = (deps: SamlDeps, exchange: Exchange): Wished => {
  const { request, configuration } = exchange
  const [community, ...otherCommunities] = request.query.getAll('community')
  const [returnTo, ...otherPlaces] = request.query.getAll('returnTo')
  const known = configuration.communities.some(({ id }) => id === community)
  if (otherCommunities.length > 0 || (community !== undefined && !known)) return { kind: 'request.community' }
  const target =
    returnTo === undefined ? undefined : returnTarget(returnTo, allowedOrigins(deps, exchange), deps.local)
  if (otherPlaces.length > 0 || (returnTo !== undefined && target === undefined))
    return { kind: 'request.returnTo' }
  return {
    kind: 'known',
    wishes: {
      ...(community === undefined ? {} : { community: community as CommunityId }),
      ...(target === undefined ? {} : { returnTo: target }),
    },
  }
}

type Sending = Omit<Asking, 'destination'> & { readonly handle: string; readonly key: OwnKey | undefined }

const asked = async (
  { signOn }: Trusted,
  { handle, key, ...asking }: Sending,
): Promise<Omit<Page, 'body'> | Page> => {
  if (signOn.redirect !== undefined) {
    const location = await redirectUrl({ ...asking, destination: signOn.redirect }, handle, key)
    return { status: 302, headers: { ...quietHeaders, location } }
  }
  const destination = signOn.post ?? ''
  const SAMLRequest = await postedMessage({ ...asking, destination }, key)
  return postPage(destination, { SAMLRequest, RelayState: handle })
}

const unusable = (exchange: Exchange, outcome: ConnectionCode, error?: unknown): SamlResponse => ({
  ...unusablePage(exchange.request.requestId),
  observed: {
    operation: 'login',
    connection: exchange.connection.id,
    outcome,
    ...(error === undefined ? {} : { error }),
  },
})

/** Sends a browser to the identity provider, and remembers that it did: the row is there before anybody can come back to it. */
export const loginRoute = async (deps: SamlDeps, exchange: Exchange): Promise<SamlResponse> => {
  const { request, connection, place } = exchange
  const observed = { operation: 'login', connection: connection.id } as const
  const wished = wishesOf(deps, exchange)
  if (wished.kind !== 'known')
    return { ...unknownPlacePage(request.requestId), observed: { ...observed, outcome: wished.kind } }
  const ground = await readGround(deps, connection)
  if (ground.kind === 'unusable') return unusable(exchange, ground.code, ground.error)
  const { provider, keys } = ground
  const [key] = keys
  if (provider.wantsSignedRequests && key === undefined) return unusable(exchange, 'keys.missing')
  const at = deps.clock.now()
  const [id, handle, secret] = [newRequestId(), newHandle(), newSecret()]
  await deps.requests.saveRequest({
    connection: connection.id,
    id,
    handle,
    browser: hashOf(secret),
    ...wished.wishes,
    expiresAt: later(at, loginLifetime),
  })
  return {
    ...(await asked(provider, { id, at, place, handle, key })),
    cookies: [...clearSurplus(request.cookies), setCookie(handle, secret)],
    observed: { ...observed, outcome: 'sent' },
  }
}
