import { believing, covers, mayIn, type Verdict, verdictAnywhere, verdictInTenant } from './access.ts'
import { anyOf, integer, list, name, nullable, optional, text } from './checks.ts'
import { tenantById } from './lookup.ts'
import { permissionById, permissions } from './permissions.ts'
import { type Answer, type Call, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showAssignment } from './show.ts'
import { userFound } from './users.ts'
import type { User, World } from './world.ts'

/** What a user may do in effect, computed by the platform itself. */
const explained = (world: World, { permission, isAllow, contributing }: Verdict): unknown => ({
  permission,
  isAllow,
  explanation: isAllow
    ? 'Allowed by role assignments'
    : contributing.length === 0
      ? 'No role assignment grants it'
      : 'Denied by a role assignment',
  contributingAssignments: contributing.map((one) => showAssignment(world, one)),
})

const answered = (
  call: Call,
  user: User,
  own: Readonly<Record<string, unknown>>,
  verdict: (world: World, permission: string) => Verdict,
): Answer => {
  const asked = (call.body as { permissions?: readonly string[] | null }).permissions ?? null
  const wanted = asked ?? permissions.map(({ id }) => id)
  const known = wanted.filter((id) => permissionById(id) !== undefined)
  const world = believing(call.world, user.id, call.now)
  const verdicts = known.map((id) => verdict(world, id))
  const allowed = verdicts.filter(({ isAllow }) => isAllow).length
  return ok(
    {
      userId: user.id,
      ...own,
      permissions: verdicts.map((one) => explained(world, one)),
      allowedCount: allowed,
      deniedCount: verdicts.length - allowed,
      errorCount: wanted.length - known.length,
    },
    world,
  )
}

const inTenant = (call: Call): Answer => {
  const user = userFound(call, 'users:view')
  if (user === undefined) return unknownThing('User')
  const tenant = tenantById(call.world, (call.body as { tenantId: number }).tenantId)
  if (tenant === undefined) return refuse(400, 'tenantId: unknown tenant')
  return answered(call, user, { tenantId: tenant.id, tenantName: tenant.name }, (world, permission) =>
    verdictInTenant(world, user, tenant.id, permission),
  )
}

const overall = (call: Call): Answer => {
  const user = userFound(call, 'users:view')
  return user === undefined
    ? unknownThing('User')
    : answered(call, user, {}, (world, permission) => verdictAnywhere(world, user, permission))
}

/** Resources are not simulated: a scope that names this one, or its kind, reaches it. */
const onResource = (call: Call): Answer => {
  const user = userFound(call, 'users:view')
  if (user === undefined) return unknownThing('User')
  const { resourceId, resourceType } = call.body as { resourceId: number; resourceType: number | string }
  return answered(call, user, { resourceId, resourceType }, (world, permission) => {
    const { contributing } = verdictAnywhere(world, user, permission)
    const reaching = contributing.filter(({ scope }) =>
      scope.kind === 'specific-resource'
        ? scope.resourceId === resourceId
        : scope.kind === 'category-resource' ||
          scope.kind === 'tag-resource' ||
          covers(world, user, scope, user.tenantId),
    )
    const isAllow = reaching.length > 0 && reaching.every((one) => one.isAllow)
    return { permission, isAllow, contributing: reaching }
  })
}

const tenantsOfCaller = ({ world, caller, params }: Call): Answer => {
  const permission = params.permission ?? ''
  return permissionById(permission) === undefined
    ? unknownThing('Permission')
    : ok(
        world.tenants
          .filter(({ id }) => mayIn(world, caller, id, permission))
          .map(({ id, name: own }) => ({ id, name: own })),
      )
}

const shared = { generation: 'rbac', permission: 'roles:view' } as const
const asked = optional(nullable(list(text)))

export const evaluationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/effective-permissions/users/:id/evaluate/tenant',
    ...shared,
    body: () => ({ tenantId: integer, permissions: asked }),
    handle: inTenant,
  },
  {
    method: 'POST',
    path: '/effective-permissions/users/:id/evaluate/all-assignments',
    ...shared,
    body: () => ({ permissions: asked }),
    handle: overall,
  },
  {
    method: 'POST',
    path: '/effective-permissions/users/:id/evaluate/resource',
    ...shared,
    body: () => ({ resourceId: integer, resourceType: anyOf(integer, name), permissions: asked }),
    handle: onResource,
  },
  {
    method: 'GET',
    path: '/auth/me/permissions/:permission/tenants',
    generation: 'rbac',
    handle: tenantsOfCaller,
  },
]
