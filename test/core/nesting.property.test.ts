import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GroupId, groupId } from '../../lib/core/ids.ts'
import type { GroupReference } from '../../lib/core/member.ts'
import { type Containers, createNesting } from '../../lib/core/nesting.ts'

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
const reference = (id: string): GroupReference => ({ id: groupId(id), displayName: id.toUpperCase() })
type Edge = readonly [inside: string, around: string]

const containersOf = (edges: readonly Edge[]): Containers => {
  const containers = new Map<GroupId, GroupReference[]>()
  for (const [inside, around] of edges)
    containers.set(groupId(inside), [...(containers.get(groupId(inside)) ?? []), reference(around)])
  return containers
}
const held = (edges: readonly Edge[], direct: readonly string[]) =>
  createNesting(containersOf(edges))(direct.map(reference))

const edges = fc.uniqueArray(fc.tuple(fc.constantFrom(...letters), fc.constantFrom(...letters)), {
  selector: ([inside, around]) => `${inside}${around}`,
  maxLength: 20,
})
const direct = fc.uniqueArray(fc.constantFrom(...letters), { maxLength: 4 })

/** Length of the shortest way from each to each, at least one step: the textbook's triple loop. */
const distances = (all: readonly Edge[]): ReadonlyMap<string, number> => {
  const known = new Map<string, number>(all.map(([a, b]) => [a + b, 1]))
  const far = (a: string, b: string) => known.get(a + b) ?? Number.POSITIVE_INFINITY
  for (const over of letters)
    for (const from of letters)
      for (const to of letters) {
        const length = far(from, over) + far(over, to)
        if (length < far(from, to)) known.set(from + to, length)
      }
  return known
}

describe('the groups somebody is in by way of others', () => {
  it('are those that can be reached, each by a real way of the shortest length, direct ones with none', () => {
    fc.assert(
      fc.property(edges, direct, (all, start) => {
        const far = distances(all)
        const { groups } = held(all, start)
        const wanted = letters.filter((id) => start.includes(id) || start.some((from) => far.has(from + id)))
        expect(groups.map(({ id }) => String(id)).sort()).toEqual(wanted)
        for (const { id, through } of groups) {
          const shortest = Math.min(...start.map((from) => (from === id ? 0 : (far.get(from + id) ?? 99))))
          expect(through).toHaveLength(shortest)
          const way = [...through, id]
          expect(start).toContain(way[0])
          for (const [n, step] of through.entries())
            expect(all.some(([inside, around]) => inside === step && around === way[n + 1])).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('come with the cycles among them, and only those', () => {
    fc.assert(
      fc.property(edges, direct, (all, start) => {
        const far = distances(all)
        const { groups, cycles } = held(all, start)
        expect(cycles).toEqual(
          groups
            .map(({ id }) => id)
            .filter((id) => far.has(id + id))
            .sort(),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('are the same in whatever order groups and rows are read', () => {
    const shuffled = <T>(values: readonly T[]) =>
      fc.shuffledSubarray([...values], { minLength: values.length })
    const twice = fc
      .tuple(edges, direct)
      .chain(([all, start]) => fc.tuple(fc.constant([all, start] as const), shuffled(all), shuffled(start)))
    fc.assert(
      fc.property(twice, ([[all, start], otherAll, otherStart]) => {
        expect(held(otherAll, otherStart)).toEqual(held(all, start))
      }),
      { numRuns: 300 },
    )
  })

  it('are ordered by distance, and by id within it', () => {
    fc.assert(
      fc.property(edges, direct, (all, start) => {
        const order = held(all, start).groups.map(({ id, through }) => `${through.length}${id}`)
        expect(order).toEqual([...order].sort())
      }),
    )
  })
})

it('follows a chain of any length, and a ring of any size once around', () => {
  const name = (n: number) => `g${String(n).padStart(5, '0')}`
  const length = 2_000
  const chain = Array.from({ length }, (_, n): Edge => [name(n), name(n + 1)])
  const up = held(chain, [name(length - 3)])
  expect(up.groups.map(({ id }) => String(id))).toEqual([3, 2, 1, 0].map((back) => name(length - back)))
  expect(up.cycles).toEqual([])
  const ring = held([...chain, [name(length), name(0)]], [name(7)])
  expect([ring.groups.length, ring.cycles.length]).toEqual([length + 1, length + 1])
})

it('keeps of a long way its two ends and how much is between: a chain costs no more than its groups', () => {
  const name = (n: number) => `g${String(n).padStart(5, '0')}`
  const chain = (length: number) => Array.from({ length }, (_, n): Edge => [name(n), name(n + 1)])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (length) => {
      const { groups } = held(chain(length), [name(0)])
      for (const [n, { through, leftOut = 0 }] of groups.entries()) {
        const way = Array.from({ length: n }, (_, step) => name(step))
        expect([through.length + leftOut, leftOut]).toEqual([n, Math.max(0, n - 8)])
        expect(through).toEqual(n <= 8 ? way : [...way.slice(0, 4), ...way.slice(-4)])
      }
    }),
  )
  const { groups } = held(chain(3_000), [name(0)])
  expect(groups.reduce((sum, { through }) => sum + through.length, 0)).toBeLessThan(8 * groups.length)
})

it('of somebody in no group are none', () => {
  expect(held([['a', 'a']], [])).toEqual({ groups: [], cycles: [] })
  expect(held([['a', 'a']], ['a'])).toEqual({
    groups: [{ ...reference('a'), through: [] }],
    cycles: ['a'],
  })
})
