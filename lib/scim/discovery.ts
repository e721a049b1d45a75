import { ConnectorError } from '../core/errors.ts'
import type { Attributes } from '../core/member.ts'
import { record } from './body.ts'
import { maximumBulkBytes, maximumBulkOperations } from './bulk/limits.ts'
import type { SchemaDocument } from './definitions.ts'
import type { Answer, Exchange, Operation } from './exchange.ts'
import { listAnswer } from './lists/answers.ts'
import { cursorTimeout } from './lists/cursors.ts'
import { defaultPageSize, maximumPageSize } from './lists/query.ts'
import type { ResourceType } from './resource-type.ts'
import type { Extension } from './schema.ts'

const messages = 'urn:ietf:params:scim:schemas:core:2.0'

/** RFC 7643 §5, with the block of RFC 9865 §4: what is true here, and nothing else. */
const serviceProviderConfig = (baseUrl: string): Attributes =>
  record({
    schemas: [`${messages}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: maximumBulkOperations, maxPayloadSize: maximumBulkBytes },
    filter: { supported: true, maxResults: maximumPageSize },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize,
      maxPageSize: maximumPageSize,
      cursorTimeout,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token of this connection in the Authorization header (RFC 6750)',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  })

/** The extensions that have something to show here. */
const extensionsOf = (exchange: Exchange, type: ResourceType): readonly Extension[] =>
  type.with((verbs) => verbs.offered?.(exchange) ?? [...verbs.schema.extensions.values()])

/** RFC 7643 §6. */
const resourceTypeDocument = (exchange: Exchange, type: ResourceType): Attributes => {
  const { name, endpoint, description, urn } = type.schema
  return record({
    schemas: [`${messages}:ResourceType`],
    id: name,
    name,
    endpoint,
    description,
    schema: urn,
    schemaExtensions: extensionsOf(exchange, type).map((each) => ({ schema: each.urn, required: false })),
    meta: { resourceType: 'ResourceType', location: `${exchange.request.baseUrl}/ResourceTypes/${name}` },
  })
}

/** RFC 7643 §7. */
const schemaResource = (baseUrl: string, document: SchemaDocument): Attributes =>
  record({
    schemas: [`${messages}:Schema`],
    ...document,
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${document.id}` },
  })

/** Each once, though several types may share an extension. */
const schemaResources = (exchange: Exchange, types: readonly ResourceType[]): readonly Attributes[] => {
  const documents = types.flatMap((type) => [type.schema, ...extensionsOf(exchange, type)])
  const byId = new Map(documents.map(({ document }) => [document.id, document]))
  return [...byId.values()].map((each) => schemaResource(exchange.request.baseUrl, each))
}

/** RFC 7644 §4: what a query holds is ignored, but nobody may take a list, or one of its documents, for filtered. */
const refuseFilter = ({ request }: Exchange): void => {
  if (request.query.has('filter'))
    throw new ConnectorError('forbidden', 'discovery documents cannot be filtered (RFC 7644 §4)')
}

const one = (resource: Attributes | undefined): Answer => {
  if (resource === undefined) throw new ConnectorError('notFound', 'no such discovery document')
  const { location } = resource.meta as { readonly location: string }
  return {
    status: 200,
    headers: { location, 'content-location': location },
    body: JSON.stringify(resource),
  }
}
const oneOf = (exchange: Exchange, resources: readonly Attributes[], id: string): Answer => {
  refuseFilter(exchange)
  return one(resources.find((each) => String(each.id).toLowerCase() === id.toLowerCase()))
}
const all = (exchange: Exchange, resources: readonly Attributes[]): Answer => {
  refuseFilter(exchange)
  return listAnswer(
    resources.map((each) => JSON.stringify(each)),
    { totalResults: resources.length, startIndex: 1 },
  )
}

/** The one document that is the same for everybody. */
export const configurationAnswer = (baseUrl: string): Answer => one(serviceProviderConfig(baseUrl))

export type Discovery = {
  readonly serviceProviderConfig: Operation
  readonly schemas: Operation
  readonly schema: Operation
  readonly resourceTypes: Operation
  readonly resourceType: Operation
}

export const discoveryOf = (types: readonly ResourceType[]): Discovery => {
  const documents = (exchange: Exchange): readonly Attributes[] =>
    types.map((type) => resourceTypeDocument(exchange, type))
  return {
    serviceProviderConfig: async (exchange) => configurationAnswer(exchange.request.baseUrl),
    schemas: async (exchange) => all(exchange, schemaResources(exchange, types)),
    schema: async (exchange, id) => oneOf(exchange, schemaResources(exchange, types), id),
    resourceTypes: async (exchange) => all(exchange, documents(exchange)),
    resourceType: async (exchange, id) => oneOf(exchange, documents(exchange), id),
  }
}
