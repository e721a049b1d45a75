import { afterEach, expect, test } from 'vitest'
import { explanationText } from '../../lib/core/explanation-text.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { planText } from '../../lib/core/plan-text.ts'
import type { Due } from '../../lib/core/work.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const due = () => bench.deps.work.dueBefore(bench.later(3600), 1000)
/** Until nothing is due, and no longer than any graph here needs. */
const dispatchAll = async (): Promise<readonly Due[]> => {
  const seen: Due[] = []
  for (let turn = 0; turn < 30; turn++) {
    const items = await due()
    if (items.length === 0) return seen
    seen.push(...items)
    await createDispatcher(bench.deps).dispatch(items)
  }
  throw new Error('there is always something due')
}
/** Whom the worker was sent to, and forgets again. */
const lookedAt = async (): Promise<readonly string[]> => {
  const work = await bench.deps.work.take(soc, bench.later(3600), 1000)
  await bench.deps.work.finish(work)
  return work.flatMap(({ subject }) => (subject.kind === 'member' ? [subject.member] : [])).toSorted()
}
const idsOf = (...members: readonly Member[]): readonly string[] => members.map(({ id }) => id).toSorted()

/** Anna in the outer group, Bert in the middle one, Carl in the inner one. */
const household = async () => {
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  const carl = await bench.provider.person('carl')
  const inner = await bench.provider.group('Inner', [carl])
  const middle = await bench.provider.group('Middle', [bert, inner])
  const outer = await bench.provider.group('SOC-Analysts', [anna, middle])
  return { anna, bert, carl, inner, middle, outer }
}
const analysts = (): readonly string[] =>
  Object.entries(bench.seen())
    .flatMap(([name, { roles, status }]) =>
      roles.includes('Analyst') && status !== 'disabled' ? [name] : [],
    )
    .toSorted()
const settled = async () => {
  const people = await household()
  await bench.settle()
  bench.activateAll()
  return people
}

test('whoever is in a group inside the group has the role, and loses it with any link of the chain', async () => {
  bench = await openBench()
  const { middle, outer, inner } = await settled()
  expect(analysts()).toEqual(['anna', 'bert', 'carl'])
  await bench.provider.change(middle, { remove: [inner] })
  await bench.settle()
  expect(analysts()).toEqual(['anna', 'bert'])
  await bench.provider.change(middle, { add: [inner] })
  await bench.settle()
  expect(analysts()).toEqual(['anna', 'bert', 'carl'])
  await bench.provider.change(outer, { remove: [middle] })
  await bench.settle()
  expect(analysts()).toEqual(['anna'])
  await bench.reconcile()
  expect(analysts()).toEqual(['anna'])
})

const changes: readonly [string, (people: Awaited<ReturnType<typeof household>>) => Promise<void>][] = [
  ['renamed', ({ outer }) => bench.provider.change(outer, { rename: 'Others' })],
  ['deleted', ({ outer }) => bench.provider.removeGroup(outer)],
]
test.each(changes)('the outer group %s: everybody below is looked at', async (_, change) => {
  bench = await openBench()
  const people = await settled()
  await change(people)
  await dispatchAll()
  expect(await lookedAt()).toEqual(idsOf(people.anna, people.bert, people.carl))
  expect(await due()).toEqual([])
})

test.each([
  ['taken out', true],
  ['put in', false],
])('a group %s: everybody in it and below it is looked at, and nobody else', async (_, out) => {
  bench = await openBench()
  const { outer, middle, bert, carl } = await settled()
  await bench.provider.change(outer, { remove: [middle] })
  if (!out) {
    await bench.settle()
    await bench.provider.change(outer, { add: [middle] })
  }
  await dispatchAll()
  expect(await lookedAt()).toEqual(idsOf(bert, carl))
})

test('a deleted group in the middle: who was in the role by way of it is looked at, and its rows go', async () => {
  bench = await openBench()
  const { bert, carl, middle } = await settled()
  await bench.provider.removeGroup(middle)
  await dispatchAll()
  expect(await lookedAt()).toEqual(idsOf(bert, carl))
  expect(await bench.directory.hasNestedGroups(demo)).toBe(false)
  expect((await bench.deps.upkeep.membersUnder(demo, middle.id, 10)).items).toEqual([])
  await bench.reconcile()
  expect(analysts()).toEqual(['anna'])
})

