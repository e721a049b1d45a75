import { describe, expect, test } from 'vitest'
import { accountId, connectionId, instant, later, memberId } from '../../lib/core/ids.ts'
import { planChanges } from '../../lib/core/planning.ts'
import {
  account,
  community,
  day,
  emptyWorld,
  leaving,
  left,
  noon,
  owned,
  plain,
  platformId,
  target,
} from '../support/examples.ts'
import { applyAll, applyChange, planOf, snapshotOf, type World } from '../support/world.ts'

const world = (more: Partial<World>): World => ({ ...emptyWorld, ...more })
type Result = Readonly<Record<'changes' | 'problems' | 'drift', readonly string[]>>
const planned = (more: Partial<World>): Result => {
  const plan = planOf(world(more))
  return {
    changes: plan.changes.map(({ id }) => id),
    problems: plan.problems.map(({ kind }) => kind),
    drift: plan.drift.map(({ kind }) => kind),
  }
}
const nothing: Result = { changes: [], problems: [], drift: [] }
const suspended = { suspended: { at: noon, reason: 'departed' as const } }
const disabled = { status: 'disabled' as const }
const pending = (at = noon) => ({ status: 'pending' as const, invitedAt: at })
const invited = (attempts: number) => ({ invitation: { sentAt: noon, attempts } })
const tomorrow = later(noon, day)
const nextMonth = later(noon, 31 * day)
const adoptable = { community: { ...community, adopt: 'domain' as const } }
const only = (...changes: readonly string[]): Result => ({ ...nothing, changes })

/** Written ahead of an invitation nobody has seen an account of. */
const { account: _unseen, ...announced } = owned('ada', ['tier1'], invited(0))

type Case = [string, Partial<World>, Result]

describe('joining', () => {
  test.each<Case>([
    ['a wanted person is invited', { targets: [target('ada', ['tier1'])] }, only('invite/acme/ada/1/tier1')],
    ['nobody is invited without a role', { targets: [target('ada', [])] }, nothing],
    [
      'an existing account is not taken over',
      { targets: [target('ada', ['tier1'])], accounts: [account('ada', [])] },
      { ...nothing, problems: ['adoptionNeeded'] },
    ],
    [
      'an existing account of the domain is adopted where the community allows it',
      { ...adoptable, targets: [target('ada', ['tier1'])], accounts: [account('ada', [])] },
      only('adopt/a-ada/acme/ada', 'grant/a-ada/tier1'),
    ],
    [
      'an administrator is not adopted',
      { ...adoptable, targets: [target('ada', ['tier1'])], accounts: [account('ada', ['admin'])] },
      { ...nothing, problems: ['adoptionNeeded'] },
    ],
    [
      'an account outside the domains is not adopted',
      {
        ...adoptable,
        domains: new Map(),
        targets: [target('ada', ['tier1'])],
        accounts: [account('ada', [])],
      },
      { ...nothing, problems: ['adoptionNeeded'] },
    ],
    [
      'what we began to invite is recognised',
      {
        targets: [target('ada', ['tier1'])],
        accounts: [account('ada', ['tier1'], pending())],
        ownership: [announced],
      },
      only('adopt/a-ada/acme/ada'),
    ],
    [
      'two accounts with the e-mail are left alone',
      {
        targets: [target('ada', ['tier1'])],
        accounts: [account('ada', []), account('ada', [], { id: accountId('other') })],
      },
      { ...nothing, problems: ['duplicateAccounts'] },
    ],
    [
      'of two people with one e-mail the first by id is invited',
      { targets: [target('bea', ['tier1'], { email: 'ada@acme.test' }), target('ada', ['tier1'])] },
      { changes: ['invite/acme/ada/1/tier1'], problems: ['duplicateEmail'], drift: [] },
    ],
    [
      'an account that somebody of another connection left is not just taken',
      {
        targets: [target('ada', ['tier1'])],
        accounts: [account('ada', ['tier2'])],
        ownership: [
          owned('ada', ['tier2'], { connection: connectionId('globex'), member: memberId('g-ada') }),
        ],
      },
      { changes: ['suspend/a-ada/departed'], problems: ['adoptionNeeded'], drift: [] },
    ],
    [
      'an account of another connection is a conflict',
      {
        targets: [
          target('ada', ['tier1']),
          target('ada', ['tier2'], { connection: connectionId('globex'), member: memberId('g-ada') }),
        ],
        accounts: [account('ada', ['tier2'])],
        ownership: [
          owned('ada', ['tier2'], { connection: connectionId('globex'), member: memberId('g-ada') }),
        ],
      },
      { changes: [], problems: ['ownedElsewhere'], drift: [] },
    ],
  ])('%s', (_, given, expected) => expect(planned(given)).toEqual(expected))
})

