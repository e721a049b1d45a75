import { afterEach, expect, test } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { groupId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const due = () => bench.deps.work.dueBefore(bench.later(3600), 1000)
const taken = () => bench.deps.work.take(soc, bench.later(3600), 1000)
const people = async (count: number): Promise<readonly Member[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => bench.provider.person(`p${n}`)))

test('a change becomes one work item per member and community, and one wake-up', async () => {
  bench = await openBench()
  const [anna, bert] = await people(2)
  if (anna === undefined || bert === undefined) throw new Error('nobody')
  await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.provider.group('SOC-Tier1', [anna])
  const report = await createDispatcher(bench.deps).dispatch(await due())
  expect(report).toMatchObject({ work: 2, left: 0 })
  expect(await due()).toEqual([])
  expect(bench.woken).toEqual([soc])
  expect((await taken()).map(({ priority }) => priority)).toEqual(['join', 'join'])
})

test('taking away comes before giving', async () => {
  bench = await openBench()
  const [leaver, loser, mover, joiner] = await people(4)
  if (!leaver || !loser || !mover || !joiner) throw new Error('nobody')
  const analysts = await bench.provider.group('SOC-Analysts', [leaver, loser, mover])
  const tier1 = await bench.provider.group('SOC-Tier1')
  await bench.settle()
  await bench.provider.change(tier1, { add: [joiner, mover] })
  await bench.provider.change(analysts, { remove: [loser] })
  await bench.provider.setActive(leaver, false)
  await createDispatcher(bench.deps).dispatch(await due())
  const order = (await taken()).map(({ priority, subject }) => [
    priority,
    subject.kind === 'member' ? subject.member : '',
  ])
  expect(order[0]).toEqual(['departure', leaver.id])
  expect(order.at(-1)).toEqual(['join', joiner.id])
  expect(order.slice(1, -1)).toContainEqual(['revocation', loser.id])
})

test('a member nobody grants anything makes no work', async () => {
  bench = await openBench()
  await people(1)
  expect(await createDispatcher(bench.deps).dispatch(await due())).toMatchObject({ work: 0, finished: 1 })
  expect(await bench.deps.work.waiting(bench.later(10))).toEqual([])
})

test('a large group is expanded in steps that lose nobody', async () => {
  bench = await openBench()
  const group = await bench.provider.group('Somebody', await people(40))
  await createDispatcher(bench.deps).dispatch(await due())
  await bench.provider.change(group, { rename: 'SOC-Analysts' })
  const small = {
    ...bench.deps,
    directory: {
      ...bench.deps.directory,
      membersOf: (...[c, id, , after]: Parameters<typeof bench.deps.directory.membersOf>) =>
        bench.deps.directory.membersOf(c, id, 7, after),
    },
  }
  let steps = 0
  for (let items = await due(); items.length > 0; items = await due()) {
    expect(items).toHaveLength(1)
    await createDispatcher(small).dispatch(items)
    steps += 1
  }
  expect(steps).toBeGreaterThan(5)
  expect(await taken()).toHaveLength(40)
})

test('one item that cannot be worked on stays due and stops nobody else', async () => {
  bench = await openBench()
  const [anna, bert] = await people(2)
  if (!anna || !bert) throw new Error('nobody')
  await bench.provider.group('SOC-Analysts', [anna, bert])
  const broken = {
    ...bench.deps,
    directory: {
      ...bench.deps.directory,
      membershipsOf: (...given: Parameters<typeof bench.deps.directory.membershipsOf>) =>
        given[1].some(({ id }) => id === anna.id)
          ? Promise.reject(new ConnectorError('storeThrottled', 'try again'))
          : bench.deps.directory.membershipsOf(...given),
    },
  }
  const report = await createDispatcher(broken).dispatch(await due())
  expect(report.left).toBeGreaterThan(0)
  expect(await taken()).toHaveLength(1)
  expect((await due()).every((one) => one.kind === 'member' && one.member === anna.id)).toBe(true)
  await bench.settle()
  expect(Object.keys(bench.seen()).sort()).toEqual(['owner', 'p0', 'p1'])
})

