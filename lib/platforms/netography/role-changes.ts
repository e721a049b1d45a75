import type { RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import { fold, type PlatformRoleId } from '../../core/ids.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import { settled } from '../settle.ts'
import type { Toolbox } from '../toolbox.ts'
import type { NetographyApi, RoleBody } from './api.ts'
import { grantsOf, portalOnly, refusedRole, roleBody } from './permissions.ts'
import type { Reading } from './reading.ts'
import { actions, type RoleShape } from './shapes.ts'

export type RoleChanges = {
  readonly create: (role: RoleDefinition, contents: RoleContents) => Promise<PlatformRole>
  readonly repair: (
    role: RoleDefinition,
    id: PlatformRoleId,
    contents: RoleContents,
    formerly: string | undefined,
  ) => Promise<PlatformRole>
  readonly remove: (role: Pick<RoleDefinition, 'id' | 'name'>, id: PlatformRoleId) => Promise<void>
}

const wantedGrants = ({ canMasquerade, canSendFlow, permissions }: RoleBody): readonly string[] =>
  [
    ...permissions.flatMap((entry) =>
      actions.filter((action) => entry[action]).map((action) => `${entry.resource}:${action}`),
    ),
    ...(canMasquerade ? ['canMasquerade'] : []),
    ...(canSendFlow ? ['canSendFlow'] : []),
  ].toSorted()

const agrees = (seen: RoleShape, wanted: RoleBody): boolean =>
  seen.name === wanted.name &&
  (seen.description ?? '') === wanted.description &&
  grantsOf(seen).join() === wantedGrants(wanted).join()

type Deps = { readonly api: NetographyApi; readonly reading: Reading; readonly clock: Toolbox['clock'] }

export const createRoleChanges = ({ api, reading, clock }: Deps): RoleChanges => {
  const wantedOf = async (role: RoleDefinition, contents: RoleContents): Promise<RoleBody> => {
    const masquerades = contents.permissions.includes('canMasquerade')
    const reseller = masquerades && (await reading.customers()) !== undefined
    return roleBody(role, contents, await api.permissions(), reseller)
  }
  const named = async (name: string): Promise<RoleShape | undefined> =>
    (await api.roles()).items.find((role) => fold(role.name) === fold(name))
  const byId = async (id: string): Promise<RoleShape | undefined> =>
    (await api.roles()).items.find((role) => role.id === id)

  /** The role, once it is certain that it may be changed. */
  const ours = async (
    role: Pick<RoleDefinition, 'id' | 'name'>,
    id: PlatformRoleId,
  ): Promise<RoleShape | undefined> => {
    const scene = await reading.scene()
    const seen = scene.roles.find((one) => one.id === id)
    if (seen === undefined) return undefined
    if (seen.system === true) throw refusedRole(role, 'system roles cannot be changed')
    if (scene.shown(seen).untouchable !== undefined)
      throw refusedRole(
        role,
        scene.keys === undefined
          ? 'our own API key might live by it, and the key may not read API keys: give it fetch on them'
          : 'our own API key lives by it; it is left as it is',
      )
    return seen
  }

  const shown = async (role: RoleShape): Promise<PlatformRole> => (await reading.scene()).shown(role)

  return {
    create: async (role, contents) => {
      const wanted = await wantedOf(role, contents)
      const before = await named(role.name)
      if (before !== undefined) {
        if (agrees(before, wanted) && before.system !== true && portalOnly(before).length === 0)
          return shown(before)
        throw refusedRole(role, 'it exists with other contents and is not ours; rename one of the two')
      }
      let made: RoleShape | undefined
      const created = await settled(
        clock,
        `creating role "${role.name}"`,
        async () => {
          made = await api.createRole(wanted)
        },
        () => (made === undefined ? named(role.name) : byId(made.id)),
      )
      if (agrees(created, wanted)) return shown(created)
      // Whose it is, is certain only when the platform said what it made.
      if (made !== undefined) await api.deleteRole(created.id)
      throw new ConnectorError(
        'platformDisagrees',
        `role "${role.name}" did not come out as wanted${made === undefined ? '' : ' and was deleted again'}`,
        { field: `roles.${role.id}` },
      )
    },
    repair: async (role, id, contents, formerly) => {
      if (formerly !== undefined && formerly !== role.name)
        throw refusedRole(role, `a role keeps its name here, and this one is called "${formerly}"`)
      const wanted = await wantedOf(role, contents)
      const before = await ours(role, id)
      if (before === undefined)
        throw new ConnectorError('platformNotFound', `role "${role.name}" is no longer on the platform`, {
          field: `roles.${role.id}`,
        })
      if (before.name !== role.name)
        throw refusedRole(role, `a role keeps its name here, and this one is called "${before.name}"`)
      if (agrees(before, wanted)) return shown(before)
      const seen = await settled(
        clock,
        `repairing role "${role.name}"`,
        () => api.updateRole(id, wanted),
        async () => {
          const after = await byId(id)
          return after !== undefined && agrees(after, wanted) ? after : undefined
        },
      )
      return shown(seen)
    },
    remove: async (role, id) => {
      const before = await ours(role, id)
      if (before === undefined) return
      const holders = await reading.holdersOf(before.name)
      if (holders === 'unknown')
        throw refusedRole(
          role,
          'whether anybody holds it cannot be seen whole (API keys must be readable, users fewer than 1,000); it is kept',
        )
      if (holders > 0) throw refusedRole(role, `${holders} still hold it; it is kept`)
      await settled(
        clock,
        `deleting role "${role.name}"`,
        () => api.deleteRole(id),
        async () => ((await byId(id)) === undefined ? true : undefined),
      )
    },
  }
}
