import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, memberId } from '../../lib/core/ids.ts'
import { auditPartition } from '../../lib/store/keys.ts'
import { recordOf } from '../../lib/store/records.ts'
import { createTable, type Item } from '../../lib/store/table-client.ts'
import { acme, dues, ids, openWorld, person, rowsOf, type World, written } from './directory-world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const create = async (name: string, more = {}) =>
  written(await world.directory.createMember(world.stamp(), person(name, more)))

describe('a member', () => {
  it('is found by every look-up, folded where names are, case-exact for externalId', async () => {
    const ann = await create('Ann')
    const { directory } = world
    expect(await directory.member(acme, ann.id)).toEqual(ann)
    expect(ann).toMatchObject({ version: 1, incarnation: 1, active: true })
    expect(await directory.findMembers(acme, { by: 'userName', value: ' ANN@acme.EXAMPLE' })).toEqual([ann])
    expect(await directory.findMembers(acme, { by: 'email', value: 'ann@ACME.example' })).toEqual([ann])
    expect(await directory.findMembers(acme, { by: 'externalId', value: 'ext-Ann' })).toEqual([ann])
    expect(await directory.findMembers(acme, { by: 'externalId', value: 'EXT-ANN' })).toEqual([])
    expect(
      await directory.findMembers(connectionId('other'), { by: 'userName', value: 'ann@acme.example' }),
    ).toEqual([])
  })

  it('keeps hostile attribute names as data', async () => {
    const attributes = JSON.parse('{"__proto__":{"admin":true},"constructor":"x","toString":[1,{"a":null}]}')
    const eve = await create('eve', { attributes })
    const read = await world.directory.member(acme, eve.id)
    expect(JSON.stringify(read?.attributes)).toBe(JSON.stringify(attributes))
    expect(Object.getPrototypeOf(read?.attributes)).toBeNull()
    expect('admin' in (read?.attributes ?? {})).toBe(false)
  })

  it('writes a due item and an audit entry without personal values', async () => {
    const zoe = await create('zoe-private')
    expect(
      (await dues(world.table)).filter((due) => due.kind === 'member' && due.member === zoe.id),
    ).toHaveLength(1)
    const audit = await rowsOf(world.table, auditPartition('member', zoe.id, acme))
    expect(audit).toHaveLength(1)
    expect(recordOf(audit[0] as Item)).toMatchObject({
      event: { kind: 'memberCreated', member: zoe.id, active: true },
    })
    expect(JSON.stringify(audit)).not.toContain('zoe-private')
  })

  it('refuses a taken userName or externalId and names the holder', async () => {
    const bob = await create('bob')
    const { directory, stamp } = world
    expect(await directory.createMember(stamp(), person('other', { userName: 'BOB@acme.example' }))).toEqual({
      kind: 'taken',
      attribute: 'userName',
      by: bob,
    })
    expect(await directory.createMember(stamp(), person('other', { externalId: 'ext-bob' }))).toEqual({
      kind: 'taken',
      attribute: 'externalId',
      by: bob,
    })
    // Nothing of a refused draft is left behind.
    await create('other')
  })

  it('is created once when many create it at the same time', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, () => world.directory.createMember(world.stamp(), person('race'))),
    )
    const winners = results.filter((result) => result.kind === 'written')
    expect(winners).toHaveLength(1)
    for (const result of results)
      if (result.kind !== 'written')
        expect(result).toMatchObject({ kind: 'taken', by: { id: winners[0]?.member.id } })
    expect(
      await world.directory.findMembers(acme, { by: 'userName', value: 'race@acme.example' }),
    ).toHaveLength(1)
  })

  it('refuses names that fit no key', async () => {
    const long = person('x', { userName: 'x'.repeat(1100) })
    await expect(world.directory.createMember(world.stamp(), long)).rejects.toMatchObject({
      code: 'invalidValue',
      field: 'userName',
    })
    expect(await world.directory.findMembers(acme, { by: 'userName', value: 'x'.repeat(1100) })).toEqual([])
    for (const id of ['', '../..', 'x'.repeat(2000), 'ZZ'])
      expect(await world.directory.member(acme, memberId(id))).toBeUndefined()
  })
})

