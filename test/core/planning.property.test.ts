import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Target } from '../../lib/core/assignment.ts'
import { later } from '../../lib/core/ids.ts'
import { accountsOf } from '../../lib/core/ownership.ts'
import type { Change, Plan, Unmanaged } from '../../lib/core/plan.ts'
import { planChanges } from '../../lib/core/planning.ts'
import { identityWorlds, type Step, script, stages, walk, worlds } from '../support/script.ts'
import {
  applyAll,
  applyChange,
  knownRoles,
  planOf,
  type Stage,
  snapshotOf,
  type World,
} from '../support/world.ts'

const runs = { numRuns: Number(process.env.FUZZ_BUDGET ?? 75) }

/** Every account a change writes to must be recorded as ours, be what we began, or be adopted by an earlier change of the plan. */
const trespasses = (world: World, plan: Plan): readonly string[] => {
  const ours = new Set(world.ownership.flatMap(accountsOf))
  const begun = new Set(
    world.ownership.filter(({ account }) => account === undefined).map(({ email }) => email),
  )
  const adopted = new Set<string>()
  return plan.changes.flatMap((change) => {
    if (!('subject' in change)) return []
    if (change.kind === 'adopt') {
      adopted.add(change.subject.account)
      return []
    }
    const touched = change.kind === 'invite' ? change.replaces : change.subject.account
    if (touched === undefined || ours.has(touched) || adopted.has(touched)) return []
    return begun.has(change.subject.email) ? [] : [change.id]
  })
}

/** Grants that a change would take although no record says that we gave them, be it to whom the account is taken over from. */
const robberies = (world: World, plan: Plan): readonly string[] => {
  const before = new Map(
    plan.changes.flatMap((one) =>
      one.kind === 'adopt' && one.from !== undefined ? [[one.subject.account, one.from.member] as const] : [],
    ),
  )
  return plan.changes
    .filter((change) => change.kind === 'revoke')
    .filter(
      ({ subject, platformRole }) =>
        !world.ownership.some(
          (one) =>
            one.member === (before.get(subject.account) ?? subject.member) &&
            one.grants.some((grant) => grant.platformRole === platformRole),
        ),
    )
    .map(({ id }) => id)
}

const everyPlan = (check: (world: World) => void) =>
  fc.assert(
    fc.property(worlds, script, (start, steps) => {
      walk(start, steps, check)
    }),
    runs,
  )

const ids = (changes: readonly Change[]) => changes.map(({ id }) => id)

/** Two people under one e-mail: when one of them leaves by this plan, the other comes in by the next. */
const rivals = (plan: Plan): boolean =>
  plan.problems.some(
    (one) =>
      ['duplicateEmail', 'ownedElsewhere', 'duplicateAccounts'].includes(one.kind) ||
      (one.kind === 'adoptionNeeded' && one.from !== undefined),
  )

const dropped = ({ community, ownership, roleOwnership }: World): boolean => {
  const known = new Set(community.roles.map(({ id }) => id))
  const recorded = [...ownership.flatMap(({ grants }) => grants), ...roleOwnership]
  return recorded.some(({ role }) => !known.has(role))
}

/** Let in again by hand, whose grace period still runs from the first time: suspended by this plan, removed by the next. */
const letInAgain = ({ drift }: Plan): boolean => drift.some(({ kind }) => kind === 'reenabled')

/** Whom the next plan has to wait for: the rival, the new account, the last holder of a role given up. */
const rounds = (world: World, plan: Plan): number =>
  rivals(plan) || letInAgain(plan) || world.traits.emailIsIdentity === true || dropped(world) ? 4 : 1

/** Targets with no problem of their own and none with a role of theirs. */
const untroubled = (world: World, plan: Plan): readonly Target[] => {
  const members = new Set<string>()
  const roles = new Set<string>()
  for (const problem of plan.problems) {
    if ('subject' in problem) members.add(problem.subject.member)
    else if ('role' in problem) roles.add(problem.role)
  }
  return world.targets.filter(
    ({ member, granted }) => !members.has(member) && !granted.some(({ role }) => roles.has(role)),
  )
}

const ownershipOf = (world: World, { connection, member }: Target) =>
  world.ownership.find((one) => one.connection === connection && one.member === member)

const accountOf = (world: World, target: Target) => {
  const ours = ownershipOf(world, target)?.account
  return world.accounts.find(({ id, service }) => id === ours && !service)
}

const ownRoles = (world: World, target: Target): readonly string[] =>
  (ownershipOf(world, target)?.grants ?? []).map(({ platformRole }) => platformRole)

const wantedRoles = (world: World, { granted }: Target): readonly (string | undefined)[] => {
  const known = knownRoles(world)
  return granted.map(({ role }) => known.get(role)?.id)
}

/** Accounts by which they can get in. */
const accessible = (world: World, target: Target): number => {
  const owned = ownershipOf(world, target)
  const ids = owned === undefined ? [] : accountsOf(owned)
  return world.accounts.filter(({ id, status }) => status === 'enabled' && ids.includes(id)).length
}

