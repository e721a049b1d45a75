import type { ConnectionId } from '../core/ids.ts'
import type { LoginRequest, LoginRequests } from '../core/ports/logins.ts'
import { isRequestId } from './authn-request.ts'
import { isBrowserOf } from './cookies.ts'
import type { RejectionCode, VerifiedAssertion } from './verified.ts'

/** How an answer belongs to what was asked: to one stored request and the browser that was sent with it, or to none where that is allowed. */
export type Correlated =
  | { readonly kind: 'asked'; readonly loginRequest: LoginRequest }
  | { readonly kind: 'unasked' }
  | { readonly kind: 'refused'; readonly code: RejectionCode }

export type Brought = {
  readonly connection: ConnectionId
  readonly idpInitiated: boolean
  readonly relayState: string | undefined
  readonly cookies: readonly string[]
}

const refused = (code: RejectionCode): Correlated => ({ kind: 'refused', code })

/** Nothing is used up here: whoever brings somebody else's answer does not end that person's login. */
export const correlate = async (
  requests: Pick<LoginRequests, 'request'>,
  { inResponseTo }: Pick<VerifiedAssertion, 'inResponseTo'>,
  { connection, idpInitiated, relayState, cookies }: Brought,
): Promise<Correlated> => {
  if (inResponseTo === undefined) return idpInitiated ? { kind: 'unasked' } : refused('irt.missing')
  if (!isRequestId(inResponseTo)) return refused('irt.unknown')
  const loginRequest = await requests.request(connection, inResponseTo)
  if (loginRequest === undefined) return refused('irt.unknown')
  if (relayState !== loginRequest.handle) return refused('irt.mismatch')
  if (!isBrowserOf(cookies, loginRequest)) return refused('irt.browser')
  return { kind: 'asked', loginRequest }
}
