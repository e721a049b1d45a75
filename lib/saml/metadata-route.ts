import type { Exchange, SamlDeps, SamlResponse } from './exchange.ts'
import { serviceProviderMetadata } from './metadata.ts'
import { unusablePage } from './page.ts'
import { readKeys } from './trusted.ts'

/** Seconds for which a copy may be kept. */
const fresh = 300

/** What an identity provider has to know of us. Public, as are the certificates in it. */
export const metadataRoute = async (
  deps: SamlDeps,
  { connection, place, request }: Exchange,
): Promise<SamlResponse> => {
  const observed = { operation: 'metadata', connection: connection.id } as const
  const own = await readKeys(deps, connection)
  if (own.kind === 'unusable')
    return {
      ...unusablePage(request.requestId),
      observed: { ...observed, outcome: own.code, error: own.error },
    }
  return {
    status: 200,
    headers: {
      'content-type': 'application/samlmetadata+xml; charset=utf-8',
      'cache-control': `public, max-age=${fresh}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    },
    body: serviceProviderMetadata(place, own.keys),
    observed: { ...observed, outcome: 'published' },
  }
}
