import { afterEach, describe, expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import type { Member } from '../../lib/core/member.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

// Somebody who left comes back as another record of the directory, with the same address.
let bench: Bench
afterEach(() => bench.close())

const byDomain: Partial<Community> = { adopt: 'domain' }
const owned = (member: Member) => bench.deps.ownership.ownership(soc, demo, member.id)
const problems = async () => (await bench.preview()).plan.problems
const takeovers = async (member: Member) =>
  (await bench.deps.audit.about({ kind: 'member', id: member.id, connection: demo }, 50)).filter(
    ({ event }) => event.kind === 'accountTakenOver',
  )
const deactivated = (one: Member) => bench.provider.setActive(one, false)
const deleted = (one: Member) => bench.provider.remove(one)

/** Joined, accepted, and gone: suspended by us. */
const departed = async (
  leave: (member: Member) => Promise<unknown> = deactivated,
  group = 'SOC-Analysts',
): Promise<Member> => {
  const ada = await bench.provider.person('ada')
  await bench.provider.group(group, [ada, await bench.provider.person('bert')])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  expect(bench.seen().ada?.status).toBe('enabled')
  await leave(ada)
  await bench.settle()
  expect(bench.seen().ada?.status).toBe('disabled')
  return ada
}

describe.each([
  ['switched off', deactivated],
  ['deleted', deleted],
])('%s and made anew', (_, leave) => {
  test('the account is theirs again, with what the new record is to have', async () => {
    bench = await openBench({ community: byDomain })
    const before = await departed(leave)
    const record = await owned(before)
    const again = await bench.provider.person('ada', 'ada.l@demo.test')
    await bench.provider.group('SOC-Tier1', [again])
    await bench.settle()
    expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect(await owned(before)).toBeUndefined()
    const taken = { connection: demo, member: before.id }
    const after = await owned(again)
    expect(after).toMatchObject({ account: record?.account, origin: 'created', takenOver: { from: taken } })
    expect(after?.grants.map(({ role }) => role)).toEqual(['tier1'])
    expect(after).not.toHaveProperty('suspended')
    for (const member of [before, again])
      expect((await takeovers(member)).map(({ event }) => event)).toEqual([
        {
          kind: 'accountTakenOver',
          community: soc,
          member: again.id,
          account: record?.account,
          from: taken,
          roles: ['analyst'],
        },
      ])
    // What comes of the old record is nothing to the account any more.
    if (leave === deactivated) await bench.provider.remove(before)
    bench.clock.advance(40 * 86_400)
    await bench.reconcile()
    expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
    expect((await bench.preview()).plan).toMatchObject({ changes: [], problems: [], unmanaged: [{}] })
  })
})
