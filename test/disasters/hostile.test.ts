import { afterEach, expect, test } from 'vitest'
import { connectionId } from '../../lib/core/ids.ts'
import { type Bench, demo, openBench, soc } from '../provisioning/bench.ts'
import { type Desk, groupWith, openDesk } from '../scim/pains/desk.ts'

// Two connections feed one community, and one of them is hostile: it has a valid credential, and sends whatever it likes.
let bench: Bench
let good: Desk
let evil: Desk
afterEach(() => bench.close())

/** Before the other one in every order. */
const hostile = connectionId('a-hostile')
const open = async (): Promise<void> => {
  bench = await openBench({ community: { adopt: 'domain' } })
  bench.configure((given) => ({
    ...given,
    connections: [...given.connections, { id: hostile, domains: ['hostile.test'] }],
    // The administrators' group counts for the connection it is meant for.
    rules: given.rules.map((rule) => (rule.id === 'admins' ? { ...rule, connection: demo } : rule)),
  }))
  const over = { directory: () => bench.directory, clock: bench.clock }
  good = openDesk({ ...over, connection: demo })
  evil = openDesk({ ...over, connection: hostile })
}
const address = (value: string): object => ({ emails: [{ value, type: 'work', primary: true }] })
const problems = async () =>
  (await bench.preview()).plan.problems.map((one) => [one.kind, 'why' in one ? one.why : ''])
const settled = async (): Promise<void> => {
  await bench.settle()
  await bench.reconcile()
}
const theirs = () => {
  const { ada, bert, owner } = bench.seen()
  return { ada, bert, owner }
}

test('claims, administrators’ groups, mass deletes, takeovers by another address: the others’ people are as they were', async () => {
  await open()
  const [ada, bert] = [await good.person('ada'), await good.person('bert')]
  const analysts = await good.group('SOC-Analysts', [ada, bert])
  await settled()
  bench.activateAll()
  await settled()
  const before = theirs()
  expect(before.ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
  const record = await bench.deps.ownership.ownershipsOf(demo, ada as never)

  // It claims their addresses, their external ids, the hand-made administrator, and the groups the rules speak of.
  const claims = [
    await evil.person('ada'),
    await evil.person('x1', address('ADA@demo.test')),
    await evil.person('x2', address('owner@demo.test')),
  ]
  const own = await evil.person('mallory', { userName: 'm@hostile.test', ...address('m@hostile.test') })
  const groups = [
    await evil.group('SOC-Admins', [...claims, own]),
    await evil.group('SOC-Analysts', [...claims, own]),
  ]
  await settled()
  expect(theirs()).toEqual(before)
  expect(bench.seen().m).toEqual({ status: 'pending', roles: ['Analyst'] })
  expect(await problems()).toEqual(
    expect.arrayContaining([
      ['ownedElsewhere', ''],
      ['adoptionNeeded', 'admin'],
    ]),
  )

  // Its own person becomes Ada by a change of address.
  bench.activateAll()
  expect((await evil.patch(`/Users/${own}`, { op: 'replace', value: address('ada@demo.test') })).status).toBe(
    200,
  )
  await settled()
  expect(theirs()).toEqual(before)

  // Ada departs: what is left of her account is not the other connection's to take over.
  await good.patch(`/Users/${ada}`, { op: 'replace', path: 'active', value: false })
  await settled()
  expect(bench.seen().ada?.status).toBe('disabled')
  expect(await problems()).toEqual(expect.arrayContaining([['adoptionNeeded', 'domain']]))
  await good.patch(`/Users/${ada}`, { op: 'replace', path: 'active', value: true })
  await settled()
  expect(theirs()).toEqual(before)

  // It deletes everything it can name, and what it cannot is not found.
  for (const id of [ada, bert]) expect((await evil.remove(`/Users/${id}`)).status).toBe(404)
  expect((await evil.put(`/Groups/${analysts}`, groupWith('SOC-Analysts', []))).status).toBe(404)
  for (const id of [...claims, own]) expect((await evil.remove(`/Users/${id}`)).status).toBe(204)
  for (const id of groups) expect((await evil.remove(`/Groups/${id}`)).status).toBe(204)
  await settled()
  expect(theirs()).toEqual(before)
  const after = await bench.deps.ownership.ownershipsOf(demo, ada as never)
  expect(after.map(({ account, origin }) => ({ account, origin }))).toEqual(
    record.map(({ account, origin }) => ({ account, origin })),
  )
  expect(after[0]).not.toHaveProperty('takenOver')
  expect(after[0]?.community).toBe(soc)
})

test('the address of somebody who left: it names them first, and is in nobody’s way when they come back under another id', async () => {
  await open()
  const ada = await good.person('ada')
  await good.group('SOC-Analysts', [ada, await good.person('bert')])
  await settled()
  bench.activateAll()
  await good.remove(`/Users/${ada}`)
  const own = await evil.person('mallory', { userName: 'm@hostile.test', ...address('m@hostile.test') })
  await evil.group('SOC-Analysts', [own, await evil.person('ada')])
  await settled()
  bench.activateAll()
  // Another name of hers, and an account of its own that would move there.
  await evil.patch(`/Users/${own}`, { op: 'replace', value: address('Ada@Demo.Test') })
  await settled()
  expect(bench.seen().ada?.status).toBe('disabled')
  const again = await good.person('ada', { userName: 'ada.l@demo.test', externalId: 'ext-ada-2' })
  await good.group('SOC-Tier1', [again])
  const { plan } = await bench.preview()
  expect(plan.changes.map(({ kind }) => kind)).toEqual(['adopt', 'revoke', 'resume', 'grant'])
  await bench.reconcile()
  await settled()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  expect(await bench.deps.ownership.ownershipsOf(demo, again as never)).toHaveLength(1)
})
