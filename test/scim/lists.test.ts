import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  enterpriseUrn,
  filterOf,
  group,
  idOf,
  listUrn,
  openScim,
  type Scim,
  user,
  userUrn,
} from './support/service.ts'

let scim: Scim
let ids: readonly string[]
let groupId: string
type Listed = {
  readonly totalResults: number
  readonly itemsPerPage: number
  readonly startIndex: number
  readonly Resources: readonly { readonly id: string; readonly [name: string]: unknown }[]
}
const list = async (path: string): Promise<Listed> => (await scim.get(path)).body as never

beforeAll(async () => {
  scim = await openScim()
  const created = []
  for (let n = 0; n < 25; n += 1)
    created.push(
      await scim.post('/Users', {
        ...user(`user${n}@acme.test`, {
          externalId: `x${n}`,
          title: n % 2 === 0 ? 'even' : 'odd',
          name: { givenName: 'N', familyName: `F${n}` },
          emails: [
            { value: `user${n}@mail.test`, type: 'work' },
            { value: 'shared@mail.test', type: 'home' },
          ],
        }),
        [enterpriseUrn]: { department: 'D', costCenter: 'C' },
      }),
    )
  ids = created.map(idOf).sort()
  groupId = idOf(await scim.post('/Groups', group('Readers', ids.slice(0, 3))))
})
afterAll(() => scim.close())

describe('a list', () => {
  it('is the same in pages as whole, in a stable order, with the exact total', async () => {
    const whole = await list('/Users')
    expect(whole).toMatchObject({ schemas: [listUrn], totalResults: 25, startIndex: 1, itemsPerPage: 25 })
    const paged: string[] = []
    for (const startIndex of [1, 6, 11, 16, 21, 26]) {
      const page = await list(`/Users?startIndex=${startIndex}&count=5`)
      expect([page.totalResults, page.startIndex, page.itemsPerPage]).toEqual([
        25,
        startIndex,
        startIndex > 25 ? 0 : 5,
      ])
      paged.push(...page.Resources.map((each) => each.id))
    }
    expect(paged).toEqual(whole.Resources.map((each) => each.id))
    expect([...paged].sort()).toEqual(ids)
  })

  it('starts anywhere', async () => {
    const whole = await list('/Users')
    const page = await list('/Users?startIndex=8&count=7')
    expect(page.Resources).toEqual(whole.Resources.slice(7, 14))
  })

  it.each([
    ['startIndex=0', 1, 25],
    ['startIndex=-5&count=3', 1, 3],
    ['count=0', 1, 0],
    ['count=-1', 1, 0],
    ['count=100000', 1, 25],
    ['startIndex=999999999', 999999999, 0],
  ])('with %s is clamped', async (query, startIndex, itemsPerPage) => {
    expect(await list(`/Users?${query}`)).toMatchObject({ totalResults: 25, startIndex, itemsPerPage })
  })

  it.each([
    ['count=ten', 'invalidValue'],
    ['startIndex=1.5', 'invalidValue'],
    ['sortBy=nothing', 'invalidValue'],
    ['sortBy=name', 'invalidValue'],
    ['sortBy=password', 'invalidValue'],
    ['sortBy=userName&sortOrder=upwards', 'invalidValue'],
    ['cursor=abc', 'invalidCursor'],
    ['cursor=&startIndex=1', 'invalidValue'],
    ['cursor=&count=0', 'invalidCount'],
    ['attributes=a&excludedAttributes=b', 'invalidValue'],
  ])('with %s is refused, not ignored', async (query, scimType) => {
    const reply = await scim.get(`/Users?${query}`)
    expect([reply.status, reply.body.scimType]).toEqual([400, scimType])
  })
})

