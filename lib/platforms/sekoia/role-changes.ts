import type { Community, RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { fold, type PlatformRoleId, type RoleId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import { settled } from '../settle.ts'
import { heldRoles } from './accounts.ts'
import type { RoleBody, SekoiaApi } from './api.ts'
import type { Family } from './family.ts'
import { intakeIds, isScoped, permissionIds, platformRoleOf } from './roles.ts'
import type { RoleShape } from './shapes.ts'

export type RoleChanges = {
  readonly create: (role: RoleDefinition, contents: RoleContents) => Promise<PlatformRole>
  readonly repair: (role: RoleDefinition, id: PlatformRoleId, contents: RoleContents) => Promise<PlatformRole>
  /** Only while nobody holds it, whatever the plan saw. */
  readonly remove: (role: RoleId, id: PlatformRoleId) => Promise<void>
}

type Wanted = Required<RoleBody>

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  new Set(a).size === new Set(b).size && a.every((item) => b.includes(item))

/** A role meant to be restricted that came out unrestricted would open everything: the flag counts, not just the list. */
const agrees = (seen: RoleShape, wanted: Wanted, contents: RoleContents): boolean =>
  seen.name === wanted.name &&
  (seen.description ?? '') === wanted.description &&
  sameSet(
    seen.permissions.map(({ name }) => name),
    contents.permissions,
  ) &&
  sameSet(seen.intake_uuids ?? [], wanted.intake_uuids) &&
  (seen.is_restricted ?? wanted.intake_uuids.length > 0) === wanted.intake_uuids.length > 0

export const createRoleChanges = (
  api: SekoiaApi,
  family: Family,
  community: Community,
  clock: Clock,
): RoleChanges => {
  const wantedOf = async (role: RoleDefinition, contents: RoleContents): Promise<Wanted> => ({
    name: role.name,
    description: contents.description,
    permissions: permissionIds(role, contents, await api.permissions(isScoped(role.kind))),
    intake_uuids: contents.intakes.length === 0 ? [] : intakeIds(role, contents, await api.intakes()),
  })
  const named = async (name: string): Promise<RoleShape | undefined> =>
    (await api.roles()).find(
      (role) => role.community_uuid === community.tenant && fold(role.name) === fold(name),
    )

  const heldBy = async (role: RoleShape): Promise<number> => {
    const holders = (await api.holders(role.uuid)).filter((avatar) => heldRoles(avatar).includes(role.uuid))
    return Math.max(holders.length + (await family.holdersBelow(role.uuid)), role.total_members ?? 0)
  }

  return {
    remove: async (field, id) => {
      const find = async (): Promise<RoleShape | undefined> =>
        (await api.roles()).find(({ uuid }) => uuid === id)
      const before = await find()
      if (before === undefined) return
      const holders = before.community_uuid === community.tenant ? await heldBy(before) : Number.NaN
      if (holders !== 0)
        throw new ConnectorError(
          'platformRefused',
          Number.isNaN(holders)
            ? `role "${before.name}" is not this community's own; it stays`
            : `role "${before.name}" is held by ${holders} members; it stays until nobody holds it`,
          { field: `roles.${field}` },
        )
      await settled(
        clock,
        `deleting role "${before.name}"`,
        () =>
          api.deleteRole(id).catch(async (error: unknown) => {
            // An unknown role is answered 400: somebody was faster.
            if (!isConnectorError(error, 'platformRefused') || (await find()) !== undefined) throw error
          }),
        async () => ((await find()) === undefined ? true : undefined),
      )
    },
    create: async (role, contents) => {
      const wanted = await wantedOf(role, contents)
      const before = await named(role.name)
      if (before !== undefined && !agrees(before, wanted, contents))
        throw new ConnectorError(
          'platformRefused',
          `role "${role.name}" exists with other contents and is not ours; rename one of the two`,
          { field: `roles.${role.id}` },
        )
      if (before !== undefined) return platformRoleOf(before, community)
      const { intake_uuids: intakes, ...body } = wanted
      const created = await settled(
        clock,
        `creating role "${role.name}"`,
        async () => void (await api.createRole(intakes.length === 0 ? body : wanted)),
        () => named(role.name),
      )
      if (agrees(created, wanted, contents)) return platformRoleOf(created, community)
      await api.deleteRole(created.uuid)
      throw new ConnectorError(
        'platformDisagrees',
        `role "${role.name}" did not come out as wanted and was deleted again; check the dialect settings`,
        { field: `roles.${role.id}` },
      )
    },
    repair: async (role, id, contents) => {
      const wanted = await wantedOf(role, contents)
      const seen = await settled(
        clock,
        `repairing role "${role.name}"`,
        () => api.updateRole(id, wanted),
        async () => {
          const shown = await api.role(id)
          return agrees(shown, wanted, contents) ? shown : undefined
        },
      )
      return platformRoleOf(seen, community)
    },
  }
}
