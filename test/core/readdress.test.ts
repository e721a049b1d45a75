import { describe, expect, test } from 'vitest'
import { accountId } from '../../lib/core/ids.ts'
import { type JudgeInput, judge } from '../../lib/core/judgement.ts'
import type { Change } from '../../lib/core/plan.ts'
import { planChanges } from '../../lib/core/planning.ts'
import { account, left, noon, oneRoleWorld, owned, target } from '../support/examples.ts'
import { applyAll, applyChange, planOf, type Stage, snapshotOf, type World } from '../support/world.ts'

const married = { email: 'countess@acme.test' }
const moving = (role = 'tier1', more: Partial<World> = {}): World => ({
  ...oneRoleWorld,
  accounts: [account('ada', [role])],
  ownership: [owned('ada', [role])],
  targets: [target('ada', [role], married)],
  ...more,
})
const ids = (given: World): readonly string[] => planOf(given).changes.map(({ id }) => id)
const problems = (given: World): readonly string[] => planOf(given).problems.map(({ kind }) => kind)
const turn = (given: World): World => applyAll(given, planOf(given).changes)
const emails = (given: World) => given.accounts.map(({ email }) => email)
const invited = 'invite/acme/ada/after/a-ada/tier1'
const removed = 'remove/a-ada/readdressed'

describe('another address is another account', () => {
  test('which is made first, with every wanted role; the old one goes when it stands', () => {
    const given = moving()
    expect(planOf(given).changes).toMatchObject([
      { id: invited, follows: 'a-ada', subject: married, roles: [{ role: 'tier1' }], attempt: 1 },
    ])
    const made = turn(given)
    expect(made.ownership).toMatchObject([{ former: 'a-ada', account: 'account-1', ...married }])
    expect(ids(made)).toEqual([removed])
    const settled = turn(made)
    expect(emails(settled)).toEqual([married.email])
    expect(settled.ownership[0]?.former).toBeUndefined()
    expect(ids(settled)).toEqual([])
  })

  test('of another spelling it is the same', () => {
    const spelled = moving('tier1', {
      accounts: [account('ada', ['tier1'], { email: 'Countess@acme.test' })],
    })
    expect(ids(spelled)).toEqual([])
  })

  test('a promotion on the way is given to the new account', () => {
    const made = turn(moving('tier1', { targets: [target('ada', ['tier2'], married)] }))
    expect(made.accounts.find(({ email }) => email === married.email)?.roles).toEqual(['p-tier2'])
    expect(ids(made)).toEqual([removed])
  })

  test.each<[Stage]>([['writtenAhead'], ['onPlatform'], ['recorded']])(
    'died at %s: one in the end',
    (stage) => {
      const given = moving()
      const [invite] = planOf(given).changes as readonly [Change]
      const died = applyChange(given, invite, stage)
      expect(died.accounts).toContainEqual(expect.objectContaining({ id: 'a-ada', status: 'enabled' }))
      expect(emails(turn(turn(died)))).toEqual([married.email])
    },
  )

  test('died between removal and record: the record is put right', () => {
    const made = turn(moving())
    const [removal] = planOf(made).changes as readonly [Change]
    const died = applyChange(made, removal, 'onPlatform')
    expect(ids(died)).toEqual(['forget/acme/ada/a-ada'])
    expect(turn(died).ownership).toMatchObject([{ account: 'account-1' }])
    expect(turn(died).ownership[0]?.former).toBeUndefined()
  })

  test('known under the old address again before the new account was made: the old one is taken up', () => {
    const given = moving()
    const [invite] = planOf(given).changes as readonly [Change]
    const died = applyChange(given, invite, 'writtenAhead')
    const back = { ...died, targets: [target('ada', ['tier1'])] }
    expect(ids(back)[0]).toBe('adopt/a-ada/acme/ada')
    const settled = turn(turn(back))
    expect(emails(settled)).toEqual(['ada@acme.test'])
    expect(ids(settled)).toEqual([])
  })

  test('suspended when they come back under it: the new account is the way in', () => {
    const off = moving('tier1', {
      accounts: [account('ada', [], { status: 'disabled' })],
      ownership: [owned('ada', ['tier1'], { suspended: { at: noon, reason: 'departed' } })],
    })
    const settled = turn(turn(off))
    expect(settled.accounts).toMatchObject([{ ...married, status: 'enabled', roles: ['p-tier1'] }])
    expect(settled.ownership[0]?.suspended).toBeUndefined()
  })
})

