import * as z from 'zod'
import { isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reading } from '../../core/ports/platform.ts'
import type { Call } from './calls.ts'
import { type ReadPage, readLong, readWhole, type WholeList } from './paging.ts'
import {
  type CallerShape,
  callerShape,
  type PersonShape,
  parsed,
  personShape,
  type RoleShape,
  roleShape,
  type SubjectShape,
  subjectShape,
  type TenantShape,
  tenantShape,
  type UserShape,
  userShape,
} from './shapes.ts'

/** The calls that both generations know; nothing is decided here. */
export type ImmybotApi = {
  readonly caller: () => Promise<CallerShape>
  readonly users: (reading?: Reading) => Promise<WholeList<UserShape>>
  /** Undefined: there is none. */
  readonly user: (id: string) => Promise<UserShape | undefined>
  readonly updateUser: (id: number, body: UserBody) => Promise<void>
  readonly deleteUser: (id: number) => Promise<void>
  readonly expire: (person: number, when: 'OneHour' | 'Indefinite') => Promise<void>
  readonly persons: (
    field: 'azurePrincipalId' | 'emailAddress',
    value: string,
  ) => Promise<readonly PersonShape[]>
  readonly person: (id: number) => Promise<PersonShape>
  readonly createPerson: (body: PersonBody) => Promise<void>
  readonly tenants: () => Promise<readonly TenantShape[]>
  readonly roles: () => Promise<readonly RoleShape[]>
  readonly createRole: (body: RoleBody) => Promise<void>
  readonly updateRole: (id: number, body: RoleBody) => Promise<void>
  readonly deleteRole: (id: number) => Promise<void>
  readonly subjects: () => Promise<readonly SubjectShape[]>
}
export type UserBody = {
  readonly id: number
  readonly isAdmin: boolean
  readonly tenantId: number
  readonly canManageCrossTenantDeployments: boolean
  readonly hasManagementAccess?: boolean
}
export type PersonBody = {
  readonly tenantId: number
  readonly azurePrincipalId: string
  readonly firstName: string
  readonly lastName: string
  readonly emailAddress: string
  readonly onPremisesSecurityIdentifier: null
}
export type RoleBody = {
  readonly name: string
  readonly description: string
  readonly grantedPermissionIds: readonly string[]
  readonly ownerTenantId?: number | null
}

export const base = '/api/v1'

/** Sieve gives meaning to many signs, and how they are escaped is not published: who has one is looked for among all. */
const plainValue = /^[\w.@+'-]+$/

export const createImmybotApi = (call: Call, clock: Clock, pageSize: number): ImmybotApi => {
  // The specification says POST, the page on breaking changes PUT: what the instance does not refuse is remembered.
  let verb: 'POST' | 'PUT' = 'POST'
  const done = async (request: Parameters<Call>[0]): Promise<void> => void (await call(request))

  const pages =
    <T>(
      path: string,
      shape: z.ZodType<T>,
      what: string,
      filter?: string,
    ): ReadPage<T & { readonly id: number }> =>
    async (page, size) => {
      const query = {
        ...(filter === undefined ? {} : { Filters: filter }),
        Sorts: 'id',
        Page: String(page),
        PageSize: String(size),
      }
      const body = await call({ method: 'GET', path: `${base}${path}`, query, what })
      return parsed(z.array(shape), body, what) as readonly (T & { readonly id: number })[]
    }
  const list = async <T>(path: string, shape: z.ZodType<T>, what: string): Promise<readonly T[]> =>
    parsed(z.array(shape), await call({ method: 'GET', path: `${base}${path}`, what }), what)

  const update = async (id: number, body: UserBody): Promise<void> => {
    const send = () =>
      done({ method: verb, path: `${base}/users/${id}`, body, what: 'updating a user', idempotent: true })
    try {
      await send()
    } catch (error) {
      if (!isConnectorError(error) || error.status !== 405) throw error
      verb = verb === 'POST' ? 'PUT' : 'POST'
      await send()
    }
  }

  return {
    caller: async () => {
      const what = 'asking who we are'
      return parsed(callerShape, await call({ method: 'GET', path: `${base}/auth`, what }), what)
    },
    users: (reading) => {
      const what = 'reading the users'
      const entries = z.array(userShape)
      return readLong(pages('/users', userShape, what), pageSize, clock, what, { reading, entries })
    },
    user: async (id) => {
      const what = 'reading a user'
      try {
        return parsed(
          userShape,
          await call({ method: 'GET', path: `${base}/users/${encodeURIComponent(id)}`, what }),
          what,
        )
      } catch (error) {
        if (isConnectorError(error, 'platformNotFound')) return undefined
        throw error
      }
    },
    updateUser: update,
    deleteUser: (id) => done({ method: 'DELETE', path: `${base}/users/${id}`, what: 'deleting a user' }),
    expire: (person, when) =>
      done({
        method: 'POST',
        path: `${base}/users/update-expiration`,
        body: { personIds: [person], expiresIn: when },
        what: when === 'Indefinite' ? "ending a user's expiration" : 'letting a user expire',
        idempotent: true,
      }),
    persons: async (field, value) => {
      const what = 'looking for a person'
      const filter = plainValue.test(value)
        ? `${field}${field === 'emailAddress' ? '@=*' : '=='}${value}`
        : undefined
      const page = pages('/persons', personShape, what, filter)
      const wanted = (one: PersonShape): boolean =>
        (one[field] ?? '').toLowerCase().includes(value.toLowerCase())
      const first = await page(1, pageSize)
      // A filter that is not heard gives everybody, in as many pages as there are.
      const heard = filter !== undefined && first.every(wanted) && first.length < pageSize
      return (heard ? first : await readWhole(page, pageSize, clock, what)).filter(wanted)
    },
    person: async (id) => {
      const what = 'reading a person'
      return parsed(personShape, await call({ method: 'GET', path: `${base}/persons/${id}`, what }), what)
    },
    createPerson: (body) =>
      done({ method: 'POST', path: `${base}/persons`, body, what: 'creating a person' }),
    tenants: () => {
      const what = 'reading the tenants'
      return readWhole(pages('/tenants', tenantShape, what), pageSize, clock, what)
    },
    roles: () => list('/roles', roleShape, 'reading the roles'),
    createRole: (body) => done({ method: 'POST', path: `${base}/roles`, body, what: 'creating a role' }),
    updateRole: (id, body) =>
      done({ method: 'PUT', path: `${base}/roles/${id}`, body, what: 'repairing a role', idempotent: true }),
    deleteRole: (id) => done({ method: 'DELETE', path: `${base}/roles/${id}`, what: 'deleting a role' }),
    subjects: () => list('/roles/permissions', subjectShape, 'reading the permissions'),
  }
}
