import * as z from 'zod'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { PlatformHttp, PlatformRequest } from '../http.ts'
import { type Listed, readList } from './lists.ts'
import {
  type AccountShape,
  type Action,
  accountShape,
  type KeyShape,
  keyShape,
  type PermissionShape,
  parsed,
  permissionShape,
  type RoleShape,
  roleShape,
  type UserShape,
  userShape,
} from './shapes.ts'

/** The calls of docs/platforms/netography.md that we make, for one account; nothing is decided here. */
export type NetographyApi = {
  readonly users: () => Promise<Listed<UserShape>>
  /** Undefined: gone. */
  readonly user: (id: string) => Promise<UserShape | undefined>
  readonly createUser: (body: UserBody) => Promise<UserShape>
  readonly updateUser: (id: string, body: UserBody) => Promise<void>
  readonly deleteUser: (id: string) => Promise<void>
  readonly roles: () => Promise<Listed<RoleShape>>
  readonly permissions: () => Promise<readonly PermissionShape[]>
  readonly createRole: (body: RoleBody) => Promise<RoleShape>
  readonly updateRole: (id: string, body: RoleBody) => Promise<void>
  readonly deleteRole: (id: string) => Promise<void>
  readonly keys: () => Promise<Listed<KeyShape>>
  readonly customers: () => Promise<Listed<AccountShape>>
}

export type UserBody = {
  readonly given_name: string
  readonly family_name: string
  readonly email: string
  readonly nickname?: string
  readonly picture?: string
  readonly roles: readonly [string]
}
export type RoleBody = {
  readonly name: string
  readonly description: string
  readonly canMasquerade: boolean
  readonly canSendFlow: boolean
  readonly permissions: readonly ({ readonly resource: string } & Readonly<Record<Action, boolean>>)[]
}

/** What the adapter relies on; `doctor` looks for each in the vendor's description. */
export const assumedCalls = [
  'POST /api/v1/auth/token',
  'GET /api/v1/users',
  'POST /api/v1/user',
  'GET /api/v1/user/{}',
  'PUT /api/v1/user/{}',
  'DELETE /api/v1/user/{}',
  'GET /api/v1/roles',
  'GET /api/v1/roles/permissions',
  'POST /api/v1/roles',
  'PUT /api/v1/roles/{}',
  'DELETE /api/v1/roles/{}',
  'GET /api/v1/api-keys',
  'GET /api/v1/customers',
] as const

/** An answer about one thing stands in the same envelope as a list. */
const single = z.object({ data: z.unknown() })

export const createNetographyApi = (
  http: PlatformHttp,
  clock: Clock,
  /** What a refusal means here: a parent's key in a sub-account is told from a key without rights. */
  translated: (error: ConnectorError) => Promise<ConnectorError>,
): NetographyApi => {
  const send = async (request: PlatformRequest): Promise<unknown> => {
    try {
      return (await http.send({ ...request, path: `/api/v1${request.path}` })).body
    } catch (error) {
      throw isConnectorError(error, 'platformForbidden') ? await translated(error) : error
    }
  }
  const done = async (request: PlatformRequest): Promise<void> => void (await send(request))
  const one = (base: string, id: string): string => `${base}/${encodeURIComponent(id)}`
  const list = <T>(
    path: string,
    kind: { readonly shape: z.ZodType<T>; readonly idOf: (item: T) => string; readonly what: string },
  ): Promise<Listed<T>> => readList(() => send({ method: 'GET', path, what: kind.what }), kind, clock)

  return {
    users: async () => {
      const what = 'reading the users'
      const users = await list('/users', { shape: userShape, idOf: ({ id }) => id, what })
      if (users.items.length > 0) return users
      throw new ConnectorError(
        'platformUnreadable',
        `${what}: the list is empty, and an account always has an administrator`,
      )
    },
    user: async (id) => {
      const what = 'reading a user'
      try {
        const body = await send({ method: 'GET', path: one('/user', id), what })
        return parsed(userShape, parsed(single, body, what).data, what)
      } catch (error) {
        if (isConnectorError(error, 'platformNotFound')) return undefined
        throw error
      }
    },
    createUser: async (user) => {
      const what = 'creating a user'
      const body = await send({ method: 'POST', path: '/user', body: user, what })
      return parsed(userShape, parsed(single, body, what).data, what)
    },
    updateUser: (id, body) =>
      done({ method: 'PUT', path: one('/user', id), body, what: 'updating a user', idempotent: true }),
    deleteUser: (id) => done({ method: 'DELETE', path: one('/user', id), what: 'deleting a user' }),
    roles: () => list('/roles', { shape: roleShape, idOf: ({ id }) => id, what: 'reading the roles' }),
    permissions: async () => {
      const what = 'reading the permissions'
      const body = await send({ method: 'GET', path: '/roles/permissions', what })
      return parsed(z.array(permissionShape).min(1), body, what)
    },
    createRole: async (role) => {
      const what = 'creating a role'
      const body = await send({ method: 'POST', path: '/roles', body: role, what })
      return parsed(roleShape, parsed(single, body, what).data, what)
    },
    updateRole: (id, body) =>
      done({ method: 'PUT', path: one('/roles', id), body, what: 'repairing a role', idempotent: true }),
    deleteRole: (id) => done({ method: 'DELETE', path: one('/roles', id), what: 'deleting a role' }),
    keys: () =>
      list('/api-keys', { shape: keyShape, idOf: ({ appname }) => appname, what: 'reading the API keys' }),
    customers: () =>
      list('/customers', {
        shape: accountShape,
        idOf: ({ shortname }) => shortname,
        what: 'reading the customers',
      }),
  }
}
