import { describe, expect, test } from 'vitest'
import type { Safety } from '../../lib/core/configuration.ts'
import { correctedBy, dated, keepDrift } from '../../lib/core/drift.ts'
import { driftId } from '../../lib/core/drift-ids.ts'
import { correctionWindow, countCorrections, flappingIn } from '../../lib/core/flapping.ts'
import { later } from '../../lib/core/ids.ts'
import { type JudgeInput, judge } from '../../lib/core/judgement.ts'
import type { DriftRecord } from '../../lib/core/ports/runs.ts'
import { newlyHeld, stricter } from '../../lib/core/stricter.ts'
import { digestOf, nextHold } from '../../lib/provisioning/holding.ts'
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
import { planOf, type World } from '../support/world.ts'

describe('while something waits for a person', () => {
  // Seven leave, of whom two are too many; one joins.
  const world: World = { ...house(10, 7), targets: [...house(10, 7).targets, target('new', ['tier1'])] }
  const waits = (whileHeld: Safety['whileHeld'], more: Partial<JudgeInput> = {}) =>
    judge(input(world, more, { whileHeld }))
  const ids = (changes: readonly { readonly id: string }[]) => changes.map(({ id }) => id)
  const join = 'invite/acme/new/1/tier1'

  test('everything else goes on, or departures only, or nothing', () => {
    expect(ids(waits('goOn').allowed)).toEqual([...people(5).map(departure), join])
    expect(waits('goOn').untilDecided).toBeUndefined()
    const some = waits('departuresOnly')
    expect(ids(some.allowed)).toEqual(people(5).map(departure))
    expect([ids(some.withheld), some.untilDecided, some.held.length]).toEqual([[join], [join], 2])
    const none = waits('wait')
    expect(none.allowed).toEqual([])
    expect(none.untilDecided).toEqual([...people(5).map(departure), join])
  })

  test('a decision ends it: what was approved goes, and what was rejected holds nobody up', () => {
    const { held } = waits('wait')
    const hold = { community: community.id, digest: 'd', held, since: noon, version: 1 }
    expect(waits('wait', { hold: { ...hold, state: 'waiting' } }).allowed).toEqual([])
    expect(ids(waits('wait', { hold: { ...hold, state: 'rejected' } }).allowed)).toHaveLength(6)
    const changes = held.map(({ change }) => change.id)
    const approval = { community: community.id, digest: 'd', changes, by: 'op', reason: 'ok', at: noon }
    const approvals = [{ ...approval, expiresAt: later(noon, day) }]
    expect(ids(waits('wait', { approvals }).allowed)).toHaveLength(8)
  })

  test('a hold of before counts for a plan of some members, unless it is theirs and they are planned anew', () => {
    const { held } = waits('wait')
    const hold = {
      community: community.id,
      digest: 'd',
      held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    const joining = { ...world, targets: [target('new', ['tier1'])] }
    const plan = {
      ...planOf(joining),
      scope: 'targeted' as const,
      changes: planOf(joining).changes.filter(({ kind }) => kind === 'invite'),
    }
    const some = { plan, hold, lookedAt: joining.targets }
    expect(waits('wait', some).allowed).toEqual([])
    expect(waits('departuresOnly', some).untilDecided).toEqual([join])
    const lookedAt = [...world.targets]
    expect(ids(waits('wait', { ...some, lookedAt }).allowed)).toEqual([join])
  })

  test('of whom a whole plan says nothing, the hold goes on speaking', () => {
    const { held } = waits('wait')
    const hold = {
      community: community.id,
      digest: digestOf(held.map(({ change }) => change.id)),
      held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    const plan = { ...planOf(world), changes: planOf(world).changes.filter(({ kind }) => kind === 'invite') }
    expect(waits('wait', { plan, hold }).allowed).toHaveLength(1)
    expect(waits('wait', { plan, hold, untold: world.targets }).allowed).toEqual([])
    const next = { community: community.id, existing: hold, plan, held: [], lookedAt: [], now: noon }
    expect(nextHold(next).kind).toBe('delete')
    expect(nextHold({ ...next, untold: world.targets }).kind).toBe('unchanged')
  })

  test('a successor who waits makes the predecessor wait with them', () => {
    const both: World = {
      ...house(9, 7),
      accounts: [...house(9, 7).accounts, account('old', ['admin']), account('heir', ['guest'])],
      ownership: [...house(9, 7).ownership, owned('old', ['admin']), owned('heir', ['guest'])],
      targets: [...house(9, 7).targets, left('old'), target('heir', ['admin'])],
    }
    const safety = { minimumAdmins: 1, whileHeld: 'departuresOnly' as const }
    const budget = { departures: { fraction: 0, floor: 7 } }
    const verdict = judge(input(both, {}, { ...safety, ...budget }))
    expect(verdict.held.length).toBeGreaterThan(0)
    expect(ids(verdict.allowed)).not.toContain(departure('old'))
    expect(verdict.untilDecided).toEqual(expect.arrayContaining([departure('old'), 'grant/a-heir/admin']))
    expect(ids(judge(input(both, {}, { ...safety, ...budget, whileHeld: 'goOn' })).allowed)).toContain(
      departure('old'),
    )
  })
})

describe('consent to a change is none to another', () => {
  /** Judged with a day's consent to everything that is held in another world. */
  const afterConsent = (seen: World, now: World, safety: Partial<Safety>) => {
    const changes = judge(input(seen, {}, safety)).held.map(({ change }) => change.id)
    expect(changes).toHaveLength(1)
    const approval = { community: community.id, digest: 'd', changes, by: 'op', reason: 'ok', at: noon }
    const approvals = [{ ...approval, expiresAt: later(noon, day) }]
    expect(ruling(input(seen, { approvals }, safety)).held).toEqual([])
    return ruling(input(now, { approvals }, safety)).held.map(([, reason]) => reason)
  }
  const holding = (role: string, wanted = 'tier1'): World => ({
    ...oneRoleWorld,
    accounts: [account('p00', [role])],
    ownership: [owned('p00', [role])],
    targets: [target('p00', [wanted])],
  })

  test.each([
    ['the minimum', { minimumAdmins: 1 }, 'minimumAdmins'],
    ['somebody who has to stay', { minimumAdmins: 0, requiredAdmins: ['p00@acme.test'] }, 'requiredAdmin'],
  ] as const)('a role instead of a guest’s, and instead of an administrator’s: %s', (_, safety, reason) => {
    const all = { ...safety, protected: ['p00@acme.test'] }
    expect(afterConsent(holding('tier2'), holding('admin'), all)).toEqual(['protected'])
    expect(afterConsent(holding('admin'), holding('tier2'), all)).toEqual(['protected'])
    expect(ruling(input(holding('admin'), {}, safety)).held).toEqual([
      ['grant/a-p00/tier1/instead/admin', reason],
    ])
  })

  test('an invitation as a guest, and one as an administrator', () => {
    const joining = (...roles: readonly string[]): World => ({
      ...emptyWorld,
      targets: [target('new', roles)],
    })
    const safety = { protected: ['new@acme.test'] }
    expect(afterConsent(joining('guest'), joining('admin'), safety)).toEqual(['protected'])
    expect(afterConsent(joining('guest'), joining('guest'), safety)).toEqual([])
  })

  test('a repair that takes one thing from an administrator, and one that takes more', () => {
    const having = (...permissions: readonly string[]): World => {
      const roles = emptyWorld.roles.map((role) =>
        role.id === 'p-tier2' ? { ...role, admin: true, permissions } : role,
      )
      return { ...house(1, 0, 'tier2'), roles }
    }
    const own = having().roleOwnership.find(({ role }) => role === 'tier2')?.applied.permissions ?? []
    const safety = { minimumAdmins: 1 }
    expect(afterConsent(having(...own, 'ONE'), having(...own, 'ONE', 'TWO'), safety)).toEqual([
      'minimumAdmins',
    ])
    expect(afterConsent(having(...own, 'TWO', 'ONE'), having(...own, 'ONE', 'TWO'), safety)).toEqual([])
  })
})

describe('flapping', () => {
  const world: World = { ...house(2, 0), accounts: [account('p00', []), account('p01', ['tier1'])] }
  const flapping = new Map([['grantLost/a-p00/tier1', { corrections: 3, since: noon }]])

  test('stops the correction, and an approval corrects once more', () => {
    expect(ruling(input(world)).allowed).toEqual(['grant/a-p00/tier1'])
    const { held } = judge(input(world, { flapping }))
    expect(held).toMatchObject([{ reason: { kind: 'flapping', corrections: 3, since: noon } }])
    const hold = {
      community: community.id,
      digest: 'd',
      held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    // Fewer corrections count by now: it waits all the same.
    expect(ruling(input(world, { hold })).held).toEqual([['grant/a-p00/tier1', 'awaitingApproval']])
    const rejected = { ...hold, state: 'rejected' as const }
    expect(ruling(input(world, { hold: rejected, flapping })).held).toEqual([
      ['grant/a-p00/tier1', 'rejected'],
    ])
    const approval = {
      community: community.id,
      digest: 'd',
      changes: ['grant/a-p00/tier1'],
      by: 'op',
      reason: 'ok',
    }
    const approvals = [{ ...approval, at: noon, expiresAt: later(noon, day) }]
    expect(ruling(input(world, { approvals, flapping })).allowed).toEqual(['grant/a-p00/tier1'])
  })

  test('what was held by limits that no longer apply waits for a person', () => {
    const { held } = judge(input(house(4, 3, 'admin'), {}, { minimumAdmins: 2 }))
    const hold = { community: community.id, digest: 'd', since: noon, state: 'waiting' as const, version: 1 }
    const marked = held.map((one) => ({ ...one, untilDecided: true as const }))
    expect(ruling(input(house(4, 3, 'admin'), { hold: { ...hold, held } })).held).toEqual([])
    expect(ruling(input(house(4, 3, 'admin'), { hold: { ...hold, held: marked } })).held).toEqual([
      [departure('p02'), 'awaitingApproval'],
    ])
  })
})

describe('the records of drift', () => {
  const world: World = { ...house(2, 0), accounts: [account('p00', []), account('p01', ['tier1'])] }
  const { drift, changes } = planOf(world)
  const look = (records: readonly DriftRecord[], now = noon, found = drift, complete = true) =>
    keepDrift({ records, drift: found, complete, now })
  const count = (records: readonly DriftRecord[], now = noon, ownership = world.ownership) =>
    countCorrections({ drift, allowed: changes, approved: new Set(), ownership, records, now })
  const given = (at: typeof noon) =>
    world.ownership.map((one) => ({ ...one, grants: one.grants.map((grant) => ({ ...grant, since: at })) }))

  test('say since when, tell once and then daily, and go with what they are about', () => {
    const first = look([])
    expect(first).toMatchObject({ tell: true, save: [{ id: 'grantLost/a-p00/tier1', since: noon }] })
    const hour = later(noon, 3600)
    expect(look(first.records, hour)).toEqual({ records: first.records, save: [], drop: [], tell: false })
    expect(dated(drift, first.records)).toEqual([{ ...drift[0], since: noon }])
    const tomorrow = look(first.records, later(noon, day))
    expect(tomorrow).toMatchObject({ tell: true, save: [{ since: noon, seenAt: later(noon, day) }] })
    expect(look(first.records, hour, [], false).drop).toEqual([])
    const untold = world.targets.slice(0, 1)
    expect(keepDrift({ records: first.records, drift: [], complete: true, untold, now: hour })).toMatchObject(
      { drop: [], save: [] },
    )
    expect(look(first.records, hour, [])).toMatchObject({ drop: ['grantLost/a-p00/tier1'], tell: false })
  })

  test('keep what was corrected while it counts, under a new date when it is back', () => {
    const counted = count(look([]).records)
    const hour = later(noon, 3600)
    const gone = look(counted, hour, [])
    expect(gone).toMatchObject({ save: [{ gone: true, corrections: [noon] }], drop: [], tell: false })
    expect(dated(drift, gone.records)).toEqual(drift)
    expect(look(gone.records, later(hour, 60))).toMatchObject({
      tell: true,
      save: [{ since: later(hour, 60), corrections: [noon] }],
    })
    expect(look(gone.records, later(noon, correctionWindow), []).drop).toEqual(['grantLost/a-p00/tier1'])
  })

  test('three corrections within the window, and the fourth waits; another difference starts anew', () => {
    const hours = [1, 2, 3].map((n) => later(noon, n * 3600))
    const records = hours.reduce<readonly DriftRecord[]>((before, at) => count(before, at, given(at)), [])
    const two = hours
      .slice(0, 2)
      .reduce<readonly DriftRecord[]>((before, at) => count(before, at, given(at)), [])
    expect(flappingIn(drift, two, later(noon, day)).size).toBe(0)
    expect([...flappingIn(drift, records, later(noon, day))]).toEqual([
      ['grantLost/a-p00/tier1', { corrections: 3, since: hours[0] }],
    ])
    expect(flappingIn(drift, records, later(hours[0] ?? noon, correctionWindow)).size).toBe(0)
    const other = planOf({ ...world, accounts: [account('p00', ['tier1']), account('p01', [])] }).drift
    expect(flappingIn(other, records, later(noon, day)).size).toBe(0)
  })

  test('a correction that was counted and never made is the same one, tried again; an approved one begins anew', () => {
    const once = count([], later(noon, 60))
    expect(count(once, later(noon, 120))).toEqual([])
    expect(count(once, later(noon, 180), given(later(noon, 90)))).toMatchObject([
      { corrections: [later(noon, 60), later(noon, 180)] },
    ])
    const approved = new Set(changes.map(({ id }) => id))
    const input = { drift, allowed: changes, approved, ownership: world.ownership, records: once, now: noon }
    expect(countCorrections(input)).toMatchObject([{ corrections: [] }])
    expect(countCorrections({ ...input, allowed: [], approved: new Set() })).toEqual([])
  })

  test('it is the same correction, whatever took the place this time', () => {
    const lost = (by: string) => {
      const accounts = [account('p00', [by])]
      const ownership = [owned('p00', ['tier1'])]
      return planOf({ ...oneRoleWorld, accounts, ownership, targets: [target('p00', ['tier1'])] })
    }
    const records = ['guest', 'tier2', 'guest'].reduce<readonly DriftRecord[]>((before, by, n) => {
      const [at, plan] = [later(noon, n * 3600), lost(by)]
      return countCorrections({
        drift: plan.drift,
        allowed: plan.changes,
        approved: new Set(),
        ownership: [owned('p00', ['tier1'], { grants: [] })],
        records: before,
        now: at,
      })
    }, [])
    expect(records).toMatchObject([{ corrections: [noon, later(noon, 3600), later(noon, 7200)] }])
    const plan = lost('tier2')
    expect(plan.drift.map((one) => plan.changes.some((change) => correctedBy(one, change)))).toEqual([true])
    const flapping = flappingIn(plan.drift, records, later(noon, day))
    const given = { ...oneRoleWorld, accounts: [account('p00', ['tier2'])] }
    expect(ruling({ ...input(given), plan, flapping }).held).toEqual([
      ['grant/a-p00/tier1/instead/p-tier2', 'flapping'],
    ])
  })

  test('know the change that ends a difference', () => {
    const edited = emptyWorld.roles.map((role) =>
      role.id === 'p-tier1' ? { ...role, description: 'mine' } : role,
    )
    const off = { suspended: { at: noon, reason: 'departed' as const } }
    const odd: World = {
      ...world,
      roles: edited.filter(({ id }) => id !== 'p-lyon'),
      accounts: [account('p00', []), account('back', ['tier1'])],
      ownership: [...world.ownership, owned('back', ['tier1'], off)],
      targets: [...world.targets, left('back')],
    }
    const plan = planOf(odd)
    expect(plan.drift.map(({ kind }) => kind).toSorted()).toEqual([
      'accountGone',
      'grantLost',
      'reenabled',
      'roleEdited',
      'roleGone',
    ])
    expect(new Set(plan.drift.map(driftId)).size).toBe(plan.drift.length)
    for (const one of plan.drift)
      expect(
        plan.changes.filter((change) => correctedBy(one, change)),
        one.kind,
      ).toHaveLength(1)
  })
})

test('a version is judged by the stricter of its limits and today’s', () => {
  const loose: Safety = {
    ...community.safety,
    departures: { fraction: 0.5, floor: 50 },
    window: 3600,
    requiredAdmins: ['b@acme.test'],
    protected: [],
    whileHeld: 'wait',
  }
  const today = {
    ...community.safety,
    minimumAdmins: 2,
    requiredAdmins: ['a@acme.test'],
    protected: ['c@acme.test'],
  }
  expect(stricter(today, loose)).toEqual({
    departures: { fraction: 0.2, floor: 5 },
    revocations: { fraction: 0.2, floor: 5 },
    window: day,
    minimumAdmins: 2,
    requiredAdmins: ['a@acme.test', 'b@acme.test'],
    whileHeld: 'wait',
    protected: ['c@acme.test'],
  })
  const verdict = judge(input(house(10, 7)))
  expect(newlyHeld(verdict, undefined)).toHaveLength(2)
  const hold = { community: community.id, digest: 'd', since: noon, state: 'waiting' as const, version: 1 }
  expect(newlyHeld(verdict, { ...hold, held: verdict.held.slice(1) })).toEqual(verdict.held.slice(0, 1))
})
