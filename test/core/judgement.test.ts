import { describe, expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import { describeHoldReason } from '../../lib/core/describe.ts'
import { describeWarning } from '../../lib/core/describe-findings.ts'
import { later } from '../../lib/core/ids.ts'
import { missingAdmins } from '../../lib/core/judge-admins.ts'
import { type JudgeInput, judge, needsWholeCommunity } from '../../lib/core/judgement.ts'
import { planChanges } from '../../lib/core/planning.ts'
import {
  account,
  community,
  day,
  emptyWorld,
  left,
  noon,
  oneRoleWorld,
  owned,
  target,
} from '../support/examples.ts'
import { departure, house, input, people, ruling } from '../support/rulings.ts'
import { planOf, snapshotOf, type World } from '../support/world.ts'

describe('budgets', () => {
  test('the floor lets a small community work, the fraction a large one', () => {
    expect(ruling(input(house(10, 7))).allowed).toHaveLength(5)
    expect(ruling(input(house(40, 20))).allowed).toHaveLength(8)
  })

  test('what goes beyond is held, in plan order, with the figures: those of this plan are not counted among the earlier ones', () => {
    const { allowed, held } = judge(input(house(10, 7)))
    expect(allowed.map(({ id }) => id)).toEqual(people(5).map(departure))
    expect(held.map(({ reason }) => reason)).toEqual([
      { kind: 'budget', removal: 'departure', limit: 5, used: 0, wanted: 7 },
      { kind: 'budget', removal: 'departure', limit: 5, used: 0, wanted: 7 },
    ])
    const history = { ownedAtStart: 10, departures: people(4).map(departure), revocations: [] }
    expect(judge(input(house(10, 7), { history })).held.map(({ reason }) => reason)).toEqual([
      { kind: 'budget', removal: 'departure', limit: 5, used: 4, wanted: 3 },
      { kind: 'budget', removal: 'departure', limit: 5, used: 4, wanted: 3 },
    ])
  })

  test('removals of the window count, and the same one tried again does not', () => {
    const history = { ownedAtStart: 10, departures: people(4).map(departure), revocations: [] }
    expect(ruling(input(house(10, 7), { history }))).toMatchObject({
      allowed: people(5).map(departure),
      held: [
        [departure('p05'), 'budget'],
        [departure('p06'), 'budget'],
      ],
    })
  })

  test('departures and revocations have budgets of their own', () => {
    const world = house(20, 5)
    const moved: World = {
      ...world,
      targets: world.targets.map((one, n) => (n >= 5 && n < 11 ? { ...one, granted: [] } : one)),
    }
    const { allowed, held } = ruling(input(moved))
    expect(allowed).toHaveLength(10)
    expect(held).toEqual([['suspend/a-p10/unassigned', 'budget']])
  })

  test('a role replaced by another is no removal', () => {
    const world = house(20, 0)
    const promoted = { ...world, targets: people(20).map((name) => target(name, ['tier2'])) }
    expect(ruling(input(promoted)).held).toEqual([])
  })
})

const flat = { ...emptyWorld.traits, singleKinds: [], exclusiveKinds: [], customReplacesBuiltin: false }

test('a role lost beside another that stays is a removal', () => {
  const world: World = {
    ...house(20, 0),
    traits: flat,
    accounts: people(20).map((name) => account(name, ['tier1', 'tier2'])),
    ownership: people(20).map((name) => owned(name, ['tier1', 'tier2'])),
  }
  const { allowed, held } = ruling(input(world))
  expect(allowed).toEqual(people(5).map((name) => `revoke/a-${name}/tier2/p-tier2`))
  expect(held).toHaveLength(15)
})

test('a role that is not replaced after all counts as lost', () => {
  const world: World = {
    ...house(7, 0),
    traits: { ...flat, singleKinds: ['custom'] },
    accounts: people(7).map((name) => account(name, ['tier2'])),
    ownership: people(7).map((name) => owned(name, ['tier2'])),
  }
  expect(ruling(input(world)).held).toEqual([])
  const flapping = new Map(
    people(7).map((name) => [`grantLost/a-${name}/tier1`, { corrections: 3, since: noon }] as const),
  )
  const held = judge(input(world, { flapping })).held.map(({ change, reason }) => [change.id, reason.kind])
  expect(held.filter(([id = '']) => id.startsWith('revoke'))).toEqual([
    ['revoke/a-p05/tier2/p-tier2', 'budget'],
    ['revoke/a-p06/tier2/p-tier2', 'budget'],
  ])
})

describe('holds and approvals', () => {
  const waiting = judge(input(house(10, 7))).held
  const hold = { community: community.id, digest: 'd', held: waiting, since: noon, version: 1 }

  test('what waits goes on waiting when the budget has room again, and spends nothing', () => {
    const world = {
      ...house(10, 7),
      targets: house(10, 7).targets.map((one, n) => (n < 5 ? target(`p0${n}`, ['tier1']) : one)),
    }
    const again = input(world, { hold: { ...hold, state: 'waiting' } })
    expect(ruling(again)).toMatchObject({
      allowed: [],
      held: [
        [departure('p05'), 'awaitingApproval'],
        [departure('p06'), 'awaitingApproval'],
      ],
    })
    // However often it is looked at, what it was held for is said with its figures.
    const first = { kind: 'budget', removal: 'departure', limit: 5, used: 0, wanted: 7 }
    const { held } = judge(again)
    expect(held.map(({ reason }) => reason)).toEqual([1, 2].map(() => ({ kind: 'awaitingApproval', first })))
    expect(judge({ ...again, hold: { ...hold, held, state: 'waiting' } }).held).toEqual(held)
    expect(held.map(({ reason }) => describeHoldReason(reason))[0]).toBe(
      'held before and waiting for approval: 7 departures wanted on top of 0 in the window, and the budget is 5',
    )
    expect(ruling({ ...again, hold: { ...hold, state: 'rejected' } }).held.map(([, kind]) => kind)).toEqual([
      'rejected',
      'rejected',
    ])
  })

  test('an approval passes exactly its changes until it expires', () => {
    const approval = {
      community: community.id,
      digest: 'd',
      changes: [departure('p06')],
      by: 'op',
      reason: 'checked',
      at: noon,
      expiresAt: later(noon, day),
    }
    const given = input(house(10, 7), { approvals: [approval], hold: { ...hold, state: 'waiting' } })
    expect(ruling(given)).toMatchObject({
      allowed: [...people(5), 'p06'].map(departure),
      held: [[departure('p05'), 'awaitingApproval']],
    })
    expect(ruling({ ...given, now: approval.expiresAt }).held).toHaveLength(2)
  })
})

describe('dangers', () => {
  test('an empty desired state removes nobody', () => {
    expect(ruling(input(house(3, 3))).held.map(([, kind]) => kind)).toEqual(Array(3).fill('emptyDesired'))
  })

  test('an incomplete snapshot removes nobody, and lets them go once it is complete', () => {
    const world = house(10, 1)
    const partial = input(world, { snapshot: { ...snapshotOf(world), complete: false } })
    const { held } = judge(partial)
    expect(held.map(({ reason }) => reason.kind)).toEqual(['incompleteSnapshot'])
    const hold = {
      community: community.id,
      digest: 'd',
      held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    expect(ruling(input(world, { hold })).held).toEqual([])
  })

  test('the last administrators stay, in plan order', () => {
    expect(ruling(input(house(4, 3, 'admin'), {}, { minimumAdmins: 2 }))).toEqual({
      allowed: ['p00', 'p01'].map(departure),
      held: [[departure('p02'), 'minimumAdmins']],
      withheld: [],
    })
  })

  test('who would be left is named, and a required administrator stays whatever the minimum', () => {
    const given = input(house(4, 3, 'admin'), {}, { minimumAdmins: 2 })
    expect(judge(given).held.map(({ reason }) => reason)).toEqual([
      { kind: 'minimumAdmins', minimum: 2, remaining: 1, accounts: ['a-p03'] },
    ])
    const required = { minimumAdmins: 0, requiredAdmins: ['p01@acme.test'] }
    expect(judge(input(house(4, 3, 'admin'), {}, required)).held).toMatchObject([
      {
        change: { id: departure('p01') },
        reason: { kind: 'requiredAdmin', accounts: ['a-p01'] },
      },
    ])
    const demoted = { ...house(2, 0, 'admin'), targets: [target('p00', ['guest']), target('p01', ['guest'])] }
    expect(ruling(input(demoted, {}, required)).held).toEqual([
      ['revoke/a-p01/admin/admin', 'requiredAdmin'],
      ['grant/a-p01/guest', 'requiredAdmin'],
    ])
    const inOneWrite = { ...demoted, traits: oneRoleWorld.traits }
    expect(ruling(input(inOneWrite, {}, required)).held).toEqual([
      ['grant/a-p01/guest/instead/admin', 'requiredAdmin'],
    ])
    // Whoever is none already is nobody to keep.
    expect(ruling(input(house(2, 1), {}, { requiredAdmins: ['p00@acme.test'] })).held).toEqual([])
  })

  test('a required administrator whom the platform does not show as one is warned of', () => {
    const { accounts } = house(3, 0, 'admin')
    const [first, second, third] = accounts
    if (first === undefined || second === undefined || third === undefined) throw new Error('nobody')
    const world: World = {
      ...emptyWorld,
      accounts: [first, { ...second, status: 'disabled' }, { ...third, roles: [] }],
    }
    const requiredAdmins = ['p00', 'p01', 'p02', 'p03'].map((name) => `${name}@acme.test`)
    const warnings = missingAdmins({ safety: { requiredAdmins } }, snapshotOf(world))
    expect(warnings).toEqual([
      { kind: 'requiredAdminMissing', entry: 2, account: 'a-p01', why: 'disabled' },
      { kind: 'requiredAdminMissing', entry: 3, account: 'a-p02', why: 'notAdministrator' },
      { kind: 'requiredAdminMissing', entry: 4, why: 'absent' },
    ])
    // An incomplete list does not say that somebody is not there.
    expect(
      missingAdmins({ safety: { requiredAdmins } }, { ...snapshotOf(world), complete: false }),
    ).toHaveLength(2)
    for (const one of warnings) expect(describeWarning(one)).not.toContain('@')
  })

  test('a key or a service account is nobody who could give anything back', () => {
    const world = house(1, 1, 'admin')
    const key = account('key', ['admin'], { service: true })
    const given = { ...world, accounts: [...world.accounts, key] }
    expect(ruling(input(given, { desired: 1 }, { minimumAdmins: 1 })).held).toEqual([
      [departure('p00'), 'minimumAdmins'],
    ])
  })

  test('an administrator held back is let go once there is another', () => {
    const before = house(2, 1, 'admin')
    const { held } = judge(input(before, {}, { minimumAdmins: 2 }))
    expect(held.map(({ reason }) => reason.kind)).toEqual(['minimumAdmins'])
    const hold = {
      community: community.id,
      digest: 'd',
      held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    expect(ruling(input(house(3, 1, 'admin'), { hold }, { minimumAdmins: 2 })).held).toEqual([])
    const rejected = { ...hold, state: 'rejected' as const }
    expect(ruling(input(house(3, 1, 'admin'), { hold: rejected }, { minimumAdmins: 2 })).held).toEqual([
      [departure('p00'), 'rejected'],
    ])
  })

  test.each<[string, World, string, string]>([
    ['one after the other', emptyWorld, 'admin', 'revoke/a-p00/admin/admin'],
    ['in one write', oneRoleWorld, 'admin', 'grant/a-p00/guest/instead/admin'],
    ['by a role of ours', emptyWorld, 'tier2', 'revoke/a-p00/admin/admin'],
  ])('whoever becomes an administrator does so first: %s', (_, base, role, demotion) => {
    const both = {
      ...base,
      accounts: [account('p00', ['admin']), account('p01', ['guest'])],
      ownership: [owned('p00', ['admin']), owned('p01', ['guest'])],
    }
    const demoted = { ...both, targets: [target('p00', ['guest']), target('p01', [role])] }
    const { allowed, held } = ruling(input(demoted, {}, { minimumAdmins: 1 }))
    expect(held).toEqual([])
    const promotion = allowed.findIndex((id) => id.startsWith(`grant/a-p01/${role}`))
    expect([promotion, allowed.indexOf(demotion)].every((place) => place >= 0)).toBe(true)
    expect(promotion).toBeLessThan(allowed.indexOf(demotion))
    const departed = { ...both, targets: [left('p00'), target('p01', [role])] }
    expect(ruling(input(departed, {}, { minimumAdmins: 1 })).allowed.at(-1)).toBe(departure('p00'))
  })

  test('nobody becomes one by a role that this very plan narrows', () => {
    const live = emptyWorld.roles.map((role) =>
      role.id === 'p-edr' ? { ...role, admin: true, permissions: ['ADMIN', 'READ'] } : role,
    )
    const world = {
      ...emptyWorld,
      roles: live,
      accounts: [account('p00', ['admin']), account('p01', [])],
      ownership: [owned('p00', ['admin']), owned('p01', [])],
      targets: [target('p00', ['guest']), target('p01', ['edr'])],
    }
    expect(ruling(input(world, {}, { minimumAdmins: 1 }))).toMatchObject({
      allowed: ['repair-role/edr/-ADMIN', 'grant/a-p01/edr'],
      held: [
        ['revoke/a-p00/admin/admin', 'minimumAdmins'],
        ['grant/a-p00/guest', 'minimumAdmins'],
      ],
    })
  })

  test('where the old role may not go, the new one waits with it', () => {
    const world = house(1, 0, 'admin')
    const demoted = { ...world, targets: [target('p00', ['guest'])] }
    expect(ruling(input(demoted, {}, { minimumAdmins: 1 }))).toEqual({
      allowed: [],
      held: [
        ['revoke/a-p00/admin/admin', 'minimumAdmins'],
        ['grant/a-p00/guest', 'minimumAdmins'],
      ],
      withheld: [],
    })
  })

  test('a protected account waits for a person, whatever the change', () => {
    const world = {
      ...house(6, 1),
      targets: [
        left('p00'),
        target('p01', ['tier1', 'tier2']),
        ...people(6)
          .slice(2)
          .map((name) => target(name, ['tier1'])),
      ],
    }
    const guarded = input(world, {}, { protected: ['p00@acme.test', 'P01@acme.test '] })
    expect(ruling(guarded)).toEqual({
      allowed: [],
      held: [
        ['grant/a-p01/tier2', 'protected'],
        [departure('p00'), 'protected'],
      ],
      withheld: [],
    })
  })

  test('a role is widened for its holders only with consent, and for nobody at once', () => {
    const widened: Community = {
      ...community,
      roles: community.roles.map((role) =>
        role.id === 'tier1' && role.kind !== 'builtin' && role.contents !== undefined
          ? { ...role, contents: { ...role.contents, permissions: ['DELETE', 'READ', 'WRITE'] } }
          : role,
      ),
    }
    const id = 'repair-role/tier1/+DELETE'
    expect(ruling(input({ ...house(1, 0), community: widened })).held).toEqual([[id, 'roleWidened']])
    expect(ruling(input({ ...emptyWorld, community: widened })).allowed).toEqual([id])
  })

  test.each<[string, Partial<World>, readonly string[]]>([
    [
      'a permission that makes administrators',
      { traits: { ...emptyWorld.traits, adminPermissions: ['DELETE'] } },
      ['DELETE'],
    ],
    [
      'everything an administrator may do',
      {
        roles: emptyWorld.roles.map((role) =>
          role.id === 'admin' ? { ...role, permissions: ['DELETE', 'READ'] } : role,
        ),
      },
      ['everything "Admin" may do'],
    ],
  ])('a role nobody holds yet becomes no administrator’s without consent: %s', (_, more, equalsAdmin) => {
    const roles = community.roles.map((role) =>
      role.id === 'tier1' && role.kind !== 'builtin' && role.contents !== undefined
        ? { ...role, contents: { ...role.contents, permissions: ['DELETE', 'READ', 'WRITE'] } }
        : role,
    )
    const world: World = { ...emptyWorld, ...more, community: { ...community, roles } }
    const [held] = judge(input(world)).held
    expect(held?.reason).toEqual({ kind: 'roleWidened', gains: ['DELETE'], holders: 0, equalsAdmin })
    // Back to what we last wrote, it gains nothing.
    const roleOwnership = world.roleOwnership.map((one) =>
      one.role === 'tier1'
        ? { ...one, applied: { ...one.applied, permissions: ['DELETE', 'READ', 'WRITE'] } }
        : one,
    )
    expect(judge(input({ ...world, roleOwnership })).held).toEqual([])
  })

  test('what a name stands for grew on the platform: the role that holds it is not widened by itself', () => {
    const roles = community.roles.map((role) =>
      role.id === 'tier1' && role.kind !== 'builtin' && role.contents !== undefined
        ? { ...role, contents: { ...role.contents, permissions: ['all'] } }
        : role,
    )
    const world: World = { ...house(2, 0), community: { ...community, roles } }
    const snapshot = {
      ...snapshotOf(world),
      permissions: [
        { name: 'all', grants: ['READ', 'WRITE', 'MASQUERADE'] },
        ...['READ', 'WRITE', 'ADMIN'].map((name) => ({ name, grants: [name] })),
      ],
      adminPermissions: ['MASQUERADE'],
    }
    const plan = planChanges({ ...world, configuration: 1, directoryAt: world.now, snapshot })
    const { held } = judge(input(world, { plan, snapshot }))
    expect(held).toMatchObject([
      {
        change: { id: 'repair-role/tier1/+MASQUERADE' },
        reason: { kind: 'roleWidened', gains: ['MASQUERADE'], holders: 2, equalsAdmin: ['MASQUERADE'] },
      },
    ])
  })

  test('the mode withholds without holding', () => {
    const world = house(10, 7)
    const report = input(world, { community: { ...community, mode: 'report' } })
    expect(ruling(report)).toEqual({ allowed: [], held: [], withheld: people(7).map(departure) })
    const upsert = input(world, { community: { ...community, mode: 'upsertOnly' } })
    expect(ruling(upsert).withheld).toHaveLength(7)
  })
})

describe('a targeted plan asks for the whole community', () => {
  const targeted = (world: World, names: readonly string[]): JudgeInput => {
    const some = { ...world, targets: world.targets.filter(({ member }) => names.includes(member)) }
    const accounts = world.accounts.filter(({ id }) => names.includes(id.slice(2)))
    const snapshot = { ...snapshotOf(world), accounts, scope: 'targeted' as const }
    return input(world, {
      snapshot,
      plan: {
        ...planOf({ ...some, ownership: world.ownership.filter(({ member }) => names.includes(member)) }),
        scope: 'targeted',
      },
    })
  }

  test('when a budget runs out', () => {
    const world = house(10, 10)
    const spent = { ownedAtStart: 10, departures: people(5).map(departure), revocations: [] }
    expect(needsWholeCommunity(targeted(world, ['p07']))).toBe(false)
    expect(needsWholeCommunity({ ...targeted(world, ['p07']), history: spent })).toBe(true)
    expect(needsWholeCommunity({ ...targeted(world, ['p04']), history: spent })).toBe(false)
  })

  test('when an administrator goes', () => {
    expect(needsWholeCommunity(targeted(house(5, 1, 'admin'), ['p00']))).toBe(true)
    expect(needsWholeCommunity(targeted(house(5, 1), ['p00', 'p01']))).toBe(false)
  })

  test('never for a plan that is one already', () => {
    expect(needsWholeCommunity(input(house(10, 10, 'admin')))).toBe(false)
  })
})
