import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { instant, later } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports/clock.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { createTestClock, ids, openWorld, rowsOf, type World } from './directory-world.ts'
import { createUnreliableClient, fault } from './unreliable-client.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

type Failure = { readonly error: Error; readonly afterwards?: boolean }
/** A table whose requests meet these failures, one after the other; `forever` repeats the last. */
const failing = (failures: readonly Failure[], forever = false) => {
  const left = [...failures]
  const client = createUnreliableClient(world.endpoint, () =>
    forever && left.length === 1 ? left[0] : left.shift(),
  )
  return createTable({ client, name: world.name, clock: createTestClock(), ids })
}
const conflict = Object.assign(fault('TransactionCanceledException', 400), {
  CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
})
const increment = (pk: string) => [
  {
    update: { pk, sk: 'n' },
    expression: 'ADD #n :one',
    names: { '#n': 'n' },
    values: { ':one': 1 },
  },
]

describe('the table client', () => {
  it('tries again what throttling, a conflict or a server error stopped', async () => {
    for (const error of [fault('ThrottlingException', 400), conflict, fault('InternalServerError', 500)]) {
      const pk = ids.uuid()
      expect(await failing([{ error }, { error }]).transact(increment(pk))).toEqual({ kind: 'done' })
      expect(await world.table.get({ pk, sk: 'n' })).toMatchObject({ n: 1 })
    }
  })

  it('does a transaction once even when its answers are lost', async () => {
    const pk = ids.uuid()
    const lost: Failure = { error: fault('TimeoutError'), afterwards: true }
    expect(await failing([lost, lost, lost]).transact(increment(pk))).toEqual({ kind: 'done' })
    expect(await world.table.get({ pk, sk: 'n' })).toMatchObject({ n: 1 })
  })

  it('does not repeat an update whose end is unknown', async () => {
    const pk = ids.uuid()
    const lost: Failure = { error: fault('TimeoutError'), afterwards: true }
    const update = { expression: 'ADD #n :one', names: { '#n': 'n' }, values: { ':one': 1 } }
    await expect(failing([lost]).update({ pk, sk: 'n' }, update)).rejects.toMatchObject({
      code: 'storeUnavailable',
    })
    expect(await world.table.get({ pk, sk: 'n' })).toMatchObject({ n: 1 })
  })

  it('gives up with the code that says why, and when to try again', async () => {
    for (const [error, code] of [
      [fault('ProvisionedThroughputExceededException', 400), 'storeThrottled'],
      [conflict, 'storeConflict'],
      [fault('TimeoutError'), 'storeUnavailable'],
    ] as const) {
      const table = failing([{ error }], true)
      const failed = await table.transact(increment('x')).catch((reason: unknown) => reason)
      expect(failed).toMatchObject({ name: 'ConnectorError', code })
      expect(failed).toHaveProperty('retryAfter', expect.any(Number))
    }
  })

  describe('with the time limit of one request', () => {
    const started = instant(0)
    const limit = { patientUntil: later(started, 4), until: later(started, 20) }
    const limited = (at: number) => {
      let sent = 0
      const client = createUnreliableClient(world.endpoint, () => {
        sent += 1
        return { error: fault('ThrottlingException', 400) }
      })
      let now = later(started, at)
      const clock: Clock = {
        now: () => now,
        sleep: async (seconds) => {
          now = later(now, seconds)
        },
      }
      const table = createTable({ client, name: world.name, clock, ids, limit, random: () => 1 })
      return { table, clock, sent: () => sent }
    }

    it('waits a fault out only as long as the request is patient, all its calls together', async () => {
      const { table, clock } = limited(0)
      await expect(table.get({ pk: 'a', sk: 'a' })).rejects.toMatchObject({ code: 'storeThrottled' })
      const first = clock.now()
      expect(first >= limit.patientUntil && first <= later(limit.patientUntil, 1)).toBe(true)
      await expect(table.query({ pk: 'a' })).rejects.toMatchObject({ code: 'storeThrottled' })
      expect(clock.now()).toBe(first)
    })

    it('works on without patience, and sends nothing once the time is over', async () => {
      const impatient = limited(5)
      await expect(impatient.table.get({ pk: 'a', sk: 'a' })).rejects.toMatchObject({
        code: 'storeThrottled',
      })
      expect(impatient.sent()).toBe(1)
      const late = limited(20)
      await expect(late.table.transact(increment('a'))).rejects.toMatchObject({
        code: 'outOfTime',
        retryAfter: 5,
      })
      expect(late.sent()).toBe(0)
    })
  })

  it('does not wait for a store that takes a request and never answers', { timeout: 9_000 }, async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const client = createUnreliableClient(`http://127.0.0.1:${port}`, () => undefined)
    const limit = { patientUntil: instant(0), until: later(instant(Date.now()), 60) }
    const table = createTable({ client, name: world.name, clock: systemClock, ids, limit })
    await expect(table.get({ pk: 'a', sk: 'a' })).rejects.toMatchObject({ code: 'storeUnavailable' })
    silent.closeAllConnections()
    silent.close()
  })

  it('tells a failed condition from a fault', async () => {
    const { table } = world
    const key = { pk: ids.uuid(), sk: 'a' }
    const fresh = { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }
    expect(await table.put({ ...key, v: 1 }, fresh)).toBe('done')
    expect(await table.put({ ...key, v: 2 }, fresh)).toBe('conditionFailed')
    expect(
      await table.transact([{ put: { pk: key.pk, sk: 'b' } }, { check: key, condition: fresh }]),
    ).toEqual({
      kind: 'cancelled',
      reasons: ['none', 'conditionFailed'],
    })
    expect(await rowsOf(table, key.pk)).toEqual([{ ...key, v: 1 }])
  })

  it('refuses what is larger than a record', async () => {
    const large = { pk: ids.uuid(), sk: 'a', text: 'x'.repeat(410 * 1024) }
    await expect(world.table.put(large)).rejects.toMatchObject({ code: 'payloadTooLarge' })
    await expect(world.table.transact([{ put: large }])).rejects.toMatchObject({ code: 'payloadTooLarge' })
  })

  it('reads many keys in their order, and all of a partition in pages', async () => {
    const { table } = world
    const pk = ids.uuid()
    const keys = Array.from({ length: 230 }, (_, n) => ({ pk, sk: String(n).padStart(4, '0') }))
    for (const key of keys) await table.put({ ...key, text: 'x'.repeat(10_000) })
    const asked = [...keys, { pk, sk: 'none' }, ...keys].reverse()
    expect((await table.batchGet(asked)).map(({ sk }) => sk)).toEqual(keys.map(({ sk }) => sk).reverse())
    expect((await rowsOf(table, pk)).map(({ sk }) => sk)).toEqual(keys.map(({ sk }) => sk))
    const [first] = keys
    if (!first) throw new Error('no keys')
    await table.put({ ...first, kept: 1, large: 'x'.repeat(1000) })
    expect(await table.batchGet([first], ['kept', 'missing'])).toEqual([{ ...first, kept: 1 }])
    const page = await table.query({ pk, from: '0010', to: '0020', limit: 3, after: '0012' })
    expect(page.items.map(({ sk }) => sk)).toEqual(['0013', '0014', '0015'])
    expect(page.next).toBe('0015')
  })
})
