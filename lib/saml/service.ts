import type { Configuration } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import { connectionId } from '../core/ids.ts'
import { acsRoute } from './acs-route.ts'
import {
  type Exchange,
  placeOf,
  type SamlConnection,
  type SamlDeps,
  type SamlRequest,
  type SamlResponse,
} from './exchange.ts'
import { faultAnswer } from './faults.ts'
import { loginRoute } from './login-route.ts'
import { metadataRoute } from './metadata-route.ts'
import { methodPage, notFoundPage } from './page.ts'

type Operation = 'metadata' | 'login' | 'acs'
type Route = {
  readonly methods: readonly string[]
  readonly serve: (deps: SamlDeps, exchange: Exchange) => Promise<SamlResponse>
}
/** Answers come by HTTP-POST only: the other bindings sign what they carry in ways that do not hold it together. */
const routes: Readonly<Record<Operation, Route>> = {
  metadata: { methods: ['GET', 'HEAD'], serve: metadataRoute },
  login: { methods: ['GET'], serve: loginRoute },
  acs: { methods: ['POST'], serve: acsRoute },
}

const form = /^\/([a-z0-9][a-z0-9-]{0,62})\/saml\/(metadata|login|acs)$/
const addressed = (path: string) => {
  const [, connection, operation] = form.exec(path) ?? []
  if (connection === undefined || operation === undefined) return undefined
  return { connection: connectionId(connection), operation: operation as Operation }
}

const notFound = (): SamlResponse => ({
  ...notFoundPage(),
  observed: { operation: 'none', outcome: 'notFound' },
})

/** Before the first push there is no connection. */
const configurationOf = async (deps: SamlDeps): Promise<Configuration | undefined> => {
  try {
    return await deps.configuration()
  } catch (error) {
    if (isConnectorError(error, 'configurationMissing')) return undefined
    throw error
  }
}

const withLogins = (configuration: Configuration | undefined, id: string): SamlConnection | undefined => {
  const found = configuration?.connections.find((one) => one.id === id)
  return found?.saml === undefined ? undefined : { ...found, saml: found.saml }
}

type Addressed = NonNullable<ReturnType<typeof addressed>>

const served = async (deps: SamlDeps, request: SamlRequest, { connection: id, operation }: Addressed) => {
  const configuration = await configurationOf(deps)
  const connection = withLogins(configuration, id)
  // One answer for connections without logins and for those that are not there.
  if (configuration === undefined || connection === undefined) return notFound()
  const route = routes[operation]
  const observed = { operation, connection: id } as const
  if (!route.methods.includes(request.method))
    return {
      ...methodPage(route.methods.join(', ')),
      observed: { ...observed, outcome: 'notFound' },
    } as const
  const place = placeOf(request.publicUrl, id)
  try {
    return await route.serve(deps, { request, connection, configuration, place })
  } catch (error) {
    return faultAnswer(request.requestId, error, observed, place.login)
  }
}

/** The whole service provider behind `/{connection}/saml`. Never throws. */
export const createSamlService = (deps: SamlDeps): ((request: SamlRequest) => Promise<SamlResponse>) => {
  return async (request) => {
    const target = addressed(request.path)
    if (target === undefined) return notFound()
    try {
      const { body, ...answer } = await served(deps, request, target)
      return request.method === 'HEAD' || body === undefined ? answer : { ...answer, body }
    } catch (error) {
      const place = placeOf(request.publicUrl, target.connection)
      return faultAnswer(request.requestId, error, { operation: target.operation }, place.login)
    }
  }
}