test('groups that contain each other end, are told once, and give everybody what is around them', async () => {
  bench = await openBench()
  const { outer, middle, inner, carl } = await settled()
  await bench.provider.change(inner, { add: [outer] })
  const items = await dispatchAll()
  // One for the group that moved, one each for those below it, and none of these asks for more.
  expect(items.map((one) => one.kind === 'group' && [one.group, one.own ?? false])).toEqual(
    expect.arrayContaining([
      [outer.id, false],
      [middle.id, true],
      [inner.id, true],
    ]),
  )
  expect(items).toHaveLength(3)
  const groups = [inner.id, middle.id, outer.id].toSorted()
  const { plan, verdict } = await bench.preview()
  expect(plan.problems).toEqual([{ kind: 'groupCycle', connection: demo, groups }])
  expect(plan.changes).toEqual([])
  expect(planText(plan, verdict)).toContain(`groups ${groups.join(', ')} of demo contain each other`)
  const [explanation] = (await bench.explain(carl)).communities
  if (explanation === undefined) throw new Error('nothing to explain')
  expect(explanation.cycles).toEqual(groups)
  expect(explanationText(explanation)).toContain(`groups ${groups.join(', ')} of demo contain each other`)
  bench.events.length = 0
  await bench.reconcile()
  expect(bench.events.filter(({ type }) => type === 'problem.found')).toEqual([
    expect.objectContaining({ kind: 'groupCycle', count: 1 }),
  ])
  await bench.provider.change(inner, { remove: [outer] })
  await bench.settle()
  expect((await bench.preview()).plan.problems).toEqual([])
  expect(analysts()).toEqual(['anna', 'bert', 'carl'])
})

test('a change larger than one transaction that moves groups and people reaches both', async () => {
  bench = await openBench()
  const inside: Member[] = []
  const nested: Group[] = []
  for (let n = 0; n < 3; n++) {
    const person = await bench.provider.person(`inside-${n}`)
    inside.push(person)
    nested.push(await bench.provider.group(`Nested ${n}`, [person]))
  }
  const crowd = await Promise.all(Array.from({ length: 60 }, (_, n) => bench.provider.person(`p${n}`)))
  const outer = await bench.provider.group('SOC-Analysts')
  await dispatchAll()
  await bench.provider.change(outer, { add: [...crowd, ...nested] })
  await dispatchAll()
  expect(await lookedAt()).toEqual(idsOf(...crowd, ...inside))
  await bench.provider.removeGroup(outer)
  await bench.settle()
  expect(await bench.directory.groupsWith(demo, nested[0]?.id ?? outer.id)).toEqual([])
})

test('explain names the way, and the requests behind each part of it', async () => {
  bench = await openBench()
  const { carl, inner, middle, outer } = await settled()
  const [explanation] = (await bench.explain(carl)).communities
  const evidence = explanation?.roles[0]?.because[0]?.evidence[0]
  expect(evidence).toMatchObject({
    kind: 'group',
    id: outer.id,
    displayName: 'SOC-Analysts',
    through: [
      { id: inner.id, displayName: 'Inner', from: { actor: { label: 'test' } } },
      { id: middle.id, displayName: 'Middle', from: { actor: { label: 'test' } } },
    ],
    from: { actor: { label: 'test' } },
  })
  if (evidence?.kind !== 'group' || explanation === undefined) throw new Error('no group')
  const requests = [...(evidence.through ?? []), evidence].map(({ from }) => from?.requestId)
  expect(new Set(requests).size).toBe(3)
  const text = explanationText(explanation).replaceAll(/ \(request [^)]*\)/g, '')
  const at = evidence.from?.at
  expect(text).toContain(
    `group "SOC-Analysts" (${outer.id}) through group "Middle" (${middle.id}) nested since ${at} ` +
      `through group "Inner" (${inner.id}) nested since ${at}, joined ${at}, pushed by SCIM`,
  )
})

test('stopped between what else is due and the end of the item: looked at twice rather than never', async () => {
  bench = await openBench()
  const { outer, anna, bert, carl } = await settled()
  await bench.provider.change(outer, { rename: 'Others' })
  let stopped = 0
  const dying = {
    ...bench.deps,
    work: {
      ...bench.deps.work,
      finishDue: (items: readonly Due[]) => {
        stopped += 1
        return stopped === 1 ? Promise.reject(new TypeError('gone')) : bench.deps.work.finishDue(items)
      },
    },
  }
  await createDispatcher(dying).dispatch(await due())
  expect((await due()).filter((one) => one.kind === 'group' && one.own === undefined)).toHaveLength(1)
  expect((await dispatchAll()).length).toBeGreaterThan(3)
  expect(stopped).toBe(1)
  expect(await lookedAt()).toEqual(idsOf(anna, bert, carl))
})

