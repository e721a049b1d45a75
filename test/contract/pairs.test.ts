import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allPairs, choice, coveringRows, type Row, setting, variantsOf } from './pairs.ts'

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 14 })

const range = (length = 0): readonly number[] => [...Array(length).keys()]

const meets = (rows: readonly Row[], i: number, a: number, j: number, b: number): boolean =>
  rows.some((row) => row[i] === a && row[j] === b)

describe('the variants a platform is tried in', () => {
  it('let every value of a switch meet every value of every other', () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const rows = coveringRows(given)
        const unmet = range(given.length).flatMap((i) =>
          range(i).flatMap((j) =>
            range(given[i]).flatMap((a) => range(given[j]).filter((b) => !meets(rows, i, a, j, b))),
          ),
        )
        expect(unmet).toEqual([])
      }),
    )
  })

  it('begin with the defaults, and flip each switch alone', () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const rows = coveringRows(given)
        expect(rows[0]).toEqual(given.map(() => 0))
        const alone = rows.filter((row) => row.filter((value) => value !== 0).length === 1)
        for (const [at, size] of given.entries())
          for (let value = 1; value < size; value += 1)
            expect(alone).toContainEqual(given.map((_, i) => (i === at ? value : 0)))
      }),
    )
  })

  it('are values that exist, no two the same, and few', () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const rows = coveringRows(given)
        for (const row of rows) {
          expect(row).toHaveLength(given.length)
          for (const [at, value] of row.entries()) expect(value).toBeLessThan(given[at] ?? 0)
        }
        expect(new Set(rows.map(String)).size).toBe(rows.length)
        const flips = given.map((size) => size - 1).toSorted((a, b) => b - a)
        const alone = flips.reduce((sum, flip) => sum + flip, 0)
        // Two largest switches need a row for each of their pairs; the greedy choice costs a factor that grows with the logarithm of the rest.
        const needed = (flips[0] ?? 0) * (flips[1] ?? 0)
        expect(rows.length).toBeLessThanOrEqual(1 + alone + needed * (1 + Math.log2(given.length + 1)))
      }),
    )
  })

  it('carry what the simulator is set to and what the operator writes', () => {
    type Switches = { readonly key: string; readonly list: 'array' | 'object' }
    const variants = variantsOf<Switches>([
      setting('key', 'a', 'b'),
      choice<Switches>('list', { list: 'array' }, { list: 'object' }),
    ])
    expect(variants).toEqual([
      { name: 'as the documents suggest', flipped: [], switches: { key: 'a', list: 'array' }, dialect: {} },
      { name: 'key: b', flipped: ['key'], switches: { key: 'b', list: 'array' }, dialect: { key: 'b' } },
      { name: 'list: object', flipped: ['list'], switches: { key: 'a', list: 'object' }, dialect: {} },
      {
        name: 'key: b + list: object',
        flipped: ['key', 'list'],
        switches: { key: 'b', list: 'object' },
        dialect: { key: 'b' },
      },
    ])
    expect(allPairs([2, 2])).toHaveLength(4)
  })
})
