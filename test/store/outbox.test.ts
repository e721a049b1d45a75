import { afterAll, beforeAll, expect, test } from 'vitest'
import { communityId, later } from '../../lib/core/ids.ts'
import type { OutgoingEvent, ReceiverState } from '../../lib/core/ports/events.ts'
import { createEventOutbox } from '../../lib/store/outbox.ts'
import { type Opened, openStore } from './opened.ts'

let store: Opened
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.test.close())

let receivers = 0
const fresh = (): string => `webhook/r${++receivers}`
const eventFor = (receiver: string): OutgoingEvent => ({
  id: store.table.ids.ordered(),
  receiver,
  attempts: 0,
  event: { type: 'run.failed', community: communityId('soc'), at: store.clock.now(), code: 'internal' },
})
const never = (): boolean => false

test('what is appended is due to its receiver alone, in order, until it is finished', async () => {
  const outbox = createEventOutbox(store.table)
  const [mine, other] = [fresh(), fresh()]
  const events = Array.from({ length: 12 }, () => eventFor(mine))
  await outbox.append([...events, eventFor(other)])
  await outbox.append(events)
  expect(await outbox.due(mine, store.clock.now(), 100)).toEqual(
    events.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
  expect(await outbox.due(mine, store.clock.now(), 5)).toHaveLength(5)
  await outbox.finish(events.slice(0, 10))
  await outbox.finish(events.slice(0, 10))
  expect(await outbox.due(mine, store.clock.now(), 100)).toHaveLength(2)
  expect(await outbox.due(other, store.clock.now(), 100)).toHaveLength(1)
})

test('what is deferred comes again then, behind what is new; what was finished meanwhile stays finished', async () => {
  const outbox = createEventOutbox(store.table)
  const receiver = fresh()
  const [early, late, gone] = [eventFor(receiver), eventFor(receiver), eventFor(receiver)]
  await outbox.append([early, late, gone])
  const then = later(store.clock.now(), 60)
  await outbox.defer(early, then)
  await outbox.finish([gone])
  await outbox.defer(gone, then)
  expect(await outbox.due(receiver, store.clock.now(), 10)).toEqual([late])
  expect(await outbox.due(receiver, then, 10)).toEqual([late, { ...early, notBefore: then, attempts: 1 }])
  const [, again] = await outbox.due(receiver, then, 10)
  if (again === undefined) throw new Error('it is gone')
  await outbox.defer(again, then)
  expect((await outbox.due(receiver, then, 10))[1]?.attempts).toBe(2)
})

test('what nobody took in a week is gone, whether the service has removed it or not', async () => {
  const outbox = createEventOutbox(store.table)
  const receiver = fresh()
  await outbox.append([eventFor(receiver)])
  expect(await outbox.due(receiver, later(store.clock.now(), 7 * 86_400 - 1), 10)).toHaveLength(1)
  expect(await outbox.due(receiver, later(store.clock.now(), 7 * 86_400), 10)).toEqual([])
})

test('a receiver is one worker’s at a time, with what is known of it; a dead worker’s after its time', async () => {
  const [one, two] = [createEventOutbox(store.table), createEventOutbox(store.another())]
  const receiver = fresh()
  const claims = await Promise.all([one.claim(receiver, 30, never), two.claim(receiver, 30, never)])
  const [claim] = claims.filter((each) => each !== undefined)
  if (claim === undefined || claims.every((each) => each !== undefined)) throw new Error('not exactly one')
  expect(claim.state).toEqual({ failures: 0 })
  const failing: ReceiverState = { failures: 3, notBefore: later(store.clock.now(), 60) }
  await one.release(claim, failing)
  expect(await two.claim(receiver, 30, ({ failures }) => failures > 0)).toBeUndefined()
  const next = await two.claim(receiver, 30, never)
  expect(next?.state).toEqual(failing)

  store.clock.advance(31)
  const third = await one.claim(receiver, 30, never)
  expect(third?.state).toEqual(failing)
  // The one who was overtaken changes nothing any more.
  if (next !== undefined) await two.release(next, { failures: 0 })
  expect(await two.claim(receiver, 30, never)).toBeUndefined()
})
