import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectionId, connectionId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Directory } from '../../lib/core/ports/directory.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'
import { ids, openWorld, person, type World, written } from './directory-world.ts'
import { interleaved } from './interleaved.ts'

let world: World
let dense: Table
beforeAll(async () => {
  world = await openWorld()
  const { client, name, clock } = world
  let made = 0
  // Three partitions only, so that pages begin and end in the middle of them, among tombstones.
  const uuid = (): string => {
    made += 1
    return `${['00', '7a', 'ff'][made % 3]}${randomUUID().slice(2)}`
  }
  dense = createTable({ client, name, clock, ids: { ...ids, uuid } })
})
afterAll(() => world.close())

const fill = async (c: ConnectionId, directory: Directory, count: number): Promise<Member[]> => {
  const all: Member[] = []
  for (let n = 0; n < count; n += 1)
    all.push(written(await directory.createMember(world.stamp(c), person(`l${n}-${ids.ordered()}`))))
  return all
}
const idsOf = (members: readonly Member[]): readonly string[] => members.map(({ id }) => id)
const scanned = async (directory: Directory, c: ConnectionId, limit: number): Promise<readonly string[]> => {
  const all: string[] = []
  let after: string | undefined
  do {
    const page = await directory.scanMembers(c, limit, after)
    expect(page.items.length).toBe(page.next === undefined ? page.items.length : limit)
    all.push(...idsOf(page.items))
    after = page.next
  } while (after !== undefined)
  return all
}

describe('a list that changes while it is read', () => {
  it('never skips or repeats who was there all the time', async () => {
    for (let n = 0; ; n += 1) {
      const c = connectionId(`c${ids.ordered()}`)
      const directory = createDirectory(dense)
      const members = await fill(c, directory, 16)
      const leaving = members.filter((_, at) => at % 4 === 0)
      const staying = idsOf(members.filter((_, at) => at % 4 !== 0)).toSorted()
      const hooked = interleaved(dense, n, async () => {
        for (const one of leaving) written(await directory.deleteMember(world.stamp(c), one))
        await fill(c, directory, 5)
      })
      const seen = await scanned(createDirectory(hooked.table), c, 4)
      expect(seen).toEqual([...new Set(seen)].sort())
      expect(seen.filter((id) => staying.includes(id))).toEqual(staying)
      if (hooked.calls() > n) continue
      expect(n).toBeGreaterThanOrEqual(6)
      return
    }
  }, 60_000)

  it('is read on where it has grown since it was counted', async () => {
    const c = connectionId(`c${ids.ordered()}`)
    const directory = createDirectory(dense)
    const staying = idsOf(await fill(c, directory, 9)).toSorted()
    const counted = interleaved(dense, 0, () => fill(c, directory, 60))
    const page = await createDirectory(counted.table).scanMembers(c, 100)
    expect(idsOf(page.items).filter((id) => staying.includes(id))).toEqual(staying)
  })

  it('shows on one page nobody twice, nobody out of order, and nobody left out in between', async () => {
    for (let n = 0; n < 4; n += 1) {
      const c = connectionId(`c${ids.ordered()}`)
      const directory = createDirectory(dense)
      const members = await fill(c, directory, 20)
      const hooked = interleaved(dense, n, async () => {
        for (const one of members.slice(0, 6)) written(await directory.deleteMember(world.stamp(c), one))
      })
      const page = idsOf((await createDirectory(hooked.table).listMembers(c, 4, 9)).resources)
      expect(page).toEqual([...new Set(page)].sort())
      const staying = idsOf(members.slice(6)).toSorted()
      const [first = '', last = ''] = [page[0], page.at(-1)]
      expect(page.filter((id) => staying.includes(id))).toEqual(
        staying.filter((id) => id >= first && id <= last),
      )
    }
  })
})

it('any page of any list, with tombstones anywhere, is the slice of what lives', async () => {
  const c = connectionId(`c${ids.ordered()}`)
  const directory = createDirectory(dense)
  const members = await fill(c, directory, 60)
  // Runs of tombstones longer than a page has rows to spare, and single ones.
  const inOrder = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const gone = new Set(inOrder.filter((_, at) => (at > 10 && at < 30) || at % 7 === 0))
  for (const one of gone) written(await directory.deleteMember(world.stamp(c), one))
  const live = idsOf(inOrder.filter((one) => !gone.has(one)))
  for (const [start, count] of [
    [1, 5],
    [5, 20],
    [9, 3],
    [14, 100],
    [live.length, 2],
  ] as const) {
    const page = await directory.listMembers(c, start, count)
    expect([page.total, idsOf(page.resources)]).toEqual([
      live.length,
      live.slice(start - 1, start - 1 + count),
    ])
  }
  for (const limit of [1, 2, 7, 30, 200]) expect(await scanned(directory, c, limit)).toEqual(live)
})
