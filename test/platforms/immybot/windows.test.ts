import { describe, expect, it } from 'vitest'
import { readWindows, windowSize } from '../../../lib/platforms/immybot/windows.ts'

describe('a list in windows', () => {
  const list = Array.from({ length: 130 }, (_, index) => ({ id: index + 1 }))

  it.each([20, 60, 200])('is whole with %i at once', async (cap) => {
    expect(await readWindows(async (skip) => list.slice(skip, skip + cap), 0)).toEqual(list)
  })

  it('is whole where windows are not known', async () => {
    expect(await readWindows(async () => list, 0)).toEqual(list)
  })

  it('is not whole when it moves between windows', async () => {
    let reads = 0
    const read = async (skip: number) => {
      reads += 1
      return list.filter(({ id }) => reads === 1 || id !== 5).slice(skip, skip + 60)
    }
    expect(await readWindows(read, 0)).toBeUndefined()
  })
})

it('the first window for ever is no whole list; as many as are asked for may be all there are', async () => {
  const entries = Array.from({ length: 450 }, (_, id) => ({ id }))
  expect(await readWindows(async (_, take) => entries.slice(0, take), 0)).toBeUndefined()
  const all = entries.slice(0, windowSize)
  expect(await readWindows(async () => all, 0)).toEqual(all)
  expect(await readWindows(async (skip, take) => entries.slice(skip, skip + take), 0)).toEqual(entries)
})
