import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ConnectionId,
  connectionId,
  type GroupId,
  type GroupMemberId,
  groupId,
} from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import {
  auditPartition,
  membershipsPartition,
  membersPartition,
  nestedCountKey,
} from '../../lib/store/keys.ts'
import { recordOf } from '../../lib/store/records.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'
import { dues, ids, openWorld, person, rowsOf, type World, written, writtenGroup } from './directory-world.ts'
import { interleaved } from './interleaved.ts'
import { createUnreliableClient, fault } from './unreliable-client.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** A connection of its own for each test: what is counted in it is counted by that test. */
const openScene = () => {
  const c: ConnectionId = connectionId(`c${ids.ordered()}`)
  const { directory, stamp, table } = world
  let people = 0
  const member = async (): Promise<Member> => {
    people += 1
    return written(await directory.createMember(stamp(c), person(`n${people}`)))
  }
  const group = async (displayName: string, members: readonly GroupMemberId[] = []): Promise<Group> =>
    writtenGroup(await directory.createGroup(stamp(c), { displayName, attributes: {} }, members))
  const change = (
    to: Group,
    add: readonly GroupMemberId[],
    remove: readonly GroupMemberId[] = [],
    on: Table = table,
  ) => createDirectory(on).changeGroup(stamp(c), to, { members: { kind: 'delta', add, remove } })
  return {
    c,
    member,
    group,
    change,
    remove: async (one: Group) => writtenGroup(await directory.deleteGroup(stamp(c), one)),
    inside: async (one: Group) => (await directory.membersOf(c, one.id, 5000)).items,
    nestedCount: async () => Number((await table.get(nestedCountKey(c)))?.n ?? 0),
    heldBy: async (one: Member) => {
      const { groups = [], cycles = [] } = (await directory.membershipsOf(c, [one])).get(one.id) ?? {}
      return { groups: groups.map(({ displayName, through }) => [displayName, through]), cycles }
    },
    purge: async (one: Group) => {
      while (!(await world.upkeep.purge(c, { kind: 'group', id: one.id }, 3)));
    },
  }
}
const asMembers = (groups: readonly Group[]) => groups.map(({ id }) => ({ type: 'Group', id }))
const sorted = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] =>
  [...all].sort((a, b) => (a.id < b.id ? -1 : 1))

describe('a group in a group', () => {
  it('stands beside people, in id order, and moves everybody in it', async () => {
    const { c, member, group, change, inside, nestedCount } = openScene()
    const { directory, table } = world
    const [ann, child, parent] = [await member(), await group('child'), await group('parent')]
    expect(await directory.hasNestedGroups(c)).toBe(false)
    const before = (await dues(table)).length
    const put = await change(parent, [ann.id, child.id])
    expect(put).toMatchObject({ added: 2, removed: 0, cycles: [], group: { memberCount: 2, version: 2 } })
    expect(await inside(parent)).toEqual(
      sorted([
        { type: 'User', id: ann.id },
        { type: 'Group', id: child.id },
      ]),
    )
    expect(await directory.hasNestedGroups(c)).toBe(true)
    const some = [child.id, ann.id, parent.id, groupId('0f-no-such-group')]
    expect(await directory.whichAreIn(c, parent.id, some)).toEqual(new Set([child.id, ann.id]))
    expect((await directory.groupsWith(c, child.id)).map(({ id }) => id)).toEqual([parent.id])
    const due = (await dues(table)).slice(before)
    expect(due.find(({ kind }) => kind === 'group')).toEqual({
      position: expect.anything(),
      connection: c,
      at: expect.anything(),
      kind: 'group',
      group: child.id,
    })
    expect(due).toHaveLength(2)
    expect(await change(parent, [child.id])).toMatchObject({ added: 0, removed: 0, cycles: [] })
    expect(await change(parent, [], [child.id])).toMatchObject({ removed: 1, group: { memberCount: 1 } })
    expect([await directory.hasNestedGroups(c), await nestedCount()]).toEqual([false, 0])
    const trail = (await rowsOf(table, auditPartition('group', child.id, c))).map(
      (row) => recordOf<{ readonly event: object }>(row).event,
    )
    expect(trail.slice(1)).toEqual([
      { kind: 'groupNested', group: child.id, into: parent.id },
      { kind: 'groupUnnested', group: child.id, into: parent.id },
    ])
  })

  it('is replaced, renamed and created in one go like everybody else', async () => {
    const { member, group, inside, nestedCount } = openScene()
    const { directory, stamp } = world
    const [ann, a, b, d] = [await member(), await group('a'), await group('b'), await group('d')]
    const parent = await group('parent', [a.id, ann.id, b.id])
    expect([parent.memberCount, await nestedCount()]).toEqual([3, 2])
    const result = await directory.changeGroup(stamp(parent.connection), parent, {
      draft: { displayName: 'other', attributes: {} },
      members: { kind: 'replace', members: [b.id, d.id] },
    })
    expect(result).toMatchObject({ added: 1, removed: 2, group: { displayName: 'other', memberCount: 2 } })
    expect(await inside(parent)).toEqual(asMembers(sorted([b, d])))
    expect(await nestedCount()).toBe(2)
  })

  it('that is not there is refused, and then nothing is written', async () => {
    const { member, group, change, remove, inside } = openScene()
    const foreign = await openScene().group('foreign')
    const [ann, gone, parent] = [await member(), await group('gone'), await group('parent')]
    await remove(gone)
    const result = await change(parent, [ann.id, gone.id, foreign.id])
    expect(result.kind === 'unknownMembers' && [...result.ids].sort()).toEqual([gone.id, foreign.id].sort())
    expect(await inside(parent)).toEqual([])
  })

  it('that contains it is accepted, and named as a cycle', async () => {
    const { member, group, change, heldBy } = openScene()
    const ann = await member()
    const a = await group('a', [ann.id])
    const b = await group('b', [a.id])
    const d = await group('d', [b.id])
    expect(await change(b, [b.id])).toMatchObject({ added: 1, cycles: [b.id] })
    expect(await change(a, [d.id, (await group('other')).id])).toMatchObject({ added: 2, cycles: [d.id] })
    expect(await heldBy(ann)).toEqual({
      groups: [
        ['a', []],
        ['b', [a.id]],
        ['d', [a.id, b.id]],
      ],
      cycles: [a.id, b.id, d.id].sort(),
    })
    expect(await change(b, [], [b.id])).toMatchObject({ removed: 1, cycles: [] })
  })

  it('renamed in the same request in which it enters itself', async () => {
    const { c, group } = openScene()
    const { directory, stamp } = world
    const own = await group('own')
    const result = await directory.changeGroup(stamp(c), own, {
      draft: { displayName: 'renamed', attributes: {} },
      members: { kind: 'delta', add: [own.id], remove: [] },
    })
    expect(result).toMatchObject({ kind: 'written', added: 1, cycles: [own.id] })
  })
})

