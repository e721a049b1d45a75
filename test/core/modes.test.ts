import { describe, expect, test } from 'vitest'
import { later } from '../../lib/core/ids.ts'
import { type JudgeInput, judge } from '../../lib/core/judgement.ts'
import {
  account,
  community,
  day,
  emptyWorld,
  leaving,
  noon,
  owned,
  plain,
  target,
} from '../support/examples.ts'
import { planOf, snapshotOf, type World } from '../support/world.ts'

const adding = { ...community, mode: 'upsertOnly' as const }
const world = (more: Partial<World>): World => ({ ...emptyWorld, community: adding, ...more })
const moving = (from: string, to: readonly string[], more: Partial<World> = {}): World =>
  world({
    accounts: [account('ada', [from])],
    ownership: [owned('ada', [from])],
    targets: [target('ada', to)],
    ...more,
  })
const ruling = (given: World, change: (plan: JudgeInput['plan']) => JudgeInput['plan'] = (plan) => plan) => {
  const { allowed, held, withheld } = judge({
    plan: change(planOf(given)),
    community: given.community,
    history: { ownedAtStart: 1, departures: [], revocations: [] },
    approvals: [],
    snapshot: snapshotOf(given),
    owned: given.ownership.length,
    desired: given.targets.length,
    now: noon,
  })
  const ids = (changes: typeof allowed) => changes.map(({ id }) => id)
  return { allowed: ids(allowed), held: ids(held.map((one) => one.change)), withheld: ids(withheld) }
}
const asIs = (...withheld: readonly string[]) => ({ allowed: [], held: [], withheld })

describe('upsertOnly gives and never takes away', () => {
  const grant = 'grant/a-ada/tier1'
  const revoke = 'revoke/a-ada/analyst/analyst'

  test('a custom role that would switch the built-in one off waits with the revoke', () => {
    const { withheld, ...others } = ruling(moving('analyst', ['tier1']))
    expect(others).toEqual({ allowed: [], held: [] })
    expect(withheld.toSorted()).toEqual([grant, revoke])
  })

  test('whichever of the two comes first, and in plan order', () => {
    const given = moving('tier1', ['tier2'])
    const [give, take] = ['grant/a-ada/tier2', 'revoke/a-ada/tier1/p-tier1'] as const
    expect(ruling(given)).toEqual(asIs(give, take))
    const turned = ruling(given, (plan) => ({ ...plan, changes: plan.changes.toReversed() }))
    expect(turned).toEqual(asIs(take, give))
  })

  test('another built-in role does not replace the one held', () => {
    expect(ruling(moving('guest', ['analyst']))).toEqual(
      asIs('revoke/a-ada/guest/guest', 'grant/a-ada/analyst'),
    )
  })

  test('what replaces nothing is given, to this account and to others', () => {
    const two = moving('analyst', ['tier1'], {
      accounts: [account('ada', ['analyst']), account('bea', ['tier1'])],
      ownership: [owned('ada', ['analyst']), owned('bea', ['tier1'])],
      targets: [target('ada', ['tier1']), target('bea', ['tier1', 'tier2'])],
    })
    expect(ruling(two).allowed).toEqual(['grant/a-bea/tier2'])
  })

  test('a role edited by hand keeps what it has', () => {
    const roles = emptyWorld.roles.map((role) =>
      role.id === 'p-tier1' ? { ...role, permissions: [...role.permissions, 'BY_HAND'] } : role,
    )
    expect(ruling(world({ roles }))).toEqual(asIs('repair-role/tier1/-BY_HAND'))
    expect(ruling(world({ roles, community })).allowed).toEqual(['repair-role/tier1/-BY_HAND'])
  })
})

describe('no role of ours left, and one given by hand', () => {
  const kept = (more: Partial<World> = {}): readonly string[] =>
    planOf({
      ...emptyWorld,
      accounts: [account('ada', ['tier1', 'tier2'])],
      ownership: [owned('ada', ['tier1'])],
      targets: [target('ada', [])],
      ...more,
    }).changes.map(({ id }) => id)
  const revoked = ['revoke/a-ada/tier1/p-tier1']

  test('only ours is taken', () => expect(kept()).toEqual(revoked))
  test('nor is the account removed where that is what follows', () => {
    expect(kept({ community: { ...community, onUnassigned: leaving('remove') } })).toEqual(revoked)
    expect(kept({ traits: plain })).toEqual(revoked)
  })
  test('nor when the grace period of an account we suspended is over', () => {
    const accounts = [account('ada', ['tier1', 'tier2'], { status: 'disabled' })]
    const ownership = [owned('ada', ['tier1'], { suspended: { at: noon, reason: 'unassigned' } })]
    expect(kept({ accounts, ownership, now: later(noon, 31 * day) })).toEqual(revoked)
  })
  test('nor when it is still invited', () =>
    expect(
      kept({ accounts: [account('ada', ['tier1', 'tier2'], { status: 'pending', invitedAt: noon })] }),
    ).toEqual(revoked))
  test('a grant of ours that is gone is forgotten', () =>
    expect(kept({ accounts: [account('ada', ['tier2'])] })).toEqual(['forget/a-ada/tier1/p-tier1']))
  test('then it stays as it is', () =>
    expect(kept({ accounts: [account('ada', ['tier2'])], ownership: [owned('ada', [])] })).toEqual([]))
  test('without it, or for somebody who left, the account is suspended', () => {
    expect(kept({ accounts: [account('ada', ['tier1'])] })).toEqual(['suspend/a-ada/unassigned'])
    const gone = target('ada', [], { standing: 'departed', departedAt: noon })
    expect(kept({ targets: [gone] })).toEqual(['suspend/a-ada/departed'])
  })
})
