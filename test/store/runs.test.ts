import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountId, type CommunityId, connectionId, later, memberId, roleId } from '../../lib/core/ids.ts'
import type { Change, Plan } from '../../lib/core/plan.ts'
import type { Leases } from '../../lib/core/ports/runs.ts'
import { readingLifetime } from '../../lib/core/snapshot.ts'
import type { Verdict } from '../../lib/core/verdict.ts'
import { planHeadKey, planKey, readingKey } from '../../lib/store/keys.ts'
import { createLeases, maximumSkew } from '../../lib/store/leases.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { createReadingStore } from '../../lib/store/readings.ts'
import { createTestClock, firstOfMay as now } from '../support/clock.ts'
import { freshCommunity, type Opened, openStore } from './opened.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const acme = connectionId('acme')
const verdict: Verdict = { allowed: [], held: [], withheld: [] }
const planOf = (community: CommunityId, roles: readonly string[] = []): Plan => ({
  community,
  scope: 'community',
  configuration: 3,
  directoryAt: now,
  snapshotAt: now,
  changes: [],
  unmanaged: [],
  problems: roles.map((name) => ({ kind: 'roleNotOurs', role: name, name }) as Plan['problems'][number]),
  drift: [],
  warnings: [],
})
/** Does not compress: a plan of it needs several items. */
const noise = () => Array.from({ length: 12 }, () => randomBytes(60_000).toString('base64'))

