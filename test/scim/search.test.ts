import { beforeAll, describe, expect, it } from 'vitest'
import { connectionId, memberId } from '../../lib/core/ids.ts'
import { idsOn, listed, type MemoryScim, openMemory, walked } from './support/memory.ts'
import { filterOf, group, groupUrn, idOf, type Json, listUrn, user, userUrn } from './support/service.ts'

const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const message = (more: object): object => ({ schemas: [searchUrn], ...more })

let scim: MemoryScim
let people: readonly string[]
let teams: readonly string[]
beforeAll(async () => {
  scim = openMemory()
  const created: string[] = []
  for (const name of ['ada', 'bob', 'cid', 'dan'])
    created.push(
      idOf(await scim.post('/Users', user(name, { displayName: `The ${name}`, externalId: name }))),
    )
  people = created.toSorted()
  const groups: string[] = []
  for (const name of ['The readers', 'Writers'])
    groups.push(idOf(await scim.post('/Groups', group(name, created.slice(0, 2)))))
  teams = groups.toSorted()
})

describe('POST /.search (RFC 7644 §3.4.3)', () => {
  it('asks a type what GET asks it', async () => {
    const body = message({
      filter: 'displayName sw "the"',
      attributes: ['userName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 2,
    })
    const asked = await scim.post('/Users/.search', body)
    const query = `${filterOf('displayName sw "the"')}&attributes=userName&sortBy=userName&sortOrder=descending&startIndex=2&count=2`
    expect(asked.body).toEqual((await scim.get(`/Users?${query}`)).body)
    expect(listed(asked)).toMatchObject({
      schemas: [listUrn],
      totalResults: 4,
      startIndex: 2,
      itemsPerPage: 2,
    })
    expect(listed(asked).Resources.map(({ userName }) => userName)).toEqual(['cid', 'bob'])
  })

  it('leaves attributes out by a list, too, and takes null for nothing', async () => {
    const { Resources } = listed(
      await scim.post('/Groups/.search', message({ excludedAttributes: ['members'], filter: null })),
    )
    expect(Resources.map(({ id }) => id)).toEqual(teams)
    expect(Resources.map((each) => 'members' in each)).toEqual([false, false])
  })

  it('pages by cursor, with a cursor that goes on by address as well', async () => {
    const first = listed(await scim.post('/.search', message({ cursor: '', count: 3 })))
    expect(first).not.toHaveProperty('startIndex')
    const second = listed(await scim.post('/.search', message({ cursor: first.nextCursor, count: 3 })))
    expect(idsOn([first, second])).toEqual([...people, ...teams])
    expect(second).not.toHaveProperty('nextCursor')
    expect(idsOn([listed(await scim.get(`/?count=3&cursor=${first.nextCursor}`))])).toEqual(idsOn([second]))
  })

  it.each<[string, object, string]>([
    ['without its schema', { filter: 'id pr' }, 'invalidSyntax'],
    ['of another schema', { schemas: [userUrn] }, 'invalidSyntax'],
    ['with attributes as a text', message({ attributes: 'userName' }), 'invalidValue'],
    ['with a filter that is no text', message({ filter: 5 }), 'invalidValue'],
    ['with a count that is no number', message({ count: true }), 'invalidValue'],
    ['with a broken count', message({ count: 1.5 }), 'invalidValue'],
    ['with a filter that makes no sense', message({ filter: 'userName' }), 'invalidFilter'],
    ['with both projections', message({ attributes: ['a'], excludedAttributes: ['b'] }), 'invalidValue'],
  ])('%s is refused', async (_, body, scimType) => {
    for (const path of ['/.search', '/Users/.search'])
      expect((await scim.post(path, body)).body).toMatchObject({ status: '400', scimType })
  })
})

describe('a query at the root (RFC 7644 §3.4.2.1)', () => {
  it('lists all types, one behind the other, each with its own schema', async () => {
    const page = listed(await scim.get('/?count=6'))
    expect(page).toMatchObject({ totalResults: 6, startIndex: 1, itemsPerPage: 6 })
    expect(page.Resources.map(({ id }) => id)).toEqual([...people, ...teams])
    expect(page.Resources.map(({ meta }) => (meta as Json).resourceType)).toEqual([
      ...people.map(() => 'User'),
      ...teams.map(() => 'Group'),
    ])
    expect(page.Resources[5]?.schemas).toEqual([groupUrn])
  })

  it.each([1, 2, 4, 5, 6])('starts anywhere: %i', async (startIndex) => {
    const page = listed(await scim.get(`/?startIndex=${startIndex}&count=3`))
    expect(page.totalResults).toBe(6)
    expect(page.Resources.map(({ id }) => id)).toEqual(
      [...people, ...teams].slice(startIndex - 1, startIndex + 2),
    )
  })

  it.each<[string, readonly string[]]>([
    ['displayName sw "the"', ['The ada', 'The bob', 'The cid', 'The dan', 'The readers']],
    ['displayName eq "writers" or userName eq "bob"', ['The bob', 'Writers']],
    ['meta.resourceType eq "Group"', ['The readers', 'Writers']],
    ['meta.resourceType eq "User" and userName sw "a"', ['The ada']],
    // What a type does not have has no value there.
    ['not (userName pr)', ['The readers', 'Writers']],
    ['userName ne "ada" and displayName ew "s"', ['The readers', 'Writers']],
    [`${userUrn}:userName eq "ada"`, ['The ada']],
    [`${groupUrn}:displayName sw "w" or ${userUrn}:userName eq "dan"`, ['The dan', 'Writers']],
    ['externalId eq "cid"', ['The cid']],
    ['members pr', ['The readers', 'Writers']],
    ['userName eq "nobody"', []],
  ])('with %s finds %j', async (filter, expected) => {
    const { Resources, totalResults } = listed(await scim.post('/.search', message({ filter })))
    expect(Resources.map(({ displayName }) => displayName).toSorted()).toEqual(expected)
    expect(totalResults).toBe(expected.length)
    const pages = await walked(scim, `/?count=1&${filterOf(filter)}`)
    expect(idsOn(pages)).toEqual(Resources.map(({ id }) => id))
  })

  it('sorts over all types, those without the attribute last', async () => {
    const names = async (query: string): Promise<readonly unknown[]> =>
      listed(await scim.get(`/?${query}`)).Resources.map(({ displayName }) => displayName)
    const all = ['The ada', 'The bob', 'The cid', 'The dan', 'The readers', 'Writers']
    expect(await names('sortBy=displayName')).toEqual(all)
    expect(await names('sortBy=displayName&sortOrder=descending&count=2')).toEqual(['Writers', 'The readers'])
    expect((await names('sortBy=userName')).slice(0, 4)).toEqual(all.slice(0, 4))
    const ids = listed(await scim.get('/?sortBy=id')).Resources.map(({ id }) => id)
    expect(ids).toEqual([...people, ...teams].toSorted())
  })

  it.each(['nothing eq "x"', 'userName gt true', 'password eq "x"'])('refuses %s', async (filter) => {
    expect((await scim.get(`/?${filterOf(filter)}`)).body).toMatchObject({
      status: '400',
      scimType: 'invalidFilter',
    })
  })

  it('projects each type by its own names', async () => {
    const { Resources } = listed(await scim.get('/?attributes=userName,displayName'))
    expect(Resources.map((each) => Object.keys(each).toSorted().join())).toEqual([
      ...people.map(() => 'displayName,id,meta,schemas,userName'),
      ...teams.map(() => 'displayName,id,meta,schemas'),
    ])
  })
})

describe('a directory of 10,001 people', () => {
  const acme = connectionId('acme')
  const stamp = {
    connection: acme,
    actor: { kind: 'credential', label: 'test' },
    requestId: 'r',
    at: '2026-05-01T08:00:00.000Z',
  } as never
  let large: MemoryScim
  let everybody: string
  beforeAll(async () => {
    large = openMemory()
    const ids: string[] = []
    for (let n = 0; n < 10_001; n += 1) {
      const draft = {
        userName: `u${n}`,
        active: true,
        attributes: { title: n % 1_000 === 0 ? 'rare' : 'often' },
      }
      const written = await large.directory.createMember(stamp, draft)
      if (written.kind === 'written') ids.push(written.member.id)
    }
    const team = await large.directory.createGroup(
      stamp,
      { displayName: 'All', attributes: {} },
      ids.map(memberId),
    )
    everybody = team.kind === 'written' ? team.group.id : ''
  })
  const refused = { status: '400', scimType: 'tooMany' }
  const remove = async (): Promise<void> => {
    const [one] = await large.directory.findMembers(acme, { by: 'userName', value: 'u1' })
    if (one !== undefined) await large.directory.deleteMember(stamp, one)
  }

  it('is too large for a filter or a sort without an index, and says what to do instead', async () => {
    for (const query of [filterOf('title eq "rare"'), 'sortBy=userName', 'cursor=&sortBy=userName'])
      expect((await large.get(`/Users?${query}`)).body).toMatchObject(refused)
    expect((await large.get(`/Users?${filterOf('title eq "rare"')}`)).body.detail).toMatch(/cursor.*"eq"/)
    expect((await large.get(`/Groups?${filterOf('members.type eq "Group"')}`)).body).toMatchObject(refused)
  })

  it('is not too large for look-ups, pages and joined look-ups', async () => {
    expect(listed(await large.get('/Users?startIndex=10001'))).toMatchObject({
      totalResults: 10_001,
      itemsPerPage: 1,
    })
    const filter = 'userName eq "u5" or userName eq "u6" and title eq "rare"'
    expect(listed(await large.get(`/Users?${filterOf(filter)}`))).toMatchObject({ totalResults: 1 })
    const [one] = await large.directory.findMembers(acme, { by: 'userName', value: 'u5' })
    expect(listed(await large.get(`/Groups?${filterOf(`members.value eq "${one?.id}"`)}`))).toMatchObject({
      totalResults: 1,
    })
  })

  it('is walked by cursor without limit: a page looks at 10,000 and is as short as it comes out', async () => {
    const pages = await walked(large, `/Users?count=200&${filterOf('title eq "rare"')}`)
    expect(pages.map(({ itemsPerPage }) => itemsPerPage).reduce((a, b) => a + b)).toBe(11)
    expect(pages).toHaveLength(2)
    expect(pages.map((page) => 'totalResults' in page)).toEqual([false, false])
    const members = await walked(large, `/Users?count=200&${filterOf(`groups.value eq "${everybody}"`)}`)
    expect(new Set(idsOn(members)).size).toBe(10_001)
  })

  it('with one less is answered exactly', async () => {
    await remove()
    const page = listed(await large.get(`/Users?${filterOf('title eq "rare"')}`))
    expect(page).toMatchObject({ totalResults: 11, itemsPerPage: 11 })
    expect(listed(await large.get('/Users?sortBy=userName&count=1')).Resources[0]).toMatchObject({
      userName: 'u0',
    })
    const inside = `groups.value eq "${everybody}" and title eq "rare"`
    expect(listed(await large.get(`/Users?${filterOf(inside)}`))).toMatchObject({ totalResults: 11 })
  })
})
