import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFifo, type FifoQueue } from '../../infra/local/fifo.ts'

const open = (start = 0): { queue: FifoQueue; pass: (milliseconds: number) => void } => {
  let time = start
  const queue = createFifo({ visibility: 30_000, maximumReceives: 5, now: () => time })
  return {
    queue,
    pass: (milliseconds) => {
      time += milliseconds
    },
  }
}
const send = (queue: FifoQueue, group: string, deduplication: string) =>
  queue.send({ group, deduplication, body: deduplication, attributes: {} })
const bodies = (messages: readonly { readonly body: string }[]) => messages.map((message) => message.body)

test('a group with a message in flight gives nothing more; other groups go on', () => {
  const { queue } = open()
  send(queue, 'a', 'a1')
  send(queue, 'a', 'a2')
  send(queue, 'b', 'b1')
  const [first] = queue.receive(1)
  expect(first?.body).toBe('a1')
  expect(bodies(queue.receive(10))).toEqual(['b1'])
  queue.remove(first?.receipt ?? '')
  expect(bodies(queue.receive(10))).toEqual(['a2'])
})

test('the same deduplication id counts once in five minutes, even after it was received', () => {
  const { queue, pass } = open()
  const sent = send(queue, 'a', 'x')
  const [message] = queue.receive(1)
  queue.remove(message?.receipt ?? '')
  pass(5 * 60_000 - 1)
  expect(send(queue, 'a', 'x')).toEqual(sent)
  expect(queue.waiting()).toBe(0)
  pass(2)
  send(queue, 'a', 'x')
  expect(queue.waiting()).toBe(1)
})

test('what is not removed comes again after the visibility timeout, with its old place; five times, then it is dead', () => {
  const { queue, pass } = open()
  send(queue, 'a', 'a1')
  send(queue, 'a', 'a2')
  const receipts = new Set<string>()
  for (let count = 1; count <= 5; count += 1) {
    const [message] = queue.receive(1)
    expect([message?.body, message?.receiveCount]).toEqual(['a1', count])
    receipts.add(message?.receipt ?? '')
    expect(queue.receive(1)).toEqual([])
    pass(30_000)
  }
  expect(receipts.size).toBe(5)
  expect(bodies(queue.receive(1))).toEqual(['a2'])
  expect(bodies(queue.dead())).toEqual(['a1'])
})

test('an old receipt removes nothing', () => {
  const { queue, pass } = open()
  send(queue, 'a', 'a1')
  const [first] = queue.receive(1)
  pass(30_000)
  queue.receive(1)
  queue.remove(first?.receipt ?? '')
  expect(queue.waiting()).toBe(1)
})

test('an expired receipt removes nothing, so that no message overtakes the one before it', () => {
  const { queue, pass } = open()
  send(queue, 'a', 'a1')
  send(queue, 'a', 'a2')
  const [, second] = queue.receive(2)
  pass(30_000)
  expect(bodies(queue.receive(1))).toEqual(['a1'])
  queue.remove(second?.receipt ?? '')
  expect(queue.waiting()).toBe(2)
})

const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), group: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ kind: fc.constant('receive' as const), limit: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ kind: fc.constant('finish' as const) }),
  fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.integer({ min: 1, max: 40_000 }) }),
)

test('whatever happens, each group is finished in order and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { queue, pass } = open()
      const sent: Record<string, string[]> = { a: [], b: [], c: [] }
      const finished: Record<string, string[]> = { a: [], b: [], c: [] }
      let inFlight: { readonly group: string; readonly body: string; readonly receipt: string }[] = []
      let count = 0
      const finish = (): void => {
        const message = inFlight.shift()
        if (!message) return
        const before = queue.waiting()
        queue.remove(message.receipt)
        if (queue.waiting() < before) finished[message.group]?.push(message.body)
      }
      const take = (one: (typeof steps)[number]): void => {
        switch (one.kind) {
          case 'send':
            count += 1
            send(queue, one.group, `m${count}`)
            sent[one.group]?.push(`m${count}`)
            return
          case 'receive':
            inFlight = [...inFlight, ...queue.receive(one.limit)]
            return
          case 'finish':
            finish()
            return
          case 'pass':
            pass(one.milliseconds)
        }
      }
      for (const one of steps) take(one)
      do {
        while (inFlight.length > 0) finish()
        pass(30_000)
        inFlight = [...queue.receive(10)]
      } while (inFlight.length > 0)
      for (const group of ['a', 'b', 'c']) {
        const dead = queue.dead().filter((message) => message.group === group)
        const expected = sent[group]?.filter((body) => !bodies(dead).includes(body))
        expect(finished[group]).toEqual(expected)
      }
    }),
  )
})
