import { ConnectorError } from '../core/errors.ts'
import type { Attributes } from '../core/member.ts'
import { maximumBytes, record } from './body.ts'
import { schemaDocuments } from './definitions.ts'
import type { Answer, Exchange, Operation } from './exchange.ts'
import { defaultPageSize, listResponse, maximumPageSize } from './paging.ts'
import { groupSchema, type ResourceSchema, userSchema } from './schema.ts'

const messages = 'urn:ietf:params:scim:schemas:core:2.0'

/** RFC 7643 §5, with the block of RFC 9865 §4: what is true here, and nothing else. */
const serviceProviderConfig = (baseUrl: string): Attributes =>
  record({
    schemas: [`${messages}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: maximumBytes },
    filter: { supported: true, maxResults: maximumPageSize },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    pagination: {
      cursor: false,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize,
      maxPageSize: maximumPageSize,
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

/** RFC 7643 §6. */
const resourceType = (baseUrl: string, schema: ResourceSchema): Attributes =>
  record({
    schemas: [`${messages}:ResourceType`],
    id: schema.name,
    name: schema.name,
    endpoint: schema.endpoint,
    description: schema.description,
    schema: schema.urn,
    schemaExtensions: [...schema.extensions.values()].map(({ urn }) => ({ schema: urn, required: false })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${schema.name}` },
  })

const schemaResources = (baseUrl: string): readonly Attributes[] =>
  schemaDocuments.map((document) =>
    record({
      schemas: [`${messages}:Schema`],
      ...document,
      meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${document.id}` },
    }),
  )
const resourceTypes = (baseUrl: string): readonly Attributes[] =>
  [userSchema, groupSchema].map((schema) => resourceType(baseUrl, schema))

/** RFC 7644 §4: a filter is answered 403, whatever else the query holds is ignored. */
const refuseFilter = ({ request }: Exchange): void => {
  if (request.query.has('filter'))
    throw new ConnectorError('forbidden', 'discovery documents cannot be filtered (RFC 7644 §4)')
}

const one = (exchange: Exchange, resource: Attributes | undefined): Answer => {
  refuseFilter(exchange)
  if (resource === undefined) throw new ConnectorError('notFound', 'no such discovery document')
  return { status: 200, body: JSON.stringify(resource) }
}
const all = (exchange: Exchange, resources: readonly Attributes[]): Answer => {
  refuseFilter(exchange)
  return { status: 200, body: listResponse(resources.length, 1, resources) }
}
const withId = (resources: readonly Attributes[], id: string): Attributes | undefined =>
  resources.find((each) => String(each.id).toLowerCase() === id.toLowerCase())

export const getServiceProviderConfig: Operation = async (exchange) =>
  one(exchange, serviceProviderConfig(exchange.request.baseUrl))
export const listSchemas: Operation = async (exchange) =>
  all(exchange, schemaResources(exchange.request.baseUrl))
export const getSchema: Operation = async (exchange, id) =>
  one(exchange, withId(schemaResources(exchange.request.baseUrl), id))
export const listResourceTypes: Operation = async (exchange) =>
  all(exchange, resourceTypes(exchange.request.baseUrl))
export const getResourceType: Operation = async (exchange, id) =>
  one(exchange, withId(resourceTypes(exchange.request.baseUrl), id))
