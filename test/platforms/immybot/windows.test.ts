import { describe, expect, it } from 'vitest'
import { readWindows } from '../../../lib/platforms/immybot/windows.ts'

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
