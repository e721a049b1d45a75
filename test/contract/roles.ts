import { describe, expect, it } from 'vitest'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import * as make from './changes.ts'
import { contentsOf, failure } from './hand.ts'
import type { Context } from './stage.ts'

/** Managed roles: made, given, compared, repaired, renamed, deleted, and never anybody else's. */
export const rolesContract = ({ traits, profile, roles, stage, hand }: Context): void => {
  const [team] = roles.teams
  const { low, narrow } = roles
  const fewer = { ...contentsOf(team), permissions: contentsOf(team).permissions.slice(0, 1) }
  const named = async (name: string) =>
    (await stage().platform.snapshot()).roles.filter((role) => role.name === name)

  describe('roles', () => {
    it('are created with exactly their contents, and once', async () => {
      await hand().prepare(team, team)
      const role = await hand().role(team)
      expect(role.permissions).toEqual((await hand().expanded(contentsOf(team))).permissions)
      expect(role.description).toBe(contentsOf(team).description)
      expect(role.intakes).toEqual([])
      expect(role.admin).toBe(false)
      expect(await named(team.name)).toHaveLength(1)
    })

    it('of the narrow kind are created and given', async () => {
      await hand().prepare(narrow)
      const role = await hand().role(narrow)
      expect(role.kind).toBe(narrow.kind)
      expect(role.scope).toBe(narrow.scope)
      expect(role.intakes).toHaveLength(contentsOf(narrow).intakes.length)
      const account = await hand().join(low)
      await hand().swap(account, low, narrow)
      expect(stage().truth((await hand().account()).email ?? '')).toEqual(hand().joined(narrow))
      await hand().swap(account, narrow, low)
      expect(stage().truth((await hand().account()).email ?? '')).toEqual(hand().joined(low))
    })

    it('are repaired to their contents', async () => {
      await hand().prepare(team)
      const role = await hand().role(team)
      await hand().run(make.repairRole(team, await hand().expanded(fewer), role.id))
      const repaired = await hand().role(team)
      expect(repaired.permissions).toEqual((await hand().expanded(fewer)).permissions)
      expect(repaired.permissions).not.toEqual(role.permissions)
      const described = { ...(await hand().expanded(fewer)), description: 'Something else, at length' }
      await hand().run(make.repairRole(team, described, role.id))
      expect((await hand().role(team)).description).toBe(described.description)
    })

    it('keep their holders through a repair', async () => {
      await hand().prepare(team)
      const account = await hand().join(team)
      const role = await hand().role(team)
      await hand().run(make.repairRole(team, await hand().expanded(fewer), role.id))
      expect((await hand().account()).roles).toEqual(account.roles)
    })

    if (!traits.roleNamesFixed)
      it('are renamed, and stay the same role', async () => {
        await hand().prepare(team)
        const account = await hand().join(team)
        const role = await hand().role(team)
        const next: RoleDefinition = { ...team, name: `${team.name} renamed` }
        const contents = await hand().expanded(contentsOf(team))
        await hand().run(make.repairRole(next, contents, role.id, team.name))
        expect(await named(team.name)).toEqual([])
        expect(await named(next.name)).toMatchObject([{ id: role.id, permissions: role.permissions }])
        expect((await hand().account()).roles).toEqual(account.roles)
      })

    it('are deleted when nobody has them, and never in use', async () => {
      await hand().prepare(team)
      const account = await hand().join(team)
      const role = await hand().role(team)
      await expect(hand().run(make.deleteRole(team, role.id))).rejects.toEqual(failure('platformRefused'))
      expect(stage().truth((await hand().account()).email ?? '')).toEqual(hand().joined(team))
      await hand().swap(account, team, low)
      await hand().run(make.deleteRole(team, role.id))
      expect(await named(team.name)).toEqual([])
      const before = stage().writes()
      await hand().run(make.deleteRole(team, role.id))
      expect(stage().writes()).toBe(before)
    })

    it('with a permission the platform does not know are refused before anything is written', async () => {
      const before = stage().writes()
      const unknown = { ...contentsOf(team), permissions: [profile.unknownPermission] }
      await expect(hand().run(make.createRole(team, unknown))).rejects.toEqual(failure('platformRefused'))
      expect(stage().writes()).toBe(before)
    })

    it('of the same name with other contents are not taken over', async () => {
      await hand().prepare(team)
      const role = await hand().role(team)
      const other = await hand().expanded(fewer)
      await expect(hand().run(make.createRole(team, other))).rejects.toEqual(failure('platformRefused'))
      expect((await hand().role(team)).permissions).toEqual(role.permissions)
    })

    it('and what they may hold are listed for the configuration check', async () => {
      const catalogue = await stage().platform.catalogue()
      const names = catalogue.permissions.map(({ name }) => name)
      expect(names).toEqual([...new Set(names)].toSorted())
      expect(names).toEqual(expect.arrayContaining([...contentsOf(team).permissions]))
      for (const { grants } of catalogue.permissions) expect(grants).toEqual(grants.toSorted())
      const restricted = traits.roleKinds.includes('restricted')
      expect(names).toEqual(expect.arrayContaining([...catalogue.restrictedPermissions]))
      expect(catalogue.restrictedPermissions.length > 0).toBe(restricted)
      expect(catalogue.restrictedPermissions.length).toBeLessThan(names.length)
      expect(catalogue.roles.map(({ name }) => name)).toEqual(
        expect.arrayContaining([roles.low.name, roles.high.name]),
      )
      if (narrow.scope !== undefined) expect(catalogue.scopes).toContain(narrow.scope)
    })
  })
}
