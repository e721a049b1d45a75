import { afterEach, expect, test } from 'vitest'
import { memberId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { readCommunity } from '../../lib/provisioning/state.ts'
import { type Bench, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

type Reads = Provisioning['directory']
/** The directory with something in between, changeable while the bench is open. */
const between = () => {
  const hooks: {
    membershipRows?: () => Promise<void>
    scanMembers?: () => void
    membershipsOf?: () => void
  } = {}
  const wrap = (given: Provisioning): Provisioning => ({
    ...given,
    directory: {
      ...given.directory,
      membershipRows: async (...values: Parameters<Reads['membershipRows']>) => {
        const page = await given.directory.membershipRows(...values)
        await hooks.membershipRows?.()
        return page
      },
      scanMembers: (...values: Parameters<Reads['scanMembers']>) => {
        hooks.scanMembers?.()
        return given.directory.scanMembers(...values)
      },
      membershipsOf: (...values: Parameters<Reads['membershipsOf']>) => {
        hooks.membershipsOf?.()
        return given.directory.membershipsOf(...values)
      },
    },
  })
  return { hooks, wrap }
}

const staffed = async (count: number): Promise<readonly Member[]> => {
  const people: Member[] = []
  for (let n = 0; n < count; n++) people.push(await bench.provider.person(`p${n}`))
  await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  return people
}

test('a look at everybody asks for groups, not for each person', async () => {
  const { hooks, wrap } = between()
  bench = await openBench({ wrap })
  await staffed(30)
  let asked = 0
  hooks.membershipsOf = () => {
    asked += 1
  }
  await bench.reconcile()
  expect(asked).toBe(0)
})

test('who moves to another group while the groups are read loses nothing', async () => {
  const { hooks, wrap } = between()
  bench = await openBench({ wrap })
  const [anna, bert] = await staffed(2)
  if (!anna || !bert) throw new Error('nobody')
  const second = await bench.provider.group('SOC-Analysts', [])
  const [group] = await bench.directory.groupsWith(anna.connection, anna.id)
  if (!group) throw new Error('no group')
  // Whichever is read first: after it, and before the other, Anna moves to the one that was read already.
  const [readFirst, readLast] = [group, second].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (!readFirst || !readLast) throw new Error('no groups')
  if (readFirst.id === group.id) {
    await bench.provider.change(second, { add: [anna] })
    await bench.provider.change(group, { remove: [anna] })
  }
  await bench.settle()
  const before = bench.seen()
  let moved = false
  hooks.membershipRows = async () => {
    if (moved) return
    moved = true
    await bench.provider.change(readFirst, { add: [anna] })
    await bench.provider.change(readLast, { remove: [anna] })
  }
  await createReconciliation(bench.deps).request()
  await bench.run()
  expect(moved).toBe(true)
  expect(bench.seen()).toEqual(before)
  expect((await bench.history()).revocations).toEqual([])
})

test('a community too large to be read in one run keeps nobody waiting, and is tried again', async () => {
  const { hooks, wrap } = between()
  bench = await openBench({ wrap })
  await staffed(3)
  const joiner = await bench.provider.person('joiner')
  await bench.provider.group('SOC-Tier1', [joiner])
  bench.clock.advance(6)
  await bench.deps.work.add([
    {
      community: soc,
      priority: 'join',
      subject: { kind: 'member', connection: joiner.connection, member: joiner.id },
      since: bench.clock.now(),
    },
  ])
  await createReconciliation(bench.deps).request()
  hooks.scanMembers = () => bench.clock.advance(1000)
  expect(await bench.run()).toMatchObject({ ending: 'outOfTime', deferred: 1, applied: 0 })
  expect(bench.woken.at(-1)).toBe(soc)
  expect(bench.events).toContainEqual(expect.objectContaining({ type: 'run.failed', code: 'outOfTime' }))
  expect(await bench.run()).toMatchObject({ ending: 'done' })
  expect(bench.seen().joiner).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  expect(await bench.deps.work.take(soc, bench.later(7200), 10)).toMatchObject([
    { subject: { kind: 'community' }, attempts: 2 },
  ])
  delete hooks.scanMembers
  bench.clock.advance(7200)
  await bench.settle()
  expect(await bench.deps.work.take(soc, bench.later(7200), 10)).toEqual([])
})

test('a look at everybody that kills its run does not come before the others again', async () => {
  const { hooks, wrap } = between()
  bench = await openBench({ wrap })
  await staffed(2)
  const joiner = await bench.provider.person('joiner')
  await bench.provider.group('SOC-Tier1', [joiner])
  await createReconciliation(bench.deps).request()
  let killed = (): void => {}
  const kill = new Promise<void>((resolve) => {
    killed = resolve
  })
  // A dead run: it neither goes on nor tidies up.
  hooks.membershipRows = () => {
    killed()
    return new Promise<void>(() => {})
  }
  void bench.run()
  await kill
  delete hooks.membershipRows
  bench.clock.advance(60)
  await bench.settle()
  expect(bench.seen().joiner).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  expect(await bench.deps.work.take(soc, bench.later(7200), 10)).toMatchObject([
    { subject: { kind: 'community' } },
  ])
  bench.clock.advance(600)
  await bench.settle()
  expect(await bench.deps.work.take(soc, bench.later(7200), 10)).toEqual([])
})

test('a connection may have any number of members', async () => {
  bench = await openBench()
  const someone = await bench.provider.person('someone')
  bench.configure((before) => {
    const [rule] = before.rules
    const when = { attribute: 'userName', test: { prefix: 'someone' } }
    return { ...before, rules: rule === undefined ? [] : [{ ...rule, when }] }
  })
  // More than a call takes arguments.
  const items = Array.from({ length: 130_000 }, (_, n): Member => ({ ...someone, id: memberId(`m${n}`) }))
  const directory = { ...bench.directory, scanMembers: async () => ({ items }) }
  const configuration = await bench.deps.configuration()
  const state = await readCommunity({ ...bench.deps, directory }, configuration, soc, () => {})
  expect(state.targets).toHaveLength(items.length)
})
