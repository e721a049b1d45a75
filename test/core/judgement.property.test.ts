import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Safety } from '../../lib/core/configuration.ts'
import { lossId } from '../../lib/core/drift-ids.ts'
import { type Instant, later, milliseconds } from '../../lib/core/ids.ts'
import { judge } from '../../lib/core/judgement.ts'
import type { Change, ChangeId } from '../../lib/core/plan.ts'
import { removalKind } from '../../lib/core/removals.ts'
import type { Hold, Verdict } from '../../lib/core/verdict.ts'
import { type Step, script, worlds } from '../support/script.ts'
import { applyAll, planOf, snapshotOf, type World } from '../support/world.ts'

const runs = { numRuns: Number(process.env.FUZZ_BUDGET ?? 75) }

type Removal = { readonly id: ChangeId; readonly kind: 'departure' | 'revocation'; readonly at: Instant }
type State = { readonly world: World; readonly removals: readonly Removal[]; readonly hold: Hold | undefined }

const desiredIn = (world: World): number => world.targets.filter(({ granted }) => granted.length > 0).length

const recent = (state: State): readonly Removal[] => {
  const { window } = state.world.community.safety
  return state.removals.filter(({ at }) => milliseconds(at) > milliseconds(state.world.now) - window * 1000)
}

const judged = (state: State, more: Partial<Parameters<typeof judge>[0]> = {}): Verdict => {
  const { world, hold } = state
  const ids = (kind: Removal['kind']) => [
    ...new Set(recent(state).flatMap((one) => (one.kind === kind ? [one.id] : []))),
  ]
  return judge({
    plan: planOf(world),
    community: world.community,
    history: { ownedAtStart: 10, departures: ids('departure'), revocations: ids('revocation') },
    hold,
    approvals: [],
    snapshot: snapshotOf(world),
    owned: world.ownership.length,
    desired: desiredIn(world),
    now: world.now,
    ...more,
  })
}

const holdOf = (state: State, verdict: Verdict): Hold | undefined =>
  verdict.held.length === 0
    ? undefined
    : {
        community: state.world.community.id,
        digest: verdict.held.map(({ change }) => change.id).join(),
        held: verdict.held,
        since: state.world.now,
        state: 'waiting',
        version: 1,
      }

const administrators = ({ accounts, roles }: World): World['accounts'] => {
  const admin = new Set(roles.filter((role) => role.admin).map(({ id }) => id))
  return accounts.filter(
    (one) => one.status === 'enabled' && !one.service && one.roles.some((id) => admin.has(id)),
  )
}
const admins = (world: World): number => administrators(world).length

/** One turn as the provisioner takes it: count first, then apply what is allowed. */
const turn = (state: State, count: number): { readonly next: State; readonly done: readonly Change[] } => {
  const verdict = judged(state)
  const done = verdict.allowed.slice(0, count)
  const removals = done.flatMap((change): Removal[] => {
    const kind = removalKind(change)
    return kind === undefined ? [] : [{ id: change.id, kind, at: state.world.now }]
  })
  const next: State = {
    world: applyAll(state.world, done),
    removals: [...state.removals, ...removals],
    hold: holdOf(state, verdict),
  }
  return { next, done }
}

const safety: fc.Arbitrary<Safety> = fc.record({
  departures: fc.record({ fraction: fc.constantFrom(0, 0.2, 0.4), floor: fc.nat(2) }),
  revocations: fc.record({ fraction: fc.constantFrom(0, 0.2), floor: fc.nat(2) }),
  window: fc.constantFrom(86_400, 3 * 86_400),
  minimumAdmins: fc.nat(2),
  requiredAdmins: fc.constantFrom<readonly string[]>([], ['ada@acme.test', 'cid@acme.test']),
  whileHeld: fc.constantFrom('goOn', 'departuresOnly', 'wait'),
  protected: fc.constantFrom<readonly string[]>([], ['bea@acme.test']),
})

const limitOf = ({ fraction, floor }: Safety['departures']): number =>
  Math.max(floor, Math.floor(fraction * 10))

const play = (
  start: World,
  steps: readonly Step[],
  counts: readonly number[],
  check: (before: State, after: State, done: readonly Change[]) => void,
): void => {
  let state: State = { world: start, removals: [], hold: undefined }
  for (const [number, step] of steps.entries()) {
    const before: State = { ...state, world: step(state.world) }
    const { next, done } = turn(before, counts[number % counts.length] ?? 99)
    check(before, next, done)
    state = next
  }
}

