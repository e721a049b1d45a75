import { mayIn, verdictAnywhere } from './access.ts'
import { boolean, enumeration, integer, list, nullable, optional, record, type Shape } from './checks.ts'
import { devextremeQuery, loaded } from './devextreme.ts'
import { groupFound } from './groups.ts'
import { userById } from './lookup.ts'
import { permissionById } from './permissions.ts'
import { roleFound } from './roles.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { assignmentTypes, type Kind, kinds, scopeFields, scopeOf } from './scopes.ts'
import { showAssignment } from './show.ts'
import { queryIds, userFound } from './users.ts'
import type { Assignment, World } from './world.ts'

/** Role assignments: one role, one scope, allowed or denied, for one user or one group. */
type Dto = {
  readonly userId?: number | null
  readonly groupId?: number | null
  readonly roleId: number
  readonly isAllow: boolean
}

const dtoShape = (world: World, kind: Kind): Shape => {
  const { name, number } = assignmentTypes[kind]
  return {
    userId: optional(nullable(integer)),
    groupId: optional(nullable(integer)),
    roleId: integer,
    isAllow: boolean,
    assignmentType: enumeration({ [name]: number }),
    ...scopeFields(world, kind),
  }
}

/** Roles with system permissions, and scopes beyond one tenant, take a right of their own. */
const rightFinding = (call: Call, made: Omit<Assignment, 'id'>): Answer | undefined => {
  const { world, caller } = call
  if (verdictAnywhere(world, caller, 'roles:assign-cross-tenant').isAllow) return undefined
  const role = world.roles.find(({ id }) => id === made.roleId)
  const system = role?.permissions.some((id) => permissionById(id)?.isSystemManaged === true)
  const { scope } = made
  const within = scope.kind === 'specific-tenant' && mayIn(world, caller, scope.tenantId, 'roles:assign')
  return !system && (within || scope.kind === 'user-tenant')
    ? undefined
    : refuse(403, 'roles:assign-cross-tenant is needed')
}

const madeFrom = (call: Call, kind: Kind, dto: Dto): Omit<Assignment, 'id'> | Answer => {
  const { world, now } = call
  const userId = dto.userId ?? null
  const groupId = dto.groupId ?? null
  if ((userId === null) === (groupId === null)) return refuse(400, 'one of userId and groupId is needed')
  if (userId !== null && userById(world, userId) === undefined) return refuse(400, 'userId: unknown user')
  if (groupId !== null && groupFound(call, 'groups:view', groupId) === undefined)
    return refuse(400, 'groupId: unknown group')
  if (roleFound(call, dto.roleId) === undefined) return refuse(400, 'roleId: unknown role')
  const scope = scopeOf(world, kind, dto)
  if (typeof scope === 'string') return refuse(400, scope)
  const made = { userId, groupId, roleId: dto.roleId, isAllow: dto.isAllow, scope, createdAt: now }
  return rightFinding(call, made) ?? made
}

const alike = (a: Omit<Assignment, 'id'>, b: Omit<Assignment, 'id'>): boolean =>
  a.userId === b.userId &&
  a.groupId === b.groupId &&
  a.roleId === b.roleId &&
  a.isAllow === b.isAllow &&
  JSON.stringify(a.scope) === JSON.stringify(b.scope)

/** All of them or none. The answer is a count: ids are read from the list. */
const create =
  (kind: Kind) =>
  (call: Call): Answer => {
    let { world } = call
    const { dtos } = call.body as { dtos: readonly Dto[] }
    for (const dto of dtos) {
      const made = madeFrom({ ...call, world }, kind, dto)
      if ('status' in made) return made
      if (world.switches.sameAssignment === 'refused' && world.assignments.some((one) => alike(one, made)))
        return refuse(400, 'There is an equal assignment')
      world = {
        ...world,
        nextId: world.nextId + 1,
        assignments: [...world.assignments, { id: world.nextId, ...made }],
      }
    }
    return ok({ recordCount: dtos.length }, world)
  }

const remove = ({ world, query }: Call): Answer => {
  const ids = queryIds(query, 'userRoleAssignmentIds')
  if (ids === undefined) return refuse(400, 'userRoleAssignmentIds: one or more ids')
  if (ids.some((id) => !world.assignments.some((one) => one.id === id)))
    return unknownThing('Role assignment')
  return done({ ...world, assignments: world.assignments.filter(({ id }) => !ids.includes(id)) })
}

const shown = (call: Call, assignments: readonly Assignment[]): Answer =>
  loaded(
    call,
    assignments.map((one) => showAssignment(call.world, one)),
  )

/** Direct assignments only; what groups give is read from the groups. */
const direct = ({ world }: Call, userId: number): readonly Assignment[] =>
  world.assignments.filter((one) => one.userId === userId)

const ofUser =
  (handle: (call: Call, userId: number) => Answer) =>
  (call: Call): Answer =>
    userFound(call, 'users:view') === undefined ? unknownThing('User') : handle(call, idOf(call))

const view = { generation: 'rbac', permission: 'roles:view', query: devextremeQuery } as const

export const assignmentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/user-role-assignments',
    ...view,
    handle: (call) => shown(call, call.world.assignments),
  },
  {
    method: 'GET',
    path: '/user-role-assignments/users/:id',
    ...view,
    handle: ofUser((call, userId) => shown(call, direct(call, userId))),
  },
  {
    method: 'GET',
    path: '/user-role-assignments/users/:id/count',
    ...view,
    handle: ofUser((call, userId) => ok(direct(call, userId).length)),
  },
  ...kinds.map(
    (kind): Route => ({
      method: 'POST',
      path: `/user-role-assignments/${kind}/create`,
      generation: 'rbac',
      permission: 'roles:assign',
      body: (world) => ({
        dtos: list(record(dtoShape(world, kind), world.switches.unknownFields === 'refused'), 1),
      }),
      handle: create(kind),
    }),
  ),
  {
    method: 'DELETE',
    path: '/user-role-assignments/delete',
    generation: 'rbac',
    permission: 'roles:assign',
    query: ['userRoleAssignmentIds'],
    handle: remove,
  },
]
