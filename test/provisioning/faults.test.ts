import { afterEach, describe, expect, test } from 'vitest'
import { seeded } from '../../infra/local/dynamodb/seeded.ts'
import type { Fault } from '../../infra/local/simulators/faults.ts'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { ConnectorError } from '../../lib/core/errors.ts'
import { milliseconds } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { type Bench, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const writes = () => bench.sekoia.requests().filter(({ method, status }) => method !== 'GET' && status < 300)

/** Two at work, one about to leave, one about to join. */
const team = async (): Promise<{ readonly leaver: Member; readonly joiner: Member }> => {
  const [anna, bert, cleo] = [
    await bench.provider.person('anna'),
    await bench.provider.person('bert'),
    await bench.provider.person('cleo'),
  ]
  const group = await bench.provider.group('SOC-Tier1', [anna, bert])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  // More than a page of people who are not ours.
  bench.sekoia.edit({ kind: 'populate', community: demoCommunity, count: 150 })
  await bench.provider.setActive(bert, false)
  await bench.provider.change(group, { add: [cleo] })
  return { leaver: bert, joiner: cleo }
}
const calm = async (): Promise<void> => {
  bench.sekoia.faults([])
  bench.clock.advance(3600)
  await bench.settle()
  bench.clock.advance(3600)
  await bench.settle()
}

const outages: Readonly<Record<string, readonly Fault<never>[]>> = {
  'every request answered 500': [{ kind: 'status', status: 500, times: 1000 }],
  'every request answered 429': [{ kind: 'status', status: 429, times: 1000 }],
  'the member list answered 503': [{ kind: 'status', status: 503, path: '/avatars', times: 1000 }],
  'half a list': [{ kind: 'halfList', path: '/avatars', times: 1000 }],
  'no answer at all': [{ kind: 'hang', times: 1000 }],
  'the key refused': [{ kind: 'status', status: 401, times: 1000 }],
  'not JSON': [{ kind: 'raw', status: 200, contentType: 'text/html', text: '<html>', times: 1000 }],
}

describe('a platform in trouble', () => {
  test.each(Object.entries(outages))(
    '%s: nobody is removed, the work is kept, and it converges',
    async (_, faults) => {
      bench = await openBench()
      await team()
      const before = bench.seen()
      const written = writes().length
      bench.sekoia.faults(faults)
      const reports = await bench.settle()
      expect(reports.some(({ ending }) => ending === 'paused')).toBe(true)
      expect(bench.seen()).toMatchObject(before)
      expect(writes()).toHaveLength(written)
      await bench.reconcile()
      expect(bench.seen()).toMatchObject(before)
      await calm()
      expect(bench.seen().bert?.status).toBe('disabled')
      expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
      expect(bench.seen().anna).toEqual(before.anna)
    },
  )

  test('a list that changes while it is paged is no list: who needs it waits, who left is still taken out', async () => {
    bench = await openBench()
    await team()
    const before = bench.seen()
    const moving = Array.from({ length: 500 }, (_, n) => `moving${n}`)
    bench.sekoia.faults(
      moving.map((name) => ({
        kind: 'meanwhile',
        path: '/avatars/',
        times: 1,
        edits: [{ kind: 'addMember', community: demoCommunity, email: `${name}@elsewhere.test` }],
      })),
    )
    const reports = await bench.settle()
    expect(reports.some(({ ending }) => ending === 'paused')).toBe(true)
    await bench.reconcile()
    const { bert: _, ...others } = before
    expect(bench.seen()).toMatchObject(others)
    expect(bench.seen().cleo).toBeUndefined()
    await calm()
    expect(bench.seen().bert?.status).toBe('disabled')
    expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
    expect(bench.seen()).toMatchObject(others)
  })

  test('writes refused for one person do not stop the others, and are told', async () => {
    bench = await openBench()
    await team()
    bench.sekoia.faults([{ kind: 'status', status: 422, method: 'POST', path: '/invitations', times: 1000 }])
    await bench.settle()
    expect(bench.seen().bert?.status).toBe('disabled')
    expect(bench.seen().cleo).toBeUndefined()
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'change.failed' }))
    await calm()
    expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  })

  test('what keeps failing waits longer each time, and a reconciliation does not hurry it', async () => {
    bench = await openBench()
    const cleo = await bench.provider.person('cleo')
    await bench.provider.group('SOC-Analysts', [cleo])
    bench.sekoia.faults([{ kind: 'status', status: 422, method: 'POST', path: '/invitations', times: 1000 }])
    await bench.settle()
    const waits: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      const from = milliseconds(bench.clock.now())
      while ((await bench.deps.work.take(soc, bench.clock.now(), 10)).length === 0) bench.clock.advance(5)
      waits.push((milliseconds(bench.clock.now()) - from) / 1000)
      await bench.run()
    }
    for (const [index, wait] of waits.entries())
      if (index > 0) expect(wait).toBeGreaterThan(waits[index - 1] ?? 0)
  })

  test('who keeps failing for days costs no more each day', async () => {
    const random = seeded(7)
    bench = await openBench({ wrap: (given) => ({ ...given, random }) })
    const cleo = await bench.provider.person('cleo')
    await bench.provider.group('SOC-Analysts', [cleo])
    bench.sekoia.faults([
      { kind: 'status', status: 422, method: 'POST', path: '/invitations', times: 100_000 },
    ])
    await bench.settle()
    for (let quarter = 0; quarter < 16; quarter++) {
      await bench.reconcile()
      for (let step = 0; step < 5; step++) {
        bench.clock.advance(180)
        await bench.run()
      }
    }
    expect((await bench.deps.work.take(soc, bench.later(7200), 100)).length).toBeLessThan(10)
    bench.sekoia.faults([])
    await calm()
    expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['Analyst'] })
    expect(await bench.deps.work.take(soc, bench.later(7200), 100)).toEqual([])
  })

  test('one person nobody can look at stops neither the others nor those behind a whole look', async () => {
    let poisoned = ''
    bench = await openBench({
      wrap: (given) => ({
        ...given,
        directory: {
          ...given.directory,
          membershipsOf: (connection, members) =>
            members.some(({ id }) => id === poisoned)
              ? Promise.reject(new TypeError('no such thing'))
              : given.directory.membershipsOf(connection, members),
          scanMembers: (...values) =>
            poisoned === ''
              ? given.directory.scanMembers(...values)
              : Promise.reject(new TypeError('no such thing')),
        },
      }),
    })
    const { leaver } = await team()
    const dora = await bench.provider.person('dora')
    await bench.provider.group('SOC-Analysts', [dora])
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    poisoned = dora.id
    await createReconciliation(bench.deps).request()
    const report = await bench.run()
    expect(report).toMatchObject({ ending: 'done' })
    expect(report.deferred).toBeGreaterThan(0)
    expect(leaver.id).not.toBe('')
    expect(bench.seen().bert?.status).toBe('disabled')
    expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
    expect(bench.seen().dora).toBeUndefined()
    poisoned = ''
    await calm()
    expect(bench.seen().dora).toEqual({ status: 'pending', roles: ['Analyst'] })
  })

  test('a fault of our own ends the run with a message to operators, and the next run does the work', async () => {
    let faulty = false
    bench = await openBench({
      wrap: (given) => ({
        ...given,
        runs: {
          ...given.runs,
          savePlan: (...values) =>
            faulty
              ? Promise.reject(new ConnectorError('storeThrottled', 'slow down'))
              : given.runs.savePlan(...values),
        },
      }),
    })
    await team()
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    faulty = true
    expect(await bench.run()).toMatchObject({ ending: 'failed' })
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: 'run.failed', code: 'storeThrottled' }),
    )
    faulty = false
    await bench.run()
    expect(bench.seen().bert?.status).toBe('disabled')
  })

  test('an invitation whose answer was lost is found again and not sent twice', async () => {
    bench = await openBench()
    const cleo = await bench.provider.person('cleo')
    await bench.provider.group('SOC-Analysts', [cleo])
    bench.sekoia.faults([{ kind: 'lostAnswer', method: 'POST', path: '/invitations', times: 1 }])
    await bench.settle()
    await calm()
    expect(bench.seen().cleo).toEqual({ status: 'pending', roles: ['Analyst'] })
    expect(bench.sekoia.world().mails.filter(({ to }) => to === 'cleo@demo.test')).toHaveLength(1)
  })
})

