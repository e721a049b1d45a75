import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  connectionId,
  groupId,
  type Instant,
  instant,
  later,
  memberId,
  milliseconds,
} from '../../lib/core/ids.ts'
import type { Due } from '../../lib/core/work.ts'
import { dueItem } from '../../lib/store/due-items.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { firstOfMay } from '../support/clock.ts'
import { type Opened, openStore } from './opened.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const connection = connectionId('acme')
const dueAt = async (at: Instant, name: string): Promise<Due> => {
  const due: Due = {
    position: ulid(milliseconds(at)),
    connection,
    at,
    kind: 'member',
    member: memberId(name),
  }
  await opened.table.put(dueItem(due))
  return due
}
const forEver = instant(Date.UTC(9999, 0))

it('gives due items of all shards oldest first, deletes those given and keeps what is left of a large one', async () => {
  const queue = createWorkQueue(opened.table)
  const all: Due[] = []
  for (let n = 0; n < 30; n += 1) all.push(await dueAt(later(firstOfMay, n), `m${n}`))

  expect(await queue.dueBefore(later(firstOfMay, 20), 100)).toEqual(all.slice(0, 20))
  expect(await queue.dueBefore(forEver, 7)).toEqual(all.slice(0, 7))
  expect(await queue.dueBefore(forEver, 7, all[9]?.position)).toEqual(all.slice(10, 17))

  await queue.finishDue(all.slice(0, 25))
  await queue.finishDue(all.slice(0, 25))
  expect(await queue.dueBefore(forEver, 100)).toEqual(all.slice(25))

  const [seen] = all.slice(25)
  if (!seen) throw new Error('no due item')
  const rest = { kind: 'group', group: groupId('g'), after: memberId('m500') } as const
  await queue.replaceDue(seen, rest)
  await queue.replaceDue(seen, rest)
  const left = await queue.dueBefore(forEver, 100)
  expect(left.filter((due) => due.kind === 'group')).toMatchObject([{ ...rest, at: seen.at, connection }])
  expect(left).toHaveLength(5)
})
