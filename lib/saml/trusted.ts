import { isConnectorError } from '../core/errors.ts'
import type { SamlConnection, SamlDeps, Trusted } from './exchange.ts'
import type { ConnectionCode } from './refusals.ts'
import { usableCertificates } from './trust/follow.ts'
import type { OwnKey } from './trust/own-keys.ts'

/** What a connection's logins rest on: whom we believe, and by which keys we are known. */
export type Ground =
  | { readonly kind: 'firm'; readonly provider: Trusted; readonly keys: readonly OwnKey[] }
  | { readonly kind: 'unusable'; readonly code: ConnectionCode; readonly error?: unknown }

export type Keys =
  | { readonly kind: 'read'; readonly keys: readonly OwnKey[] }
  | { readonly kind: 'unusable'; readonly code: ConnectionCode; readonly error: unknown }

/** None where none are configured. Where some are, a login without them would be weaker than was meant: it is not begun. */
export const readKeys = async (deps: SamlDeps, { saml }: SamlConnection): Promise<Keys> => {
  if (saml.keys === undefined) return { kind: 'read', keys: [] }
  try {
    return { kind: 'read', keys: await deps.ownKeys(saml.keys) }
  } catch (error) {
    if (!isConnectorError(error, 'secretUnavailable', 'configurationInvalid')) throw error
    return { kind: 'unusable', code: 'keys.unavailable', error }
  }
}

/** Read anew for every login, so that a certificate revoked now verifies nothing from now on. */
export const readGround = async (deps: SamlDeps, connection: SamlConnection): Promise<Ground> => {
  const [provider, own] = await Promise.all([
    deps.trust.identityProvider(connection.id),
    readKeys(deps, connection),
  ])
  const expected = connection.saml.entityId
  if (provider === undefined || (expected !== undefined && provider.entityId !== expected))
    return { kind: 'unusable', code: 'trust.missing' }
  const usable = usableCertificates(provider, deps.clock.now())
  if (usable.length === 0) return { kind: 'unusable', code: 'trust.missing' }
  if (own.kind === 'unusable') return own
  const { entityId, signOn, wantsSignedRequests } = provider
  const certificates = usable.map(({ certificate }) => certificate)
  return {
    kind: 'firm',
    provider: { entityId, signOn, wantsSignedRequests, certificates },
    keys: own.keys,
  }
}
