import { mayIn, verdictAnywhere } from './access.ts'
import { integer, list, name, nullable, optional, type Shape, text } from './checks.ts'
import { devextremeQuery, loaded } from './devextreme.ts'
import { tenantById, userById, withThing } from './lookup.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showAssignment, showGroup, showMember } from './show.ts'
import type { Group, World } from './world.ts'

/** Groups: their members inherit their assignments. A tenant's own group takes only users of that tenant. */
const allowed = ({ world, caller }: Call, tenantId: number | null, permission: string): boolean =>
  tenantId === null
    ? verdictAnywhere(world, caller, permission).isAllow
    : mayIn(world, caller, tenantId, permission)

export const groupFound = (call: Call, permission = 'groups:view', id = idOf(call)): Group | undefined => {
  const group = call.world.groups.find(({ id: own }) => own === id)
  return group !== undefined && allowed(call, group.tenantId, permission) ? group : undefined
}

const groupShape: Shape = { name, description: text, tenantId: optional(nullable(integer)) }

type Given = {
  readonly id?: number
  readonly name: string
  readonly description: string
  readonly tenantId?: number | null
}

const finding = (call: Call, given: Given, own?: number): Answer | undefined => {
  const { world } = call
  const tenantId = given.tenantId ?? null
  if (tenantId !== null && tenantById(world, tenantId) === undefined)
    return refuse(400, 'tenantId: unknown tenant')
  if (!allowed(call, tenantId, 'groups:manage')) return refuse(403, 'groups:manage is needed in this tenant')
  const folded = given.name.trim().toLowerCase()
  const taken = world.groups.some((group) => group.id !== own && group.name.trim().toLowerCase() === folded)
  return taken && world.switches.sameName === 'refused'
    ? refuse(400, 'name: there is a group of this name')
    : undefined
}

const createGroup = (call: Call): Answer => {
  const given = call.body as Given
  const refusal = finding(call, given)
  if (refusal !== undefined) return refusal
  const { world, now } = call
  const group: Group = {
    id: world.nextId,
    name: given.name,
    description: given.description,
    tenantId: given.tenantId ?? null,
    createdAt: now,
    updatedAt: now,
  }
  const next = { ...world, nextId: group.id + 1, groups: [...world.groups, group] }
  return ok(showGroup(next, group), next)
}

const updateGroup = (call: Call): Answer => {
  const group = groupFound(call, 'groups:manage')
  if (group === undefined) return unknownThing('Group')
  const given = call.body as Given
  if (given.id !== group.id) return refuse(400, 'id: not the one of the address')
  const refusal = finding(call, given, group.id)
  if (refusal !== undefined) return refusal
  const tenantId = given.tenantId ?? null
  const strangers = call.world.members.some(
    (one) => one.groupId === group.id && !fits(call.world, tenantId, one.userId),
  )
  if (strangers) return refuse(400, 'tenantId: the group has members of other tenants')
  const next: Group = {
    ...group,
    name: given.name,
    description: given.description,
    tenantId,
    updatedAt: call.now,
  }
  const world = withThing(call.world, 'groups', group.id, next)
  return ok(showGroup(world, next), world)
}

const deleteGroup = (call: Call): Answer => {
  const group = groupFound(call, 'groups:manage')
  if (group === undefined) return unknownThing('Group')
  const { world } = call
  return done({
    ...withThing(world, 'groups', group.id, undefined),
    members: world.members.filter(({ groupId }) => groupId !== group.id),
    assignments: world.assignments.filter(({ groupId }) => groupId !== group.id),
  })
}

const fits = (world: World, tenantId: number | null, userId: number): boolean =>
  tenantId === null || userById(world, userId)?.tenantId === tenantId

/** Who is a member already stays one. */
const addMembers = (call: Call, ids: readonly number[]): Answer => {
  const group = groupFound(call, 'groups:manage')
  if (group === undefined) return unknownThing('Group')
  const { world } = call
  if (ids.some((id) => userById(world, id) === undefined)) return refuse(400, 'unknown user')
  if (ids.some((id) => !fits(world, group.tenantId, id)))
    return refuse(400, 'Only users of its own tenant can be added to this group')
  const fresh = [...new Set(ids)].filter(
    (id) => !world.members.some(({ groupId, userId }) => groupId === group.id && userId === id),
  )
  const added = fresh.map((userId) => ({ groupId: group.id, userId, addedAt: call.now }))
  return done(added.length === 0 ? world : { ...world, members: [...world.members, ...added] })
}

const removeMember = (call: Call): Answer => {
  const group = groupFound(call, 'groups:manage')
  if (group === undefined) return unknownThing('Group')
  const { world } = call
  const userId = idOf(call, 'userId')
  const kept = world.members.filter((one) => one.groupId !== group.id || one.userId !== userId)
  return kept.length === world.members.length ? unknownThing('Member') : done({ ...world, members: kept })
}

const inGroup =
  (handle: (call: Call, group: Group) => Answer) =>
  (call: Call): Answer => {
    const group = groupFound(call)
    return group === undefined ? unknownThing('Group') : handle(call, group)
  }

const listGroups = (call: Call): Answer =>
  ok(
    call.world.groups
      .filter(({ tenantId }) => allowed(call, tenantId, 'groups:view'))
      .map((group) => showGroup(call.world, group)),
  )

const view = { generation: 'rbac', permission: 'groups:view' } as const
const manage = { generation: 'rbac', permission: 'groups:manage' } as const

export const groupRoutes: readonly Route[] = [
  { method: 'GET', path: '/groups', ...view, handle: listGroups },
  { method: 'POST', path: '/groups', ...manage, body: () => groupShape, handle: createGroup },
  {
    method: 'GET',
    path: '/groups/:id',
    ...view,
    handle: inGroup(({ world }, group) => ok(showGroup(world, group))),
  },
  {
    method: 'PUT',
    path: '/groups/:id',
    ...manage,
    body: () => ({ id: integer, ...groupShape }),
    handle: updateGroup,
  },
  { method: 'DELETE', path: '/groups/:id', ...manage, handle: deleteGroup },
  {
    method: 'GET',
    path: '/groups/:id/members',
    ...view,
    handle: inGroup(({ world }, { id }) =>
      ok(world.members.filter(({ groupId }) => groupId === id).map((one) => showMember(world, one))),
    ),
  },
  {
    method: 'POST',
    path: '/groups/:id/members',
    ...manage,
    body: () => ({ userId: integer }),
    handle: (call) => addMembers(call, [(call.body as { userId: number }).userId]),
  },
  {
    method: 'POST',
    path: '/groups/:id/members/bulk',
    ...manage,
    body: () => ({ userIds: list(integer, 1) }),
    handle: (call) => addMembers(call, (call.body as { userIds: readonly number[] }).userIds),
  },
  { method: 'DELETE', path: '/groups/:id/members/:userId', ...manage, handle: removeMember },
  {
    method: 'GET',
    path: '/groups/:id/role-assignments',
    ...view,
    query: devextremeQuery,
    handle: inGroup((call, { id }) =>
      loaded(
        call,
        call.world.assignments
          .filter(({ groupId }) => groupId === id)
          .map((one) => showAssignment(call.world, one)),
      ),
    ),
  },
]
