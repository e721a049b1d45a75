import { isConnectorError } from '../core/errors.ts'
import type { Credential, CredentialStore } from '../core/ports/configuration.ts'
import { authenticate, challenge } from './authentication.ts'
import { createScimEndpoint, type EndpointDeps, failure } from './endpoint.ts'
import type { ScimRequest, ScimResponse } from './exchange.ts'

export type ServiceDeps = EndpointDeps & { readonly credentials: CredentialStore }

/** The whole service provider behind `/{connection}/scim/v2`: who asks first, before anything of the request is parsed; then the endpoint. */
export const createScimService = (deps: ServiceDeps): ((request: ScimRequest) => Promise<ScimResponse>) => {
  const endpoint = createScimEndpoint(deps)
  return async (request) => {
    let credential: Credential
    try {
      credential = await authenticate(deps, request.connection, 'scim', request.headers.authorization)
    } catch (error) {
      const headers = isConnectorError(error, 'unauthenticated') ? { 'www-authenticate': challenge } : {}
      return failure(request, error, { operation: 'authenticate', quirks: {} }, headers)
    }
    const { label, hash: secret } = credential
    // Beside the request, and not worth failing it: the day of last use is for people who tidy up.
    const [response] = await Promise.all([
      endpoint(request, { actor: { kind: 'credential', label }, secret }),
      markUsed(deps, credential),
    ])
    return { ...response, observed: { ...response.observed, credential: credential.id } }
  }
}

const markUsed = async ({ credentials, clock }: ServiceDeps, credential: Credential): Promise<void> => {
  const day = clock.now().slice(0, 10)
  if (credential.lastUsed === day) return
  try {
    await credentials.markUsed(credential, day)
  } catch {
    // The next request of the day tries again.
  }
}
