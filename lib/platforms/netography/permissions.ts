import type { RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import type { PermissionName } from '../../core/snapshot.ts'
import type { RoleBody } from './api.ts'
import { actions, type PermissionShape, type RoleShape } from './shapes.ts'

export const capabilities = ['canMasquerade', 'canSendFlow'] as const

const existing = (permission: PermissionShape): readonly string[] =>
  actions
    .filter((action) => permission[action] === true)
    .map((action) => `${permission.resource}:${action}`)
    .toSorted()

/** Every name a configuration may write: single actions, the product's two words, and the capabilities. */
export const permissionNames = (
  catalogue: readonly PermissionShape[],
  reseller: boolean,
): readonly PermissionName[] => {
  const names = catalogue.flatMap((permission) => {
    const all = existing(permission)
    const { resource } = permission
    const single = all.map((grant): PermissionName => ({ name: grant, grants: [grant] }))
    const words = all.map(
      (grant): PermissionName => ({ name: grant.replace(`${resource}:`, `${resource}=`), grants: [grant] }),
    )
    const readable = all.filter((grant) => grant === `${resource}:fetch`)
    return [
      ...single,
      ...words,
      ...(readable.length === 0 ? [] : [{ name: `${resource}=readonly`, grants: readable }]),
      ...(all.length === 0 ? [] : [{ name: `${resource}=all`, grants: all }]),
    ]
  })
  const switches = capabilities.filter((name) => name !== 'canMasquerade' || reseller)
  return [...names, ...switches.map((name) => ({ name, grants: [name] }))].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
}

/** What a role gives, in the same names. */
export const grantsOf = (role: RoleShape): readonly string[] =>
  [
    ...(role.permissions ?? []).flatMap(existing),
    ...capabilities.filter((capability) => role[capability] === true),
  ].toSorted()

const documented = ['id', 'name', 'description', 'canMasquerade', 'canSendFlow', 'system', 'permissions']

/** Switches that only the portal sets: shown as fields no document knows, if at all. */
export const portalOnly = (role: RoleShape): readonly string[] =>
  Object.entries(role)
    .filter(([name, value]) => value === true && !documented.includes(name))
    .map(([name]) => name)
    .toSorted()

export const refusedRole = (role: Pick<RoleDefinition, 'id' | 'name'>, problem: string): ConnectorError =>
  new ConnectorError('platformRefused', `role "${role.name}": ${problem}`, { field: `roles.${role.id}` })

const expanded = (
  role: RoleDefinition,
  contents: RoleContents,
  names: readonly PermissionName[],
): ReadonlySet<string> =>
  new Set(
    contents.permissions.flatMap((wanted) => {
      const known = names.find(({ name }) => name === wanted)
      if (known !== undefined) return known.grants
      throw refusedRole(
        role,
        wanted === 'canMasquerade'
          ? 'only a reseller account has canMasquerade; remove it'
          : `permission ${wanted} does not exist on the platform; correct its name`,
      )
    }),
  )

/** The whole role, every resource named: the platform replaces, it does not compare. */
export const roleBody = (
  role: RoleDefinition,
  contents: RoleContents,
  catalogue: readonly PermissionShape[],
  reseller: boolean,
): RoleBody => {
  if (!/^[0-9a-zA-Z_.-]{1,32}$/.test(role.name))
    throw refusedRole(role, 'a name has 1 to 32 of the characters 0-9 a-z A-Z _ - . here; choose another')
  const grants = expanded(role, contents, permissionNames(catalogue, reseller))
  const has = (resource: string, action: string): boolean => grants.has(`${resource}:${action}`)
  return {
    name: role.name,
    description: contents.description,
    canMasquerade: grants.has('canMasquerade'),
    canSendFlow: grants.has('canSendFlow'),
    permissions: catalogue.map(({ resource }) => ({
      resource,
      fetch: has(resource, 'fetch'),
      create: has(resource, 'create'),
      update: has(resource, 'update'),
      delete: has(resource, 'delete'),
    })),
  }
}
