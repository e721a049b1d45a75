import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Change, Person } from '../../lib/core/plan.ts'
import { describeDifference, type Fit, fitOf } from '../../lib/core/plan-fit.ts'
import { personKey } from '../../lib/core/plan-scene.ts'
import type { Verdict } from '../../lib/core/verdict.ts'
import { script, stages, walk, worlds } from '../support/script.ts'
import { applyAll, applyChange, planOf, snapshotOf, type World } from '../support/world.ts'

const runs = { numRuns: Math.ceil(Number(process.env.FUZZ_BUDGET ?? 90) / 3) }

const ids = (changes: readonly Change[]) => changes.map(({ id }) => id)
const judged = (world: World, held: (change: Change) => boolean = () => false) => {
  const plan = planOf(world)
  const verdict: Verdict = {
    allowed: plan.changes.filter((one) => !held(one)),
    held: plan.changes.filter(held).map((change) => ({ change, reason: { kind: 'protected' } })),
    withheld: [],
  }
  return { plan, verdict }
}
type Stored = ReturnType<typeof judged>
const compared = (
  stored: Stored,
  world: World,
  fresh: Stored = judged(world),
  unseen: readonly Person[] = [],
): Fit => {
  const { ownership, roleOwnership } = world
  return fitOf(stored, fresh, { snapshot: snapshotOf(world), ownership, roleOwnership }, unseen)
}
const applicable = (one: Fit) => {
  if (one.kind === 'refused') throw new Error(one.differences.map(describeDifference).join('\n'))
  if (one.kind === 'unclear') throw new Error('everybody was looked at')
  return one
}
/** Whose turn it is changes with the first step of the plan itself: refused then, and told why, is right. */
const sharesAddress = ({ targets }: World): boolean =>
  new Set(targets.map(({ email }) => email)).size < targets.length

const everyWorld = (check: (world: World) => void) =>
  fc.assert(
    fc.property(worlds, script, (start, steps) => {
      walk(start, steps, check)
    }),
    runs,
  )

describe('a stored plan', () => {
  test('of inputs that have not moved is carried out as it stands', () => {
    everyWorld((world) => {
      const stored = judged(world)
      const { changes, done } = applicable(compared(JSON.parse(JSON.stringify(stored)), world))
      expect([changes, done]).toEqual([stored.verdict.allowed, []])
    })
  })

  test('carried out as far as any change, and that one as far as any stage, goes on from there', () => {
    const places = fc.array(fc.tuple(fc.nat(40), fc.constantFrom(...stages)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(worlds, script, places, (start, steps, deaths) => {
        walk(start, steps, (world) => {
          if (sharesAddress(world)) return
          const stored = judged(world)
          let now = world
          for (const [prefix, stage] of deaths) {
            const { changes } = applicable(compared(stored, now))
            const last = changes[prefix]
            now = applyAll(now, changes.slice(0, prefix))
            if (last !== undefined) now = applyChange(now, last, stage)
          }
          const { changes, done } = applicable(compared(stored, now))
          expect(changes.length + done.length).toBe(stored.verdict.allowed.length)
          const end = applicable(compared(stored, applyAll(now, changes)))
          expect(ids(end.changes)).toEqual([])
        })
      }),
      runs,
    )
  })

  test('whose inputs have moved brings nothing new, and what it brings is planned now', () => {
    fc.assert(
      fc.property(worlds, script, script, (start, before, after) => {
        const world = before.reduce((state, step) => step(state), start)
        const stored = judged(world)
        walk(world, after, (moved) => {
          const fresh = judged(moved)
          const found = compared(stored, moved, fresh)
          if (found.kind === 'unclear') throw new Error('everybody was looked at')
          const known = new Set(ids(stored.verdict.allowed))
          if (found.kind === 'refused') {
            for (const { change } of found.differences) expect(known).toContain(change)
            return
          }
          expect(fresh.verdict.allowed).toEqual(expect.arrayContaining([...found.changes]))
          const strange = found.changes.filter(({ id, kind }) => kind !== 'invite' && !known.has(id))
          expect(ids(strange)).toEqual([])
          expect(found.changes.length + found.done.length).toBe(known.size)
        })
      }),
      runs,
    )
  })

  test('is refused for somebody who is planned for no longer, and left open for somebody nobody looked at', () => {
    fc.assert(
      fc.property(worlds, script, fc.nat(), (start, steps, place) => {
        walk(start, steps, (world) => {
          const stored = judged(world)
          const people = stored.verdict.allowed.flatMap((one) => ('subject' in one ? [one.subject] : []))
          const somebody = people[place % Math.max(1, people.length)]
          if (somebody === undefined) return
          const theirs = (one: Change): boolean =>
            'subject' in one && personKey(one.subject) === personKey(somebody)
          const changes = stored.plan.changes.filter((one) => !theirs(one))
          const fresh = {
            plan: { ...stored.plan, changes },
            verdict: { allowed: changes, held: [], withheld: [] },
          }
          const wanted = stored.verdict.allowed.filter(theirs)
          expect(compared(stored, world, fresh)).toEqual({
            kind: 'refused',
            differences: wanted.map(({ id }) => ({ change: id, kind: 'notPlanned' })),
          })
          expect(compared(stored, world, fresh, [somebody])).toEqual({ kind: 'unclear' })
        })
      }),
      runs,
    )
  })

  test('of which one change is held by now, and none else, is refused by that one', () => {
    fc.assert(
      fc.property(worlds, script, fc.nat(), (start, steps, place) => {
        walk(start, steps, (world) => {
          const stored = judged(world)
          const { allowed } = stored.verdict
          const one = allowed[place % Math.max(1, allowed.length)]
          if (one === undefined) return
          const fresh = judged(world, ({ id }) => id === one.id)
          const difference = { change: one.id, kind: 'held', reason: { kind: 'protected' } }
          expect(compared(stored, world, fresh)).toEqual({ kind: 'refused', differences: [difference] })
          // What was held when it was stored is nobody's wish.
          expect(applicable(compared(fresh, world, stored)).changes).toEqual(fresh.verdict.allowed)
        })
      }),
      runs,
    )
  })

  test('of which something is withheld by now is refused by that, and it is said what for', () => {
    everyWorld((world) => {
      const stored = judged(world)
      const withheld = stored.verdict.allowed
      const refusal = (untilDecided: readonly string[]) => {
        const verdict = { allowed: [], held: [], withheld, untilDecided }
        const fit = compared(stored, world, { plan: stored.plan, verdict })
        return fit.kind === 'refused' ? fit.differences.map(describeDifference) : []
      }
      expect(refusal([])).toEqual(
        ids(withheld).map((id) => `${id}: withheld now by the mode of the community, or its quarantine`),
      )
      expect(refusal(ids(withheld))).toEqual(
        ids(withheld).map((id) => `${id}: withheld now until what is held is decided`),
      )
    })
  })
})
