import { isConnectorError } from '../core/errors.ts'
import type { Credential, CredentialStore } from '../core/ports/configuration.ts'
import { authenticate, challenge, isConnection } from './authentication.ts'
import { configurationAnswer } from './discovery.ts'
import { createScimEndpoint, type EndpointDeps, failure, responseTo } from './endpoint.ts'
import type { ScimRequest, ScimResponse } from './exchange.ts'

export type ServiceDeps = EndpointDeps & { readonly credentials: CredentialStore }

/** The whole service provider behind `/{connection}/scim/v2`: who asks first, before anything of the request is parsed; then the endpoint. */
export const createScimService = (deps: ServiceDeps): ((request: ScimRequest) => Promise<ScimResponse>) => {
  const endpoint = createScimEndpoint(deps)
  return async (request) => {
    if (isPublic(request)) {
      const observed = { operation: `${request.method} ${publicPath}`, quirks: {} }
      return responseTo(request, configurationAnswer(request.baseUrl), observed)
    }
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

const publicPath = '/ServiceProviderConfig'

/**
 * RFC 7643 §5: how to sign in can be read before signing in. It is the same for every connection, those that do not exist as well. A token that is sent
 * is checked: some test theirs here.
 */
const isPublic = ({ method, path, connection, headers }: ScimRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  path.replace(/\/$/, '') === publicPath &&
  headers.authorization === undefined &&
  isConnection(connection)

const markUsed = async ({ credentials, clock }: ServiceDeps, credential: Credential): Promise<void> => {
  const day = clock.now().slice(0, 10)
  if (credential.lastUsed === day) return
  try {
    await credentials.markUsed(credential, day)
  } catch {
    // The next request of the day tries again.
  }
}
