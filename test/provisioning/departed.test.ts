import { afterEach, expect, test } from 'vitest'
import { departureText } from '../../lib/core/departures-text.ts'
import { explanationText } from '../../lib/core/explanation-text.ts'
import { later } from '../../lib/core/ids.ts'
import { readDepartures, readUnmentioned } from '../../lib/provisioning/departures.ts'
import { createMentions } from '../../lib/store/member-mentions.ts'
import { type Bench, day, demo, demoCommunityWith, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const departed = async (only = false) => {
  const found = []
  for await (const one of readDepartures(bench.deps, only ? soc : undefined)) found.push(one)
  return found.toSorted((a, b) => (a.email < b.email ? -1 : 1))
}
const tight = { departures: { fraction: 0, floor: 1 } }
const open = (safety = {}) =>
  openBench({
    community: { safety: { ...demoCommunityWith('http://127.0.0.1').safety, ...safety } },
  })

test('who left is kept without access until the day of removal, held, or out of reach with a reason; then gone', async () => {
  bench = await open(tight)
  const people = []
  for (const name of ['anna', 'bert', 'cleo', 'dora']) people.push(await bench.provider.person(name))
  const [anna, bert, cleo] = people
  if (!anna || !bert || !cleo) throw new Error('nobody')
  const analysts = await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  expect(await departed()).toEqual([])

  const left = bench.clock.now()
  await bench.provider.setActive(anna, false)
  await bench.settle()
  await bench.provider.remove(bert)
  await bench.settle()
  const [first, second, ...others] = await departed()
  expect(others).toEqual([])
  const { suspendedAt } = first ?? {}
  if (first === undefined || second === undefined || suspendedAt === undefined) throw new Error('not listed')
  expect(first).toMatchObject({
    community: soc,
    connection: demo,
    member: anna.id,
    email: 'anna@demo.test',
    how: 'inactive',
    since: left,
    state: 'kept',
    removedOn: later(suspendedAt, 30 * day),
    below: [],
    obstacles: [],
  })
  expect(departureText(first)).toContain(`kept, without access since ${suspendedAt}, removed on`)
  expect(second).toMatchObject({ member: bert.id, how: 'deleted', state: 'held' })
  expect(second.obstacles).toMatchObject([
    { kind: 'held', state: 'waiting', change: { kind: 'suspend' }, reason: { kind: 'budget', limit: 1 } },
  ])
  expect(departureText(second)).toMatch(/^demo-soc {2}bert@demo\.test .*STILL HAS ACCESS, held.*deleted/)

  const hold = await bench.deps.safety.hold(soc)
  await bench.desk.approve({ community: soc, by: 'olive', reason: 'gone', digest: hold?.digest ?? '' })
  await bench.settle()
  expect((await departed(true)).map(({ state }) => state)).toEqual(['kept', 'kept'])

  // Nobody answers there: the next departure stays, and it is said why and since when.
  bench.clock.advance(2 * day)
  bench.sekoia.faults([{ kind: 'status', status: 503, times: 100_000 }])
  await bench.provider.setActive(cleo, false)
  await bench.settle()
  const emil = await bench.provider.person('emil')
  await bench.provider.change(analysts, { add: [emil] })
  const wanted = bench.clock.now()
  const since = (await bench.deps.pauses.pause(soc))?.since
  bench.clock.advance(600)
  await bench.settle()
  const [, , third] = await departed()
  expect(third).toMatchObject({
    member: cleo.id,
    state: 'access',
    obstacles: [
      { kind: 'paused', since, code: 'platformUnavailable', at: (await bench.deps.pauses.pause(soc))?.at },
    ],
  })
  expect((await bench.deps.pauses.pause(soc))?.at).not.toBe(since)
  // So does whoever asks about somebody who waits there.
  const [waits] = (await bench.explain(emil, 'analyst')).communities
  if (waits === undefined) throw new Error('not explained')
  expect(waits.answer).toMatchObject({
    state: 'waiting',
    since: wanted,
    obstacles: [{ kind: 'paused', since }],
  })
  expect(explanationText(waits)).toContain(`in the way: the platform cannot be reached since ${since}`)
  expect((await bench.explain(cleo)).communities[0]?.obstacles).toMatchObject([{ kind: 'paused' }])

  bench.sekoia.faults([])
  bench.clock.advance(3600)
  await bench.settle()
  expect(await bench.deps.pauses.pause(soc)).toBeUndefined()
  expect((await departed()).map(({ state }) => state)).toEqual(['kept', 'kept', 'kept'])

  // Removing them counts, too: one a day here, and the others wait for a person.
  bench.clock.advance(31 * day)
  await bench.reconcile()
  const waiting = await departed()
  expect(waiting.map(({ state }) => state)).toEqual(['kept', 'kept'])
  expect(waiting[0]?.obstacles).toMatchObject([{ kind: 'held', change: { kind: 'remove' } }])
  const removals = await bench.deps.safety.hold(soc)
  await bench.desk.approve({ community: soc, by: 'olive', reason: 'over', digest: removals?.digest ?? '' })
  await bench.settle()
  expect(await departed()).toEqual([])
})

test('a community that only reports, or that the configuration forgot, is named as the reason', async () => {
  bench = await open()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  const communities = (mode: 'report' | 'enforce') =>
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((one) => ({ ...one, mode })),
    }))
  communities('report')
  await bench.provider.remove(anna)
  await bench.settle()
  const reasons = async () => (await departed()).map(({ state, obstacles }) => [state, obstacles[0]?.kind])
  expect(await reasons()).toEqual([['access', 'mode']])
  bench.configure((before) => ({ ...before, communities: [], rules: [] }))
  expect(await reasons()).toEqual([['access', 'notConfigured']])
})

test('members of whom nothing is said are listed and told of once a look, and nothing of theirs is taken', async () => {
  bench = await open()
  const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Analysts', [anna, bert])
  await bench.settle()
  bench.activateAll()
  const told = () => bench.events.filter(({ type }) => type === 'members.unmentioned')
  const listed = async () => {
    const found = []
    for await (const { id } of readUnmentioned(bench.deps)) found.push(id)
    return found
  }
  bench.clock.advance(100 * day)
  await bench.reconcile()
  expect([told(), await listed()]).toEqual([[], []])
  bench.configure((before) => ({
    ...before,
    connections: before.connections.map((one) => ({ ...one, reportUnmentionedAfter: 90 * day })),
  }))
  await createMentions(bench.table).mention(bert, bench.clock.now())
  await bench.reconcile()
  expect(told()).toMatchObject([{ connection: demo, count: 1, examples: [anna.id] }])
  expect(await listed()).toEqual([anna.id])
  expect(await departed()).toEqual([])
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  // Somebody who left is no longer expected to be spoken of.
  await bench.provider.setActive(anna, false)
  await bench.reconcile()
  expect([told().length, await listed()]).toEqual([1, []])
})
