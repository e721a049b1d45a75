import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, type MemberId, memberId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import {
  auditPartition,
  groupSidePartition,
  membershipsPartition,
  membersPartition,
} from '../../lib/store/keys.ts'
import { createTable } from '../../lib/store/table-client.ts'
import {
  acme,
  dues,
  ids,
  openWorld,
  person,
  rowsOf,
  type World,
  written,
  writtenGroup,
} from './directory-world.ts'
import { createUnreliableClient, fault } from './unreliable-client.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

let people = 0
const newMember = async (connection = acme): Promise<Member> => {
  people += 1
  return written(await world.directory.createMember(world.stamp(connection), person(`g${people}`)))
}
const newMembers = async (count: number): Promise<readonly Member[]> => {
  const all: Member[] = []
  for (let n = 0; n < count; n += 1) all.push(await newMember())
  return all
}
const newGroup = async (displayName: string, members: readonly MemberId[] = []): Promise<Group> =>
  writtenGroup(await world.directory.createGroup(world.stamp(), { displayName, attributes: {} }, members))
const change = (group: Group, add: readonly MemberId[], remove: readonly MemberId[] = []) =>
  world.directory.changeGroup(world.stamp(), group, { members: { kind: 'delta', add, remove } })
const idsOf = (members: readonly Member[]) => members.map(({ id }) => id).sort()
const listed = async (group: Group) =>
  (await world.directory.membersOf(acme, group.id, 5000)).items.map(({ id }) => id)
const groupsOf = async (id: MemberId) =>
  (await world.directory.groupsWith(acme, id)).map((group) => ({
    id: group.id,
    displayName: group.displayName,
  }))