describe('stored plans', () => {
  it('are numbered per community and come back as they were, the latest too', async () => {
    const k = freshCommunity()
    const store = createRunStore(opened.table)
    expect(await store.latestPlan(k)).toBeUndefined()
    expect(await store.savePlan(planOf(k), verdict, now)).toBe(1)
    const large = planOf(k, noise())
    expect(await store.savePlan(large, verdict, later(now, 1))).toBe(2)
    const second = { number: 2, at: later(now, 1), plan: large, verdict }
    expect(await store.latestPlan(k)).toEqual(second)
    expect(await store.plan(k, 2)).toEqual(second)
    expect(await store.savePlan(planOf(k, ['x']), verdict, later(now, 2))).toBe(3)
    expect(await store.latestPlan(k)).toMatchObject({ number: 3, plan: planOf(k, ['x']) })
    expect(await store.plan(k, 1)).toEqual({ number: 1, at: now, plan: planOf(k), verdict })
    expect(await store.plan(k, 4)).toBeUndefined()
  })

  it('of which not every part was written do not exist', async () => {
    const k = freshCommunity()
    const store = createRunStore(opened.table)
    await store.savePlan(planOf(k, ['kept']), verdict, now)
    await store.savePlan(planOf(k, noise()), verdict, now)
    await opened.table.delete(planKey(k, 2, 0))
    expect(await store.latestPlan(k)).toMatchObject({ number: 1 })
    await store.savePlan(planOf(k, ['without a head']), verdict, now)
    await opened.table.delete(planHeadKey(k, 3))
    expect(await store.latestPlan(k)).toMatchObject({ number: 1 })
    expect(await store.plan(k, 3)).toBeUndefined()
    expect(await store.plan(k, 2)).toBeUndefined()
    expect(await store.savePlan(planOf(k), verdict, now)).toBe(4)
  })

  it('of 20,000 changes come back whole, and a list of them reads none of it', async () => {
    const k = freshCommunity()
    let units = 0
    const store = createRunStore(
      opened.another(undefined, (some) => {
        units += some
      }),
    )
    const role = { role: roleId('analyst'), because: [] }
    const changes = Array.from({ length: 20_000 }, (_, n): Change => {
      const account = accountId(randomUUID())
      const subject = { connection: acme, member: memberId(randomUUID()), email: `p${n}@acme.test`, account }
      return { id: `grant/${account}/analyst`, kind: 'grant', subject, grant: role, admin: false }
    })
    const stranger: Change = { id: 'forget-role/x', kind: 'forgetRole', role: roleId('x'), name: 'X' }
    const judged: Verdict = {
      allowed: changes.slice(2),
      held: [{ change: changes[0] as Change, reason: { kind: 'protected' } }],
      withheld: [changes[1] as Change, stranger],
      untilDecided: [stranger.id],
    }
    const plan = { ...planOf(k), changes }
    expect(await store.savePlan(plan, judged, now)).toBe(1)
    expect(await store.plan(k, 1)).toEqual({ number: 1, at: now, plan, verdict: judged })
    units = 0
    const head = { number: 1, at: now, configuration: 3, scope: 'community', changes: 20_000 }
    expect(await store.plans(k, 10)).toEqual([{ ...head, allowed: 19_998, held: 1 }])
    expect(units).toBe(1)
  })

  it('are listed newest first, and each has a fate of its own, for thirty days', async () => {
    const k = freshCommunity()
    const clock = createTestClock()
    const store = createRunStore(opened.another(clock))
    for (const n of [0, 1, 2]) await store.savePlan(planOf(k), verdict, later(now, n))
    const numbers = async (limit: number) => (await store.plans(k, limit)).map(({ number }) => number)
    expect([await numbers(2), await numbers(9)]).toEqual([
      [3, 2],
      [3, 2, 1],
    ])
    expect(await store.fate(k, 2)).toBeUndefined()
    const asked = { number: 2, at: now, state: 'asked', why: [], applied: 0, failed: 0 } as const
    const refused = { ...asked, at: later(now, 5), state: 'refused', why: ['x: no longer planned'] } as const
    for (const fate of [asked, refused]) {
      await store.saveFate(k, fate)
      expect(await store.fate(k, 2)).toEqual(fate)
    }
    expect(await store.fate(k, 1)).toBeUndefined()
    clock.setTo(later(now, 30 * 86_400 + 1))
    expect(await numbers(9)).toEqual([3])
    expect(await store.fate(k, 2)).toEqual(refused)
    clock.setTo(later(now, 30 * 86_400 + 5))
    expect(await numbers(9)).toEqual([])
    expect(await store.fate(k, 2)).toBeUndefined()
  })

  it('get numbers of their own when stored at once', async () => {
    const k = freshCommunity()
    const saves = Array.from({ length: 10 }, () =>
      createRunStore(opened.another()).savePlan(planOf(k), verdict, now),
    )
    expect((await Promise.all(saves)).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('are gone after thirty days, deleted or not', async () => {
    const k = freshCommunity()
    const clock = createTestClock()
    const store = createRunStore(opened.another(clock))
    await store.savePlan(planOf(k), verdict, now)
    clock.setTo(later(now, 30 * 86_400 - 1))
    expect(await store.latestPlan(k)).toBeDefined()
    clock.setTo(later(now, 30 * 86_400))
    expect(await store.latestPlan(k)).toBeUndefined()
    expect(await store.plan(k, 1)).toBeUndefined()
  })
})

describe('an interrupted reading', () => {
  const data = (count: number) => ({
    items: Array.from({ length: count }, () => randomBytes(300).toString('base64')),
  })

  it('comes back as it was, of whatever size, until it is done or too old', async () => {
    const k = freshCommunity()
    const clock = createTestClock(now)
    const store = createReadingStore(opened.another(clock))
    expect(await store.reading(k)).toBeUndefined()
    for (const count of [4000, 1]) {
      const state = { begunAt: now, data: data(count) }
      await store.saveReading(k, state)
      expect(await store.reading(k)).toEqual(state)
    }
    await clock.sleep(readingLifetime - 1)
    expect(await store.reading(k)).toBeDefined()
    await clock.sleep(1)
    expect(await store.reading(k)).toBeUndefined()
    await store.saveReading(k, { begunAt: clock.now(), data: data(1) })
    await store.dropReading(k)
    expect(await store.reading(k)).toBeUndefined()
  })

  it('of which a part is missing, or another’s, is none', async () => {
    const k = freshCommunity()
    const store = createReadingStore(opened.another(createTestClock(now)))
    await store.saveReading(k, { begunAt: now, data: data(2500) })
    const part = await opened.table.get(readingKey(k, 2))
    await store.saveReading(k, { begunAt: now, data: data(2500) })
    if (part !== undefined) await opened.table.put(part)
    expect(await store.reading(k)).toBeUndefined()
  })
})

describe('leases', () => {
  const at = (seconds: number, holder: string): Leases => {
    const clock = createTestClock(later(now, seconds))
    return createLeases(opened.another(clock), { holder })
  }

  it('exclude everybody else until they end, and the fence rises each time', async () => {
    const k = freshCommunity()
    const first = await at(0, 'one').acquire(k, 60)
    expect(first).toEqual({ community: k, fence: 1, until: later(now, 60) })
    expect(await at(59, 'two').acquire(k, 60)).toBeUndefined()
    expect(await at(1, 'one').acquire(k, 60)).toBeUndefined()
    // The other's clock may be a few seconds behind.
    expect(await at(60 + maximumSkew - 1, 'two').acquire(k, 60)).toBeUndefined()
    expect(await at(60 + maximumSkew, 'two').acquire(k, 60)).toMatchObject({ fence: 2 })
    if (!first) return
    await expect(at(61, 'one').renew(first, 60)).rejects.toMatchObject({ code: 'leaseLost' })
    await at(61, 'one').release(first)
    expect(await at(61, 'three').acquire(k, 60)).toBeUndefined()
  })

  it('last longer when renewed', async () => {
    const k = freshCommunity()
    const lease = await at(0, 'one').acquire(k, 60)
    expect(lease && (await at(50, 'one').renew(lease, 60))).toMatchObject({
      fence: 1,
      until: later(now, 110),
    })
    expect(await at(100, 'two').acquire(k, 60)).toBeUndefined()
    expect(await at(110 + maximumSkew, 'two').acquire(k, 60)).toMatchObject({ fence: 2 })
  })

  it('are free once released, and cannot be renewed then', async () => {
    const k = freshCommunity()
    const lease = await at(0, 'one').acquire(k, 60)
    if (!lease) throw new Error('not acquired')
    await at(1, 'one').release(lease)
    await expect(at(1, 'one').renew(lease, 60)).rejects.toMatchObject({ code: 'leaseLost' })
    expect(await at(1, 'one').acquire(k, 60)).toMatchObject({ fence: 2 })
  })

  it('go to one of many who ask at once, for the first time and after expiry', async () => {
    const k = freshCommunity()
    for (const [round, seconds] of [0, 65, 130].entries()) {
      const asked = Array.from({ length: 10 }, (_, n) => at(seconds, `holder-${n}`).acquire(k, 60))
      const got = (await Promise.all(asked)).filter((lease) => lease !== undefined)
      expect(got).toMatchObject([{ fence: round + 1 }])
    }
  })
})
