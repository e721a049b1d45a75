import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommunityId } from '../../lib/core/ids.ts'
import { connectionId, instant, later, memberId } from '../../lib/core/ids.ts'
import type { WorkDraft, WorkQueue } from '../../lib/core/ports/work.ts'
import { type Priority, priorities, type Work } from '../../lib/core/work.ts'
import { workPartition } from '../../lib/store/keys.ts'
import type { Table } from '../../lib/store/table-client.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { firstOfMay } from '../support/clock.ts'
import { interleaved } from './interleaved.ts'
import { freshCommunity, type Opened, openStore } from './opened.ts'

let opened: Opened
let queue: WorkQueue
beforeAll(async () => {
  opened = await openStore()
  queue = createWorkQueue(opened.table)
})
afterAll(() => opened.test.close())

const now = firstOfMay
const draft = (community: CommunityId, name: string, priority: Priority = 'change'): WorkDraft => ({
  community,
  priority,
  subject: { kind: 'member', connection: connectionId('acme'), member: memberId(name) },
  since: now,
})
const nameOf = (work: Work | WorkDraft) =>
  work.subject.kind === 'member' ? String(work.subject.member) : 'community'
const one = async (work: WorkDraft): Promise<Work> => {
  const [added] = await queue.add([work])
  if (!added) throw new Error('nothing added')
  return added
}

describe('the work queue', () => {
  it('hands out work in priority order and keeps it until it is finished', async () => {
    const k = freshCommunity()
    await queue.add([...priorities].reverse().map((priority) => draft(k, `m-${priority}`, priority)))
    const taken = await queue.take(k, now, 100)
    expect(taken.map((work) => work.priority)).toEqual(priorities)
    expect(await queue.take(k, now, 2)).toEqual(taken.slice(0, 2))
    await queue.finish(taken.slice(0, 2))
    expect(await queue.take(k, now, 100)).toEqual(taken.slice(2))
  })

  it('keeps every field of the work, for members and for the whole community', async () => {
    const k = freshCommunity()
    const whole = await one({
      community: k,
      priority: 'reconciliation',
      subject: { kind: 'community' },
      since: now,
    })
    expect(await queue.take(k, now, 1)).toEqual([whole])
    expect(whole).toMatchObject({ subject: { kind: 'community' }, attempts: 0, since: now })
  })

  it('has one row per subject and priority: adding again changes the token only', async () => {
    const k = freshCommunity()
    const first = await one(draft(k, 'ada'))
    const second = await one(draft(k, 'ada'))
    await queue.add([draft(k, 'ada'), draft(k, 'ada')])
    expect(second.token).not.toBe(first.token)
    expect(await queue.take(k, now, 10)).toHaveLength(1)
  })

  it('does not finish what was added again after it was taken', async () => {
    const k = freshCommunity()
    const taken = await one(draft(k, 'ada'))
    const again = await one(draft(k, 'ada'))
    await queue.finish([taken])
    expect(await queue.take(k, now, 10)).toEqual([again])
    await queue.finish([again])
    expect(await queue.take(k, now, 10)).toEqual([])
  })

  it('hides deferred work until its time and counts the attempts', async () => {
    const k = freshCommunity()
    const soon = later(now, 60)
    await queue.defer(await one(draft(k, 'ada')), soon)
    expect(await queue.take(k, later(now, 59), 10)).toEqual([])
    const [back] = await queue.take(k, soon, 10)
    expect(back).toMatchObject({ attempts: 1, notBefore: soon })
    if (back) await queue.defer(back, later(now, 600))
    expect(await queue.take(k, later(now, 599), 10)).toEqual([])
    expect(await queue.take(k, later(now, 600), 10)).toMatchObject([{ attempts: 2 }])
  })

  it('can be deferred to the moment it already waits for', async () => {
    const k = freshCommunity()
    const soon = later(now, 60)
    await queue.defer(await one(draft(k, 'ada')), soon)
    const [back] = await queue.take(k, soon, 1)
    if (back) await queue.defer(back, soon)
    expect(await queue.take(k, soon, 10)).toMatchObject([{ attempts: 2 }])
  })

  it('defers nothing that was added again meanwhile', async () => {
    const k = freshCommunity()
    const taken = await one(draft(k, 'ada'))
    const again = await one(draft(k, 'ada'))
    await queue.defer(taken, later(now, 60))
    expect(await queue.take(k, later(now, 3600), 10)).toEqual([again])
  })

  it('returns a subject once per row, so that the worker finishes all it saw', async () => {
    const k = freshCommunity()
    await queue.defer(await one(draft(k, 'ada')), later(now, 10))
    await queue.add([draft(k, 'ada'), draft(k, 'ada', 'departure')])
    const taken = await queue.take(k, later(now, 10), 10)
    expect(taken.map((work) => [nameOf(work), work.priority])).toEqual([
      ['ada', 'departure'],
      ['ada', 'change'],
      ['ada', 'change'],
    ])
    await queue.finish(taken)
    expect(await queue.take(k, later(now, 10), 10)).toEqual([])
  })

  it('reads no more than it returns, behind thousands of queued and of deferred rows', async () => {
    const k = freshCommunity()
    const joins = Array.from({ length: 800 }, (_, n) => draft(k, `join-${n}`, 'join'))
    await queue.add(joins)
    const changes = await queue.add(Array.from({ length: 300 }, (_, n) => draft(k, `later-${n}`)))
    for (const work of changes) await queue.defer(work, later(now, 3600))
    const departure = await one(draft(k, 'leaver', 'departure'))
    let units = 0
    const metered = createWorkQueue(
      opened.another(undefined, (used) => {
        units += used
      }),
    )
    expect(await metered.take(k, now, 1)).toEqual([departure])
    const empty = units
    units = 0
    expect(await metered.take(k, now, 3)).toHaveLength(3)
    expect(empty).toBeLessThanOrEqual(1)
    expect(units).toBeLessThanOrEqual(priorities.length + 2)
  })
})