describe('a filter', () => {
  it.each([
    ['userName eq "USER3@acme.test"', 1],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "user3@acme.test"', 1],
    ['externalId eq "x3"', 1],
    ['externalId eq "X3"', 0],
    ['emails eq "user3@mail.test"', 1],
    ['emails.value eq "USER3@mail.test"', 1],
    ['emails[type eq "work"].value eq "user3@mail.test"', 1],
    ['emails[type eq "home" and value eq "user3@mail.test"]', 0],
    ['emails.value eq "shared@mail.test"', 25],
    ['emails.value eq "shared@mail.test" and title eq "odd"', 12],
    ['userName eq "user3@acme.test" and title eq "odd"', 1],
    ['title eq "even" and userName eq "user3@acme.test"', 0],
    ['userName eq "user3@acme.test" and not (title eq "odd")', 0],
    ['userName eq "nobody"', 0],
    ['id eq "nothing"', 0],
    [`userName eq "${'x'.repeat(3_000)}"`, 0],
    ['title eq "odd"', 12],
    ['userName sw "USER1"', 11],
    ['userName eq "user3@acme.test" or externalId eq "x4" or id eq "nothing"', 2],
    ['(userName eq "user3@acme.test" or emails eq "user4@mail.test") and title eq "even"', 1],
    ['userName eq "user3@acme.test" or title eq "even"', 14],
    ['not (title pr)', 0],
    ['meta.resourceType eq "User"', 25],
    ['meta.resourceType eq "Group"', 0],
    ['groups.display eq "readers"', 3],
    ['groups.type eq "indirect"', 0],
    ['groups pr and title pr', 3],
    ['groups.value eq "x"', 0],
  ])('%s finds %i', async (filter, total) => {
    const { status, body } = await scim.get(`/Users?${filterOf(filter)}`)
    expect([status, body.totalResults]).toEqual([200, total])
  })

  it('is paged like everything', async () => {
    const page = await list(`/Users?startIndex=21&count=10&${filterOf('emails eq "shared@mail.test"')}`)
    expect(page).toMatchObject({ totalResults: 25, startIndex: 21, itemsPerPage: 5 })
  })

  it.each([
    'userName eq "a" or nothing eq "b"',
    'password eq "a"',
    'urn:rolecall:params:scim:schemas:extension:access:2.0:User:assignments.role eq "a"',
    'userName',
    '',
  ])('%s is refused, not ignored', async (filter) => {
    const reply = await scim.get(`/Users?${filterOf(filter)}`)
    expect([reply.status, reply.body.scimType]).toEqual([400, 'invalidFilter'])
  })

  it.each([
    [() => 'displayName eq "readers"', 1],
    [() => `id eq "${groupId}"`, 1],
    [() => `members.value eq "${ids[0]}"`, 1],
    [() => `id eq "${groupId}" and members eq "${ids[0]}"`, 1],
    [() => `id eq "${groupId}" and members[value eq "${ids[9]}"]`, 0],
    [() => 'displayName eq "writers"', 0],
    [() => `members.value eq "${ids[9]}"`, 0],
    [() => `displayName sw "Read" and not (members.value eq "${ids[9]}")`, 1],
    [() => `displayName sw "Read" and not (members.value eq "${ids[0]}")`, 0],
    [() => `members.value ne "${ids[0]}"`, 1],
    [() => 'members.type eq "User"', 1],
    [() => 'members.type eq "Group"', 0],
    [() => `members[value eq "${ids[0]}" and type eq "User"]`, 1],
    [() => 'not (members pr)', 0],
  ])('of groups finds what it names (%#)', async (filter, total) => {
    expect((await scim.get(`/Groups?${filterOf(filter())}`)).body).toMatchObject({ totalResults: total })
  })
})

describe('a projection', () => {
  const keys = async (query: string): Promise<readonly string[]> => {
    const [first] = (await list(`/Users?${filterOf('externalId eq "x3"')}&${query}`)).Resources
    return Object.keys(first ?? {}).sort()
  }

  it.each([
    ['attributes=userName', ['id', 'meta', 'schemas', 'userName']],
    ['attributes=USERNAME,name.familyName', ['id', 'meta', 'name', 'schemas', 'userName']],
    ['attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName', ['id', 'meta', 'schemas', 'userName']],
    [`attributes=${enterpriseUrn}:department`, ['id', 'meta', 'schemas', enterpriseUrn]],
    ['attributes=nothing', ['id', 'meta', 'schemas']],
    [
      'excludedAttributes=id,schemas,emails,title,name,active,externalId,groups',
      ['id', 'meta', 'schemas', enterpriseUrn, 'userName'],
    ],
  ])('%s', async (query, expected) => {
    expect(await keys(query)).toEqual([...expected].sort())
  })

  it('reaches into extensions nobody declared, whatever their URN looks like', async () => {
    const urn = 'urn:okta:acme:1.0:user:custom'
    const created = await scim.post('/Users', {
      ...user('custom@acme.test', { [urn]: { badge: 'B', floor: { level: 3, wing: 'N' } } }),
      schemas: [userUrn, urn],
    })
    const path = `/Users/${idOf(created)}`
    expect((await scim.get(`${path}?attributes=${urn}:badge`)).body[urn]).toEqual({ badge: 'B' })
    expect((await scim.get(`${path}?attributes=${urn}:floor.wing`)).body[urn]).toEqual({
      floor: { wing: 'N' },
    })
    expect((await scim.get(`${path}?excludedAttributes=${urn}:floor`)).body[urn]).toEqual({ badge: 'B' })
    expect((await scim.get(`${path}?excludedAttributes=${urn}`)).body).not.toHaveProperty([urn])
    await scim.remove(path)
  })

  it('reaches sub-attributes', async () => {
    const path = (query: string): string => `/Users?${filterOf('externalId eq "x3"')}&${query}`
    const { Resources: only } = await list(
      path(`attributes=name.familyName,emails.value,${enterpriseUrn}:costCenter`),
    )
    expect(only[0]).toMatchObject({
      name: { familyName: 'F3' },
      emails: [{ value: 'user3@mail.test' }, { value: 'shared@mail.test' }],
      [enterpriseUrn]: { costCenter: 'C' },
    })
    expect(JSON.stringify(only)).not.toMatch(/givenName|"type":"work"|department/)
    const { Resources: without } = await list(
      path(`excludedAttributes=name.familyName,${enterpriseUrn}:costCenter`),
    )
    expect(without[0]).toMatchObject({
      name: { givenName: 'N' },
      [enterpriseUrn]: { department: 'D' },
      title: 'odd',
    })
    expect(JSON.stringify(without)).not.toMatch(/familyName|costCenter/)
  })
})
