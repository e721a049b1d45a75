import { ConnectorError } from '../core/errors.ts'
import { performBulk } from './bulk/bulk.ts'
import { discoveryOf } from './discovery.ts'
import type { Operation } from './exchange.ts'
import { listGroupMembers } from './groups/members.ts'
import { listResources, searchResources } from './lists/search.ts'
import type { ResourceType } from './resource-type.ts'
import { groupSchema } from './schema.ts'
import { singleOperations } from './single.ts'

const notSupported: Operation = async () => {
  throw new ConnectorError('unsupported', 'this endpoint is not supported; see /ServiceProviderConfig')
}

type Methods = Readonly<Record<string, Operation>>

/** RFC 7644 §3.2, table 2. */
const routesOf = (type: ResourceType): readonly (readonly [string, Methods])[] => {
  const { endpoint } = type.schema
  const { create, read, replace, patch, remove } = type.with(singleOperations)
  return [
    [endpoint, { GET: listResources([type]), POST: create }],
    [`${endpoint}/{id}`, { GET: read, PUT: replace, PATCH: patch, DELETE: remove }],
    [`${endpoint}/.search`, { POST: searchResources([type]) }],
  ]
}

export type Route =
  | { readonly kind: 'operation'; readonly name: string; readonly id: string; readonly operation: Operation }
  | { readonly kind: 'methodNotAllowed'; readonly name: string; readonly allow: string }
  | { readonly kind: 'unknown' }

/** By method and path, as sent. */
export type Routes = (method: string, path: string) => Route

/** Everything that is served for these types, by path with `{id}`, then by method. */
export const createRoutes = (types: readonly ResourceType[]): Routes => {
  const discovery = discoveryOf(types)
  const me = {
    GET: notSupported,
    POST: notSupported,
    PUT: notSupported,
    PATCH: notSupported,
    DELETE: notSupported,
  }
  const members = types.some(({ schema }) => schema === groupSchema)
  const table: ReadonlyMap<string, Methods> = new Map<string, Methods>([
    ...types.flatMap(routesOf),
    ...(members ? ([[`${groupSchema.endpoint}/{id}/members`, { GET: listGroupMembers }]] as const) : []),
    ['/', { GET: listResources(types) }],
    ['/.search', { POST: searchResources(types) }],
    ['/Bulk', { POST: performBulk }],
    ['/Me', me],
    ['/ServiceProviderConfig', { GET: discovery.serviceProviderConfig }],
    ['/Schemas', { GET: discovery.schemas }],
    ['/Schemas/{id}', { GET: discovery.schema }],
    ['/ResourceTypes', { GET: discovery.resourceTypes }],
    ['/ResourceTypes/{id}', { GET: discovery.resourceType }],
  ])
  return (method, path) => {
    const [, type = '', id, ...more] = path.replace(/\/$/, '').split('/')
    const fixed = `/${[type, id, ...more].filter((part) => part !== undefined).join('/')}`
    const pattern = table.has(fixed) ? fixed : `/${[type, '{id}', ...more].join('/')}`
    const methods = table.get(pattern)
    if (methods === undefined || (pattern !== fixed && (id === undefined || id === '')))
      return { kind: 'unknown' }
    // RFC 9110 §9.3.2: HEAD is GET; whoever answers leaves the body out.
    const wanted = method === 'HEAD' ? 'GET' : method
    const operation = Object.hasOwn(methods, wanted) ? methods[wanted] : undefined
    return operation === undefined
      ? { kind: 'methodNotAllowed', name: pattern, allow: allowed(methods) }
      : { kind: 'operation', name: `${method} ${pattern}`, id: decoded(id ?? ''), operation }
  }
}

const allowed = (methods: Methods): string =>
  Object.keys(methods)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .join(', ')

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
