import { base } from './api.ts'
import type { Generation } from './instance.ts'
import type { ApiDescription } from './swagger.ts'

type Method = Parameters<ApiDescription['has']>[0]
type Needed = readonly [method: Method, path: string]

const both: readonly Needed[] = [
  ['GET', '/auth'],
  ['GET', '/users'],
  ['GET', '/users/{id}'],
  ['DELETE', '/users/{id}'],
  ['POST', '/users/update-expiration'],
  ['GET', '/persons'],
  ['GET', '/persons/{id}'],
  ['POST', '/persons'],
  ['GET', '/tenants'],
  ['GET', '/roles'],
  ['POST', '/roles'],
  ['PUT', '/roles/{id}'],
  ['DELETE', '/roles/{id}'],
  ['GET', '/roles/permissions'],
]

const own: Readonly<Record<Generation, readonly Needed[]>> = {
  legacy: [
    ['POST', '/users/create-from-person'],
    ['POST', '/users/add-roles'],
    ['POST', '/users/remove-roles'],
  ],
  rbac: [
    ['POST', '/users/bulk-create'],
    ['GET', '/users/{id}/groups'],
    ['GET', '/groups'],
    ['POST', '/groups'],
    ['DELETE', '/groups/{id}'],
    ['GET', '/groups/{id}/members'],
    ['POST', '/groups/{id}/members'],
    ['DELETE', '/groups/{id}/members/{userId}'],
    ['GET', '/groups/{id}/role-assignments'],
    ['GET', '/roles/{id}/assignments'],
    ['GET', '/user-role-assignments'],
    ['GET', '/user-role-assignments/users/{id}'],
    ['POST', '/user-role-assignments/owner/create'],
    ['POST', '/user-role-assignments/msp/create'],
    ['POST', '/user-role-assignments/tenant-tag/create'],
    ['POST', '/user-role-assignments/specific-tenant/create'],
    ['POST', '/user-role-assignments/user-tenant/create'],
  ],
}

/** Calls the adapter makes in this generation and the instance's own description does not know. */
export const missingCalls = (generation: Generation, description: ApiDescription): readonly string[] => {
  const missing = [...both, ...own[generation]].filter(
    ([method, path]) => !description.has(method, `${base}${path}`),
  )
  // Either verb will do.
  const update = (['POST', 'PUT'] as const).some((method) => description.has(method, `${base}/users/{id}`))
  return [
    ...missing.map(([method, path]) => `${method} ${path}`),
    ...(update ? [] : ['POST or PUT /users/{id}']),
  ]
}