describe('the communities that wait', () => {
  it('are those with takeable work', async () => {
    const [a, b, c] = [freshCommunity(), freshCommunity(), freshCommunity()]
    const first = await one(draft(a, 'ada'))
    await queue.defer(await one(draft(b, 'bea')), later(now, 60))
    await queue.finish([await one(draft(c, 'cid'))])
    const mine = async (at = now) => (await queue.waiting(at)).filter((k) => [a, b, c].includes(k))
    expect(await mine()).toEqual([a])
    expect((await mine(later(now, 60))).sort()).toEqual([a, b].sort())
    await queue.finish([first])
    expect(await mine()).toEqual([])
    await queue.add([draft(a, 'ada')])
    expect(await mine()).toEqual([a])
  })

  it('are found although the only takeable row lies behind deferred ones of higher priority', async () => {
    const k = freshCommunity()
    await queue.defer(await one(draft(k, 'gone', 'departure')), later(now, 60))
    await queue.add([draft(k, 'new', 'join')])
    expect(await queue.waiting(now)).toContain(k)
  })

  it('lose nothing while 50 writers add, workers take, finish and defer, and sweepers look on', async () => {
    const k = freshCommunity()
    const finished = new Set<string>()
    const names = Array.from({ length: 50 }, (_, n) => `person-${n}`)
    let adding = true
    const work = async (its: WorkQueue) => {
      for (const item of await its.take(k, now, 5)) {
        if (item.token.charCodeAt(item.token.length - 1) % 4 === 0) await its.defer(item, now)
        else {
          finished.add(nameOf(item))
          await its.finish([item])
        }
      }
    }
    const loop = async (step: (its: WorkQueue) => Promise<unknown>) => {
      const its = createWorkQueue(opened.another())
      while (adding) await step(its)
    }
    const loops = [loop(work), loop(work), loop((its) => its.waiting(now)), loop((its) => its.waiting(now))]
    await Promise.all(names.map((name) => createWorkQueue(opened.another()).add([draft(k, name)])))
    adding = false
    await Promise.all(loops)
    while ((await queue.waiting(now)).includes(k)) await work(queue)
    expect([...finished].sort()).toEqual([...names].sort())
    expect(await queue.take(k, later(now, 1e6), 1)).toEqual([])
  })

  /** A table of its own, so that a sweep makes few requests and each can be stopped at. */
  const emptied = async () => {
    const own = await openStore()
    const quiet = createWorkQueue(own.table)
    const k = freshCommunity()
    await quiet.finish(await quiet.add([draft(k, 'first')]))
    return { own, quiet, k }
  }

  it('never lose work that is added between any two requests of a sweep', async () => {
    for (let n = 0; ; n += 1) {
      const { own, quiet, k } = await emptied()
      const sweep = interleaved(own.table, n, () => quiet.add([draft(k, 'second')]))
      await createWorkQueue(sweep.table).waiting(now)
      const reached = sweep.calls() > n
      if (reached) expect(await quiet.waiting(now)).toEqual([k])
      await own.test.close()
      if (reached) continue
      expect(n).toBeGreaterThanOrEqual(3)
      return
    }
  })

  it('never lose work that a query met in the middle of its deferral', async () => {
    const own = await openStore()
    const quiet = createWorkQueue(own.table)
    const k = freshCommunity()
    await quiet.add([draft(k, 'first')])
    // DynamoDB developer guide, "Isolation levels": a query and a transaction are not serializable, it may see neither row.
    let torn = true
    const tearing: Table = {
      ...own.table,
      query: async (query) => {
        const page = await own.table.query(query)
        if (query.pk !== workPartition(k) || !torn) return page
        torn = false
        return { items: [] }
      },
    }
    await createWorkQueue(tearing).waiting(now)
    expect(torn).toBe(false)
    expect(await quiet.waiting(now)).toEqual([k])
    await own.test.close()
  })

  it('never lose work when a sweep runs between any two requests of the add', async () => {
    for (let n = 0; ; n += 1) {
      const { own, quiet, k } = await emptied()
      const add = interleaved(own.table, n, () => quiet.waiting(now))
      await createWorkQueue(add.table).add([draft(k, 'second')])
      expect(await quiet.waiting(now)).toEqual([k])
      await own.test.close()
      if (add.calls() > n) continue
      expect(n).toBeGreaterThanOrEqual(2)
      return
    }
  })
})

