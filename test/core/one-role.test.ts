import { describe, expect, test } from 'vitest'
import { later, platformRoleId } from '../../lib/core/ids.ts'
import { type JudgeInput, judge } from '../../lib/core/judgement.ts'
import type { Change } from '../../lib/core/plan.ts'
import { account, day, left, noon, oneRoleWorld, owned, stripping, target } from '../support/examples.ts'
import { applyAll, applyChange, planOf, snapshotOf, type World } from '../support/world.ts'

const world = (more: Partial<World>): World => ({ ...oneRoleWorld, ...more })
const planned = (given: World) => {
  const plan = planOf(given)
  return {
    changes: plan.changes.map(({ id }) => id),
    problems: plan.problems.map(({ kind }) => kind),
    drift: plan.drift.map(({ kind }) => kind),
  }
}
const only = (...changes: readonly string[]) => ({ changes, problems: [], drift: [] })
const suspended = { suspended: { at: noon, reason: 'departed' as const } }
const disabled = { status: 'disabled' as const }
const has = (held: string, ours: readonly string[], wanted: readonly string[]): World =>
  world({
    accounts: [account('ada', [held])],
    ownership: [owned('ada', ours)],
    targets: [target('ada', wanted)],
  })

describe('an account that always has exactly one role', () => {
  test('gets another in one write, which names the one of ours that goes', () => {
    const given = has('tier1', ['tier1'], ['tier2'])
    expect(planOf(given).changes).toMatchObject([
      { id: 'grant/a-ada/tier2/instead/p-tier1', replaces: { role: 'tier1', platformRole: 'p-tier1' } },
    ])
    const after = applyAll(given, planOf(given).changes)
    expect(after.accounts[0]?.roles).toEqual(['p-tier2'])
    expect(after.ownership[0]?.grants.map(({ role }) => role)).toEqual(['tier2'])
    expect(planned(after)).toEqual(only())
  })

  test('died before reading back: whichever of the two it shows, the record follows', () => {
    const given = has('tier1', ['tier1'], ['tier2'])
    const [grant] = planOf(given).changes as readonly [Change]
    const ahead = applyChange(given, grant, 'writtenAhead')
    expect(planned(ahead)).toEqual(only('grant/a-ada/tier2/instead/p-tier1'))
    const done = applyChange(given, grant, 'onPlatform')
    expect(planned(done)).toEqual(only('forget/a-ada/tier1/p-tier1'))
  })

  test('given by hand: in the way, and nothing is written', () => {
    expect(planned(has('guest', [], ['tier1']))).toEqual({ ...only(), problems: ['unmanagedRoleInTheWay'] })
  })

  test('replaced at a login or by hand: the place was filled by us, and is filled by us again', () => {
    const given = has('guest', ['tier1'], ['tier1'])
    expect(planned(given)).toEqual({ ...only('grant/a-ada/tier1/instead/guest'), drift: ['grantLost'] })
    const plan = planOf(given)
    expect(plan.changes).toMatchObject([{ replaces: { platformRole: 'guest' } }])
    expect(plan.unmanaged).toEqual([])
    const after = applyAll(given, plan.changes)
    expect(after.accounts[0]?.roles).toEqual(['p-tier1'])
    expect(planned(after)).toEqual(only())
  })

  test('replaced while another is wanted: nothing of ours is left in its place', () => {
    expect(planned(has('guest', ['tier1'], ['tier2']))).toEqual({
      ...only('forget/a-ada/tier1/p-tier1'),
      problems: ['unmanagedRoleInTheWay'],
    })
  })

  test('a role that cannot be given takes nothing away', () => {
    const given = has('tier1', ['tier1'], ['guest'])
    const roles = given.roles.filter(({ id }) => id !== 'guest')
    expect(planned({ ...given, roles })).toEqual({ ...only(), problems: ['roleMissing'] })
  })

  test('without its last wanted role it is left, never stripped', () => {
    expect(planned(has('tier1', ['tier1'], []))).toEqual(only('suspend/a-ada/unassigned'))
  })
})

