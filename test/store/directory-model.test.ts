import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ConnectionId } from '../../lib/core/ids.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { nestedCountKey } from '../../lib/store/keys.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { createUpkeep } from '../../lib/store/upkeep.ts'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { directoryModel } from './directory-model.ts'
import { ids, openWorld, type World } from './directory-world.ts'
import { createUnreliableClient, fault } from './unreliable-client.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const nestedCount = async (c: ConnectionId) => Number((await world.table.get(nestedCountKey(c)))?.n ?? 0)

it('the store does what a plain model does, whatever happens in whatever order', async () => {
  await expect(directoryModel(() => ({ ...world, nestedCount }))).resolves.toBeUndefined()
}, 600_000)

it('and so it does where every third request fails, before or after it was carried out', async () => {
  let state = 1
  const chance = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let failed = 0
  const client = createUnreliableClient(world.endpoint, (command) => {
    const repeatable = /^(Get|BatchGet|Query|TransactWrite)/.test(command)
    if (!repeatable || chance() > 1 / 3) return undefined
    failed += 1
    return { error: fault('TimeoutError'), afterwards: chance() < 0.5 }
  })
  const table = createTable({
    client,
    name: world.name,
    clock: { ...world.clock, sleep: async () => {} },
    ids,
  })
  const under = {
    directory: createDirectory(table),
    upkeep: createUpkeep(table),
    stamp: world.stamp,
    nestedCount,
  }
  await expect(directoryModel(() => under, 1 / 4)).resolves.toBeUndefined()
  expect(failed).toBeGreaterThan(100)
}, 600_000)

it('the directory in memory does the same', async () => {
  const { stamp } = world
  await expect(directoryModel(() => ({ ...createMemoryDirectory(), stamp }), 10)).resolves.toBeUndefined()
}, 600_000)