const sequences = (check: (before: State, after: State, done: readonly Change[]) => void) =>
  fc.assert(
    fc.property(
      worlds,
      safety,
      script,
      fc.array(fc.constantFrom(0, 1, 3, 99), { minLength: 1 }),
      (start, rules, steps, counts) => {
        play({ ...start, community: { ...start.community, safety: rules } }, steps, counts, check)
      },
    ),
    runs,
  )

describe('over any sequence of plans, what passes the judge', () => {
  test('never spends more than the budgets of the window', () => {
    sequences((_, after) => {
      const { departures, revocations } = after.world.community.safety
      const spent = (kind: Removal['kind']) =>
        new Set(recent(after).flatMap((one) => (one.kind === kind ? [one.id] : []))).size
      expect(spent('departure')).toBeLessThanOrEqual(limitOf(departures))
      expect(spent('revocation')).toBeLessThanOrEqual(limitOf(revocations))
    })
  })

  test('never leaves fewer administrators than the minimum, nor takes one who has to stay', () => {
    sequences((before, after) => {
      const { minimumAdmins, requiredAdmins } = before.world.community.safety
      expect(admins(after.world)).toBeGreaterThanOrEqual(Math.min(minimumAdmins, admins(before.world)))
      const required = ({ world }: State) =>
        administrators(world)
          .filter(({ email }) => email !== undefined && requiredAdmins.includes(email))
          .map(({ id }) => id)
      expect(required(after)).toEqual(expect.arrayContaining(required(before)))
    })
  })

  test('never touches a protected account', () => {
    sequences((before, _, done) => {
      const emails = before.world.community.safety.protected
      const touched = done.filter(
        (change) =>
          'subject' in change &&
          change.kind !== 'forget' &&
          change.kind !== 'adopt' &&
          emails.includes(change.subject.email),
      )
      expect(touched).toEqual([])
    })
  })

  test('never widens a role that somebody holds, and never repeats a wave that is held', () => {
    sequences((before, _, done) => {
      const waves = (before.hold?.held ?? []).filter(({ reason }) =>
        ['budget', 'emptyDesired', 'awaitingApproval'].includes(reason.kind),
      )
      const held = new Set(waves.map(({ change }) => change.id))
      for (const change of done) {
        expect(held).not.toContain(change.id)
        if (change.kind === 'repairRole' && change.holders > 0) expect(change.widens).toEqual([])
      }
    })
  })

  test('keeps every change of the plan in exactly one place, in plan order', () => {
    sequences((before) => {
      const plan = planOf(before.world)
      const verdict = judged(before)
      const held = verdict.held.map(({ change }) => change)
      const order = plan.changes.map(({ id }) => id)
      const places = [verdict.allowed, held, verdict.withheld].map((list) => list.map(({ id }) => id))
      expect(places.flat().toSorted()).toEqual(order.toSorted())
      for (const ids of places) expect(order.filter((id) => ids.includes(id))).toEqual(ids)
      expect(places[2]).toEqual(expect.arrayContaining([...(verdict.untilDecided ?? [])]))
    })
  })

  test('lets nothing but departures go on, or nothing at all, while something waits and the community wants that', () => {
    sequences((before, _, done) => {
      const { whileHeld } = before.world.community.safety
      const { held } = judged(before)
      const waits = held.some(({ reason }) => !['rejected', 'incompleteSnapshot'].includes(reason.kind))
      if (!waits || whileHeld === 'goOn') return
      const others = done.filter(
        (change) => whileHeld === 'wait' || removalKind(change) !== 'departure' || !('subject' in change),
      )
      const { fallbackRole } = before.world.community
      const made = others.filter(
        (one) => !('role' in one && 'contents' in one && one.role.id === fallbackRole),
      )
      expect(made).toEqual([])
    })
  })
})

const room = {
  departures: { fraction: 1, floor: 10_000 },
  revocations: { fraction: 1, floor: 10_000 },
}

