import { ConnectorError } from '../core/errors.ts'
import type { RoleClaim } from './role-claim.ts'

/** Microsoft's limit for all claims of one answer together. */
const mostBytes = 3 * 1024

/** Exactly one action, as documented. Each claim is a list, so that a platform with several roles is answered alike. */
export const entraAnswer = (claims: readonly (readonly [name: string, claim: RoleClaim])[]): object => {
  const bag = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, { values }] of claims) bag[name] = values
  if (Buffer.byteLength(JSON.stringify(bag)) > mostBytes)
    throw new ConnectorError(
      'configurationInvalid',
      'the claims are over 3 KB, and the identity provider takes no more; shorten hooks.entra.claims',
      { field: 'hooks.entra.claims' },
    )
  return {
    data: {
      '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData',
      actions: [{ '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken', claims: bag }],
    },
  }
}