describe('an update', () => {
  it('moves names and look-ups in one step', async () => {
    const before = await create('carla')
    const after = written(await world.directory.updateMember(world.stamp(), before, person('carla2')))
    expect(after).toMatchObject({ id: before.id, version: 2, incarnation: 1, created: before.created })
    const { directory } = world
    for (const [by, old, next] of [
      ['userName', 'carla@acme.example', 'carla2@acme.example'],
      ['email', 'carla@acme.example', 'carla2@acme.example'],
      ['externalId', 'ext-carla', 'ext-carla2'],
    ] as const) {
      expect(await directory.findMembers(acme, { by, value: old })).toEqual([])
      expect(await directory.findMembers(acme, { by, value: next })).toEqual([after])
    }
    await create('carla')
  })

  it('is found under a name they had, but not by who asks for the name alone', async () => {
    const { directory } = world
    const before = await create('maiden')
    const lookup = (by: 'userName' | 'formerUserName', value = 'MAIDEN@acme.example', c = acme) =>
      directory.findMembers(c, { by, value })
    expect(await lookup('formerUserName')).toEqual([])
    const after = written(
      await directory.updateMember(world.stamp(), before, person('married', { externalId: 'ext-maiden' })),
    )
    expect(await lookup('formerUserName')).toEqual([after])
    expect(await lookup('userName')).toEqual([])
    expect(await lookup('formerUserName', 'maiden@acme.example', connectionId('other'))).toEqual([])
    expect(await lookup('formerUserName', 'x'.repeat(2000))).toEqual([])
    // Another spelling is the same name.
    const spelt = written(
      await directory.updateMember(world.stamp(), after, {
        ...person('married', { externalId: 'ext-maiden' }),
        userName: after.userName.toUpperCase(),
      }),
    )
    expect(await lookup('formerUserName', after.userName)).toEqual([])
    expect(await lookup('formerUserName')).toEqual([spelt])
  })

  it('that changes nothing writes nothing', async () => {
    const before = await create('dora', {
      attributes: { title: 'a', name: { givenName: 'D', familyName: 'O' } },
    })
    const due = (await dues(world.table)).length
    const same = person('dora', { attributes: { name: { familyName: 'O', givenName: 'D' }, title: 'a' } })
    expect(await world.directory.updateMember(world.stamp(), before, same)).toEqual({
      kind: 'written',
      member: before,
    })
    expect(await world.directory.member(acme, before.id)).toEqual(before)
    expect(await dues(world.table)).toHaveLength(due)
  })

  it('is stale when the record moved on', async () => {
    const before = await create('emil')
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        world.directory.updateMember(
          world.stamp(),
          before,
          person('emil', { attributes: { title: `${n}` } }),
        ),
      ),
    )
    expect(results.map(({ kind }) => kind).sort()).toEqual(['stale', 'stale', 'stale', 'written'])
    expect(await world.directory.member(acme, before.id)).toMatchObject({ version: 2 })
  })

  it('remembers since when the IdP says inactive', async () => {
    const { directory, stamp } = world
    const active = await create('fay')
    const off = written(await directory.updateMember(stamp(), active, person('fay', { active: false })))
    expect(off.inactiveSince).toBe(off.lastModified)
    const still = person('fay', { active: false, attributes: { title: 'gone' } })
    const renamed = written(await directory.updateMember(stamp(), off, still))
    expect(renamed.inactiveSince).toBe(off.inactiveSince)
    const on = written(await directory.updateMember(stamp(), renamed, person('fay')))
    expect(on.inactiveSince).toBeUndefined()
  })
})