describe('a suspension by a role', () => {
  const gone = { ...has('tier1', ['tier1'], []), targets: [left('ada')] }
  const off = world({
    accounts: [account('ada', [], disabled)],
    ownership: [owned('ada', ['tier1'], suspended)],
    targets: [left('ada')],
  })

  test('keeps the record, and loses nothing by hand', () => {
    const after = applyAll(gone, planOf(gone).changes)
    expect(after.accounts).toMatchObject([{ status: 'disabled', roles: [] }])
    expect(after.ownership).toMatchObject([
      { suspended: { reason: 'departed' }, grants: [{ role: 'tier1' }] },
    ])
    const back = { ...after, targets: [target('ada', ['tier1'])] }
    expect(planned(back)).toEqual(only('grant/a-ada/tier1/instead/p-off'))
    expect(planOf(back).changes).toMatchObject([{ replaces: { platformRole: 'p-off' }, resumes: true }])
    const again = applyAll(back, planOf(back).changes)
    expect(again.accounts).toMatchObject([{ status: 'enabled', roles: ['p-tier1'] }])
    expect(again.ownership[0]?.suspended).toBeUndefined()
  })

  test('back with another role: that one, and the record of the old one goes', () => {
    const back = { ...off, targets: [target('ada', ['tier2'])] }
    expect(planned(back)).toEqual(only('forget/a-ada/tier1/p-tier1', 'grant/a-ada/tier2/instead/p-off'))
  })

  test('died between platform and record: the same grant ends it', () => {
    const back = { ...off, targets: [target('ada', ['tier1'])] }
    const [grant] = planOf(back).changes as readonly [Change]
    const died = applyChange(back, grant, 'onPlatform')
    expect(planOf(died).changes).toMatchObject([{ id: 'grant/a-ada/tier1/instead/p-off', resumes: true }])
    expect(planned(applyAll(died, planOf(died).changes))).toEqual(only())
  })

  test('let in again by hand and not wanted: suspended again', () => {
    const again = { ...off, accounts: [account('ada', ['guest'])] }
    expect(planned(again)).toEqual({ ...only('suspend/a-ada/departed'), drift: ['reenabled'] })
  })

  test('by somebody else is never ended', () => {
    const byOthers = { ...off, targets: [target('ada', ['tier1'])], ownership: [owned('ada', ['tier1'])] }
    expect(planned(byOthers)).toEqual({ changes: [], problems: ['disabledByOthers'], drift: ['disabled'] })
  })

  test('after the grace period the account is removed', () => {
    expect(planned({ ...off, now: later(noon, 31 * day) })).toEqual(only('remove/a-ada/departed'))
  })

  test.each([
    ['missing', { roleOwnership: [] as World['roleOwnership'] }, 'missing'],
    [
      'an existing role that gives something',
      {
        community: {
          ...gone.community,
          roles: gone.community.roles.map((role) =>
            role.id === 'off' ? ({ id: role.id, name: role.name, kind: 'custom' } as const) : role,
          ),
        },
        roles: gone.roles.map((role) => (role.id === 'p-off' ? { ...role, permissions: ['READ'] } : role)),
      },
      'grantsAccess',
    ],
  ])('is not done with a fallback role that is %s, and nothing else instead', (_, more, why) => {
    const plan = planOf({ ...gone, ...more })
    expect(plan.changes.filter((change) => 'subject' in change)).toEqual([])
    expect(plan.problems).toContainEqual({ kind: 'fallbackRoleUnfit', role: 'off', why })
  })

  test('is done all the same where the departed may go on reading', () => {
    const reading = {
      ...gone,
      community: {
        ...gone.community,
        departedKeepReadAccess: true as const,
        fallbackRole: gone.community.roles.find(({ id }) => id === 'tier2')?.id,
      } as World['community'],
    }
    expect(planned(reading)).toEqual(only('suspend/a-ada/departed'))
  })

  test('creates the fallback role first where it is ours to make', () => {
    const fresh = {
      ...gone,
      roles: gone.roles.filter(({ id }) => id !== 'p-off'),
      roleOwnership: gone.roleOwnership.filter(({ role }) => role !== 'off'),
    }
    expect(planned(fresh)).toEqual(only('create-role/off', 'suspend/a-ada/departed'))
  })
})

test('a suspension that strips: resumed, then the same roles again, and no drift', () => {
  const given = { ...has('tier1', ['tier1'], []), traits: stripping, targets: [left('ada')] }
  const after = applyAll(given, planOf(given).changes)
  expect(after.accounts).toMatchObject([{ status: 'disabled', roles: [] }])
  const back = { ...after, targets: [target('ada', ['tier1'])] }
  expect(planned(back)).toEqual(only('resume/a-ada', 'grant/a-ada/tier1'))
  const [resume] = planOf(back).changes as readonly [Change]
  expect(planned(applyChange(back, resume))).toEqual(only('grant/a-ada/tier1'))
  expect(planned(applyChange(back, resume, 'onPlatform')).drift).toEqual([])
})

describe('judged', () => {
  const input = (given: World, more: Partial<JudgeInput> = {}): JudgeInput => ({
    plan: planOf(given),
    community: given.community,
    history: { ownedAtStart: 1, departures: [], revocations: [] },
    approvals: [],
    snapshot: snapshotOf(given),
    owned: 1,
    desired: 1,
    now: noon,
    ...more,
  })
  const minimum = (given: World) => ({
    community: { ...given.community, safety: { ...given.community.safety, minimumAdmins: 1 } },
  })

  test('a replaced administrator role is the seat it was, unless the new role administers, too', () => {
    const demoted = has('admin', ['admin'], ['tier1'])
    expect(judge(input(demoted, minimum(demoted))).held).toMatchObject([
      { change: { id: 'grant/a-ada/tier1/instead/admin' }, reason: { kind: 'minimumAdmins', remaining: 0 } },
    ])
    const moved = has('admin', ['admin'], ['tier2'])
    expect(judge(input(moved, minimum(moved))).held).toEqual([])
  })

  test('it is no removal, however many there are', () => {
    const given = has('tier1', ['tier1'], ['tier2'])
    const none = { fraction: 0, floor: 0 }
    const safety = { ...given.community.safety, revocations: none, departures: none }
    expect(judge(input(given, { community: { ...given.community, safety } })).allowed).toHaveLength(1)
  })

  test('a community that only adds keeps the old role, and ends suspensions', () => {
    const adding = (given: World) => ({ community: { ...given.community, mode: 'upsertOnly' as const } })
    const given = has('tier1', ['tier1'], ['tier2'])
    expect(judge(input(given, adding(given)))).toMatchObject({ allowed: [], withheld: [{ kind: 'grant' }] })
    const back = world({
      accounts: [account('ada', [], disabled)],
      ownership: [owned('ada', ['tier1'], suspended)],
      targets: [target('ada', ['tier1'])],
    })
    expect(judge(input(back, adding(back))).allowed).toMatchObject([{ kind: 'grant', resumes: true }])
  })
})

test('API keys and service accounts are listed as such, and what they hold is not', () => {
  const key = account('key', ['admin'], { service: true })
  const plan = planOf(world({ accounts: [{ ...key, roles: [...key.roles, platformRoleId('guest')] }] }))
  expect(plan.unmanaged).toEqual([
    { kind: 'account', account: 'a-key', email: 'key@acme.test', admin: true, service: true },
  ])
  expect(plan.changes).toEqual([])
})
