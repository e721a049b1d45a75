import type { RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Access } from './access.ts'
import type { ImmybotApi, RoleBody } from './api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts, Generation, Instance } from './instance.ts'
import { isBuiltin, permissionsIn } from './listing.ts'
import { permissionNames } from './permissions.ts'
import { scopeOf } from './scopes.ts'
import type { RoleShape } from './shapes.ts'

export type RoleChanges = {
  readonly create: (role: RoleDefinition, contents: RoleContents) => Promise<RoleShape>
  readonly repair: (role: RoleDefinition, id: number, contents: RoleContents) => Promise<RoleShape>
  readonly remove: (id: number, name: string) => Promise<void>
}

/** Of this role only: the community's other changes go on. */
const invalid = (role: RoleDefinition, problem: string): ConnectorError =>
  new ConnectorError('platformRefused', `role "${role.name}": ${problem}`, { field: `roles.${role.id}` })

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  new Set(a).size === new Set(b).size && a.every((item) => b.includes(item))

/** Names of the catalogue to permission ids, with all they depend on. */
const expanded = (role: RoleDefinition, { permissions }: RoleContents, facts: Facts): readonly string[] => {
  const names = new Map(permissionNames(facts.subjects).map((one) => [one.name, one.grants]))
  const all = permissions.flatMap((name) => {
    const grants = names.get(name)
    if (grants === undefined)
      throw invalid(role, `permission ${name} does not exist on the platform; correct its name`)
    return grants
  })
  return [...new Set(all)].toSorted()
}

export const createRoleChanges = (
  api: ImmybotApi,
  access: Access,
  instance: Instance,
  facts: Facts,
  {
    generation,
    dialect,
    clock,
  }: { readonly generation: Generation; readonly dialect: Dialect; readonly clock: Clock },
): RoleChanges => {
  const ownerOf = (role: RoleDefinition): number | null => {
    const owner = role.kind === 'builtin' ? undefined : role.owner
    if (owner === undefined) return null
    const scope = scopeOf(`tenant:${owner}`, facts.tenants)
    if (scope !== undefined && 'id' in scope) return scope.id
    throw invalid(role, `owner "${owner}" is no tenant, or several have this name; write its id`)
  }
  const bodyOf = (role: RoleDefinition, contents: RoleContents): RoleBody => {
    const owner = ownerOf(role)
    if (generation === 'legacy' && owner !== null)
      throw invalid(role, "this instance's generation of the API knows no owners of roles; remove owner")
    return {
      name: role.name,
      description: contents.description,
      grantedPermissionIds: expanded(role, contents, facts),
      ...(generation === 'legacy' ? {} : { ownerTenantId: owner }),
    }
  }
  const agrees = (seen: RoleShape, wanted: RoleBody): boolean =>
    seen.name === wanted.name &&
    (seen.description ?? '') === wanted.description &&
    sameSet(permissionsIn(seen, facts), wanted.grantedPermissionIds) &&
    (seen.ownerTenantId ?? null) === (wanted.ownerTenantId ?? null)

  const custom = (roles: readonly RoleShape[], name: string): RoleShape | undefined =>
    roles.find((role) => !isBuiltin(role, dialect) && fold(role.name) === fold(name))
  const withId = async (id: number): Promise<RoleShape | undefined> =>
    (await api.roles()).find((role) => role.id === id)
  const notBuiltin = (role: RoleShape | undefined): void => {
    if (role === undefined || !isBuiltin(role, dialect)) return
    throw new ConnectorError('platformRefused', `role "${role.name}" is built in and cannot be changed`)
  }

  return {
    create: async (role, contents) => {
      const wanted = bodyOf(role, contents)
      const before = custom(await api.roles(), role.name)
      if (before !== undefined && agrees(before, wanted)) return before
      if (before !== undefined)
        throw invalid(role, 'it exists with other contents and is not ours; rename one of the two')
      instance.changed()
      const created = await settled(
        clock,
        `creating role "${role.name}"`,
        () => api.createRole(wanted),
        async () => custom(await api.roles(), role.name),
      )
      if (agrees(created, wanted)) return created
      await api.deleteRole(created.id)
      throw new ConnectorError(
        'platformDisagrees',
        `role "${role.name}" did not come out as wanted and was deleted again`,
        { field: `roles.${role.id}` },
      )
    },
    repair: async (role, id, contents) => {
      const wanted = bodyOf(role, contents)
      const before = await withId(id)
      notBuiltin(before)
      if (before !== undefined && agrees(before, wanted)) return before
      instance.changed()
      return settled(
        clock,
        `repairing role "${role.name}"`,
        () => api.updateRole(id, wanted),
        async () => {
          const seen = await withId(id)
          return seen !== undefined && agrees(seen, wanted) ? seen : undefined
        },
      )
    },
    remove: async (id, name) => {
      const before = await withId(id)
      if (before === undefined) return
      notBuiltin(before)
      // Who holds it is asked of the role as it is now: a minute ago somebody may still have had it.
      const now = { ...facts, roles: facts.roles.map((role) => (role.id === id ? before : role)) }
      if ((await access.release(id, now)) === 'held')
        throw new ConnectorError(
          'platformRefused',
          `role "${name}" is still given to somebody or to a group that is not ours; take it there first`,
        )
      instance.changed()
      await settled(
        clock,
        `deleting role "${name}"`,
        () => api.deleteRole(id),
        async () => ((await withId(id)) === undefined ? true : undefined),
      )
    },
  }
}