describe('one worker per community', () => {
  test('a second worker finds the lease taken and touches nothing', async () => {
    bench = await openBench()
    const cleo = await bench.provider.person('cleo')
    await bench.provider.group('SOC-Analysts', [cleo])
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    const other = bench.depsFor('other')
    const lease = await other.leases.acquire(soc, 60)
    expect(await bench.run()).toMatchObject({ ending: 'busy', rounds: 0 })
    expect(bench.seen().cleo).toBeUndefined()
    if (lease !== undefined) await other.leases.release(lease)
    expect(await bench.run()).toMatchObject({ ending: 'done', failed: 0 })
  })

  test('two at once send one invitation', async () => {
    bench = await openBench()
    const people = [await bench.provider.person('anna'), await bench.provider.person('bert')]
    await bench.provider.group('SOC-Analysts', people)
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    const endings = await Promise.all([bench.run(), bench.run(bench.depsFor('other'))])
    expect(endings.map(({ ending }) => ending).sort()).toEqual(['busy', 'done'])
    expect(bench.sekoia.world().mails).toHaveLength(2)
  })

  test('doubled and reordered wake-ups change nothing', async () => {
    bench = await openBench()
    const anna = await bench.provider.person('anna')
    await bench.provider.group('SOC-Analysts', [anna])
    await bench.run()
    await bench.settle()
    await bench.run()
    await bench.run()
    expect(bench.seen().anna).toEqual({ status: 'pending', roles: ['Analyst'] })
    expect(bench.sekoia.world().mails).toHaveLength(1)
  })

  test('out of time it stops cleanly, asks to be woken, and goes on', async () => {
    bench = await openBench()
    const people = [await bench.provider.person('anna'), await bench.provider.person('bert')]
    await bench.provider.group('SOC-Analysts', people)
    bench.clock.advance(6)
    await createDispatcher(bench.deps).sweep()
    const woken = bench.woken.length
    expect(await bench.runUntil(bench.clock.now())).toMatchObject({ ending: 'outOfTime', applied: 0 })
    expect(bench.woken).toHaveLength(woken + 1)
    await bench.settle()
    expect(Object.keys(bench.seen()).sort()).toEqual(['anna', 'bert', 'owner'])
  })
})