describe('a group', () => {
  it('is found by name and externalId, exact after a rename', async () => {
    const { directory, stamp } = world
    const draft = { displayName: 'SOC', externalId: 'x1', attributes: {} }
    const group = writtenGroup(await directory.createGroup(stamp(), draft, []))
    expect(await directory.group(acme, group.id)).toEqual(group)
    expect(group).toMatchObject({ version: 1, memberCount: 0 })
    expect(await directory.findGroups(acme, { by: 'displayName', value: 'soc' })).toEqual([group])
    expect(await directory.createGroup(stamp(), { ...draft, displayName: 'Other' }, [])).toEqual({
      kind: 'taken',
      attribute: 'externalId',
      by: group,
    })
    const next = { displayName: 'NOC', externalId: 'x2', attributes: {} }
    const renamed = writtenGroup(await directory.changeGroup(stamp(), group, { draft: next }))
    expect(renamed.version).toBe(2)
    expect(await directory.findGroups(acme, { by: 'displayName', value: 'SOC' })).toEqual([])
    expect(await directory.findGroups(acme, { by: 'externalId', value: 'x1' })).toEqual([])
    expect(await directory.findGroups(acme, { by: 'externalId', value: 'x2' })).toEqual([renamed])
    expect(await directory.changeGroup(stamp(), group, { draft })).toEqual({ kind: 'stale' })
    expect(await directory.changeGroup(stamp(), renamed, { draft: next })).toEqual({
      kind: 'written',
      group: renamed,
      added: 0,
      removed: 0,
      cycles: [],
    })
    expect(
      (await dues(world.table)).filter((due) => due.kind === 'group' && due.group === group.id),
    ).toHaveLength(1)
  })

  it('keeps both directions, and writes nothing for what is so already', async () => {
    const { directory, table } = world
    const [ann, bob, eve] = await newMembers(3)
    if (!ann || !bob || !eve) throw new Error('no members')
    const group = await newGroup('both', [ann.id, bob.id])
    expect(group).toMatchObject({ version: 2, memberCount: 2 })
    expect(await directory.group(acme, group.id)).toEqual(group)
    expect(await groupsOf(ann.id)).toEqual([{ id: group.id, displayName: 'both' }])
    const before = (await dues(table)).length
    expect(await change(group, [ann.id, ann.id], [eve.id])).toEqual({
      kind: 'written',
      group,
      added: 0,
      removed: 0,
      cycles: [],
    })
    expect(await dues(table)).toHaveLength(before)
    const moved = await change(group, [eve.id], [bob.id])
    expect(moved).toMatchObject({ added: 1, removed: 1, group: { version: 3, memberCount: 2 } })
    expect(await listed(group)).toEqual(idsOf([ann, eve]))
    expect(await groupsOf(bob.id)).toEqual([])
    expect(await directory.whichAreIn(acme, group.id, [ann.id, bob.id, eve.id])).toEqual(
      new Set([ann.id, eve.id]),
    )
    const after = (await dues(table)).slice(before)
    expect(after.map((due) => due.kind === 'member' && due.member).sort()).toEqual(idsOf([bob, eve]))
  })

  it('refuses members that are not there, and then changes nothing', async () => {
    const ann = await newMember()
    const gone = await newMember()
    const foreign = await newMember(connectionId('other'))
    written(await world.directory.deleteMember(world.stamp(), gone))
    const group = await newGroup('strict')
    const strangers = [gone.id, foreign.id, memberId('nobody')]
    const refused = await change(group, [ann.id, ...strangers])
    expect(refused).toMatchObject({ kind: 'unknownMembers' })
    expect(refused.kind === 'unknownMembers' && [...refused.ids].sort()).toEqual([...strangers].sort())
    expect(await listed(group)).toEqual([])
    expect(
      await world.directory.createGroup(world.stamp(), { displayName: 'n', attributes: {} }, strangers),
    ).toMatchObject({
      kind: 'unknownMembers',
    })
    expect(await world.directory.findGroups(acme, { by: 'displayName', value: 'n' })).toEqual([])
  })

  it('is replaced as the difference', async () => {
    const members = await newMembers(6)
    const group = await newGroup('replaced', idsOf(members.slice(0, 4)))
    const result = await world.directory.changeGroup(world.stamp(), group, {
      draft: { displayName: 'Replaced 2', attributes: {} },
      members: { kind: 'replace', members: idsOf(members.slice(2)) },
    })
    expect(result).toMatchObject({
      added: 2,
      removed: 2,
      group: { displayName: 'Replaced 2', memberCount: 4 },
    })
    expect(await listed(group)).toEqual(idsOf(members.slice(2)))
  })

  it('deleted, is gone at once; its rows are purged in steps', async () => {
    const { directory, upkeep, stamp, table } = world
    const members = await newMembers(8)
    const group = await newGroup('doomed', idsOf(members))
    const gone = writtenGroup(await directory.deleteGroup(stamp(), group))
    expect(gone.deletedAt).toBeDefined()
    expect(await directory.group(acme, group.id)).toBeUndefined()
    expect(await directory.findGroups(acme, { by: 'displayName', value: 'doomed' })).toEqual([])
    for (const { id } of members) expect(await groupsOf(id)).toEqual([])
    expect(await directory.deleteGroup(stamp(), group)).toEqual({ kind: 'stale' })
    expect((await upkeep.membersUnder(acme, group.id, 100)).items).toEqual(
      idsOf(members).map((id) => ({ type: 'User', id })),
    )
    const purge = () => upkeep.purge(acme, { kind: 'group', id: group.id }, 3)
    expect(await purge()).toBe(false)
    expect(await rowsOf(table, membersPartition(acme, group.id))).toHaveLength(5)
    while (!(await purge()));
    for (const { id } of members) expect(await rowsOf(table, membershipsPartition(acme, id))).toEqual([])
    expect(await rowsOf(table, groupSidePartition(acme, group.id))).toEqual([])
  })
})

