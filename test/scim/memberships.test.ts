import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  errorUrn,
  group,
  groupUrn,
  idOf,
  type Json,
  openScim,
  type Reply,
  type Scim,
  user,
} from './support/service.ts'

let scim: Scim
let people: readonly string[]
let team: string
beforeAll(async () => {
  scim = await openScim()
  const created = await Promise.all(['ada', 'bob', 'eve'].map((name) => scim.post('/Users', user(name))))
  people = created.map(idOf)
  team = idOf(await scim.post('/Groups', group('Team', people)))
})
afterAll(() => scim.close())

const members = async (): Promise<readonly unknown[]> => {
  const { body } = await scim.get(`/Groups/${team}`)
  return ((body.members ?? []) as readonly Json[]).map((each) => each.value).sort()
}
const put = (more: object): Promise<Reply> =>
  scim.put(`/Groups/${team}`, { schemas: [groupUrn], displayName: 'Team', ...more })

describe('a list of members that names nobody by mistake', () => {
  const mistakes: readonly (readonly [string, unknown])[] = [
    ['an empty text', ''],
    ['a list with null', [null]],
    ['a list with an empty text', ['']],
    ['a list with null beside somebody', [null, { value: '00000000-0000-4000-8000-000000000000' }]],
    ['an empty object', {}],
    ['an empty value', [{ value: '' }]],
    ['a null value', [{ value: null }]],
    ['a list in a list', [[]]],
    ['false', false],
  ]
  it.each(mistakes)('%s is refused and empties nothing', async (_, value) => {
    const replies = [
      await put({ members: value }),
      await scim.patch(`/Groups/${team}`, { op: 'replace', path: 'members', value }),
      await scim.patch(`/Groups/${team}`, { op: 'replace', value: { members: value } }),
      await scim.patch(`/Groups/${team}`, { op: 'Remove', path: 'members', value }),
      await scim.patch(`/Groups/${team}`, { op: 'add', path: 'members', value }),
      await scim.post('/Groups', { schemas: [groupUrn], displayName: 'New', members: value }),
    ]
    for (const reply of replies)
      expect(reply).toMatchObject({ status: 400, body: { schemas: [errorUrn], scimType: 'invalidValue' } })
    expect(await members()).toEqual([...people].sort())
  })

  it('two lists in one body are refused: one of them would be ignored', async () => {
    expect(await put({ members: people.map((value) => ({ value })), MEMBERS: [] })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue' },
    })
    expect(await members()).toEqual([...people].sort())
  })
})

describe('a PUT of a group', () => {
  it('with null for its members says nothing about them; only a list is a list', async () => {
    expect((await put({ members: null })).status).toBe(200)
    expect(await members()).toEqual([...people].sort())
    expect((await put({ members: [] })).status).toBe(200)
    expect(await members()).toEqual([])
  })
})

describe('members page by page', () => {
  it('are counted without those who were deleted a moment ago', async () => {
    const [stays = '', leaves = ''] = (
      await Promise.all(['stays', 'leaves'].map((name) => scim.post('/Users', user(name))))
    ).map(idOf)
    const pair = idOf(await scim.post('/Groups', group('Pair', [stays, leaves])))
    await scim.remove(`/Users/${leaves}`)
    expect((await scim.get(`/Groups/${pair}/members`)).body).toMatchObject({
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [{ value: stays }],
    })
  })
})

describe('text that means more than an id', () => {
  it.each([
    'members[value pr]',
    'members[value ne "x"]',
    'members[not (value eq "x")]',
    'members[value eq "x" and type eq "User"]',
    'members[value co "-"]',
  ])('%s removes nobody', async (path) => {
    await put({ members: people.map((value) => ({ value })) })
    const reply = await scim.patch(`/Groups/${team}`, { op: 'remove', path })
    expect(reply).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } })
    expect(await members()).toEqual([...people].sort())
  })

  it('an id that is a filter is nobody’s id', async () => {
    await put({ members: people.map((value) => ({ value })) })
    const value = [{ value: '"] or members[value pr' }]
    expect((await scim.patch(`/Groups/${team}`, { op: 'Remove', path: 'members', value })).status).toBe(204)
    expect(await members()).toEqual([...people].sort())
  })
})
