import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountId, communityId, connectionId, instant, memberId, milliseconds } from '../../lib/core/ids.ts'
import type { Change, Plan } from '../../lib/core/plan.ts'
import type { HeldChange, Hold } from '../../lib/core/verdict.ts'
import { priorities } from '../../lib/core/work.ts'
import { retryAt } from '../../lib/provisioning/backoff.ts'
import { digestOf, nextHold } from '../../lib/provisioning/holding.ts'
import { inParallel } from '../../lib/provisioning/parallel.ts'
import type { Person } from '../../lib/provisioning/state.ts'

const now = instant(1_800_000_000_000)
const soc = communityId('soc')
const connection = connectionId('demo')

const personOf = (n: number): Person => ({ connection, member: memberId(`m${n}`) })
const suspend = (n: number): Change => ({
  id: `suspend/a${n}/departed`,
  kind: 'suspend',
  subject: { ...personOf(n), email: `p${n}@demo.test`, account: accountId(`a${n}`) },
  reason: 'departed',
})
const heldOf = (n: number): HeldChange => ({
  change: suspend(n),
  reason: { kind: 'budget', removal: 'departure', limit: 5, used: 5, wanted: 1 },
})
const planOf = (scope: Plan['scope']): Plan => ({
  community: soc,
  scope,
  configuration: 1,
  directoryAt: now,
  snapshotAt: now,
  changes: [],
  unmanaged: [],
  problems: [],
  drift: [],
  warnings: [],
})
const after = (
  existing: Hold | undefined,
  scope: Plan['scope'],
  held: readonly number[],
  lookedAt: readonly number[],
): Hold | undefined => {
  const input = { community: soc, existing, plan: planOf(scope), now }
  const next = nextHold({ ...input, held: held.map(heldOf), lookedAt: lookedAt.map(personOf) })
  return next.kind === 'save'
    ? { ...next.hold, version: next.hold.version + 1 }
    : next.kind === 'delete'
      ? undefined
      : existing
}
const idsIn = (hold: Hold | undefined): readonly string[] => (hold?.held ?? []).map(({ change }) => change.id)

const numbers = fc.uniqueArray(fc.nat(12), { maxLength: 8 })
const look = fc.record({ lookedAt: numbers, share: fc.nat(8), whole: fc.boolean() })

test('a hold always names what the last look at each person held, and its digest is theirs', () => {
  fc.assert(
    fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
      let hold: Hold | undefined
      let model = new Set<number>()
      for (const { lookedAt, share, whole } of looks) {
        const held = lookedAt.slice(0, share)
        hold = after(hold, whole ? 'community' : 'targeted', held, lookedAt)
        if (whole) model = new Set(held)
        else model = new Set([...[...model].filter((n) => !lookedAt.includes(n)), ...held])
        const ids = [...model].map((n) => suspend(n).id)
        expect([...idsIn(hold)].sort()).toEqual(ids.sort())
        if (hold !== undefined) expect(hold.digest).toBe(digestOf(ids))
      }
    }),
  )
})

test('what a person rejected stays rejected while it is the same or less, and is asked again when there is more', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 8 }), numbers, (first, second) => {
      const waiting = after(undefined, 'community', first, [])
      if (waiting === undefined) throw new Error('nothing held')
      const next = after({ ...waiting, state: 'rejected' }, 'community', second, [])
      if (second.length === 0) expect(next).toBeUndefined()
      else expect(next?.state).toBe(second.every((n) => first.includes(n)) ? 'rejected' : 'waiting')
    }),
  )
})

test('a digest does not depend on the order and does on the set', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 10 }), (ids) => {
      expect(digestOf([...ids].reverse())).toBe(digestOf(ids))
      expect(digestOf([...ids, 'one more than before'])).not.toBe(digestOf(ids))
    }),
  )
})

test('waiting grows with the attempts, never beyond its cap and never below what the platform asked for', () => {
  const unit = fc.double({ min: 0, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.constantFrom(...priorities),
      unit,
      fc.nat(3600),
      (attempts, priority, draw, asked) => {
        const waits = (at: number) =>
          (milliseconds(retryAt(now, { attempts: at, priority }, () => draw, undefined)) -
            milliseconds(now)) /
          1000
        expect(waits(attempts)).toBeGreaterThanOrEqual(7.5)
        expect(waits(attempts)).toBeLessThanOrEqual(3600)
        expect(waits(attempts + 1)).toBeGreaterThanOrEqual(waits(attempts))
        if (priority === 'departure') expect(waits(attempts)).toBeLessThanOrEqual(300)
        const told = milliseconds(retryAt(now, { attempts, priority }, () => draw, asked)) - milliseconds(now)
        expect(told / 1000).toBeGreaterThanOrEqual(asked)
      },
    ),
  )
})

test('results keep the order of the items, and no more run at once than allowed', async () => {
  let running = 0
  let most = 0
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (n) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < n; turn++) await Promise.resolve()
    running -= 1
    return n * 10
  })
  expect(results).toEqual([50, 10, 40, 20, 30])
  expect(most).toBe(2)
  await expect(inParallel([1, 2], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})