describe('a deleted member', () => {
  it('is in no group, and its next life starts without groups', async () => {
    const { directory, upkeep, stamp } = world
    const [ann, bob] = await newMembers(2)
    if (!ann || !bob) throw new Error('no members')
    const group = await newGroup('lives', [ann.id, bob.id])
    const gone = written(await directory.deleteMember(stamp(), ann))
    expect(await listed(group)).toEqual([bob.id])
    expect(await directory.whichAreIn(acme, group.id, [ann.id])).toEqual(new Set())
    written(await directory.updateMember(stamp(), gone, person('ann-again', { externalId: 'again' })))
    expect(await groupsOf(ann.id)).toEqual([])
    expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 1 })
    const now = await directory.group(acme, group.id)
    if (!now) throw new Error('no group')
    await change(now, [ann.id])
    expect(await listed(group)).toEqual(idsOf([ann, bob]))
    expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 2 })
    expect(await upkeep.purge(acme, { kind: 'member', id: ann.id }, 10)).toBe(true)
    expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 2 })
  })
})

describe('a change too large for one transaction', () => {
  it('is carried out whole: both directions, counts, due items, audit', async () => {
    const { table } = world
    const members = await newMembers(60)
    const group = await newGroup('large', idsOf(members.slice(0, 40)))
    expect(group.memberCount).toBe(40)
    const result = await change(group, idsOf(members.slice(40)), idsOf(members.slice(0, 30)))
    expect(result).toMatchObject({ kind: 'written', added: 20, removed: 30, group: { memberCount: 30 } })
    expect(await listed(group)).toEqual(idsOf(members.slice(30)))
    for (const { id } of members.slice(0, 30)) expect(await groupsOf(id)).toEqual([])
    const due = await dues(table)
    const reached = new Set(due.flatMap((one) => (one.kind === 'member' ? [one.member] : [])))
    for (const { id } of members) expect(reached).toContain(id)
    expect(due.filter((one) => one.kind === 'intent' && one.group === group.id)).toHaveLength(2)
    // Nothing of it is left beside the counters.
    const side = await rowsOf(table, groupSidePartition(acme, group.id))
    expect(side.filter(({ sk }) => sk.startsWith('I#'))).toEqual([])
    const audit = await rowsOf(table, auditPartition('group', group.id, acme))
    expect(JSON.stringify(audit.at(-1))).toContain(members[0]?.id)
  })

  /** The store is gone for the request after so many transactions. Resolves to the intent it left. */
  const dyingAfter = async (
    transactions: number,
    group: Group,
    add: readonly MemberId[],
  ): Promise<string> => {
    let left = transactions
    const client = createUnreliableClient(world.endpoint, (command) => {
      if (command.startsWith('TransactWrite')) left -= 1
      return left < 0 ? { error: fault('TimeoutError') } : undefined
    })
    const table = createTable({ client, name: world.name, clock: world.clock, ids })
    const request = createDirectory(table).changeGroup(world.stamp(), group, {
      members: { kind: 'delta', add, remove: [] },
    })
    // Stored is stored: the caller is not told to send it again.
    expect(await request).toMatchObject({
      kind: 'written',
      added: add.length,
      group: { memberCount: add.length },
    })
    const due = (await dues(world.table)).find((one) => one.kind === 'intent' && one.group === group.id)
    if (due?.kind !== 'intent') throw new Error('no due intent')
    return due.intent
  }

  it('with a crash after it was stored is carried out by whoever comes next, and never over later changes', async () => {
    const { directory, upkeep, table } = world
    const members = await newMembers(30)
    const group = await newGroup('crash')
    const intent = await dyingAfter(3, group, idsOf(members))
    expect(await rowsOf(table, membersPartition(acme, group.id))).toHaveLength(8)
    const [first, last] = [members[0], members[29]]
    if (!first || !last) throw new Error('no members')
    // A later change sees the whole of the earlier one, and stays.
    expect(await change(group, [], [first.id, last.id])).toMatchObject({
      removed: 2,
      group: { memberCount: 28 },
    })
    await Promise.all([1, 2, 3].map(() => upkeep.rollForward(acme, group.id, intent)))
    expect(await listed(group)).toEqual(idsOf(members.slice(1, 29)))
    expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 28 })
  })

  it('is whole for the first who reads the group', async () => {
    const members = await newMembers(12)
    const group = await newGroup('read')
    await dyingAfter(1, group, idsOf(members))
    expect(await world.directory.group(acme, group.id)).toMatchObject({ memberCount: 12 })
    expect(await listed(group)).toEqual(idsOf(members))
  })

  it('rolled forward by several at once is carried out once', async () => {
    const { directory, upkeep } = world
    const members = await newMembers(23)
    const group = await newGroup('many hands')
    const intent = await dyingAfter(1, group, idsOf(members))
    const hands = await Promise.all([1, 2, 3, 4].map(() => upkeep.rollForward(acme, group.id, intent)))
    expect(
      hands
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(idsOf(members))
    expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 23 })
    expect(await listed(group)).toEqual(idsOf(members))
  })

  it('under a deleted group is only cleared away', async () => {
    const { directory, upkeep, stamp, table } = world
    const members = await newMembers(12)
    const group = await newGroup('late')
    const intent = await dyingAfter(1, group, idsOf(members))
    writtenGroup(await directory.deleteGroup(stamp(), group))
    expect(await upkeep.rollForward(acme, group.id, intent)).toEqual([])
    expect(await rowsOf(table, membersPartition(acme, group.id))).toEqual([])
    expect(await upkeep.purge(acme, { kind: 'group', id: group.id }, 10)).toBe(true)
    expect(await rowsOf(table, groupSidePartition(acme, group.id))).toEqual([])
  })
})

