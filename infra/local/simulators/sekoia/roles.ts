import { list, optional, type Shape, text, uuid } from './checks.ts'
import { roleOf, rolesIn } from './family.ts'
import {
  type Answer,
  type Call,
  listing,
  matches,
  ordering,
  paging,
  type Route,
  refuse,
  unknownThing,
} from './routing.ts'
import { showPermission, showRole } from './show.ts'
import { type Role, type World, withRole } from './world.ts'

const description = text(10, 1000)
const creation: Shape = {
  name: text(1, 100),
  description,
  permissions: list(uuid),
  intake_uuids: optional(list(uuid)),
}
const change: Shape = {
  name: optional(text(1, 100)),
  description: optional(description),
  permissions: optional(list(uuid)),
  intake_uuids: optional(list(uuid)),
}

const contentFinding = (world: World, role: Role): string | undefined => {
  const granted = role.permissions.map((id) => world.permissions.find((one) => one.uuid === id))
  if (granted.includes(undefined)) return 'unknown permission'
  if (
    role.intakes.some(
      (id) => !world.intakes.some((one) => one.uuid === id && one.community === role.community),
    )
  )
    return 'unknown intake'
  return role.intakes.length > 0 && granted.some((one) => one?.allowedInRestrictedRoles !== true)
    ? 'a permission is not allowed in restricted roles'
    : undefined
}

/** Fields that are left out keep their value. */
const withBody = (world: World, role: Role, body: Call['body'], now: string): Role => {
  const {
    name,
    description: words,
    permissions,
    intake_uuids: intakes,
  } = body as Readonly<{
    name?: string
    description?: string
    permissions?: readonly string[]
    intake_uuids?: readonly string[]
  }>
  const kept = world.switches.intakes === 'kept' ? intakes : undefined
  return {
    ...role,
    name: name ?? role.name,
    description: words ?? role.description,
    permissions: permissions ?? role.permissions,
    intakes: kept ?? role.intakes,
    updatedAt: now,
  }
}

const createRole = ({ world, params, body, now }: Call, id: string): Answer => {
  const blank: Role = {
    uuid: id,
    name: '',
    community: params.community ?? '',
    description: '',
    permissions: [],
    intakes: [],
    createdAt: now,
    updatedAt: now,
  }
  const role = withBody(world, blank, body, now)
  const finding = contentFinding(world, role)
  if (finding !== undefined) return refuse(400, finding)
  const next = { ...world, roles: [...world.roles, role] }
  return { status: 201, body: showRole(next, role, blank.community ?? ''), world: next }
}

const onRole =
  (missing: number, handle: (call: Call, role: Role) => Answer) =>
  (call: Call): Answer => {
    const role = roleOf(call.world, call.params.community ?? '', call.params.role ?? '')
    return role === undefined ? refuse(missing, 'unknown role') : handle(call, role)
  }

const updateRole = onRole(404, (call, role) => {
  if (role.community === null) return refuse(403, 'A built-in role cannot be edited')
  if (role.community !== call.params.community) return refuse(403, 'The role is the main community’s')
  const next = withBody(call.world, role, call.body, call.now)
  const finding = contentFinding(call.world, next)
  if (finding !== undefined) return refuse(400, finding)
  const world = withRole(call.world, role.uuid, next)
  return { status: 200, body: showRole(world, next, call.params.community ?? ''), world }
})

/** The vendor documents 400 for an unknown role here. */
const deleteRole = onRole(400, (call, role) =>
  role.community !== call.params.community
    ? refuse(403, 'A built-in role cannot be deleted')
    : { status: 204, world: withRole(call.world, role.uuid, undefined) },
)

const listRoles = ({ world, params, query }: Call): Answer => {
  const community = params.community ?? ''
  const restricted = query.get('is_restricted')
  const shown = rolesIn(world, community)
    .filter((role) => matches(query, 'uuid', [role.uuid]) && matches(query, 'name', [role.name]))
    .filter((role) => restricted === null || String(role.intakes.length > 0) === restricted)
    .map((role) => showRole(world, role, community))
  return listing(query, shown, ['created_at', 'updated_at', 'name', 'community_uuid'])
}

const listPermissions = ({ world, query }: Call): Answer => {
  const restricted = query.get('allowed_in_restricted_roles')
  const shown = world.permissions
    .filter((one) => matches(query, 'uuid', [one.uuid]) && matches(query, 'name', [one.name]))
    .filter((one) => restricted === null || String(one.allowedInRestrictedRoles) === restricted)
    .map((one) => showPermission(world, one.uuid))
  return listing(query, shown, ['name', 'uuid'])
}

const roles = '/v1/communities/:community/roles'
export const roleRoutes = (newId: () => string): readonly Route[] => [
  {
    method: 'GET',
    path: roles,
    permission: 'COMMUNITY_READ_ROLE',
    query: [
      ...paging,
      ...ordering,
      'with_members',
      'is_restricted',
      'match[uuid]',
      'match[name]',
      'date[created_at]',
      'date[updated_at]',
    ],
    handle: listRoles,
  },
  {
    method: 'POST',
    path: roles,
    permission: 'COMMUNITY_WRITE_ROLE',
    body: () => creation,
    handle: (call) => createRole(call, newId()),
  },
  {
    method: 'GET',
    path: `${roles}/:role`,
    permission: 'COMMUNITY_READ_ROLE',
    handle: (call) => {
      const role = roleOf(call.world, call.params.community ?? '', call.params.role ?? '')
      return role === undefined
        ? unknownThing('Role')
        : { status: 200, body: showRole(call.world, role, call.params.community ?? '') }
    },
  },
  {
    method: 'PUT',
    path: `${roles}/:role`,
    permission: 'COMMUNITY_WRITE_ROLE',
    body: () => change,
    handle: updateRole,
  },
  { method: 'DELETE', path: `${roles}/:role`, permission: 'COMMUNITY_WRITE_ROLE', handle: deleteRole },
  {
    method: 'GET',
    path: '/v1/communities/:community/permissions/',
    permission: 'COMMUNITY_READ_ROLE',
    query: [
      ...paging,
      ...ordering,
      'match[uuid]',
      'match[name]',
      'allowed_in_restricted_roles',
      'only_granted',
    ],
    handle: listPermissions,
  },
]