describe('invitations', () => {
  const waiting = (attempts: number, now = noon): Partial<World> => ({
    now,
    targets: [target('ada', ['tier1'])],
    accounts: [account('ada', ['tier1'], pending())],
    ownership: [owned('ada', ['tier1'], invited(attempts))],
  })
  test.each<Case>([
    ['somebody invited is not invited again', waiting(1), nothing],
    [
      'an invitation that ran out is cleared and sent again',
      waiting(1, tomorrow),
      only('invite/acme/ada/2/tier1'),
    ],
    [
      'after the last attempt it is reported',
      waiting(3, tomorrow),
      { ...nothing, problems: ['invitationsExhausted'] },
    ],
    [
      'a departed invitee is cleared',
      { ...waiting(1), targets: [left('ada')] },
      only('remove/a-ada/departed'),
    ],
  ])('%s', (_, given, expected) => expect(planned(given)).toEqual(expected))

  test('the old account is named, and nothing is concluded in a targeted look', () => {
    const given = world(waiting(1, tomorrow))
    expect(planOf(given).changes).toMatchObject([{ kind: 'invite', replaces: 'a-ada', attempt: 2 }])
    const snapshot = { ...snapshotOf(given), scope: 'targeted' as const }
    expect(planChanges({ ...given, configuration: 1, directoryAt: given.now, snapshot }).changes).toEqual([])
  })
})

describe('leaving', () => {
  const employed = (more: Partial<World> = {}): Partial<World> => ({
    accounts: [account('ada', ['tier1'])],
    ownership: [owned('ada', ['tier1'])],
    ...more,
  })
  const off = (more: Partial<World> = {}): Partial<World> => ({
    accounts: [account('ada', ['tier1'], disabled)],
    ownership: [owned('ada', ['tier1'], suspended)],
    targets: [left('ada')],
    ...more,
  })
  test.each<Case>([
    ['departed: suspended at once', employed({ targets: [left('ada')] }), only('suspend/a-ada/departed')],
    ['gone from the directory: the same', employed(), only('suspend/a-ada/departed')],
    [
      'no role left: onUnassigned',
      employed({ targets: [target('ada', [])] }),
      only('suspend/a-ada/unassigned'),
    ],
    ['suspended: nothing more', off(), nothing],
    ['after the grace period: removed', off({ now: nextMonth }), only('remove/a-ada/departed')],
    [
      'without a grace period: never removed',
      off({ now: nextMonth, community: { ...community, onDeparture: leaving('suspend') } }),
      nothing,
    ],
    [
      'a platform that cannot suspend removes',
      employed({ targets: [left('ada')], traits: plain }),
      only('remove/a-ada/departed'),
    ],
    [
      'switched on by hand: drift, and off again',
      off({ accounts: [account('ada', ['tier1'])] }),
      { changes: ['suspend/a-ada/departed'], problems: [], drift: ['reenabled'] },
    ],
    ['back with a role: resumed', off({ targets: [target('ada', ['tier1'])] }), only('resume/a-ada')],
    [
      'back with another role: let in when the old one is gone',
      off({ targets: [target('ada', ['tier2'])] }),
      only('revoke/a-ada/tier1/p-tier1', 'resume/a-ada', 'grant/a-ada/tier2'),
    ],
    ['no account any more: forgotten', employed({ accounts: [] }), only('forget/acme/ada')],
    [
      'disabled by somebody else and wanted: reported, never enabled',
      off({ targets: [target('ada', ['tier1'])], ownership: [owned('ada', ['tier1'])] }),
      { changes: [], problems: ['disabledByOthers'], drift: ['disabled'] },
    ],
    [
      'a service account is left alone',
      employed({ accounts: [account('ada', ['tier1'], { service: true })] }),
      nothing,
    ],
  ])('%s', (_, given, expected) => expect(planned(given)).toEqual(expected))
})

