import { timingSafeEqual } from 'node:crypto'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Credential, CredentialStore, Scope } from '../core/ports/configuration.ts'
import { type PresentedToken, presentedToken } from './tokens.ts'

/** RFC 6750 §3: what a 401 tells the client to do. */
export const challenge = 'Bearer realm="scim", charset="UTF-8"'

const connectionForm = /^[a-z0-9][a-z0-9-]{0,62}$/
/** Anything else in its place in the address names nothing, and may be a token or an address pasted into the wrong field. */
export const isConnection = (text: string): boolean => connectionForm.test(text)

// One text for every reason: the answer must not tell which connections, tokens or scopes exist.
const refuse = (): ConnectorError =>
  new ConnectorError('unauthenticated', 'a valid bearer token of this connection is required')

const bearer = (header: string | undefined): string | undefined =>
  /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header?.trim() ?? '')?.[1]

const sameHash = (presented: PresentedToken, stored: Credential): boolean => {
  const expected = Buffer.from(stored.hash, 'hex')
  const actual = Buffer.from(presented.hash, 'hex')
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/**
 * Who is asking: one consistent read of the credential row and nothing else, on every request, so that a revocation works at once. Throws
 * `unauthenticated`; a store that cannot answer is not a wrong token and keeps its own error.
 */
export const authenticate = async (
  deps: { readonly credentials: CredentialStore; readonly clock: Clock },
  connection: ConnectionId,
  scope: Scope,
  authorization: string | undefined,
): Promise<Credential> => {
  const token = bearer(authorization)
  const presented = token === undefined ? undefined : presentedToken(token)
  if (presented === undefined || !isConnection(connection)) throw refuse()
  const stored = await deps.credentials.credential(connection, presented.id)
  if (stored === undefined || !sameHash(presented, stored)) throw refuse()
  if (stored.connection !== connection || stored.scope !== scope || stored.revokedAt !== undefined)
    throw refuse()
  if (stored.expiresAt !== undefined && stored.expiresAt <= deps.clock.now()) throw refuse()
  return stored
}
