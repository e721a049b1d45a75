import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { directoryModel } from './directory-model.ts'
import { openWorld, type World } from './directory-world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

it('the store does what a plain model does, whatever happens in whatever order', async () => {
  await expect(directoryModel(() => world)).resolves.toBeUndefined()
}, 600_000)

it('the directory in memory does the same', async () => {
  const { stamp } = world
  await expect(directoryModel(() => ({ ...createMemoryDirectory(), stamp }), 10)).resolves.toBeUndefined()
}, 600_000)
