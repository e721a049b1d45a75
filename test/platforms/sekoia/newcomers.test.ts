import { expect, test } from 'vitest'
import { createNewcomers } from '../../../lib/platforms/sekoia/newcomers.ts'
import type { AvatarShape } from '../../../lib/platforms/sekoia/shapes.ts'

const avatar = (name: string): AvatarShape => ({
  uuid: name,
  user: { email: `${name}@demo.test` },
  status: 'enabled',
  roles: [],
})

test('who came since the list was read is found, however many came after them, and nobody who has gone', async () => {
  let newestFirst = Array.from({ length: 150 }, (_, n) => avatar(`old${n}`))
  let pages = 0
  const newcomers = createNewcomers(
    async (offset) => {
      pages += 1
      return newestFirst.slice(offset, offset + 100)
    },
    async (id) => newestFirst.find(({ uuid }) => uuid === id),
  )
  const joins = (...names: readonly string[]) => {
    newestFirst = [...names.map(avatar).toReversed(), ...newestFirst]
  }
  const crowd = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`)
  expect(await newcomers.find('ada@demo.test')).toBeUndefined()
  expect(pages).toBe(1)
  joins('ada', ...crowd('a', 250))
  expect(await newcomers.find('bob@demo.test')).toBeUndefined()
  expect(pages).toBe(4)
  joins(...crowd('b', 90))
  expect(await newcomers.find('ada@demo.test')).toMatchObject({ uuid: 'ada' })
  expect(pages).toBe(5)
  newestFirst = newestFirst.filter(({ uuid }) => uuid !== 'ada')
  expect(await newcomers.find('ada@demo.test')).toBeUndefined()
  newcomers.listed()
  expect(await newcomers.find('a3@demo.test')).toBeUndefined()
})
