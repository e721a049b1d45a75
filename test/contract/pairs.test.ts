import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allPairs, aloneRows, choice, coveringRows, type Row, setting, variantsOf } from './pairs.ts'

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

  it('begin with the defaults, and flip each switch alone, to each of its other values', () => {
    fc.assert(
      fc.property(sizes, (given) => {
        expect(coveringRows(given)[0]).toEqual(given.map(() => 0))
        const expected = given.flatMap((size, at) =>
          range(size)
            .slice(1)
            .map((value) => given.map((_, i) => (i === at ? value : 0))),
        )
        expect(aloneRows(given)).toEqual(expected)
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
        const [largest = 1, second = 1] = given.toSorted((a, b) => b - a)
        // Two largest switches need a row for each of their pairs; greed costs a factor that grows with the logarithm of their number.
        expect(rows.length).toBeLessThanOrEqual(1 + largest * second * (1 + Math.log2(given.length + 1)))
      }),
    )
    expect(coveringRows(Array<number>(22).fill(2)).length).toBeLessThanOrEqual(12)
  })

  it('carry what the simulator is set to and what the operator writes', () => {
    type Switches = { readonly key: string; readonly list: 'array' | 'object' }
    const variants = variantsOf<Switches>([
      setting('key', 'a', 'b'),
      choice<Switches>('list', { list: 'array' }, { list: 'object' }),
    ])
    const list = 'object' as const
    expect(variants.map(({ name, kind, flipped, ...told }) => [kind, name, flipped, told])).toEqual([
      ['defaults', 'as the documents suggest', [], { switches: { key: 'a', list: 'array' }, dialect: {} }],
      ['together', 'list: object', ['list'], { switches: { key: 'a', list }, dialect: {} }],
      ['together', 'key: b', ['key'], { switches: { key: 'b', list: 'array' }, dialect: { key: 'b' } }],
      [
        'together',
        'key: b + list: object',
        ['key', 'list'],
        { switches: { key: 'b', list }, dialect: { key: 'b' } },
      ],
    ])
    const three = variantsOf<Switches & { readonly more: boolean }>([
      setting('key', 'a', 'b'),
      choice('list', { list: 'array' }, { list: 'object' }),
      choice('more', { more: false }, { more: true }),
    ])
    const alone = three.filter(({ flipped }) => flipped.length === 1)
    expect(alone.map(({ flipped }) => flipped[0]).toSorted()).toEqual(['key', 'list', 'more'])
    expect(new Set(three.map(({ name }) => name)).size).toBe(three.length)
    expect(allPairs([2, 2])).toHaveLength(4)
  })
})