test('a group of many that holds a group is worked off in steps, and what is below it once', async () => {
  bench = await openBench()
  const carl = await bench.provider.person('carl')
  const inner = await bench.provider.group('Inner', [carl])
  const crowd = await Promise.all(Array.from({ length: 20 }, (_, n) => bench.provider.person(`p${n}`)))
  const outer = await bench.provider.group('Somebody', [...crowd.slice(0, 10), inner])
  await bench.provider.change(outer, { add: crowd.slice(10) })
  await dispatchAll()
  await bench.provider.change(outer, { rename: 'SOC-Analysts' })
  const { membersOf } = bench.directory
  const small = {
    ...bench.deps,
    directory: {
      ...bench.deps.directory,
      membersOf: (...[c, id, , after]: Parameters<typeof membersOf>) => membersOf(c, id, 4, after),
    },
  }
  const seen: Due[] = []
  for (let items = await due(); items.length > 0; items = await due()) {
    seen.push(...items)
    await createDispatcher(small).dispatch(items)
  }
  const of = (group: Group) => seen.filter((one) => one.kind === 'group' && one.group === group.id)
  expect(of(outer).length).toBeGreaterThan(4)
  expect(of(inner)).toMatchObject([{ own: true }])
  expect(await lookedAt()).toEqual(idsOf(...crowd, carl))
})

test('groups put into each other one by one make each group due once more, not once for every group around it', async () => {
  bench = await openBench()
  const people: Member[] = []
  const chain: Group[] = []
  for (let n = 0; n < 12; n += 1) {
    people.push(await bench.provider.person(`p${n}`))
    chain.push(
      await bench.provider.group(n === 11 ? 'SOC-Analysts' : `g${n}`, [
        ...people.slice(-1),
        ...chain.slice(-1),
      ]),
    )
  }
  const items = await dispatchAll()
  const own = items.flatMap((one) => (one.kind === 'group' && one.own === true ? [one.group] : []))
  expect(own.toSorted()).toEqual(
    chain
      .slice(0, 10)
      .map(({ id }) => id)
      .toSorted(),
  )
  expect(await lookedAt()).toEqual(idsOf(...people))
  expect(await due()).toEqual([])
})

test('the same group due many times is looked at once, and all of it is done with', async () => {
  bench = await openBench()
  const { outer, inner, middle, anna, bert, carl } = await settled()
  const stamp = { connection: demo, at: bench.clock.now() }
  const wishes = [inner, middle, outer].flatMap(({ id }) =>
    [1, 2, 3].map(() => ({ kind: 'group', group: id, own: true }) as const),
  )
  await bench.deps.work.addDue({ position: '', ...stamp, kind: 'member', member: carl.id }, wishes)
  let read = 0
  const membersOf: Bench['directory']['membersOf'] = (...given) => {
    read += 1
    return bench.directory.membersOf(...given)
  }
  const deps = { ...bench.deps, directory: { ...bench.directory, membersOf } }
  expect(await createDispatcher(deps).dispatch(await due())).toEqual({ finished: 9, work: 3, left: 0 })
  expect(read).toBe(3)
  expect(await lookedAt()).toEqual(idsOf(anna, bert, carl))
  expect(await due()).toEqual([])
})

test('somebody in many groups that become due together is looked at once', async () => {
  bench = await openBench()
  const dora = await bench.provider.person('dora')
  const groups: Group[] = []
  for (let n = 0; n < 8; n += 1) groups.push(await bench.provider.group(`g${n}`, [dora]))
  const outer = await bench.provider.group('SOC-Analysts', groups)
  await dispatchAll()
  await bench.provider.change(outer, { rename: 'Others' })
  let read = 0
  const memberOrTombstone: Bench['directory']['memberOrTombstone'] = (...given) => {
    read += 1
    return bench.directory.memberOrTombstone(...given)
  }
  const deps = { ...bench.deps, directory: { ...bench.directory, memberOrTombstone } }
  await createDispatcher(deps).dispatch(await due())
  expect(await due()).toHaveLength(8)
  expect(read).toBe(0)
  await createDispatcher(deps).dispatch(await due())
  expect([read, await due()]).toEqual([1, []])
  expect(await lookedAt()).toEqual([dora.id])
})