describe('a deleted member', () => {
  it('is absent, found again by its names, and restored as a new life', async () => {
    const { directory, stamp } = world
    const gil = await create('gil')
    const gone = written(await directory.deleteMember(stamp(), gil))
    expect(gone.deletedAt).toBeDefined()
    expect(await directory.member(acme, gil.id)).toBeUndefined()
    expect(await directory.memberOrTombstone(acme, gil.id)).toEqual(gone)
    expect(await directory.findMembers(acme, { by: 'userName', value: gil.userName })).toEqual([])
    expect(await directory.findMembers(acme, { by: 'email', value: gil.userName })).toEqual([])
    expect(await directory.deleteMember(stamp(), gone)).toEqual({ kind: 'stale' })
    expect(await directory.createMember(stamp(), person('gil'))).toEqual({
      kind: 'taken',
      attribute: 'userName',
      by: gone,
    })
    const back = written(await directory.updateMember(stamp(), gone, person('gil')))
    expect(back).toMatchObject({ id: gil.id, incarnation: 2, version: 3, active: true })
    expect(back.deletedAt).toBeUndefined()
    expect(await directory.findMembers(acme, { by: 'email', value: gil.userName })).toEqual([back])
  })

  it('yields its userName to another identity, and cannot come back under it', async () => {
    const { directory, stamp } = world
    const old = written(await directory.deleteMember(stamp(), await create('hugo')))
    const next = await create('hugo', { externalId: 'ext-hugo-2' })
    expect(next.id).not.toBe(old.id)
    expect(await directory.findMembers(acme, { by: 'userName', value: next.userName })).toEqual([next])
    expect(await directory.updateMember(stamp(), old, person('hugo'))).toEqual({
      kind: 'taken',
      attribute: 'userName',
      by: next,
    })
    const renamed = written(
      await directory.updateMember(stamp(), old, person('hugo', { userName: 'hugo-old' })),
    )
    expect(renamed.id).toBe(old.id)
    expect(await directory.findMembers(acme, { by: 'userName', value: next.userName })).toEqual([next])
  })

  it('is either restored or succeeded, never both', async () => {
    const { directory, stamp } = world
    for (let n = 0; n < 5; n += 1) {
      const name = `ida${n}`
      const old = written(await directory.deleteMember(stamp(), await create(name)))
      const results = await Promise.all([
        directory.updateMember(stamp(), old, person(name)),
        directory.createMember(stamp(), person(name, { externalId: `new-${name}` })),
      ])
      expect(results.map(({ kind }) => kind).sort()).toEqual(['taken', 'written'])
      expect(await directory.findMembers(acme, { by: 'userName', value: old.userName })).toHaveLength(1)
    }
  })
})

describe('lists', () => {
  it('are exact and in id order under creations, deletions and restorations', async () => {
    const { directory, stamp } = world
    const lists = connectionId('lists')
    const live = new Map<string, string>()
    for (let n = 0; n < 60; n += 1) {
      const member = written(await directory.createMember(stamp(lists), person(`l${n}`)))
      live.set(member.id, member.userName)
      if (n % 4 !== 0) continue
      const gone = written(await directory.deleteMember(stamp(lists), member))
      live.delete(member.id)
      if (n % 8 !== 0) continue
      written(await directory.updateMember(stamp(lists), gone, person(`l${n}`)))
      live.set(member.id, member.userName)
    }
    const order = [...live.keys()].sort()
    for (const [start, count] of [
      [1, 100],
      [1, 0],
      [1, 7],
      [8, 7],
      [order.length, 5],
      [order.length + 1, 5],
      [13, 1],
    ] as const) {
      const page = await directory.listMembers(lists, start, count)
      expect(page.total).toBe(order.length)
      expect(page.resources.map(({ id }) => id)).toEqual(order.slice(start - 1, start - 1 + count))
    }
    const walked: string[] = []
    let after: string | undefined
    do {
      const page = await directory.scanMembers(lists, 7, after)
      walked.push(...page.items.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(walked).toEqual(order)
    expect((await directory.members(lists, order.slice(0, 5).map(memberId))).map(({ id }) => id)).toEqual(
      order.slice(0, 5),
    )
  })
})

it('throws, and never answers with nothing, when the store does not answer', async () => {
  const { client, clock } = world
  const table = createTable({ client, name: 'no-such-table', clock, ids })
  await expect(table.get({ pk: 'a', sk: 'b' })).rejects.toMatchObject({ name: 'ConnectorError' })
})
