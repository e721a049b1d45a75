import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReadingState } from '../../../lib/core/ports/platform.ts'
import { type List, type ReadPage, readWhole } from '../../../lib/platforms/sekoia/paging.ts'
import { testClock } from '../clock.ts'

type Item = { readonly uuid: string }
const many = (count: number, from = 0): readonly Item[] =>
  Array.from({ length: count }, (_, index) => ({ uuid: `u${index + from}` }))

const serve =
  (list: () => readonly Item[]): ReadPage =>
  async (offset, limit) => ({ total: list().length, items: list().slice(offset, offset + limit) })

const listOf = (page: ReadPage): List<Item> => ({
  read: page,
  itemOf: (entry) => ({ uuid: String((entry as Item | null)?.uuid) }),
  idOf: ({ uuid }) => uuid,
  what: 'reading',
})
const read = async (page: ReadPage) => (await readWhole(listOf(page), testClock())).items
const unreadable = expect.objectContaining({ code: 'platformUnreadable' })

describe('a list', () => {
  it.each([0, 1, 99, 100, 101, 199, 200, 298, 5000])('of %i is read whole', async (count) => {
    expect(await read(serve(() => many(count)))).toEqual(many(count))
  })

  it('is not whole when a page is short, whatever was left out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 350 }), fc.nat(), fc.nat(), async (count, a, b) => {
        const damaged: ReadPage = async (offset, limit) => {
          const page = await serve(() => many(count))(offset, limit)
          const from = a % page.items.length
          const until = from + 1 + (b % page.items.length)
          return { total: page.total, items: page.items.filter((_, at) => at < from || at >= until) }
        }
        await expect(read(damaged)).rejects.toEqual(unreadable)
      }),
    )
  })

  it('is not whole when its total changes, or an entry repeats', async () => {
    let calls = 0
    const growing = serve(() => many(250 + calls++))
    await expect(read(growing)).rejects.toEqual(unreadable)
    const wavering: ReadPage = async (offset, limit) => {
      const page = await serve(() => many(500))(offset, limit)
      return { ...page, total: offset === 198 ? 501 : 500 }
    }
    await expect(read(wavering)).rejects.toEqual(unreadable)
    const repeating = serve(() => [...many(50), ...many(50)])
    await expect(read(repeating)).rejects.toEqual(unreadable)
  })

  it('never skips anybody who was there all the time', async () => {
    // Between two pages one member leaves and another joins, so that the total says nothing.
    const move = fc.record({ page: fc.integer({ min: 1, max: 3 }), leaves: fc.nat(249), joins: fc.nat(249) })
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 4 }), async (moves) => {
        let list = many(250)
        let pages = 0
        const moving: ReadPage = async (offset, limit) => {
          for (const { page, leaves, joins } of moves.filter((one) => one.page === pages)) {
            const without = list.toSpliced(leaves, 1)
            list = without.toSpliced(joins, 0, {
              uuid: `new-${page}-${pages}-${leaves}-${joins}-${Math.abs(joins)}`,
            })
          }
          pages += 1
          return serve(() => list)(offset, limit)
        }
        const result = await read(moving).catch(() => undefined)
        if (result === undefined) return
        const seen = new Set(result.map(({ uuid }) => uuid))
        const always = many(250).filter(
          (item) => list.includes(item) || list.some(({ uuid }) => uuid === item.uuid),
        )
        for (const { uuid } of always) expect(seen).toContain(uuid)
      }),
    )
  })

  it('is read again once it stands still', async () => {
    let calls = 0
    const settling: ReadPage = async (offset, limit) => {
      calls += 1
      return serve(() => many(calls < 3 ? 250 + calls : 260))(offset, limit)
    }
    expect(await read(settling)).toHaveLength(260)
  })
})

/** Reads until interrupted after so many pages, and goes on from what was kept as text, as often as it takes. */
const inParts = async (page: ReadPage, pages: readonly number[]) => {
  let from: ReadingState | undefined
  for (const after of [...pages, Number.POSITIVE_INFINITY]) {
    let read = 0
    try {
      return await readWhole(listOf(page), testClock(), {
        ...(from === undefined ? {} : { from }),
        page: async (state) => {
          read += 1
          from = JSON.parse(JSON.stringify(state()))
          if (read >= after) throw new Error('interrupted')
        },
      })
    } catch (error) {
      if (!(error instanceof Error && error.message === 'interrupted')) throw error
    }
  }
  throw new Error('never read to the end')
}
const interruptions = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 })

describe('a list that is interrupted', () => {
  it('is the same list, page by page, wherever that was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(900), interruptions, async (count, pages) => {
        let calls = 0
        const counted: ReadPage = (offset, limit) => {
          calls += 1
          return serve(() => many(count))(offset, limit)
        }
        const { items } = await inParts(counted, pages)
        expect(items).toEqual(many(count))
        expect(calls).toBe(Math.max(1, Math.ceil((count - 1) / 99)))
      }),
      { numRuns: 30 },
    )
  })

  it('and changes meanwhile is read again, and nobody who was there all the time is skipped', async () => {
    const moves = fc.record({ at: fc.integer({ min: 1, max: 6 }), leaves: fc.nat(249), joins: fc.nat(249) })
    await fc.assert(
      fc.asyncProperty(moves, interruptions, async ({ at, leaves, joins }, pages) => {
        let list = many(250)
        let calls = 0
        const moving: ReadPage = async (offset, limit) => {
          calls += 1
          if (calls === at) list = list.toSpliced(leaves, 1).toSpliced(joins, 0, { uuid: 'new' })
          return serve(() => list)(offset, limit)
        }
        const seen = new Set((await inParts(moving, pages)).items.map(({ uuid }) => uuid))
        for (const { uuid } of many(250)) if (uuid !== `u${leaves}`) expect(seen).toContain(uuid)
      }),
      { numRuns: 60 },
    )
  })

  it('counts its attempts on, and is begun anew from what nobody understands', async () => {
    let calls = 0
    const growing = serve(() => many(250 + calls++))
    await expect(inParts(growing, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1])).rejects.toEqual(unreadable)
    expect(calls).toBeLessThan(20)
    for (const data of [undefined, 'text', { attempt: 1, total: 2, items: [{}, {}, {}] }, { items: [1] }])
      expect(
        (
          await readWhole(listOf(serve(() => many(120))), testClock(), {
            from: { begunAt: testClock().now(), data },
            page: async () => {},
          })
        ).items,
      ).toEqual(many(120))
  })
})
