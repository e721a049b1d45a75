import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectionId, connectionId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { ids, openWorld, person, type World, written, writtenGroup } from './directory-world.ts'

describe('requests to the table', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  const open = () => {
    const c: ConnectionId = connectionId(`c${ids.ordered()}`)
    const { directory, stamp } = world
    let people = 0
    const member = async (): Promise<Member> => {
      people += 1
      return written(await directory.createMember(stamp(c), person(`r${people}`)))
    }
    const group = async (name: string, members: readonly Group['id'][] = []): Promise<Group> => {
      const draft = { displayName: name, externalId: `ext-${name}`, attributes: {} }
      return writtenGroup(await directory.createGroup(stamp(c), draft, members))
    }
    return { c, member, group }
  }

  const asked = async (work: () => Promise<unknown>): Promise<string> => {
    const before = world.requests.length
    await work()
    return world.requests
      .slice(before)
      .map(({ operation }) => operation.replace('Item', ''))
      .join(' ')
  }

  it('of a person: one to write what was just read, and two to find them by name', async () => {
    const { directory, stamp } = world
    const { c, member } = open()
    await member()
    expect(await asked(member)).toBe('TransactWrites')
    const userName = { by: 'userName', value: 'R1@acme.example' } as const
    expect(await asked(() => directory.findMembers(c, userName))).toBe('Get BatchGet')
    // A second query tells of those who have more addresses than look-up items.
    const email = { by: 'email', value: 'R1@acme.example' } as const
    expect(await asked(() => directory.findMembers(c, email))).toBe('Query Query BatchGet')
    const [found] = await directory.findMembers(c, userName)
    if (!found) throw new Error('not found')
    const off = person('r1', { active: false })
    expect(await asked(() => directory.updateMember(stamp(c), found, off))).toBe('TransactWrites')
    const renamed = async () => {
      const read = await directory.member(c, found.id)
      return read && directory.updateMember(stamp(c), read, person('renamed'))
    }
    expect(await asked(renamed)).toBe('Get TransactWrites')
    // Looked at only when the conditions say that something is in the way.
    const taken = person('r1', { userName: 'R2@acme.example' })
    const before = await directory.member(c, found.id)
    await member()
    expect(await asked(async () => before && directory.updateMember(stamp(c), before, taken))).toMatch(
      /^TransactWrites Get BatchGet BatchGet$/,
    )
    const last = await directory.member(c, found.id)
    expect(await asked(async () => last && directory.deleteMember(stamp(c), last))).toBe('TransactWrites')
  })

  it('of a membership: the group with its counters, the member with the row, the write', async () => {
    const { directory, stamp } = world
    const { c, member, group } = open()
    const [ann, bob, own] = [await member(), await member(), await group('own')]
    const change = async (add: readonly Member[], remove: readonly Member[] = []) => {
      const read = await directory.group(c, own.id)
      if (!read) throw new Error('no group')
      const idsOf = (some: readonly Member[]) => some.map(({ id }) => id)
      const members = { kind: 'delta', add: idsOf(add), remove: idsOf(remove) } as const
      return directory.changeGroup(stamp(c), read, { members })
    }
    expect(await asked(() => directory.group(c, own.id))).toBe('Get Query')
    expect(await asked(() => change([ann]))).toBe('Get Query BatchGet TransactWrites')
    expect(await asked(() => change([ann]))).toBe('Get Query BatchGet')
    expect(await asked(() => change([bob], [ann]))).toBe('Get Query BatchGet TransactWrites')
    // Somebody else's group object, or one used before, is read again.
    const read = await directory.group(c, own.id)
    const rename = (displayName: string) => async () =>
      read && directory.changeGroup(stamp(c), read, { draft: { displayName, attributes: {} } })
    expect(await asked(rename('second'))).toBe('TransactWrites')
    expect(await asked(rename('third'))).toBe('Get Query')
    expect(await asked(() => group('new'))).toBe('TransactWrites')
    expect(await asked(() => group('new again', [own.id]))).toBe('BatchGet BatchGet TransactWrites')
  })

  it('of many memberships: each person’s rows, and all groups at once; more only where groups are nested', async () => {
    const { directory } = world
    const { c, member, group } = open()
    const people = [await member(), await member(), await member()]
    const [first, second] = people.map(({ id }) => id)
    if (!first || !second) throw new Error('no members')
    const { stamp } = world
    const draft = { displayName: 'a', attributes: {} }
    const a = writtenGroup(await directory.createGroup(stamp(c), draft, [first, second]))
    await directory.createGroup(stamp(c), { ...draft, displayName: 'b' }, [first])
    const all = () => directory.membershipsOf(c, people)
    expect(await asked(all)).toBe('Query Query Query BatchGet')
    expect(await asked(() => directory.membershipsOf(c, people.slice(2)))).toBe('Query')
    await group('around', [a.id])
    expect(await asked(all)).toBe('Query Query Query BatchGet Query Query BatchGet Query')
  })
})
