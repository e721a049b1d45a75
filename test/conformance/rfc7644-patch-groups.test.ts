import { beforeAll, describe, expect, it } from 'vitest'
import { group, type Json, user } from '../scim/support/service.ts'
import { expectError, list, made, nobody, patched, reread, useScim } from './support.ts'

const open = useScim()
let a = ''
let b = ''
let c = ''
beforeAll(async () => {
  const [first, second, third] = await Promise.all(
    ['a@acme.test', 'b@acme.test', 'c@acme.test'].map((name) => made(open(), '/Users', user(name))),
  )
  a = String(first?.id)
  b = String(second?.id)
  c = String(third?.id)
})

const members = (body: Json): readonly string[] =>
  list(body.members)
    .map((each) => String(each.value))
    .sort()
const sorted = (...ids: readonly string[]): readonly string[] => [...ids].sort()
const outcome = async (before: readonly string[], ...operations: readonly object[]): Promise<Json> => {
  const { id } = await made(open(), '/Groups', group('Patched', before))
  return await patched(open(), `/Groups/${id}`, ...operations)
}

describe('RFC 7644 §3.5.2.1 add members', () => {
  it('keeps those who are there', async () => {
    expect(members(await outcome([a], { op: 'add', path: 'members', value: [{ value: b }] }))).toEqual(
      sorted(a, b),
    )
  })
  it('without a path', async () => {
    expect(members(await outcome([a], { op: 'add', value: { members: [{ value: b }] } }))).toEqual(
      sorted(a, b),
    )
  })
  it('who are there already changes nothing', async () => {
    const before = await made(open(), '/Groups', group('Twice', [a]))
    const same = await patched(open(), `/Groups/${before.id}`, {
      op: 'add',
      path: 'members',
      value: [{ value: a }],
    })
    expect(same).toEqual(before)
  })
  it('that do not exist is refused, and nobody is added', async () => {
    const before = await made(open(), '/Groups', group('Ghost'))
    const value = [{ value: a }, { value: nobody }]
    expectError(
      await open().patch(`/Groups/${before.id}`, { op: 'add', path: 'members', value }),
      400,
      'invalidValue',
    )
    expect(await reread(open(), `/Groups/${before.id}`)).toEqual(before)
  })
  it('a Group', async () => {
    const { id } = await made(open(), '/Groups', group('Inside'))
    const body = await outcome([], { op: 'add', path: 'members', value: [{ value: id, type: 'Group' }] })
    expect(list(body.members)).toMatchObject([{ value: id, type: 'Group' }])
  })
})

describe('RFC 7644 §3.5.2.2 remove members', () => {
  it('one by a filter', async () => {
    expect(members(await outcome([a, b], { op: 'remove', path: `members[value eq "${a}"]` }))).toEqual([b])
  })
  it('several by a filter with or', async () => {
    const path = `members[value eq "${a}" or value eq "${c}"]`
    expect(members(await outcome([a, b, c], { op: 'remove', path }))).toEqual([b])
  })
  it('all', async () => {
    expect((await outcome([a, b], { op: 'remove', path: 'members' })).members).toBeUndefined()
  })
  it('who are not in it succeeds and changes nothing', async () => {
    const before = await made(open(), '/Groups', group('Stranger', [a]))
    expect(
      await patched(open(), `/Groups/${before.id}`, { op: 'remove', path: `members[value eq "${b}"]` }),
    ).toEqual(before)
  })
  it('and add in one message: a single change', async () => {
    const body = await outcome(
      [a, b],
      { op: 'remove', path: `members[value eq "${a}"]` },
      { op: 'add', path: 'members', value: [{ value: c }] },
    )
    expect(members(body)).toEqual(sorted(b, c))
  })
  it('a Group by a filter', async () => {
    const { id } = await made(open(), '/Groups', group('Inner'))
    const body = await outcome([a, String(id)], { op: 'remove', path: `members[value eq "${id}"]` })
    expect(members(body)).toEqual([a])
  })
})

describe('RFC 7644 §3.5.2.3 replace members', () => {
  it('by the list sent', async () => {
    expect(members(await outcome([a, b], { op: 'replace', path: 'members', value: [{ value: c }] }))).toEqual(
      [c],
    )
  })
  it('by an empty list', async () => {
    expect((await outcome([a, b], { op: 'replace', path: 'members', value: [] })).members).toBeUndefined()
  })
  it('together with the name, without a path', async () => {
    const body = await outcome([a], {
      op: 'replace',
      value: { displayName: 'Renamed', members: [{ value: b }] },
    })
    expect([body.displayName, members(body)]).toEqual(['Renamed', [b]])
  })
})

describe('RFC 7644 §3.5.2 a Group’s own attributes', () => {
  it('the name alone leaves the members', async () => {
    const body = await outcome([a, b], { op: 'replace', path: 'displayName', value: 'Only the name' })
    expect([body.displayName, members(body)]).toEqual(['Only the name', sorted(a, b)])
  })
  it('externalId', async () => {
    expect((await outcome([], { op: 'add', path: 'externalId', value: 'G-1' })).externalId).toBe('G-1')
  })
  it('the name cannot be removed', async () => {
    const { id } = await made(open(), '/Groups', group('Named'))
    expectError(await open().patch(`/Groups/${id}`, { op: 'remove', path: 'displayName' }), 400, 'mutability')
  })
  it('excludedAttributes=members has no part in what is stored', async () => {
    const { id } = await made(open(), '/Groups', group('Excluded', [a]))
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'displayName', value: 'Still full' }],
    }
    await open().send({ method: 'PATCH', path: `/Groups/${id}?excludedAttributes=members`, body })
    expect(members(await reread(open(), `/Groups/${id}`))).toEqual([a])
  })
})