test('a suspension announced, and done only after the grace period, is a suspension first', () => {
  const given = world({
    targets: [left('ada')],
    ownership: [owned('ada', ['tier1'])],
    accounts: [account('ada', ['tier1'])],
  })
  const announcedOnly = planOf(given).changes.reduce(
    (state, change) => applyChange(state, change, 'writtenAhead'),
    given,
  )
  const done = applyAll({ ...announcedOnly, now: nextMonth }, planOf(announcedOnly).changes)
  expect(done.ownership).toMatchObject([{ suspended: { at: nextMonth, reason: 'departed' } }])
  expect(planOf(done).changes).toEqual([])
  const monthAfter = { ...done, now: later(nextMonth, 31 * day) }
  expect(planOf(monthAfter).changes.map(({ id }) => id)).toEqual(['remove/a-ada/departed'])
})

describe('roles of an account', () => {
  const has = (
    held: readonly string[],
    ours: readonly string[],
    wanted: readonly string[],
  ): Partial<World> => ({
    accounts: [account('ada', held)],
    ownership: [owned('ada', ours)],
    targets: [target('ada', wanted)],
  })
  test.each<Case>([
    ['as wanted', has(['tier1'], ['tier1'], ['tier1']), nothing],
    ['one more', has(['tier1'], ['tier1'], ['tier1', 'tier2']), only('grant/a-ada/tier2')],
    [
      'promoted among custom roles: given first',
      has(['tier1'], ['tier1'], ['tier2']),
      only('grant/a-ada/tier2', 'revoke/a-ada/tier1/p-tier1'),
    ],
    [
      'promoted among built-in roles: taken first',
      has(['guest'], ['guest'], ['analyst']),
      only('revoke/a-ada/guest/guest', 'grant/a-ada/analyst'),
    ],
    [
      'lost by hand: drift, and given again',
      has([], ['tier1'], ['tier1']),
      { changes: ['grant/a-ada/tier1'], problems: [], drift: ['grantLost'] },
    ],
    [
      'lost by hand and not wanted: forgotten',
      has(['tier2'], ['tier1', 'tier2'], ['tier2']),
      only('forget/a-ada/tier1/p-tier1'),
    ],
    ['given by hand and wanted: fulfilled', has(['tier1'], [], ['tier1']), nothing],
    ['given by hand and not wanted: left alone', has(['tier1', 'tier2'], ['tier1'], ['tier1']), nothing],
    [
      'what was given by hand is not lost by what we give',
      has(['guest'], [], ['tier1']),
      { ...nothing, problems: ['unmanagedRoleInTheWay'] },
    ],
  ])('%s', (_, given, expected) => expect(planned(given)).toEqual(expected))

  test('an account that vanished is invited anew, and drift says so', () => {
    expect(planned({ ...has([], ['tier1'], ['tier1']), accounts: [] })).toEqual({
      changes: ['forget/acme/ada', 'invite/acme/ada/1/tier1'],
      problems: [],
      drift: ['accountGone'],
    })
  })

  test('a plan for the whole community needs a look at the whole community', () => {
    const snapshot = { ...snapshotOf(emptyWorld), scope: 'targeted' as const }
    expect(() =>
      planChanges({
        ...emptyWorld,
        configuration: 1,
        directoryAt: emptyWorld.now,
        snapshot,
        scope: 'community',
      }),
    ).toThrow(/snapshot of the whole community/)
  })
})