describe('at the same time', () => {
  it('fifty additions to one group with conflicts injected: all are there, counted once', async () => {
    const members = await newMembers(50)
    const group = await newGroup('busy')
    world.engine?.inject({
      seed: 7,
      rules: [{ fault: 'conflict', probability: 0.3, operations: ['TransactWriteItems'] }],
    })
    const results = await Promise.all(members.map(({ id }) => change(group, [id])))
    world.engine?.inject({})
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['written']))
    expect(await listed(group)).toEqual(idsOf(members))
    expect(await world.directory.group(acme, group.id)).toMatchObject({ memberCount: 50, version: 51 })
  })

  it('the same addition many times counts once', async () => {
    const ann = await newMember()
    const group = await newGroup('same')
    const results = await Promise.all(Array.from({ length: 10 }, () => change(group, [ann.id])))
    expect(results.filter((result) => result.kind === 'written' && result.added === 1)).toHaveLength(1)
    expect(await world.directory.group(acme, group.id)).toMatchObject({ memberCount: 1, version: 2 })
  })

  it('an addition and the deletion of the member leave no row that counts', async () => {
    const { directory, upkeep, stamp } = world
    for (let n = 0; n < 8; n += 1) {
      const ann = await newMember()
      const group = await newGroup(`gone ${n}`)
      await Promise.all([change(group, [ann.id]), directory.deleteMember(stamp(), ann)])
      expect(await listed(group)).toEqual([])
      expect(await upkeep.purge(acme, { kind: 'member', id: ann.id }, 10)).toBe(true)
      expect(await directory.group(acme, group.id)).toMatchObject({ memberCount: 0 })
    }
  })
})

it('lists groups exactly and in id order', async () => {
  const { directory, stamp } = world
  const lists = connectionId('group-lists')
  const created: Group[] = []
  for (let n = 0; n < 30; n += 1)
    created.push(
      writtenGroup(await directory.createGroup(stamp(lists), { displayName: `G${n}`, attributes: {} }, [])),
    )
  for (const group of created.slice(0, 5)) writtenGroup(await directory.deleteGroup(stamp(lists), group))
  const order = created
    .slice(5)
    .map(({ id }) => id)
    .sort()
  const page = await directory.listGroups(lists, 4, 10)
  expect(page.total).toBe(25)
  expect(page.resources.map(({ id }) => id)).toEqual(order.slice(3, 13))
  const first = await directory.scanGroups(lists, 20)
  const rest = await directory.scanGroups(lists, 20, first.next)
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(order)
  expect(rest.next).toBeUndefined()
})
