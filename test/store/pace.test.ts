import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { later, milliseconds } from '../../lib/core/ids.ts'
import { createPace } from '../../lib/store/pace.ts'
import { createTestClock, firstOfMay as now, type TestClock } from '../support/clock.ts'
import { type Opened, openStore } from './opened.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const never = later(now, 1e6)
const freshUrl = () => `https://${randomUUID()}.example`
/** Requests take no time of the shared clock, so that hosts in one process are as independent as hosts are. */
const host = (clock: TestClock, egress = 'nat-1', onCapacity?: (units: number) => void) => {
  const table = opened.another(clock, onCapacity)
  const timeless = {
    ...table,
    get: (...given: Parameters<typeof table.get>) => clock.during(table.get(...given)),
    update: (...given: Parameters<typeof table.update>) => clock.during(table.update(...given)),
  }
  return createPace(timeless, { egress })
}
const elapsed = (clock: TestClock) => (milliseconds(clock.now()) - milliseconds(now)) / 1000

/** The most calls that start within any one second. */
const busiestSecond = (moments: readonly number[]): number =>
  Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 1).length))

describe('the pace', () => {
  it('spaces the calls of one caller', async () => {
    const clock = createTestClock()
    const pace = host(clock)
    const url = freshUrl()
    const moments: number[] = []
    for (let n = 0; n < 21; n += 1) {
      await pace.permit(url, 10, never)
      moments.push(elapsed(clock))
    }
    expect(moments[0]).toBe(0)
    expect(moments.at(-1)).toBeCloseTo(2, 5)
    expect(busiestSecond(moments)).toBeLessThanOrEqual(10)
  })

  it('is shared by hosts behind one egress address: together they keep the rate, and use it', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    const moments: number[] = []
    const caller = async (pace: ReturnType<typeof host>, calls: number) => {
      for (let n = 0; n < calls; n += 1) {
        await pace.permit(url, 8, never)
        moments.push(elapsed(clock))
      }
    }
    const hosts = Array.from({ length: 3 }, () => host(clock))
    await Promise.all(hosts.flatMap((pace) => [caller(pace, 8), caller(pace, 8)]))
    expect(moments).toHaveLength(48)
    expect(busiestSecond(moments)).toBeLessThanOrEqual(8)
    // 48 calls at 8 a second take 6 seconds; at most a chunk per host is left unused at the end.
    expect(elapsed(clock)).toBeLessThanOrEqual(9)
  })

  it('wastes little on callers too slow for the slots of a chunk', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    const slowly = async (pace: ReturnType<typeof host>) => {
      for (let n = 0; n < 12; n += 1) {
        await pace.permit(url, 8, never)
        await clock.sleep(0.5)
      }
    }
    // Alone each would need 6 seconds; with whole chunks leased and let pass, the four would take turns for many more.
    await Promise.all(Array.from({ length: 4 }, () => slowly(host(clock))))
    expect(elapsed(clock)).toBeLessThanOrEqual(7)
  })

  it('is separate per egress address and per base URL', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    await host(clock, 'nat-1').permit(url, 0.1, never)
    await host(clock, 'nat-2').permit(url, 0.1, never)
    await host(clock, 'nat-1').permit(freshUrl(), 0.1, never)
    expect(elapsed(clock)).toBe(0)
    await host(clock, 'nat-1').permit(url, 0.1, never)
    expect(elapsed(clock)).toBe(10)
  })

  it('asks the table once for several calls of a busy caller', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    let units = 0
    const pace = host(clock, 'nat-1', (used) => {
      units += used
    })
    for (let n = 0; n < 60; n += 1) await pace.permit(url, 20, never)
    expect(units).toBeLessThan(20)
  })

  it('lets an idle rate be used at once, but not saved up', async () => {
    const clock = createTestClock()
    const pace = host(clock)
    const url = freshUrl()
    await pace.permit(url, 2, never)
    clock.advance(60)
    const moments: number[] = []
    for (let n = 0; n < 5; n += 1) {
      await pace.permit(url, 2, never)
      moments.push(elapsed(clock))
    }
    expect(moments).toEqual([60, 60.5, 61, 61.5, 62])
  })

  it('throws rather than wait behind the deadline, and the slot is not lost', async () => {
    const clock = createTestClock()
    const pace = host(clock)
    const url = freshUrl()
    await pace.permit(url, 0.5, never)
    const soon = later(now, 1)
    await expect(pace.permit(url, 0.5, soon)).rejects.toMatchObject({ code: 'outOfTime' })
    await expect(pace.permit(url, 0.5, soon)).rejects.toMatchObject({ code: 'outOfTime' })
    await pace.permit(url, 0.5, never)
    expect(elapsed(clock)).toBe(2)
  })

  it('gives up for the caller whose deadline is near, and not for the one beside it', async () => {
    const clock = createTestClock()
    const pace = host(clock)
    const url = freshUrl()
    await pace.permit(url, 0.5, never)
    const both = await Promise.allSettled([
      pace.permit(url, 0.5, later(now, 1)),
      pace.permit(url, 0.5, never),
    ])
    expect(both.map((result) => result.status)).toEqual(['rejected', 'fulfilled'])
  })

  it('pauses for everybody behind the egress address', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    const [one, two, fresh] = [host(clock), host(clock), host(clock)]
    for (let n = 0; n < 6; n += 1) await one.permit(url, 10, never)
    await two.permit(url, 10, never)
    const until = later(clock.now(), 30)
    await one.pause(url, until)
    await one.pause(url, later(now, 5))
    await one.permit(url, 10, never)
    await fresh.permit(url, 10, never)
    expect(clock.now() >= until).toBe(true)
    await expect(host(createTestClock()).permit(url, 10, later(now, 10))).rejects.toMatchObject({
      code: 'outOfTime',
    })
  })

  it('holds a caller back that was asleep when the pause came', async () => {
    const clock = createTestClock()
    const url = freshUrl()
    const pace = host(clock)
    await pace.permit(url, 1, never)
    const waiting = pace.permit(url, 1, never).then(() => elapsed(clock))
    await pace.pause(url, later(now, 20))
    expect(await waiting).toBeGreaterThanOrEqual(20)
  })
})