// What is not replaced because its successor flaps is lost, and counts as that: with room in the budgets it goes all the same.
test('whatever flaps, taking access away is never limited by it', () => {
  sequences((before) => {
    const community = {
      ...before.world.community,
      safety: { ...before.world.community.safety, ...room, whileHeld: 'goOn' as const },
    }
    const state = { ...before, hold: undefined, world: { ...before.world, community } }
    const flap = { corrections: 3, since: state.world.now }
    const flapping = new Map(
      planOf(state.world).changes.flatMap((one) =>
        one.kind === 'grant' ? [[lossId(one.subject.account, one.grant.role), flap] as const] : [],
      ),
    )
    const takes = ({ kind }: Change) => ['suspend', 'remove', 'revoke'].includes(kind)
    const [calm, flaps] = [judged(state), judged(state, { flapping })]
    // A successor who is not made an administrator makes nobody else go.
    const led = (change: Change) =>
      calm.allowed.some((one) => one.kind === 'grant' && one.admin) && removalKind(change) !== undefined
    expect(flaps.allowed.filter((one) => takes(one) && !led(one))).toEqual(
      calm.allowed.filter((one) => takes(one) && !led(one)),
    )
    expect(flaps.allowed.filter(({ kind }) => kind === 'grant')).toEqual([])
  })
})

/** Takes a role from somebody who stays and gets no other for it, only because the configuration gave it up. */
const strips = ({ community, ownership, accounts, roleOwnership }: World, change: Change): boolean => {
  if (!('subject' in change) || ('reason' in change && change.reason !== 'unassigned')) return false
  const { account } = change.subject
  const held = accounts.find(({ id }) => id === account)?.roles ?? []
  const known = new Set(community.roles.map(({ id }) => id))
  const dropped = ownership
    .filter((one) => one.account === account)
    .flatMap(({ grants }) => grants)
    .filter(({ role, platformRole }) => !known.has(role) && held.includes(platformRole))
    .filter(
      ({ platformRole }) =>
        !roleOwnership.some((one) => known.has(one.role) && one.platformRole === platformRole),
    )
  if (change.kind === 'revoke')
    return dropped.some(({ platformRole }) => platformRole === change.platformRole)
  return (change.kind === 'suspend' || change.kind === 'remove') && dropped.length > 0
}

const removals = ({ allowed }: Verdict): readonly Change[] =>
  allowed.filter((change) => removalKind(change) !== undefined)

describe('nothing is taken away', () => {
  test('when nobody is wanted any more', () => {
    sequences(({ world, removals: spent }) => {
      const emptied: World = { ...world, targets: [] }
      expect(removals(judged({ world: emptied, removals: spent, hold: undefined }))).toEqual([])
    })
  })

  test('by an incomplete snapshot', () => {
    sequences((before) => {
      const snapshot = { ...snapshotOf(before.world), complete: false }
      expect(removals(judged(before, { snapshot }))).toEqual([])
    })
  })

  test('of a role the configuration no longer knows, unless its holder left or gets another in its place', () => {
    sequences((before, _, done) => {
      expect(done.filter((change) => strips(before.world, change))).toEqual([])
    })
  })

  test('by a community that only reports or only adds', () => {
    sequences((before) => {
      const { community } = before.world
      expect(judged(before, { community: { ...community, mode: 'report' } }).allowed).toEqual([])
      const adding = judged(before, { community: { ...community, mode: 'upsertOnly' } })
      const taking = ['suspend', 'remove', 'revoke']
      expect(adding.allowed.filter(({ kind }) => taking.includes(kind))).toEqual([])
      const replacing = adding.allowed.filter((one) => one.kind === 'grant' && one.replaces !== undefined)
      expect(replacing.filter((one) => !('resumes' in one))).toEqual([])
    })
  })

  test('that nobody approved, and what was approved passes whatever it is', () => {
    sequences((before) => {
      const { held } = judged({ ...before, hold: undefined })
      const changes = held.map(({ change }) => change.id)
      const { now, community } = before.world
      const approval = { community: community.id, digest: 'd', changes, by: 'op', reason: 'checked', at: now }
      const asked = (expiresAt: Instant) =>
        judged({ ...before, hold: undefined }, { approvals: [{ ...approval, expiresAt }] })
      const passed = asked(later(now, 60)).allowed.map(({ id }) => id)
      expect(passed).toEqual(expect.arrayContaining(changes))
      expect(asked(now).held.map(({ change }) => change.id)).toEqual(changes)
    })
  })
})