describe('managed roles', () => {
  const withTier1 = (change: object, more: Partial<World> = {}): Partial<World> => ({
    roles: emptyWorld.roles.map((role) => (role.id === 'p-tier1' ? { ...role, ...change } : role)),
    ...more,
  })
  const without = (id: string) => emptyWorld.roles.filter((role) => role.id !== id)
  test.each<Case>([
    [
      'absent: created before anybody gets it',
      {
        roles: without('p-tier1'),
        roleOwnership: emptyWorld.roleOwnership.filter(({ role }) => role !== 'tier1'),
        targets: [target('ada', ['tier1'])],
      },
      only('create-role/tier1', 'invite/acme/ada/1/tier1'),
    ],
    [
      'deleted by hand: drift, and made again',
      { roles: without('p-tier1') },
      { changes: ['create-role/tier1'], problems: [], drift: ['roleGone'] },
    ],
    [
      'edited by hand: drift, and repaired without a gain',
      withTier1({ permissions: ['READ'] }),
      { changes: ['repair-role/tier1'], problems: [], drift: ['roleEdited'] },
    ],
    [
      'same name, not ours: neither touched nor given',
      {
        roleOwnership: emptyWorld.roleOwnership.filter(({ role }) => role !== 'tier1'),
        targets: [target('ada', ['tier1'])],
      },
      { ...nothing, problems: ['roleNotOurs'] },
    ],
    [
      'existing and missing: a problem, and not given',
      { roles: without('guest'), targets: [target('ada', ['guest'])] },
      { ...nothing, problems: ['roleMissing'] },
    ],
    [
      'an unknown intake: neither touched nor given nor taken',
      {
        intakes: [{ id: 'fw', name: 'FW' }],
        accounts: [account('ada', ['edr'])],
        ownership: [owned('ada', ['edr'])],
        targets: [target('ada', ['edr'])],
      },
      { ...nothing, problems: ['intakeMissing', 'intakeMissing'] },
    ],
  ])('%s', (_, given, expected) => expect(planned(given)).toEqual(expected))

  test('a configuration that widens a role says what it gains and for how many', () => {
    const roles = community.roles.map((role) =>
      role.id === 'tier1' && role.kind !== 'builtin' && role.contents !== undefined
        ? { ...role, contents: { ...role.contents, permissions: ['DELETE', 'READ', 'WRITE'] } }
        : role,
    )
    const plan = planOf(
      world({
        community: { ...community, roles },
        accounts: [account('owner', ['tier1'], { email: 'owner@acme.test' })],
      }),
    )
    expect(plan.changes).toMatchObject([
      { id: 'repair-role/tier1/+DELETE', widens: ['DELETE'], holders: 1, platformRole: platformId('tier1') },
    ])
    expect(plan.drift).toEqual([])
  })
})

test('one more intake is a gain', () => {
  const roles = community.roles.map((role) =>
    role.id === 'edr' && role.kind !== 'builtin' && role.contents !== undefined
      ? { ...role, contents: { ...role.contents, intakes: ['EDR', 'FW'] } }
      : role,
  )
  expect(planned({ community: { ...community, roles } })).toEqual(only('repair-role/edr/+intake:fw'))
})

test('a grant announced and not read back is given again, and is no drift', () => {
  const ours = owned('ada', ['tier1'])
  const grants = ours.grants.map((grant) => ({ ...grant, unconfirmed: true as const }))
  const given = {
    accounts: [account('ada', [])],
    ownership: [{ ...ours, grants }],
    targets: [target('ada', ['tier1'])],
  }
  expect(planned(given)).toEqual(only('grant/a-ada/tier1'))
})

