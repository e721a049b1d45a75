import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSortedIds } from './sorted-ids.ts'

it('keeps ids in order and finds any place, also when chunks split and empty', () => {
  const id = fc.integer({ min: 0, max: 3_000 }).map((n) => n.toString(36).padStart(3, '0'))
  const plainly = (ids: ReadonlySet<string>) => [...ids].sort()
  fc.assert(
    fc.property(
      fc.array(id, { maxLength: 2_000, size: 'max' }),
      fc.array(id, { maxLength: 2_000, size: 'max' }),
      fc.nat({ max: 2_000 }),
      id,
      (added, removed, place, after) => {
        const ids = createSortedIds()
        const model = new Set<string>()
        for (const one of added) {
          expect(ids.add(one)).toBe(!model.has(one))
          model.add(one)
        }
        for (const one of removed) expect(ids.delete(one)).toBe(model.delete(one))
        const all = plainly(model)
        expect(ids.size()).toBe(all.length)
        expect(ids.has(after)).toBe(model.has(after))
        expect(ids.at(0, Number.POSITIVE_INFINITY)).toEqual(all)
        expect(ids.at(place, 7)).toEqual(all.slice(place, place + 7))
        expect(ids.after(after, 7)).toEqual(all.filter((one) => one > after).slice(0, 7))
        expect(ids.after(undefined, 7)).toEqual(all.slice(0, 7))
      },
    ),
    { numRuns: 30 },
  )
})