describe('a deleted group', () => {
  it('is in nothing at once, and counted nowhere once its rows are gone', async () => {
    const { c, member, group, remove, inside, heldBy, nestedCount, purge } = openScene()
    const { directory, table } = world
    const ann = await member()
    const low = await group('low')
    const child = await group('child', [ann.id, low.id])
    const parents = [await group('p1', [child.id]), await group('p2', [child.id, ann.id])]
    await remove(child)
    for (const parent of parents)
      expect(await inside(parent)).toEqual(parent === parents[1] ? [{ type: 'User', id: ann.id }] : [])
    expect(await heldBy(ann)).toEqual({ groups: [['p2', []]], cycles: [] })
    expect(await directory.groupsWith(c, child.id)).toEqual([])
    expect((await world.upkeep.membersUnder(c, child.id, 10)).items).toEqual(
      sorted([
        { type: 'User', id: ann.id },
        { type: 'Group', id: low.id },
      ]),
    )
    await purge(child)
    expect([await nestedCount(), await directory.hasNestedGroups(c)]).toEqual([0, false])
    expect(
      (
        await directory.groups(
          c,
          parents.map(({ id }) => id),
        )
      ).map((one) => one.memberCount),
    ).toEqual([0, 1])
    for (const partition of [
      membershipsPartition(c, child.id),
      membersPartition(c, child.id),
      membershipsPartition(c, low.id),
    ])
      expect(await rowsOf(table, partition)).toEqual([])
  })
})

describe('a change too large for one transaction', () => {
  it('carries groups among its members, and they are counted once', async () => {
    const { c, member, group, change, inside, nestedCount } = openScene()
    const people: Member[] = []
    for (let n = 0; n < 6; n += 1) people.push(await member())
    const groups: Group[] = []
    for (let n = 0; n < 8; n += 1) groups.push(await group(`g${n}`))
    const parent = await group('parent')
    let left = 2
    const client = createUnreliableClient(world.endpoint, (command) => {
      if (command.startsWith('TransactWrite')) left -= 1
      return left < 0 ? { error: fault('TimeoutError') } : undefined
    })
    const dying = createTable({ client, name: world.name, clock: world.clock, ids })
    const all = [...people, ...groups].map(({ id }) => id)
    expect(await change(parent, all, [], dying)).toMatchObject({ added: 14, group: { memberCount: 14 } })
    const due = (await dues(world.table)).find((one) => one.kind === 'intent' && one.group === parent.id)
    if (due?.kind !== 'intent') throw new Error('no due intent')
    const hands = await Promise.all([1, 2].map(() => world.upkeep.rollForward(c, parent.id, due.intent)))
    expect(new Set(hands.flat().map(({ type, id }) => `${type} ${id}`)).size).toBe(10)
    const wanted = sorted([...people.map(({ id }) => ({ type: 'User', id })), ...asMembers(groups)])
    expect(await inside(parent)).toEqual(wanted)
    expect(await nestedCount()).toBe(8)
    expect(await change(parent, [], all)).toMatchObject({ removed: 14, group: { memberCount: 0 } })
    expect(await nestedCount()).toBe(0)
  })
})