/** Under their address, and by nothing else. Until the new account is accepted the old one stays. */
const moved = (world: World, target: Target): boolean => {
  const account = accountOf(world, target)
  if (account?.status !== 'enabled') return true
  return account.email === target.email && ownershipOf(world, target)?.former === undefined
}

/** The plan carried out as far as that, and the change after it up to a stage. */
const cutOff = (world: World, prefix: number, stage: Stage): World => {
  const { changes } = planOf(world)
  const last = changes[prefix]
  const cut = applyAll(world, changes.slice(0, prefix))
  return last === undefined ? cut : applyChange(cut, last, stage)
}

/** What is to be seen of an unmanaged thing: the whole account, or whether the grant is there as long as its account is. */
const sight = (world: World, unmanaged: Unmanaged): unknown => {
  const account = world.accounts.find(({ id }) => id === unmanaged.account)
  if (unmanaged.kind === 'account') return account
  // A role takes everything from whoever leaves, as the end of the account does.
  if (account?.status === 'disabled' && world.traits.suspension === 'fallbackRole') return true
  return account === undefined || account.roles.includes(unmanaged.platformRole)
}

const settle = (world: World, rounds: number): World => {
  if (rounds === 0) return world
  const { changes } = planOf(world)
  return changes.length === 0 ? world : settle(applyAll(world, changes), rounds - 1)
}

/** What is the matter with somebody whom no problem concerns, once everything planned is done. */
const wrongWith = (world: World, settled: World, target: Target, unfit: boolean): unknown => {
  const [account, ours] = [accountOf(settled, target), ownRoles(settled, target)]
  const before = ownRoles(world, target)
  const byHand = (accountOf(world, target)?.roles ?? []).filter((id) => !before.includes(id))
  const missing = (roles: readonly (string | undefined)[]) =>
    roles.filter((role) => account?.roles.every((held) => held !== role) ?? true)
  if (target.granted.length > 0) return missing([...wantedRoles(settled, target), ...ours])
  if (target.standing !== 'departed' && byHand.length > 0)
    return JSON.stringify(account?.roles) === JSON.stringify(byHand) ? [] : account?.roles
  return account?.status === 'enabled' && !unfit ? [account] : []
}

