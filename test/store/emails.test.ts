import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, fold, memberId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Directory } from '../../lib/core/ports/directory.ts'
import { chunksOf, inParallel } from '../../lib/store/batches.ts'
import { manyEmailsKey, manyEmailsPartition } from '../../lib/store/keys.ts'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { ids, openWorld, person, rowsOf, type World, written } from './directory-world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const withEmails = (name: string, emails: readonly string[]) =>
  person(name, { attributes: { emails: emails.map((value) => ({ value })) } })

// Longer than a key may be, it is somebody's address all the same.
const pool = ['A@x.test', 'b@x.test', 'c@x.test', 'd@x.test', 'e@x.test', `${'f'.repeat(1100)}@x.test`]
const emails = fc.shuffledSubarray(pool)
type Step = { readonly who: string; readonly emails: readonly string[]; readonly deleted: boolean }
const step: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom('ann', 'bob', 'carl'),
  emails,
  deleted: fc.boolean(),
})

const findsExactly = async (directory: Directory, steps: readonly Step[]) => {
  const c = connectionId(`e${ids.ordered()}`.toLowerCase())
  const known = new Map<string, Member>()
  const held = new Map<string, readonly string[]>()
  for (const { who, emails: wanted, deleted } of steps) {
    const before = known.get(who)
    const draft = withEmails(who, wanted)
    const stamp = world.stamp(c)
    const isLive = before !== undefined && before.deletedAt === undefined
    const after = written(
      await (before === undefined
        ? directory.createMember(stamp, draft)
        : deleted && isLive
          ? directory.deleteMember(stamp, before)
          : directory.updateMember(stamp, before, draft)),
    )
    known.set(who, after)
    held.set(who, after.deletedAt === undefined ? wanted : [])
    for (const value of pool) {
      const found = await directory.findMembers(c, { by: 'email', value: value.toUpperCase() })
      const holders = [...held].filter(([, own]) => own.includes(value))
      expect(found).toEqual(
        holders.flatMap(([name]) => known.get(name) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1)),
      )
    }
  }
  return c
}

describe('a look-up by e-mail', () => {
  it('finds everybody by every address, however many they have and whatever happened to them', async () => {
    const run = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await findsExactly(world.directory, steps)
      await findsExactly(createMemoryDirectory().directory, steps)
    })
    await fc.assert(run, { numRuns: 25 })
  }, 60_000)

  it('leaves nothing of those who are gone or have few', async () => {
    const c = await findsExactly(world.directory, [
      { who: 'ann', emails: pool, deleted: false },
      { who: 'bob', emails: pool, deleted: false },
      { who: 'carl', emails: pool, deleted: false },
      { who: 'ann', emails: [], deleted: true },
      { who: 'bob', emails: pool.slice(0, 3), deleted: false },
    ])
    const rows = await rowsOf(world.table, manyEmailsPartition(c))
    expect(rows.map(({ emails: all }) => all)).toEqual([pool.map(fold)])
  })

  it('is refused, not cut, where too many people have many addresses', async () => {
    const c = connectionId('many')
    const { directory, stamp } = world
    const rows = Array.from({ length: 10_000 }, () => ({
      ...manyEmailsKey(c, memberId(ids.uuid())),
      emails: ['other'],
    }))
    await inParallel(chunksOf(rows, 25), 8, (some) =>
      world.client.send(
        new BatchWriteCommand({
          RequestItems: { [world.name]: some.map((Item) => ({ PutRequest: { Item } })) },
        }),
      ),
    )
    const byLast = () => directory.findMembers(c, { by: 'email', value: 'e@x.test' })
    expect(await byLast()).toEqual([])
    const last = written(await directory.createMember(stamp(c), withEmails('zoe', pool)))
    await expect(byLast()).rejects.toMatchObject({ code: 'tooMany', field: 'emails.value' })
    expect(await directory.findMembers(c, { by: 'userName', value: last.userName })).toEqual([last])
  }, 60_000)
})
