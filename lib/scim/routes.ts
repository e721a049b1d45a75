import { ConnectorError } from '../core/errors.ts'
import {
  getResourceType,
  getSchema,
  getServiceProviderConfig,
  listResourceTypes,
  listSchemas,
} from './discovery.ts'
import type { Operation } from './exchange.ts'
import { listGroupMembers } from './groups/members.ts'
import { getGroup, listGroups } from './groups/read.ts'
import { createGroup, deleteGroup, patchGroup, replaceGroup } from './groups/write.ts'
import { getUser, listUsers } from './users/read.ts'
import { createUser, deleteUser, patchUser, replaceUser } from './users/write.ts'

const notBuilt: Operation = async () => {
  throw new ConnectorError('unsupported', 'this endpoint is not supported; see /ServiceProviderConfig')
}

/** RFC 7644 §3.2, table 2: by path with `{id}`, then by method. */
const routes: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/Users': { GET: listUsers, POST: createUser },
  '/Users/{id}': { GET: getUser, PUT: replaceUser, PATCH: patchUser, DELETE: deleteUser },
  '/Groups': { GET: listGroups, POST: createGroup },
  '/Groups/{id}': { GET: getGroup, PUT: replaceGroup, PATCH: patchGroup, DELETE: deleteGroup },
  '/Groups/{id}/members': { GET: listGroupMembers },
  '/ServiceProviderConfig': { GET: getServiceProviderConfig },
  '/Schemas': { GET: listSchemas },
  '/Schemas/{id}': { GET: getSchema },
  '/ResourceTypes': { GET: listResourceTypes },
  '/ResourceTypes/{id}': { GET: getResourceType },
  '/Me': { GET: notBuilt, POST: notBuilt, PUT: notBuilt, PATCH: notBuilt, DELETE: notBuilt },
  '/Bulk': { POST: notBuilt },
  '/.search': { POST: notBuilt },
  '/Users/.search': { POST: notBuilt },
  '/Groups/.search': { POST: notBuilt },
}

export type Route =
  | { readonly kind: 'operation'; readonly name: string; readonly id: string; readonly operation: Operation }
  | { readonly kind: 'methodNotAllowed'; readonly name: string; readonly allow: string }
  | { readonly kind: 'unknown' }

export const routeOf = (method: string, path: string): Route => {
  const [, type = '', id, ...more] = path.replace(/\/$/, '').split('/')
  const fixed = `/${[type, id, ...more].filter((part) => part !== undefined).join('/')}`
  const pattern = Object.hasOwn(routes, fixed) ? fixed : `/${[type, '{id}', ...more].join('/')}`
  const methods = Object.hasOwn(routes, pattern) ? routes[pattern] : undefined
  if (methods === undefined || (pattern !== fixed && (id === undefined || id === '')))
    return { kind: 'unknown' }
  const operation = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (operation === undefined)
    return { kind: 'methodNotAllowed', name: pattern, allow: Object.keys(methods).join(', ') }
  return { kind: 'operation', name: `${method} ${pattern}`, id: decoded(id ?? ''), operation }
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
