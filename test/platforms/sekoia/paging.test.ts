import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