test('before the first configuration everything stays due', async () => {
  bench = await openBench()
  await people(1)
  const missing = {
    ...bench.deps,
    configuration: () => Promise.reject(new ConnectorError('configurationMissing', 'push one')),
  }
  await expect(createDispatcher(missing).dispatch(await due())).rejects.toMatchObject({
    code: 'configurationMissing',
  })
  expect(await due()).toHaveLength(1)
})

test('a change larger than one transaction reaches everybody in it', async () => {
  bench = await openBench()
  const crowd = await people(120)
  const group = await bench.provider.group('SOC-Analysts')
  await createDispatcher(bench.deps).dispatch(await due())
  await bench.provider.change(group, { add: crowd })
  for (let turn = 0; turn < 10 && (await due()).length > 0; turn++)
    await createDispatcher(bench.deps).dispatch(await due())
  expect(await taken()).toHaveLength(120)
})

test('rows under a deleted member and a deleted group are purged', async () => {
  bench = await openBench()
  const [anna, bert] = await people(2)
  if (!anna || !bert) throw new Error('nobody')
  const group = await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.settle()
  await bench.provider.remove(anna)
  await bench.provider.removeGroup(group)
  await bench.settle()
  expect(await bench.directory.group(demo, groupId(group.id))).toBeUndefined()
  expect((await bench.deps.upkeep.membersUnder(demo, groupId(group.id), 10)).items).toEqual([])
  expect(await bench.directory.groupsWith(demo, bert.id)).toEqual([])
  expect(await due()).toEqual([])
})

test('a wish for a community the configuration no longer has is finished, and taken up when it comes back', async () => {
  bench = await openBench()
  const [anna] = await people(1)
  if (!anna) throw new Error('nobody')
  await bench.provider.group('SOC-Analysts', [anna])
  await createDispatcher(bench.deps).dispatch(await due())
  let kept: Parameters<Parameters<Bench['configure']>[0]>[0] | undefined
  bench.configure((before) => {
    kept = before
    return { ...before, communities: [], rules: [] }
  })
  expect(await bench.run()).toMatchObject({ ending: 'notConfigured', finished: 1 })
  bench.configure((before) => kept ?? before)
  await bench.reconcile()
  expect(bench.seen().p0?.roles).toEqual(['Analyst'])
})

test('however many items at the head cannot be worked on, the sweep reaches those behind them', async () => {
  bench = await openBench()
  const poisoned = new Set((await people(230)).map(({ id }) => id))
  const healthy = await bench.provider.person('healthy')
  bench.clock.advance(10)
  const broken = {
    ...bench.deps,
    directory: {
      ...bench.deps.directory,
      memberOrTombstone: (...given: Parameters<typeof bench.deps.directory.memberOrTombstone>) =>
        poisoned.has(given[1])
          ? Promise.reject(new ConnectorError('internal', 'cannot be read'))
          : bench.deps.directory.memberOrTombstone(...given),
    },
  }
  const report = await createDispatcher(broken).sweep(bench.later(60))
  expect(report).toMatchObject({ finished: 1, left: 230 })
  const left = await due()
  expect(left).toHaveLength(230)
  expect(left.some((one) => one.kind === 'member' && one.member === healthy.id)).toBe(false)
})

test('a sweep ends in time, and what it did until then is done', async () => {
  bench = await openBench()
  await people(150)
  bench.clock.advance(10)
  const slow = {
    ...bench.deps,
    directory: {
      ...bench.deps.directory,
      memberOrTombstone: (...given: Parameters<typeof bench.deps.directory.memberOrTombstone>) => {
        bench.clock.advance(0.1)
        return bench.deps.directory.memberOrTombstone(...given)
      },
    },
  }
  const first = await createDispatcher(slow).sweep(bench.later(5))
  expect(first.finished).toBeGreaterThan(0)
  expect(first.finished).toBeLessThan(150)
  expect(await due()).toHaveLength(150 - first.finished)
})
