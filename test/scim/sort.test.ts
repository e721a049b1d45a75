import { beforeAll, describe, expect, it } from 'vitest'
import { listed, type MemoryScim, openMemory } from './support/memory.ts'
import { enterpriseUrn, filterOf, group, idOf, user } from './support/service.ts'

const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'

let scim: MemoryScim
const ids = new Map<string, string>()
beforeAll(async () => {
  scim = openMemory()
  const people: readonly (readonly [string, object])[] = [
    ['bob', { title: 'b', active: false, externalId: 'b', name: { familyName: 'Zwei' } }],
    ['Ada', { title: 'A', externalId: 'A', emails: [{ value: 'z@x' }, { value: 'a@x', primary: true }] }],
    ['cid', { externalId: 'C', emails: [{ value: 'm@x' }], roles: [{ value: 'r', display: 'Y' }] }],
    ['Eve', { title: 'c', externalId: 'd', [enterpriseUrn]: { department: 'Law', manager: { value: '2' } } }],
    ['dan', { title: 'B', externalId: 'e', [enterpriseUrn]: { department: 'art', manager: { value: '1' } } }],
    ['fay', { externalId: 'F', [badge]: { level: 2 } }],
    ['gus', { externalId: 'g', [badge]: { level: 10 } }],
  ]
  for (const [name, more] of people)
    ids.set(name, idOf(await scim.post('/Users', { ...user(name, more), schemas: schemasOf(more) })))
  await scim.post('/Groups', group('Readers', [ids.get('gus') ?? '']))
})
const schemasOf = (more: object): readonly string[] => [
  'urn:ietf:params:scim:schemas:core:2.0:User',
  ...Object.keys(more).filter((name) => name.startsWith('urn:')),
]
const names = async (query: string): Promise<readonly unknown[]> =>
  listed(await scim.get(`/Users?${query}`)).Resources.map(({ userName }) => userName)
/** In the order of their ids: what a sort leaves alone. */
const byId = (...list: readonly string[]): readonly string[] =>
  list.toSorted((a, b) => ((ids.get(a) ?? '') < (ids.get(b) ?? '') ? -1 : 1))

describe('sorting (RFC 7644 §3.4.2.3)', () => {
  it.each([
    [
      'of texts that are not caseExact, by letters',
      'userName',
      ['Ada', 'bob', 'cid', 'dan', 'Eve', 'fay', 'gus'],
    ],
    ['in any spelling of the name', 'USERNAME', ['Ada', 'bob', 'cid', 'dan', 'Eve', 'fay', 'gus']],
    [
      'with the URN of the schema',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName',
      ['Ada', 'bob', 'cid', 'dan', 'Eve', 'fay', 'gus'],
    ],
    ['of caseExact texts, capitals first', 'externalId', ['Ada', 'cid', 'fay', 'bob', 'Eve', 'dan', 'gus']],
  ])('%s', async (_, sortBy, expected) => {
    expect(await names(`sortBy=${sortBy}`)).toEqual(expected)
    expect(await names(`sortBy=${sortBy}&sortOrder=Descending`)).toEqual(expected.toReversed())
  })

  it('puts resources without a value last, in descending order first, and leaves equals in the order of ids', async () => {
    const without = byId('cid', 'fay', 'gus')
    expect(await names('sortBy=title')).toEqual(['Ada', ...byId('bob', 'dan'), 'Eve', ...without])
    expect(await names('sortBy=title&sortOrder=descending')).toEqual([
      ...without,
      'Eve',
      ...byId('bob', 'dan'),
      'Ada',
    ])
  })

  it.each([
    ['a sub-attribute', 'name.familyName', ['bob']],
    ['a list of objects by its primary value, else its first', 'emails', ['Ada', 'cid']],
    ['the same, named in full', 'emails.value', ['Ada', 'cid']],
    ['an extension', `${enterpriseUrn}:department`, ['dan', 'Eve']],
    ['an object of an extension', `${enterpriseUrn}:manager`, ['dan', 'Eve']],
    ['numbers of an extension nobody declared', `${badge}:level`, ['fay', 'gus']],
    ['what is derived', 'groups.display', ['gus']],
  ])('looks into %s', async (_, sortBy, first) => {
    expect((await names(`sortBy=${sortBy}`)).slice(0, first.length)).toEqual(first)
  })

  it('of flags puts false first', async () => {
    expect((await names('sortBy=active'))[0]).toBe('bob')
    expect((await names('sortBy=active&sortOrder=descending')).at(-1)).toBe('bob')
  })

  it('works together with a filter, a page, and a projection that leaves the attribute out', async () => {
    const query = `sortBy=userName&${filterOf('title pr')}&startIndex=2&count=2&attributes=active`
    const page = listed(await scim.get(`/Users?${query}`))
    expect(page).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 })
    expect(page.Resources.map(({ id }) => id)).toEqual([ids.get('bob'), ids.get('dan')])
    expect(page.Resources[0]).not.toHaveProperty('userName')
  })

  it('is stable from page to page', async () => {
    const whole = await names('sortBy=title')
    const pages: unknown[] = []
    for (let startIndex = 1; startIndex <= 7; startIndex += 2)
      pages.push(...(await names(`sortBy=title&count=2&startIndex=${startIndex}`)))
    expect(pages).toEqual(whole)
  })

  it.each([
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    'name',
    'password',
    'nothing',
    'urn:rolecall:params:scim:schemas:extension:access:2.0:User:assignments.role',
  ])('by %s is refused', async (sortBy) => {
    const { status, body } = await scim.get(`/Users?sortBy=${sortBy}`)
    expect([status, body.scimType]).toEqual([400, 'invalidValue'])
  })
})