describe('planning', () => {
  test('applying a plan and planning again leaves nothing', () => {
    everyPlan((world) => {
      const plan = planOf(world)
      const settled = settle(world, rounds(world, plan))
      expect(ids(planOf(settled).changes)).toEqual([])
    })
  })

  test('any prefix applied, the last change cut off at any stage: planning again converges', () => {
    fc.assert(
      fc.property(worlds, script, fc.nat(40), fc.constantFrom(...stages), (start, steps, prefix, stage) => {
        walk(start, steps, (world) => {
          const died = cutOff(world, prefix, stage)
          const settled = settle(died, rounds(died, planOf(died)))
          expect(ids(planOf(settled).changes)).toEqual([])
        })
      }),
      runs,
    )
  })

  test('everybody wanted and not refused by a problem ends with exactly the wanted roles of ours', () => {
    everyPlan((world) => {
      const plan = planOf(world)
      const settled = settle(world, rounds(world, plan))
      const unfit = plan.problems.some(({ kind }) => kind === 'fallbackRoleUnfit')
      for (const target of untroubled(world, plan))
        expect(wrongWith(world, settled, target, unfit)).toEqual([])
    })
  })

  test('the order of the input does not matter, and the output is stable', () => {
    fc.assert(
      fc.property(worlds, script, fc.infiniteStream(fc.nat()), (start, steps, noise) => {
        const shuffled = <T>(list: readonly T[]): readonly T[] =>
          list
            .map((one) => [noise.next().value ?? 0, one] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, one]) => one)
        walk(start, steps, (world) => {
          const other: World = {
            ...world,
            targets: shuffled(world.targets),
            ownership: shuffled(world.ownership),
            roleOwnership: shuffled(world.roleOwnership),
            accounts: shuffled(world.accounts).map((one) => ({ ...one, roles: shuffled(one.roles) })),
            roles: shuffled(world.roles),
            intakes: shuffled(world.intakes),
          }
          expect(planOf(other)).toEqual(planOf(world))
        })
      }),
      runs,
    )
  })

  test('no change touches an unmanaged account or takes an unmanaged grant', () => {
    everyPlan((world) => {
      const plan = planOf(world)
      expect(trespasses(world, plan)).toEqual([])
      expect(robberies(world, plan)).toEqual([])
      const settled = applyAll(world, plan.changes)
      for (const unmanaged of plan.unmanaged)
        expect(sight(settled, unmanaged)).toEqual(sight(world, unmanaged))
    })
  })

  test('what a change announces before the platform is called is not taken for drift afterwards', () => {
    everyPlan((world) => {
      const { changes, drift } = planOf(world)
      for (const [at, change] of changes.slice(0, 5).entries()) {
        if (change.kind !== 'grant' && change.kind !== 'suspend') continue
        expect(planOf(cutOff(world, at, 'writtenAhead')).drift.length).toBeLessThanOrEqual(drift.length)
      }
    })
  })

  test('change ids are unique within a plan', () => {
    everyPlan((world) => {
      const all = ids(planOf(world).changes)
      expect(new Set(all).size).toBe(all.length)
    })
  })

  test('an incomplete snapshot concludes nothing from absence', () => {
    everyPlan((world) => {
      const plan = planChanges({
        ...world,
        configuration: 1,
        directoryAt: world.now,
        snapshot: { ...snapshotOf(world), complete: false, accounts: world.accounts.slice(1) },
      })
      const kinds = new Set(plan.changes.map(({ kind, ...rest }) => ('role' in rest ? `${kind} role` : kind)))
      expect(kinds).not.toContain('forget')
      expect(kinds).not.toContain('adopt')
      expect(kinds).not.toContain('createRole role')
      const invites = plan.changes.filter((change) => change.kind === 'invite')
      expect(invites.filter(({ replaces }) => replaces === undefined)).toEqual([])
    })
  })

  test('a person is never invited while an account with their e-mail is there', () => {
    everyPlan((world) => {
      const plan = planOf(world)
      const there = new Set(world.accounts.map(({ email }) => email))
      for (const change of plan.changes)
        if (change.kind === 'invite' && change.replaces === undefined)
          expect(there).not.toContain(change.subject.email)
    })
  })

  test('whoever moves to another address has an account at every moment, and one in the end', () => {
    const moving = fc.tuple(identityWorlds, script, fc.nat(6), fc.constantFrom(...stages))
    fc.assert(
      fc.property(moving, ([start, steps, prefix, stage]) => {
        walk(start, steps, (world) => {
          const died = cutOff(world, prefix, stage)
          const settled = settle(died, 4)
          for (const target of untroubled(settled, planOf(settled)).filter(
            ({ granted }) => granted.length > 0,
          )) {
            if (accessible(world, target) > 0) expect(accessible(died, target)).toBeGreaterThan(0)
            expect(moved(settled, target)).toBe(true)
          }
        })
      }),
      runs,
    )
  })

  test('a departed member ends without access once the grace period is over', () => {
    fc.assert(
      fc.property(worlds, script, (start, steps: readonly Step[]) => {
        const world = steps.reduce((state, step) => step(state), start)
        const gone: World = { ...world, targets: [] }
        const suspended = settle(gone, 3)
        const muchLater: World = { ...suspended, now: later(suspended.now, 31 * 86_400) }
        const removed = settle(muchLater, 3)
        const unfit = planOf(removed).problems.some(({ kind }) => kind === 'fallbackRoleUnfit')
        fc.pre(!unfit)
        const serving = new Set(removed.accounts.filter(({ service }) => service).map(({ id }) => id))
        const left = removed.ownership.filter(({ account }) => account !== undefined && !serving.has(account))
        const forever = world.community.onDeparture.removeAfter === undefined
        for (const { account, suspended: ours } of left) {
          expect(removed.accounts.find(({ id }) => id === account)?.status).toBe('disabled')
          // What somebody else disabled is not removed without knowing since when.
          if (ours !== undefined) expect(forever).toBe(true)
        }
      }),
      runs,
    )
  })
})

/** What a change says beside its kind. */
const marks = ['replaces', 'resumes', 'follows', 'dropped', 'from'] as const

const reasons = ['departed', 'unassigned', 'readdressed'] as const
const wordsOf = ({ changes, problems, drift, unmanaged }: Plan): readonly string[] => [
  ...[...changes, ...problems, ...drift, ...unmanaged].map(({ kind }) => kind),
  ...changes.flatMap((change) => marks.filter((mark) => mark in change)),
  ...changes.flatMap((change) => ('reason' in change ? [change.reason] : [])),
]

test('the generator reaches every kind of change, problem and drift', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(worlds, script, (start, steps) => {
      walk(start, steps, (world) => {
        const plan = planOf(world)
        for (const word of wordsOf(plan)) seen.add(word)
      })
    }),
    { numRuns: 800, seed: 7 },
  )
  expect([...seen].toSorted()).toEqual(
    [
      ...['account', 'accountGone', 'adopt', 'adoptionNeeded', 'createRole', 'disabled', 'disabledByOthers'],
      ...[
        'duplicateAccounts',
        'duplicateEmail',
        'forget',
        'grant',
        'grantLost',
        'intakeMissing',
        'invitationsExhausted',
      ],
      ...[
        'invite',
        'ownedElsewhere',
        'reenabled',
        'remove',
        'repairRole',
        'resume',
        'revoke',
        'roleEdited',
        'roleGone',
      ],
      ...['roleMissing', 'roleNotOurs', 'suspend', 'unmanagedRoleInTheWay'],
      ...['deleteRole', 'fallbackRoleUnfit', 'forgetRole', ...marks, ...reasons],
    ].toSorted(),
  )
})