describe('what is not ours', () => {
  test('is listed', () => {
    const plan = planOf(
      world({
        accounts: [account('owner', ['admin']), account('ada', ['tier1', 'tier2'])],
        ownership: [owned('ada', ['tier1'])],
        targets: [target('ada', ['tier1'])],
      }),
    )
    expect(plan.unmanaged).toEqual([
      { kind: 'grant', account: 'a-ada', platformRole: 'p-tier2', roleName: 'Role tier2' },
      { kind: 'account', account: 'a-owner', email: 'owner@acme.test', admin: true },
    ])
  })

  test('is not what came with an invitation nobody has seen the account of', () => {
    const begun = { ...announced, grants: owned('ada', ['tier1']).grants }
    const given = { ownership: [begun], accounts: [account('ada', ['tier1', 'edr'], pending())] }
    const wanted = planOf(world({ ...adoptable, ...given, targets: [target('ada', ['tier1'])] }))
    expect(wanted.unmanaged).toMatchObject([{ kind: 'grant', platformRole: 'p-edr' }])
  })

  test('a targeted plan looks at its targets only', () => {
    const given = world({
      accounts: [account('ada', ['tier1']), account('bea', ['tier1'])],
      ownership: [owned('ada', ['tier1']), owned('bea', ['tier1'])],
      targets: [left('ada', instant(0))],
    })
    const plan = planChanges({
      ...given,
      configuration: 1,
      directoryAt: given.now,
      snapshot: snapshotOf(given),
      scope: 'targeted',
    })
    expect(plan.changes.map(({ id }) => id)).toEqual(['suspend/a-ada/departed'])
    expect(plan.unmanaged).toEqual([])
  })

  test('of whom we wrote for while the list was read, a look at everybody says nothing; of all others it does', () => {
    const given = world({
      accounts: [account('ada', ['tier1', 'edr']), account('bea', ['tier1', 'edr']), account('cyd', [])],
      ownership: [
        { ...owned('ada', ['tier1']), touchedAt: tomorrow },
        { ...owned('bea', ['tier1']), touchedAt: noon },
        { ...owned('eve', ['tier1']), touchedAt: tomorrow },
        { ...owned('fay', ['tier1']), touchedAt: noon },
      ],
      targets: [target('ada', []), target('bea', []), target('eve', ['tier1'])],
    })
    const facts = { ...given, configuration: 1, directoryAt: given.now }
    const plan = planChanges({ ...facts, snapshot: { ...snapshotOf(given), begunAt: noon } })
    expect(plan.changes.map(({ id }) => id)).toEqual(['forget/acme/fay', 'revoke/a-bea/tier1/p-tier1'])
    expect(plan.unmanaged.map((one) => one.account)).toEqual(['a-bea', 'a-cyd'])
    expect(plan.drift).toEqual([])
    const alone = planChanges({
      ...facts,
      snapshot: { ...snapshotOf(given), begunAt: noon },
      scope: 'targeted',
    })
    expect(alone.changes.map(({ id }) => id)).toContain('revoke/a-ada/tier1/p-tier1')
  })
})

describe('an account somebody left behind, under the address of somebody we know already', () => {
  const behind = {
    ...adoptable,
    targets: [left('ada'), target('bea', ['tier1'], { email: 'ada@acme.test' })],
    accounts: [account('ada', ['tier1'])],
  }

  test('is not taken over and switched off by one plan: whose own account is gone takes it over by the next', () => {
    const given = world({ ...behind, ownership: [owned('ada', ['tier1']), owned('bea', ['tier1'])] })
    const plan = planOf(given)
    expect(plan.changes.map(({ id }) => id)).toEqual(['forget/acme/bea', 'suspend/a-ada/departed'])
    expect(plan.problems).toMatchObject([{ kind: 'duplicateEmail', with: 'ada' }])
    const next = applyAll(given, plan.changes)
    const ids = planOf(next).changes.map(({ id }) => id)
    expect(ids).toEqual(['adopt/a-ada/acme/bea', 'resume/a-ada'])
    const settled = applyAll(next, planOf(next).changes)
    expect(settled.accounts).toEqual([account('ada', ['tier1'])])
    expect(planOf(settled).changes).toEqual([])
  })

  test('is nobody’s to switch off who is wanted nowhere and only began under that address', () => {
    const begun = { ...announced, member: memberId('bea') }
    const targets = [left('ada'), target('bea', [], { email: 'ada@acme.test' })]
    const ownership = [owned('ada', ['tier1']), begun]
    const { changes, problems } = planOf(world({ ...behind, targets, ownership }))
    expect(changes.map(({ id }) => id)).toEqual(['suspend/a-ada/departed'])
    expect(problems).toMatchObject([{ kind: 'duplicateEmail', with: 'ada' }])
  })
})
