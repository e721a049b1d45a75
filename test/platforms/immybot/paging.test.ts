import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Entry, type ReadPage, readWhole } from '../../../lib/platforms/immybot/paging.ts'
import { testClock } from '../clock.ts'

const many = (count: number): readonly Entry[] => Array.from({ length: count }, (_, id) => ({ id }))

/** As Sieve does: pages begin at multiples of what is given at most. */
const serve =
  (list: () => readonly Entry[], cap = Number.MAX_SAFE_INTEGER): ReadPage<Entry> =>
  async (page, asked) => {
    const size = Math.min(asked, cap)
    return list().slice((page - 1) * size, page * size)
  }
const counted = (read: ReadPage<Entry>) => {
  let calls = 0
  const page: ReadPage<Entry> = (number, size) => {
    calls += 1
    return read(number, size)
  }
  return { page, calls: () => calls }
}
const read = (page: ReadPage<Entry>, size = 200) => readWhole(page, size, testClock(), 'reading')
const unreadable = expect.objectContaining({ code: 'platformUnreadable' })

describe('a list', () => {
  it('of any length, in pages of any size, is read whole', async () => {
    const length = fc.oneof(fc.nat(30), fc.nat(700), fc.integer({ min: 195, max: 205 }))
    await fc.assert(
      fc.asyncProperty(length, fc.integer({ min: 20, max: 300 }), async (count, size) => {
        expect(
          await read(
            serve(() => many(count)),
            size,
          ),
        ).toEqual(many(count))
      }),
    )
  })

  it('is read in little more requests than it has pages', async () => {
    const { page, calls } = counted(serve(() => many(5000)))
    expect(await read(page)).toHaveLength(5000)
    expect(calls()).toBeLessThan(34)
  })

  it('is read whole where an instance gives less per page than asked for, whatever it gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(400), fc.integer({ min: 20, max: 199 }), async (count, cap) => {
        expect(await read(serve(() => many(count), cap))).toEqual(many(count))
      }),
    )
  })

  it('is read whole where an instance knows no pages', async () => {
    expect(await read(async () => many(900))).toEqual(many(900))
  })

  it('of which a part is left out of an answer is not taken for whole', async () => {
    const damage = fc.record({
      count: fc.integer({ min: 60, max: 700 }),
      keeps: fc.integer({ min: 40, max: 90 }),
    })
    await fc.assert(
      fc.asyncProperty(damage, async ({ count, keeps }) => {
        const damaged: ReadPage<Entry> = async (page, size) => {
          const whole = await serve(() => many(count))(page, size)
          return whole.slice(0, Math.floor((whole.length * keeps) / 100))
        }
        // With next to nothing left of an answer nothing tells that there is more; less than half of it does.
        await expect(read(damaged)).rejects.toEqual(unreadable)
      }),
    )
  })

  it('that repeats an entry is not whole', async () => {
    await expect(read(serve(() => [...many(50), { id: 3 }]))).rejects.toEqual(unreadable)
  })

  it('never skips anybody who was there all the time', async () => {
    const move = fc.record({ call: fc.integer({ min: 1, max: 8 }), leaves: fc.nat(449) })
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 5 }), async (moves) => {
        let list = many(450)
        let calls = 0
        const moving: ReadPage<Entry> = async (page, size) => {
          calls += 1
          for (const { leaves } of moves.filter(({ call }) => call === calls))
            list = [...list.toSpliced(leaves, 1), { id: 1000 + calls * 10 + leaves }]
          return serve(() => list)(page, size)
        }
        const result = await read(moving).catch(() => undefined)
        if (result === undefined) return
        const seen = new Set(result.map(({ id }) => id))
        const always = many(450).filter(({ id }) => list.some((one) => one.id === id))
        expect(always.filter(({ id }) => !seen.has(id))).toEqual([])
      }),
    )
  })

  it('is read again once it stands still, and not for ever', async () => {
    let calls = 0
    const settling = serve(() => many(calls++ < 3 ? 250 + calls : 260))
    expect(await read(settling)).toHaveLength(260)
    let more = 0
    await expect(read(serve(() => many(250 + more++).toReversed()))).rejects.toEqual(unreadable)
  })
})
