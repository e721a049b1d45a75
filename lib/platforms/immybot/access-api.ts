import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { base } from './api.ts'
import type { Call } from './calls.ts'
import type { Dto } from './scopes.ts'
import {
  type AssignmentShape,
  assignmentShape,
  dxShape,
  type GroupShape,
  groupShape,
  type MemberShape,
  memberShape,
  parsed,
} from './shapes.ts'
import { type ReadWindow, readWindows } from './windows.ts'

/** The calls of the generation with groups and scoped assignments. */
export type RbacApi = {
  readonly groups: () => Promise<readonly GroupShape[]>
  readonly createGroup: (body: { readonly name: string; readonly description: string }) => Promise<void>
  readonly deleteGroup: (group: number) => Promise<void>
  readonly members: (group: number) => Promise<readonly MemberShape[]>
  readonly groupsOf: (user: number) => Promise<readonly MemberShape[]>
  readonly addMember: (group: number, user: number) => Promise<void>
  readonly removeMember: (group: number, user: number) => Promise<void>
  /** Everybody's, those of groups included. */
  readonly assignments: () => Promise<readonly AssignmentShape[]>
  readonly assignmentsOfGroup: (group: number) => Promise<readonly AssignmentShape[]>
  readonly assignmentsOfRole: (role: number) => Promise<readonly AssignmentShape[]>
  readonly assignmentsOfUser: (user: number) => Promise<readonly AssignmentShape[]>
  readonly assign: (kind: string, dto: Dto) => Promise<void>
  readonly createUsers: (person: number) => Promise<void>
  readonly invalidateCache: () => Promise<void>
}

/** The calls of the generation before. */
export type LegacyApi = {
  readonly createFromPerson: (person: number, hasManagementAccess: boolean) => Promise<void>
  readonly addRole: (person: number, role: number) => Promise<void>
  readonly removeRole: (person: number, role: number) => Promise<void>
}

/** What one user or group holds is no more than a few entries, and no instance is thought to give fewer at once. */
const smallestCap = 20
const everything = `${base}/user-role-assignments`

export const createRbacApi = (call: Call, clock: Clock): RbacApi => {
  const done = async (request: Parameters<Call>[0]): Promise<void> => void (await call(request))
  const group = (id: number): string => `${base}/groups/${id}`
  const list = async <T>(path: string, shape: z.ZodType<T>, what: string): Promise<readonly T[]> =>
    parsed(z.array(shape), await call({ method: 'GET', path, what }), what)

  const windows =
    (path: string, what: string): ReadWindow<AssignmentShape> =>
    async (skip, take) => {
      const query = { Skip: String(skip), Take: String(take), Sort: '[{"selector":"id","desc":false}]' }
      const body = await call({ method: 'GET', path, query, what })
      return parsed(dxShape, body, what).map((item) => parsed(assignmentShape, item, what))
    }
  const assignmentsAt = async (path: string): Promise<readonly AssignmentShape[]> => {
    const what = 'reading the role assignments'
    for (const pause of [0, 1, 2]) {
      if (pause > 0) await clock.sleep(pause)
      const all = await readWindows(windows(path, what), path === everything ? 0 : smallestCap)
      if (all !== undefined) return all
    }
    throw new ConnectorError('platformUnreadable', `${what}: the list moves while it is read`)
  }

  return {
    groups: () => list(`${base}/groups`, groupShape, 'reading the groups'),
    createGroup: (body) => done({ method: 'POST', path: `${base}/groups`, body, what: 'creating a group' }),
    deleteGroup: (id) => done({ method: 'DELETE', path: group(id), what: 'deleting a group' }),
    members: (id) => list(`${group(id)}/members`, memberShape, "reading a group's members"),
    groupsOf: (user) => list(`${base}/users/${user}/groups`, memberShape, "reading a user's groups"),
    addMember: (id, userId) =>
      done({
        method: 'POST',
        path: `${group(id)}/members`,
        body: { userId },
        what: 'adding a user to a group',
      }),
    removeMember: (id, user) =>
      done({ method: 'DELETE', path: `${group(id)}/members/${user}`, what: 'taking a user out of a group' }),
    assignments: () => assignmentsAt(everything),
    assignmentsOfGroup: (id) => assignmentsAt(`${group(id)}/role-assignments`),
    assignmentsOfRole: (role) => assignmentsAt(`${base}/roles/${role}/assignments`),
    assignmentsOfUser: (user) => assignmentsAt(`${everything}/users/${user}`),
    assign: (kind, dto) =>
      done({
        method: 'POST',
        path: `${base}/user-role-assignments/${kind}/create`,
        body: { dtos: [dto] },
        what: 'assigning a role to a group',
      }),
    createUsers: (person) =>
      done({
        method: 'POST',
        path: `${base}/users/bulk-create`,
        body: { personIds: [person], expirationTime: 'Indefinite' },
        what: 'making a person a user',
      }),
    invalidateCache: () =>
      done({
        method: 'POST',
        path: `${base}/users/invalidate-cache`,
        what: 'clearing the cache',
        idempotent: true,
      }),
  }
}

export const createLegacyApi = (call: Call): LegacyApi => {
  const done = async (request: Parameters<Call>[0]): Promise<void> => void (await call(request))
  const roles = (word: 'add' | 'remove', person: number, role: number): Promise<void> =>
    done({
      method: 'POST',
      path: `${base}/users/${word}-roles`,
      body: { personIds: [person], roleIds: [role] },
      what: word === 'add' ? 'giving a role' : 'taking a role',
    })
  return {
    createFromPerson: (personId, hasManagementAccess) =>
      done({
        method: 'POST',
        path: `${base}/users/create-from-person`,
        body: { personId, hasManagementAccess },
        what: 'making a person a user',
      }),
    addRole: (person, role) => roles('add', person, role),
    removeRole: (person, role) => roles('remove', person, role),
  }
}
