import { describe, expect, test } from 'vitest'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import { later, roleId } from '../../lib/core/ids.ts'
import { judge } from '../../lib/core/judgement.ts'
import {
  account,
  community,
  emptyWorld,
  leaving,
  left,
  noon,
  oneRoleWorld,
  owned,
  target,
} from '../support/examples.ts'
import { applyAll, planOf, snapshotOf, type World } from '../support/world.ts'

const without = (roles: readonly RoleDefinition[], ...dropped: readonly string[]) =>
  roles.filter(({ id }) => !dropped.includes(id))
const dropping = (dropped: readonly string[], held: readonly string[], wanted: readonly string[]): World => ({
  ...emptyWorld,
  community: { ...community, roles: without(community.roles, ...dropped) },
  accounts: [account('ada', held)],
  ownership: [owned('ada', held)],
  targets: [target('ada', wanted)],
})
const verdict = (given: World, approved: readonly string[] = []) => {
  const approval = { community: given.community.id, digest: 'd', by: 'op', reason: 'checked', at: noon }
  const { allowed, held } = judge({
    plan: planOf(given),
    community: given.community,
    history: { ownedAtStart: 1, departures: [], revocations: [] },
    approvals: [{ ...approval, changes: approved, expiresAt: later(noon, 60) }],
    snapshot: snapshotOf(given),
    owned: 1,
    desired: 1,
    now: noon,
  })
  return {
    allowed: allowed.map(({ id }) => id),
    held: held.map(({ change, reason }) => [change.id, reason]),
  }
}
const roleDropped = (...roles: readonly string[]) => ({ kind: 'roleDropped', roles })
const revoke = (role: string) => `revoke/a-ada/${role}/p-${role}`

describe('a role the configuration no longer knows', () => {
  test('is taken from nobody unasked, beside others', () => {
    const given = dropping(['tier2'], ['tier1', 'tier2'], ['tier1'])
    expect(verdict(given)).toEqual({ allowed: [], held: [[revoke('tier2'), roleDropped('tier2')]] })
    expect(verdict(given, [revoke('tier2')]).allowed).toEqual([revoke('tier2')])
  })

  test('nor does anybody lose their account by it', () => {
    const given = dropping(['tier2'], ['tier2'], [])
    expect(verdict(given)).toEqual({
      allowed: [],
      held: [['suspend/a-ada/unassigned', roleDropped('tier2')]],
    })
    const removing = { ...given, community: { ...given.community, onUnassigned: leaving('remove') } }
    expect(verdict(removing).held).toEqual([['remove/a-ada/unassigned', roleDropped('tier2')]])
  })

  test('what is lost for another reason goes all the same, and the rest once it is approved', () => {
    const given = dropping(['tier2'], ['tier1', 'tier2'], [])
    expect(verdict(given)).toEqual({
      allowed: [revoke('tier1')],
      held: [[revoke('tier2'), roleDropped('tier2')]],
    })
    const approved = applyAll(
      given,
      planOf(given).changes.filter(({ kind }) => kind === 'revoke'),
    )
    expect(verdict(approved).allowed).toContain('suspend/a-ada/unassigned')
  })

  test('whoever departs goes at once', () => {
    const given = { ...dropping(['tier2'], ['tier2'], []), targets: [left('ada')] }
    expect(verdict(given)).toEqual({ allowed: ['suspend/a-ada/departed'], held: [] })
  })

  test('replaced in one write by a wanted one it is no loss', () => {
    const given: World = {
      ...dropping(['tier1'], ['tier1'], ['tier2']),
      traits: oneRoleWorld.traits,
      community: { ...oneRoleWorld.community, roles: without(oneRoleWorld.community.roles, 'tier1') },
      roles: oneRoleWorld.roles,
      roleOwnership: oneRoleWorld.roleOwnership,
    }
    expect(verdict(given)).toEqual({ allowed: ['grant/a-ada/tier2/instead/p-tier1'], held: [] })
    const none = { ...given, targets: [target('ada', [])] }
    expect(verdict(none).held).toEqual([['suspend/a-ada/unassigned', roleDropped('tier1')]])
  })

  test('lost by a rule while the configuration still knows it, it goes', () => {
    expect(verdict(dropping([], ['tier1', 'tier2'], ['tier1']))).toEqual({
      allowed: [revoke('tier2')],
      held: [],
    })
  })
})

test('a role that has another id now is ours under that one, without a write that could be seen', () => {
  const roles = community.roles.map((role) =>
    role.id === 'guest' ? { ...role, id: roleId('visitor') } : role,
  )
  const given: World = {
    ...dropping([], ['guest'], ['visitor']),
    community: { ...community, roles },
  }
  expect(verdict(given)).toEqual({ allowed: ['grant/a-ada/visitor'], held: [] })
  const after = applyAll(given, planOf(given).changes)
  expect(after.accounts).toEqual(given.accounts)
  expect(after.ownership[0]?.grants).toMatchObject([{ role: 'visitor', platformRole: 'guest' }])
  expect(planOf(after).changes).toEqual([])
  const unwanted = { ...given, targets: [target('ada', [])] }
  expect(verdict(unwanted)).toEqual({ allowed: ['suspend/a-ada/unassigned'], held: [] })
})

test('a role that has another id now and cannot be brought in line is neither given nor taken', () => {
  const roles = community.roles.map((role) =>
    role.id === 'tier1' && role.kind !== 'builtin' && role.contents !== undefined
      ? {
          ...role,
          id: roleId('first'),
          previously: ['tier1'],
          contents: { ...role.contents, intakes: ['Gone'] },
        }
      : role,
  )
  const given: World = {
    ...dropping([], ['tier1', 'guest'], ['first']),
    community: { ...community, roles },
  }
  expect(planOf(given).problems).toMatchObject([{ kind: 'intakeMissing', role: 'first' }])
  expect(verdict(given)).toEqual({ allowed: ['revoke/a-ada/guest/guest'], held: [] })
  const unwanted = { ...given, targets: [target('ada', [])] }
  expect(verdict(unwanted)).toEqual({ allowed: ['suspend/a-ada/unassigned'], held: [] })
})
