import { mayIn, verdictAnywhere } from './access.ts'
import { integer, list, name, nullable, type Shape, text } from './checks.ts'
import { devextremeQuery, loaded } from './devextreme.ts'
import { roleById, rolesOf, tenantById, withThing } from './lookup.ts'
import { permissionById, subjects, withDependencies } from './permissions.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showAssignment, showRole, showSubject } from './show.ts'
import type { Role, World } from './world.ts'

/** Public roles are seen by everybody, a tenant's own by those who may see roles there. */
const sees = ({ world, caller }: Call, role: Role): boolean =>
  world.switches.generation === 'legacy' ||
  role.ownerTenantId === null ||
  mayIn(world, caller, role.ownerTenantId, 'roles:view')

export const roleFound = (call: Call, id = idOf(call)): Role | undefined => {
  const role = roleById(call.world, id)
  return role !== undefined && sees(call, role) ? role : undefined
}

const roleShape = ({ switches }: World): Shape => ({
  name,
  description: text,
  grantedPermissionIds: list(text),
  ...(switches.generation === 'legacy' ? {} : { ownerTenantId: nullable(integer) }),
})

type Given = {
  readonly name: string
  readonly description: string
  readonly grantedPermissionIds: readonly string[]
  readonly ownerTenantId?: number | null
}

const folded = (value: string): string => value.trim().toLowerCase()

/** Who may make or change a role of this owner. */
const ownerFinding = ({ world, caller }: Call, owner: number | null): Answer | undefined => {
  if (world.switches.generation === 'legacy') return undefined
  if (owner === null)
    return verdictAnywhere(world, caller, 'roles:manage-public').isAllow
      ? undefined
      : refuse(403, 'roles:manage-public is needed for a public role')
  if (tenantById(world, owner) === undefined) return refuse(400, 'ownerTenantId: unknown tenant')
  return mayIn(world, caller, owner, 'roles:manage')
    ? undefined
    : refuse(403, 'roles:manage is needed in this tenant')
}

const nameFinding = (world: World, wanted: string, own?: number): Answer | undefined => {
  const taken = rolesOf(world).some((role) => role.id !== own && folded(role.name) === folded(wanted))
  return taken && world.switches.sameName === 'refused'
    ? refuse(400, 'name: there is a role of this name')
    : undefined
}

const permissionFinding = (world: World, ids: readonly string[]): Answer | undefined => {
  const unknown = ids.find((id) => permissionById(id) === undefined)
  if (unknown !== undefined) return refuse(400, `grantedPermissionIds: unknown permission ${unknown}`)
  const missing = withDependencies(ids).find((id) => !ids.includes(id))
  return missing !== undefined && world.switches.dependencies === 'required'
    ? refuse(400, `grantedPermissionIds: ${missing} is missing, on which another one depends`)
    : undefined
}

const finding = (call: Call, given: Given, own?: number): Answer | undefined =>
  ownerFinding(call, given.ownerTenantId ?? null) ??
  nameFinding(call.world, given.name, own) ??
  permissionFinding(call.world, given.grantedPermissionIds)

const added = (world: World, made: Omit<Role, 'id' | 'builtin'>): Answer => {
  const role: Role = { ...made, id: world.nextId, builtin: null }
  const next = { ...world, nextId: role.id + 1, roles: [...world.roles, role] }
  return ok(showRole(next, role), next)
}

const createRole = (call: Call): Answer => {
  const given = call.body as Given
  return (
    finding(call, given) ??
    added(call.world, {
      name: given.name,
      description: given.description,
      permissions: [...new Set(given.grantedPermissionIds)],
      ownerTenantId: given.ownerTenantId ?? null,
      createdAt: call.now,
      updatedAt: call.now,
    })
  )
}

/** The role of the path, if it may be changed. */
const changeable = (call: Call): Role | Answer => {
  const role = roleFound(call)
  if (role === undefined) return unknownThing('Role')
  if (role.builtin !== null) return refuse(400, 'A built-in role is read-only')
  return ownerFinding(call, role.ownerTenantId) ?? role
}

const updateRole = (call: Call): Answer => {
  const role = changeable(call)
  if ('status' in role) return role
  const given = call.body as Given
  const refusal = finding(call, given, role.id)
  if (refusal !== undefined) return refusal
  const next: Role = {
    ...role,
    name: given.name,
    description: given.description,
    permissions: [...new Set(given.grantedPermissionIds)],
    ownerTenantId: given.ownerTenantId ?? null,
    updatedAt: call.now,
  }
  const world = withThing(call.world, 'roles', role.id, next)
  return ok(showRole(world, next), world)
}

const deleteRole = (call: Call): Answer => {
  const role = changeable(call)
  if ('status' in role) return role
  const { world } = call
  const used =
    world.assignments.some(({ roleId }) => roleId === role.id) ||
    world.users.some(({ roleIds }) => roleIds.includes(role.id))
  if (used && world.switches.roleInUse === 'refused')
    return refuse(400, 'The role is in use and cannot be deleted')
  return done({
    ...withThing(world, 'roles', role.id, undefined),
    assignments: world.assignments.filter(({ roleId }) => roleId !== role.id),
    users: world.users.map((user) =>
      user.roleIds.includes(role.id)
        ? { ...user, roleIds: user.roleIds.filter((id) => id !== role.id) }
        : user,
    ),
  })
}

const cloneRole = (call: Call): Answer => {
  const role = roleFound(call)
  if (role === undefined) return unknownThing('Role')
  const { newName } = call.body as { newName: string }
  const { builtin: _, id: __, ...contents } = role
  return (
    ownerFinding(call, role.ownerTenantId) ??
    nameFinding(call.world, newName) ??
    added(call.world, { ...contents, name: newName, createdAt: call.now, updatedAt: call.now })
  )
}

const assignmentsOfRole = (call: Call): Answer => {
  const role = roleFound(call)
  return role === undefined
    ? unknownThing('Role')
    : loaded(
        call,
        call.world.assignments
          .filter(({ roleId }) => roleId === role.id)
          .map((one) => showAssignment(call.world, one)),
      )
}

export const roleRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/roles',
    permission: 'roles:view',
    handle: (call) =>
      ok(
        rolesOf(call.world)
          .filter((role) => sees(call, role))
          .map((role) => showRole(call.world, role)),
      ),
  },
  { method: 'POST', path: '/roles', permission: 'roles:manage', body: roleShape, handle: createRole },
  {
    method: 'GET',
    path: '/roles/permissions',
    permission: 'roles:view',
    handle: ({ world }) => ok(subjects.map((one, index) => showSubject(world, one, index))),
  },
  {
    method: 'GET',
    path: '/roles/:id',
    permission: 'roles:view',
    handle: (call) => {
      const role = roleFound(call)
      return role === undefined ? unknownThing('Role') : ok(showRole(call.world, role))
    },
  },
  {
    method: 'PUT',
    path: '/roles/:id',
    permission: 'roles:manage',
    body: roleShape,
    handle: updateRole,
  },
  { method: 'DELETE', path: '/roles/:id', permission: 'roles:manage', handle: deleteRole },
  {
    method: 'POST',
    path: '/roles/:id/clone',
    permission: 'roles:manage',
    body: () => ({ newName: name }),
    handle: cloneRole,
  },
  {
    method: 'GET',
    path: '/roles/:id/assignments',
    generation: 'rbac',
    permission: 'roles:view',
    query: devextremeQuery,
    handle: assignmentsOfRole,
  },
]