describe('memberships of many members at once', () => {
  it('hold for the life that was read, in groups that live', async () => {
    const { c, member, group, change, remove } = openScene()
    const { directory, stamp } = world
    const [ann, bob] = [await member(), await member()]
    const [a, gone] = [await group('a', [ann.id, bob.id]), await group('gone', [ann.id])]
    const top = await group('top', [a.id, gone.id])
    await remove(gone)
    const dead = written(await directory.deleteMember(stamp(c), bob))
    const back = written(await directory.updateMember(stamp(c), dead, person('back', { externalId: 'b' })))
    await change(top, [back.id])
    const found = await directory.membershipsOf(c, [ann, back, dead])
    expect(found.get(ann.id)?.groups).toEqual([
      { id: a.id, displayName: 'a', through: [] },
      { id: top.id, displayName: 'top', through: [a.id] },
    ])
    expect((await directory.membershipsOf(c, [back])).get(bob.id)?.groups).toEqual([
      { id: top.id, displayName: 'top', through: [] },
    ])
    for (const earlier of [bob, dead])
      expect((await directory.membershipsOf(c, [earlier])).get(bob.id)).toEqual({ groups: [], cycles: [] })
  })

  it('climb any number of steps, and take the shortest way', async () => {
    const { member, group, change, heldBy } = openScene()
    const ann = await member()
    const chain = [await group('g0', [ann.id])]
    for (let n = 1; n < 9; n += 1) chain.push(await group(`g${n}`, [chain[n - 1]?.id as GroupId]))
    const way = chain.map(({ id }) => id)
    expect((await heldBy(ann)).groups).toEqual(
      chain.map(({ displayName }, n) => [displayName, way.slice(0, n)]),
    )
    await change(chain[7] as Group, [chain[2]?.id as GroupId])
    expect((await heldBy(ann)).groups.find(([name]) => name === 'g8')).toEqual([
      'g8',
      [way[0], way[1], way[2], way[7]],
    ])
  })
})

describe('at the same time', () => {
  it('the deletion of a group between any two requests of putting it somewhere leaves nothing that counts', async () => {
    for (let n = 0; ; n += 1) {
      const { c, group, change, remove, inside, nestedCount, purge } = openScene()
      const [child, parent] = [await group('child'), await group('parent')]
      const hooked = interleaved(world.table, n, async () => {
        await remove(child)
        await purge(child)
      })
      await change(parent, [child.id], [], hooked.table)
      if (hooked.calls() <= n) {
        expect(n).toBeGreaterThanOrEqual(4)
        return
      }
      expect(await inside(parent)).toEqual([])
      expect([await nestedCount(), (await world.directory.group(c, parent.id))?.memberCount]).toEqual([0, 0])
    }
  })

  it('the deletion of the group they are put into neither', async () => {
    for (let n = 0; ; n += 1) {
      const { c, group, change, remove, nestedCount, purge } = openScene()
      const [child, parent] = [await group('child'), await group('parent')]
      const hooked = interleaved(world.table, n, async () => {
        await remove(parent)
        await purge(parent)
      })
      const { kind } = await change(parent, [child.id, parent.id], [], hooked.table)
      if (hooked.calls() <= n) return
      expect(['stale', 'unknownMembers', 'written']).toContain(kind)
      expect([await nestedCount(), await world.directory.hasNestedGroups(c)]).toEqual([0, false])
      for (const { id } of [child, parent])
        expect(await rowsOf(world.table, membershipsPartition(c, id))).toEqual([])
    }
  })

  it('groups put into each other are both there, whoever was first', async () => {
    const { group, change, nestedCount } = openScene()
    for (let n = 0; n < 5; n += 1) {
      const [a, b] = [await group(`a${n}`), await group(`b${n}`)]
      const results = await Promise.all([change(a, [b.id]), change(b, [a.id]), change(a, [b.id])])
      expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'written'])
      expect(await nestedCount()).toBe(2 * (n + 1))
    }
  })
})
