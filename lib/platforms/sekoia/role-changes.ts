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

  const listed = async (id: string): Promise<RoleShape | undefined> =>
    (await api.roles()).find(({ uuid }) => uuid === id)

  const refused = (field: RoleId, problem: string): ConnectorError =>
    new ConnectorError('platformRefused', problem, { field: `roles.${field}` })

  /** The role as it is now, once it is certain that it is this community's own. */
  const own = async (field: RoleId, id: PlatformRoleId): Promise<RoleShape | undefined> => {
    const seen = await listed(id)
    if (seen === undefined || seen.community_uuid === community.tenant) return seen
    throw refused(field, `role "${seen.name}" is not this community's own; it stays`)
  }

  /** Why it has to stay; undefined: nobody holds it, here or below. */
  const stillHeld = async (role: RoleShape): Promise<string | undefined> => {
    const holders = (await api.holders(role.uuid)).filter((avatar) => heldRoles(avatar).includes(role.uuid))
    const below = await family.holdersBelow(role.uuid)
    if (below === 'unknown') return 'might be held in a managed community that our key may not read; it stays'
    const count = Math.max(holders.length + below, role.total_members ?? 0)
    return count === 0 ? undefined : `is held by ${count} members; it stays until nobody holds it`
  }

  return {
    remove: async (field, id) => {
      const before = await own(field, id)
      if (before === undefined) return
      const held = await stillHeld(before)
      if (held !== undefined) throw refused(field, `role "${before.name}" ${held}`)
      await settled(
        clock,
        `deleting role "${before.name}"`,
        () =>
          api.deleteRole(id).catch(async (error: unknown) => {
            // An unknown role is answered 400: somebody was faster.
            if (!isConnectorError(error, 'platformRefused') || (await listed(id)) !== undefined) throw error
          }),
        async () => ((await listed(id)) === undefined ? true : undefined),
      )
    },
    create: async (role, contents) => {
      const wanted = await wantedOf(role, contents)
      const before = await named(role.name)
      if (before !== undefined && !agrees(before, wanted, contents))
        throw refused(
          role.id,
          `role "${role.name}" exists with other contents and is not ours; rename one of the two`,
        )
      if (before !== undefined) return platformRoleOf(before, community)
      const { intake_uuids: intakes, ...body } = wanted
      let made: RoleShape | undefined
      const created = await settled(
        clock,
        `creating role "${role.name}"`,
        async () => {
          made = await api.createRole(intakes.length === 0 ? body : wanted)
        },
        () => (made === undefined ? named(role.name) : listed(made.uuid)),
      )
      if (agrees(created, wanted, contents)) return platformRoleOf(created, community)
      // Whose it is, is certain only when the platform said what it made.
      if (made !== undefined) await api.deleteRole(created.uuid)
      throw new ConnectorError(
        'platformDisagrees',
        `role "${role.name}" did not come out as wanted${made === undefined ? '' : ' and was deleted again'}; check the dialect settings`,
        { field: `roles.${role.id}` },
      )
    },
    repair: async (role, id, contents) => {
      const wanted = await wantedOf(role, contents)
      const before = await own(role.id, id)
      if (before === undefined)
        throw new ConnectorError('platformNotFound', `role "${role.name}" is no longer on the platform`, {
          field: `roles.${role.id}`,
        })
      if (agrees(before, wanted, contents)) return platformRoleOf(before, community)
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
