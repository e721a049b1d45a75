import { beforeEach, describe, expect, it } from 'vitest'
import { listed, type MemoryScim, openMemory } from './support/memory.ts'
import { filterOf, group, idOf, type Json, user } from './support/service.ts'

const base = 'https://scim.example.test/acme/scim/v2'

let scim: MemoryScim
let ada: string
let bob: string
let inner: string
let middle: string
let outer: string
beforeEach(async () => {
  scim = openMemory()
  ada = idOf(await scim.post('/Users', user('ada')))
  bob = idOf(await scim.post('/Users', user('bob')))
  inner = idOf(await scim.post('/Groups', group('Inner', [ada])))
  middle = idOf(await scim.post('/Groups', group('Middle', [inner, bob])))
  outer = idOf(await scim.post('/Groups', group('Outer', [middle])))
})
const groupsOf = async (id: string): Promise<ReadonlyMap<unknown, unknown>> => {
  const { body } = await scim.get(`/Users/${id}`)
  return new Map(((body.groups ?? []) as readonly Json[]).map(({ value, type }) => [value, type]))
}
const names = async (path: string): Promise<readonly unknown[]> =>
  listed(await scim.get(path))
    .Resources.map(({ userName, displayName }) => userName ?? displayName)
    .toSorted()

describe('a group in a group', () => {
  it('stands among the members with its type and address', async () => {
    const { body } = await scim.get(`/Groups/${middle}`)
    expect(body.members).toEqual(
      [
        { value: inner, $ref: `${base}/Groups/${inner}`, type: 'Group' },
        { value: bob, $ref: `${base}/Users/${bob}`, type: 'User' },
      ].toSorted((a, b) => (a.value < b.value ? -1 : 1)),
    )
  })

  it('is shown to its members as indirect, however far away', async () => {
    expect(await groupsOf(ada)).toEqual(
      new Map([
        [inner, 'direct'],
        [middle, 'indirect'],
        [outer, 'indirect'],
      ]),
    )
    expect(await groupsOf(bob)).toEqual(
      new Map([
        [middle, 'direct'],
        [outer, 'indirect'],
      ]),
    )
    const page = listed(await scim.get('/Users?attributes=groups')).Resources
    expect(page.map(({ groups }) => (groups as readonly Json[]).length).toSorted()).toEqual([2, 3])
  })

  it.each<[string, () => string, readonly string[]]>([
    ['by a group far above', () => `/Users?${filterOf(`groups.value eq "${outer}"`)}`, ['ada', 'bob']],
    ['by the group itself', () => `/Users?${filterOf(`groups.value eq "${inner}"`)}`, ['ada']],
    [
      'by the name of a group',
      () => `/Users?${filterOf('groups.display eq "OUTER" and userName sw "a"')}`,
      ['ada'],
    ],
    [
      'by being in it indirectly',
      () => `/Users?${filterOf('groups[type eq "indirect" and display eq "Middle"]')}`,
      ['ada'],
    ],
    ['by a member that is a group', () => `/Groups?${filterOf(`members.value eq "${inner}"`)}`, ['Middle']],
    [
      'by a member that is a group, among others',
      () => `/Groups?${filterOf(`displayName pr and members eq "${inner}"`)}`,
      ['Middle'],
    ],
    ['by having groups in it', () => `/Groups?${filterOf('members.type eq "Group"')}`, ['Middle', 'Outer']],
    [
      'by having somebody in it',
      () => `/Groups?${filterOf(`members[value eq "${bob}" and type eq "User"]`)}`,
      ['Middle'],
    ],
  ])('is found %s', async (_, path, expected) => {
    expect(await names(path())).toEqual(expected)
  })

  it('is nothing to be found by once it is deleted, and neither is a deleted person', async () => {
    await scim.send('DELETE', `/Groups/${middle}`)
    for (const gone of [middle, outer])
      expect(await names(`/Users?${filterOf(`groups.value eq "${gone}"`)}`)).toEqual([])
    expect(await names(`/Users?${filterOf('groups.display eq "Middle"')}`)).toEqual([])
    await scim.send('DELETE', `/Users/${ada}`)
    expect(await names(`/Groups?${filterOf(`members.value eq "${ada}"`)}`)).toEqual([])
    expect(await names(`/Groups?${filterOf('members pr')}`)).toEqual([])
  })

  it('is put in and taken out like a person', async () => {
    await scim.patch(`/Groups/${middle}`, { op: 'remove', path: `members[value eq "${inner}"]` })
    expect(await groupsOf(ada)).toEqual(new Map([[inner, 'direct']]))
    await scim.patch(`/Groups/${outer}`, {
      op: 'add',
      path: 'members',
      value: [{ value: inner, type: 'Group' }],
    })
    expect([...(await groupsOf(ada)).keys()].toSorted()).toEqual([inner, outer].toSorted())
    await scim.send('PUT', `/Groups/${outer}`, group('Outer', [ada]))
    expect((await groupsOf(ada)).get(outer)).toBe('direct')
  })
})

describe('a circle of groups', () => {
  it('is accepted, followed once, and told of by id', async () => {
    const reply = await scim.patch(`/Groups/${inner}`, {
      op: 'add',
      path: 'members',
      value: [{ value: outer }],
    })
    expect(reply.status).toBe(204)
    expect(reply.observed.groupCycles?.length).toBeGreaterThan(0)
    for (const id of reply.observed.groupCycles ?? []) expect([inner, middle, outer]).toContain(id)
    expect([...(await groupsOf(ada)).keys()].toSorted()).toEqual([inner, middle, outer].toSorted())
    expect(await names(`/Users?${filterOf(`groups.value eq "${inner}"`)}`)).toEqual(['ada', 'bob'])
    const plain = await scim.patch(`/Groups/${inner}`, {
      op: 'add',
      path: 'members',
      value: [{ value: bob }],
    })
    expect(plain.observed).not.toHaveProperty('groupCycles')
  })
})