type Step =
  | { readonly kind: 'add'; readonly who: number; readonly priority: Priority }
  | { readonly kind: 'finish'; readonly pick: number }
  | { readonly kind: 'defer'; readonly pick: number; readonly seconds: number }
  | { readonly kind: 'wait'; readonly seconds: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), who: fc.nat(3), priority: fc.constantFrom(...priorities) }),
  fc.record({ kind: fc.constant('finish' as const), pick: fc.nat(20) }),
  fc.record({ kind: fc.constant('defer' as const), pick: fc.nat(20), seconds: fc.nat(90) }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
)
describe('what is more urgent', () => {
  it('is told of takeable work before a priority, and of nothing else', async () => {
    const k = freshCommunity()
    expect(await queue.moreUrgent(k, 'join', now)).toBe(false)
    await queue.add([draft(k, 'ada', 'join'), draft(k, 'bob', 'join')])
    expect(await queue.moreUrgent(k, 'join', now)).toBe(false)
    await queue.defer(await one(draft(k, 'eve', 'departure')), later(now, 60))
    expect(await queue.moreUrgent(k, 'join', now)).toBe(false)
    expect(await queue.moreUrgent(k, 'departure', later(now, 60))).toBe(false)
    expect(await queue.moreUrgent(k, 'login', later(now, 60))).toBe(true)
    await queue.add([draft(k, 'cyd', 'change')])
    expect(await queue.moreUrgent(k, 'reconciliation', now)).toBe(true)
    expect(await queue.moreUrgent(k, 'change', now)).toBe(false)
  })

  it('is overdue once it was accepted long enough ago, deferred or not, oldest first', async () => {
    const k = freshCommunity()
    await queue.add([
      { ...draft(k, 'ada', 'departure'), since: later(now, 30) },
      { ...draft(k, 'bob', 'departure'), since: later(now, 90) },
      { ...draft(k, 'cyd', 'join'), since: now },
    ])
    await queue.defer(await one(draft(k, 'eve', 'departure')), later(now, 600))
    const late = await queue.overdue(k, 'departure', later(now, 60), 100)
    expect(late.map(nameOf)).toEqual(['eve', 'ada'])
    expect(await queue.overdue(k, 'departure', now, 100)).toEqual([])
  })
})

const forEver = instant(Date.UTC(9999, 0))
const rowOf = (work: Work): string =>
  [priorities.indexOf(work.priority), work.notBefore ?? '0', nameOf(work)].join('#')

/** The queue as a map of rows, beside the real one. Steps pick from everything ever handed out, so stale tokens are tried too. */
const createModel = (k: CommunityId) => {
  const rows = new Map<string, Work>()
  const handedOut: Work[] = []
  let at = now
  const remember = (work: Work) => {
    rows.set(rowOf(work), work)
    handedOut.push(work)
  }
  const liveRow = (work: Work) => rows.get(rowOf(work))?.token === work.token

  const deferBoth = async (work: Work, seconds: number) => {
    const notBefore = later(at, seconds)
    await queue.defer(work, notBefore)
    if (!liveRow(work)) return
    rows.delete(rowOf(work))
    const expected = rowOf({ ...work, notBefore })
    const moved = (await queue.take(k, forEver, 100)).find((found) => rowOf(found) === expected)
    expect(moved).toMatchObject({ attempts: work.attempts + 1, since: work.since })
    if (moved) remember(moved)
  }

  const finishBoth = async (work: Work) => {
    await queue.finish([work])
    if (liveRow(work)) rows.delete(rowOf(work))
  }

  const run = async (step: Step): Promise<void> => {
    if (step.kind === 'wait') at = later(at, step.seconds)
    if (step.kind === 'add') remember(await one(draft(k, `m${step.who}`, step.priority)))
    if (step.kind === 'wait' || step.kind === 'add') return
    const picked = handedOut[step.pick % Math.max(1, handedOut.length)]
    if (picked) await (step.kind === 'defer' ? deferBoth(picked, step.seconds) : finishBoth(picked))
  }
  const takeable = () =>
    [...rows.values()]
      .filter((work) => (work.notBefore ?? '0') <= at)
      .sort((a, b) => (rowOf(a) < rowOf(b) ? -1 : 1))
  return { run, takeable, at: () => at }
}

describe('against a model', () => {
  it('takes what the model takes, after any sequence of adds, finishes, deferrals and waits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (sequence) => {
        const k = freshCommunity()
        const model = createModel(k)
        for (const step of sequence) await model.run(step)
        expect(await queue.take(k, model.at(), 100)).toEqual(model.takeable())
        expect((await queue.waiting(model.at())).includes(k)).toBe(model.takeable().length > 0)
        for (const [rank, priority] of priorities.entries())
          expect(await queue.moreUrgent(k, priority, model.at())).toBe(
            model.takeable().some((work) => priorities.indexOf(work.priority) < rank),
          )
      }),
      { numRuns: 40 },
    )
  })
})