describe('the old account stays', () => {
  test.each<[string, Partial<World>, readonly string[]]>([
    [
      'while the address belongs to somebody else of ours',
      {
        accounts: [account('ada', ['tier1']), account('countess', ['tier1'])],
        ownership: [owned('ada', ['tier1']), owned('countess', ['tier1'])],
        targets: [target('ada', ['tier1'], married), target('countess', ['tier1'])],
      },
      ['duplicateEmail'],
    ],
    [
      'while an account that is not ours has it',
      { accounts: [account('ada', ['tier1']), account('countess', ['guest'])] },
      ['adoptionNeeded'],
    ],
    [
      'even if that one could be adopted',
      {
        accounts: [account('ada', ['tier1']), account('countess', ['guest'])],
        community: { ...oneRoleWorld.community, adopt: 'domain' },
      },
      ['duplicateAccounts'],
    ],
    [
      'while it holds a role that was not ours to fill',
      { accounts: [account('ada', ['guest'])], ownership: [owned('ada', [])] },
      ['unmanagedRoleInTheWay'],
    ],
    [
      'when somebody else suspended it',
      { accounts: [account('ada', [], { status: 'disabled' })] },
      ['disabledByOthers'],
    ],
  ])('%s', (_, more, expected) => {
    const given = moving('tier1', more)
    expect(ids(given)).toEqual([])
    expect(problems(given)).toEqual(expected)
  })

  test('and is given nothing more when somebody else may have its address by now', () => {
    const given = moving('tier1', { targets: [target('ada', ['tier2'], married)] })
    const targeted = { ...snapshotOf(given), scope: 'targeted' as const }
    expect(
      planChanges({ ...given, configuration: 1, directoryAt: given.now, snapshot: targeted }).changes,
    ).toEqual([])
    const successor = target('bert', ['guest'], { email: account('ada', []).email ?? '' })
    const snapshot = { ...snapshotOf(given), complete: false }
    const both = { ...given, targets: [...given.targets, successor] }
    expect(planChanges({ ...both, configuration: 1, directoryAt: both.now, snapshot }).changes).toEqual([])
  })

  test('and is looked after when the list is not whole', () => {
    const given = moving('tier1', { targets: [target('ada', ['tier2'], married)] })
    const snapshot = { ...snapshotOf(given), complete: false }
    expect(
      planChanges({ ...given, configuration: 1, directoryAt: given.now, snapshot }).changes,
    ).toMatchObject([{ id: 'grant/a-ada/tier2/instead/p-tier1' }])
  })

  test('until a role that took the place of ours by hand is put right', () => {
    const given = moving('tier1', { accounts: [account('ada', ['guest'])] })
    expect(ids(given)).toEqual(['grant/a-ada/tier1/instead/guest'])
    expect(problems(given)).toEqual([])
    expect(ids(turn(given))).toEqual([invited])
  })

  test('while the new one has not what it should have', () => {
    const made = turn(moving())
    const lowered = made.accounts.map((one) =>
      one.id === 'account-1' ? { ...one, roles: account('x', ['guest']).roles } : one,
    )
    const given = { ...made, accounts: lowered }
    expect(ids(given)).toEqual(['grant/account-1/tier1/instead/guest'])
    expect(ids(turn(given))).toEqual([removed])
  })
})

describe('whoever leaves in between', () => {
  test('is taken from both', () => {
    const made = { ...turn(moving()), targets: [left('ada')] }
    expect(ids(made)).toEqual(['suspend/account-1/departed', removed])
    const after = turn(made)
    expect(after.accounts).toMatchObject([{ id: 'account-1', status: 'disabled' }])
    expect(ids(after)).toEqual([])
  })

  test('before the new account was made: the old one is theirs', () => {
    const given = moving()
    const [invite] = planOf(given).changes as readonly [Change]
    const died = { ...applyChange(given, invite, 'writtenAhead'), targets: [left('ada')] }
    expect(ids(died)).toEqual(['suspend/a-ada/departed'])
    expect(turn(died).ownership).toMatchObject([{ account: 'a-ada', suspended: { reason: 'departed' } }])
    expect(ids(turn(died))).toEqual([])
  })

  test('and nothing is forgotten where accounts are removed', () => {
    const removing = { ...oneRoleWorld.community, onDeparture: { ...oneRoleWorld.community.onDeparture } }
    const made = { ...turn(moving()), targets: [left('ada')], community: removing }
    const [suspend] = planOf(made).changes as readonly [Change & { kind: 'suspend' }]
    const remove: Change = { ...suspend, id: 'remove/account-1/departed', kind: 'remove' }
    const half = applyChange(made, remove)
    expect(half.ownership).toMatchObject([{ former: 'a-ada' }])
    expect(ids(half)).toEqual(['suspend/a-ada/departed'])
  })
})

describe('judged', () => {
  const judged = (given: World, more: Partial<JudgeInput> = {}) => {
    const none = { fraction: 0, floor: 0 }
    const safety = { ...given.community.safety, departures: none, revocations: none, minimumAdmins: 1 }
    const { allowed, held } = judge({
      plan: planOf(given),
      community: { ...given.community, safety },
      history: { ownedAtStart: 1, departures: [], revocations: [] },
      approvals: [],
      snapshot: snapshotOf(given),
      owned: 1,
      desired: 1,
      now: noon,
      ...more,
    })
    return [allowed.map(({ id }) => id), held.map(({ reason }) => reason.kind)]
  }

  test('the old account of the last administrator goes once the new one administers', () => {
    expect(judged(moving('admin'))).toEqual([['invite/acme/ada/after/a-ada/admin'], []])
    expect(judged(turn(moving('admin')))).toEqual([[removed], []])
  })

  test('and stays when the new one does not', () => {
    const demoted = turn(moving('admin', { targets: [target('ada', ['tier1'], married)] }))
    expect(judged(demoted)).toEqual([[], ['minimumAdmins']])
  })

  test('nor is a protected account followed by another without consent', () => {
    const given = moving()
    const guarded = {
      ...given.community,
      safety: { ...given.community.safety, protected: ['ada@acme.test'] },
    }
    expect(judged({ ...given, community: guarded })).toEqual([[], ['protected']])
  })

  test('it goes by no budget, and not by a list that is not whole', () => {
    const made = turn(moving())
    expect(judged(made)).toEqual([[removed], []])
    const partial = { snapshot: { ...snapshotOf(made), complete: false } }
    expect(judged(made, partial)).toEqual([[], ['incompleteSnapshot']])
  })
})

test('the account before is not listed as anybody else’s', () => {
  expect(planOf(turn(moving())).unmanaged).toEqual([])
  expect(accountId('a-ada')).toBe(turn(moving()).ownership[0]?.former)
})
