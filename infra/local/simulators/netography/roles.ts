import { boolean, listOf, matching, optional, record, required, type Shape, text } from './checks.ts'
import { type Answer, type Call, enveloped, type Route, refuse } from './routing.ts'
import { shownList, shownRole } from './show.ts'
import { actions, holdersOf, type Permission, type Role, replaced, type World, withAccount } from './world.ts'

type RoleConfig = {
  readonly name: string
  readonly description?: string
  readonly canMasquerade?: boolean
  readonly canSendFlow?: boolean
  readonly permissions: readonly (Pick<Permission, 'resource'> & Partial<Permission>)[]
}

const roleConfig: Shape = {
  kind: 'object',
  fields: {
    name: required(matching(/^[0-9a-zA-Z_.-]{1,32}$/, 'must be 1 to 32 of 0-9 a-z A-Z _ - .')),
    description: optional(text()),
    canMasquerade: optional(boolean),
    canSendFlow: optional(boolean),
    permissions: required(
      listOf(
        record({
          resource: required(text(1)),
          description: optional(text()),
          fetch: optional(boolean),
          create: optional(boolean),
          update: optional(boolean),
          delete: optional(boolean),
        }),
      ),
    ),
  },
}

const saved = (call: Call, roles: readonly Role[]): World =>
  withAccount(call.world, call.account.shortname, (account) => ({ ...account, roles }))

const permissionsFinding = ({ world }: Call, config: RoleConfig): string | undefined => {
  const { emptyPermissions } = world.switches
  if (emptyPermissions !== 'accepted' && config.permissions.length === 0) return 'permissions are empty'
  const grants = config.permissions.some((entry) => actions.some((action) => entry[action] === true))
  if (emptyPermissions === 'refused' && !grants) return 'no permission is given'
  const resources = config.permissions.map(({ resource }) => resource)
  if (new Set(resources).size < resources.length) return 'a resource is named twice'
  for (const entry of config.permissions) {
    const known = world.catalogue.find(({ resource }) => resource === entry.resource)
    if (known === undefined) return 'a resource does not exist'
    if (actions.some((action) => entry[action] === true && !known[action]))
      return 'an action does not exist for its resource'
  }
  return undefined
}

const finding = (call: Call, config: RoleConfig): string | undefined =>
  config.canMasquerade === true && call.account.type !== 'reseller'
    ? 'only resellers can masquerade'
    : permissionsFinding(call, config)

const built = ({ world }: Call, config: RoleConfig, id: string): Role => ({
  id,
  name: config.name,
  description: config.description ?? '',
  canMasquerade: config.canMasquerade ?? false,
  canSendFlow: config.canSendFlow ?? false,
  system: false,
  permissions: world.catalogue.map((entry) => {
    const given = config.permissions.find(({ resource }) => resource === entry.resource)
    const flags = actions.map((action) => [action, given?.[action] === true])
    return { ...entry, ...Object.fromEntries(flags) }
  }),
  portal: { sendNetoDNS: false, viewAuditLogs: false },
})

const list = ({ world, account }: Call): Answer =>
  shownList(
    world,
    'roles',
    account.roles.map((role) => shownRole(world, role)),
  )
/** The one list without an envelope. */
const permissions = ({ world }: Call): Answer => ({ status: 200, body: world.catalogue })

const find = ({ account, params }: Call): number => account.roles.findIndex(({ id }) => id === params.id)
const unknownRole = (): Answer => refuse(404, 'there is no such role')

const one = (call: Call): Answer => {
  const role = call.account.roles[find(call)]
  return role === undefined ? unknownRole() : enveloped(200, shownRole(call.world, role))
}

const create =
  (newId: () => string) =>
  (call: Call): Answer => {
    const config = call.body as RoleConfig
    const wrong = finding(call, config)
    if (wrong !== undefined) return refuse(400, wrong)
    const taken = call.account.roles.some(({ name }) => name.toLowerCase() === config.name.toLowerCase())
    if (taken) return refuse(409, 'the name is taken')
    const role = built(call, config, newId())
    return enveloped(201, shownRole(call.world, role), saved(call, [...call.account.roles, role]))
  }

const update = (call: Call): Answer => {
  const index = find(call)
  const role = call.account.roles[index]
  if (role === undefined) return unknownRole()
  if (role.system) return refuse(403, 'system roles cannot be changed')
  const config = call.body as RoleConfig
  if (config.name !== role.name) return refuse(400, 'the name cannot be changed')
  const wrong = finding(call, config)
  if (wrong !== undefined) return refuse(400, wrong)
  const next = built(call, config, role.id)
  return enveloped(200, shownRole(call.world, next), saved(call, replaced(call.account.roles, index, next)))
}

const remove = (call: Call): Answer => {
  const index = find(call)
  const role = call.account.roles[index]
  if (role === undefined) return unknownRole()
  if (role.system) return refuse(403, 'system roles cannot be removed')
  if (holdersOf(call.account, role.name) > 0) return refuse(409, 'the role is in use')
  return { status: 204, world: saved(call, replaced(call.account.roles, index, undefined)) }
}

export const roleRoutes = (newId: () => string): readonly Route[] => [
  { method: 'GET', path: '/roles', right: ['roles', 'fetch'], success: 200, handle: list },
  {
    method: 'GET',
    path: '/roles/permissions',
    right: ['roles', 'fetch'],
    success: 200,
    handle: permissions,
  },
  {
    method: 'POST',
    path: '/roles',
    right: ['roles', 'create'],
    body: roleConfig,
    success: 201,
    handle: create(newId),
  },
  { method: 'GET', path: '/roles/:id', right: ['roles', 'fetch'], success: 200, handle: one },
  {
    method: 'PUT',
    path: '/roles/:id',
    right: ['roles', 'update'],
    body: roleConfig,
    success: 200,
    handle: update,
  },
  { method: 'DELETE', path: '/roles/:id', right: ['roles', 'delete'], success: 204, handle: remove },
]
