import { beforeAll, describe, expect, it } from 'vitest'
import { filterOf, group, type Json, listUrn, type Reply, user, userUrn } from '../scim/support/service.ts'
import { expectError, list, made, messages, resources, useScim } from './support.ts'

const open = useScim()

const people: readonly object[] = [
  user('charlie', {
    name: { familyName: 'Adams' },
    title: 'b',
    emails: [{ value: 'z@acme.test' }, { value: 'c@acme.test', primary: true }],
  }),
  user('Alice', { name: { familyName: 'Brown' }, title: 'C', emails: [{ value: 'd@acme.test' }] }),
  user('bob', { name: { familyName: 'Clark' }, emails: [{ value: 'b@acme.test' }] }),
  user('Dora', { name: { familyName: 'Davis' }, title: 'a', active: false }),
  user('eve', { name: { familyName: 'Evans' } }),
]
beforeAll(async () => {
  for (const person of people) await made(open(), '/Users', person)
  for (const name of ['Group 1', 'Group 2']) await made(open(), '/Groups', group(name))
})

const names = (reply: Reply): readonly string[] => resources(reply).map((each) => String(each.userName))
const search = (path: string, query: object): Promise<Reply> =>
  open().post(path, { schemas: [`${messages}:SearchRequest`], ...query })

describe('RFC 7644 §3.4.2 the list response', () => {
  it('has its schema, the total, and the resources with all their attributes', async () => {
    const reply = await open().get('/Users')
    expect(reply.body).toMatchObject({ schemas: [listUrn], totalResults: 5 })
    expect(list(reply.body.Resources)).toHaveLength(5)
    for (const each of list(reply.body.Resources))
      expect([each.schemas, typeof each.id]).toEqual([[userUrn], 'string'])
  })
  it('each resource is as it is read alone', async () => {
    for (const each of resources(await open().get('/Users?count=2')))
      expect((await open().get(`/Users/${each.id}`)).body).toEqual(each)
  })
  it('counts resources of the type asked for only', async () => {
    expect((await open().get('/Groups')).body).toMatchObject({ totalResults: 2 })
  })
  it('without a result has totalResults 0', async () => {
    const { body } = await open().get(`/Users?${filterOf('userName eq "nobody"')}`)
    expect([body.totalResults, list(body.Resources)]).toEqual([0, []])
  })
})

describe('RFC 7644 §3.4.2.1 the server root', () => {
  it('is a query over all resource types; an attribute that a type has not is unassigned there', async () => {
    const reply = await open().get(`?${filterOf('userName eq "bob" or displayName eq "group 1"')}`)
    const kinds = resources(reply).map((each) => String((each.meta as Json).resourceType))
    expect([reply.body.totalResults, kinds.sort()]).toEqual([2, ['Group', 'User']])
  })
  it('an attribute that no type has is refused', async () => {
    expectError(await open().get(`?${filterOf('shoeSize eq "42"')}`), 400, 'invalidFilter')
  })
})

describe('RFC 7644 §3.4.2.3 sorting', () => {
  const sorted = async (query: string): Promise<readonly string[]> =>
    names(await open().get(`/Users?${query}`))

  it('ascending when no order is given; texts that are not case-exact in any case', async () => {
    const expected = ['Alice', 'bob', 'charlie', 'Dora', 'eve']
    expect(await sorted('sortBy=userName')).toEqual(expected)
    expect(await sorted('sortBy=userName&sortOrder=ascending')).toEqual(expected)
  })
  it('descending', async () => {
    expect(await sorted('sortBy=userName&sortOrder=descending')).toEqual([
      'eve',
      'Dora',
      'charlie',
      'bob',
      'Alice',
    ])
  })
  it('by a sub-attribute', async () => {
    expect(await sorted('sortBy=name.familyName')).toEqual(['charlie', 'Alice', 'bob', 'Dora', 'eve'])
  })
  it('resources without the attribute come last when ascending, first when descending', async () => {
    expect((await sorted('sortBy=title')).slice(0, 3)).toEqual(['Dora', 'charlie', 'Alice'])
    expect((await sorted('sortBy=title&sortOrder=descending')).slice(2)).toEqual(['Alice', 'charlie', 'Dora'])
  })
  it('of a multi-valued attribute by its primary value, else by the first', async () => {
    expect((await sorted('sortBy=emails.value')).slice(0, 3)).toEqual(['bob', 'charlie', 'Alice'])
    expect((await sorted('sortBy=emails')).slice(0, 3)).toEqual(['bob', 'charlie', 'Alice'])
  })
  it('names the attribute in any case, with its URN as well', async () => {
    expect((await sorted('sortBy=USERNAME&count=1'))[0]).toBe('Alice')
    expect((await sorted(`sortBy=${userUrn}:userName&count=1`))[0]).toBe('Alice')
  })
  it('by time of creation', async () => {
    expect(await sorted('sortBy=meta.created')).toEqual(['charlie', 'Alice', 'bob', 'Dora', 'eve'])
  })
  it('holds over pages, and beside a filter', async () => {
    const pages = await Promise.all(
      [1, 3, 5].map((start) => sorted(`sortBy=userName&startIndex=${start}&count=2`)),
    )
    expect(pages.flat()).toEqual(['Alice', 'bob', 'charlie', 'Dora', 'eve'])
    expect(await sorted(`sortBy=userName&sortOrder=descending&${filterOf('title pr')}`)).toEqual([
      'Dora',
      'charlie',
      'Alice',
    ])
  })
  it('by what does not exist, or in an order that does not, is refused', async () => {
    expectError(await open().get('/Users?sortBy=shoeSize'), 400, 'invalidValue')
    expectError(await open().get('/Users?sortBy=userName&sortOrder=sideways'), 400, 'invalidValue')
  })
})

describe('RFC 7644 §3.4.2.4 paging by index', () => {
  const page = (query: string): Promise<Reply> => open().get(`/Users?${query}`)

  it('startIndex begins at 1; itemsPerPage and startIndex are told', async () => {
    const { body } = await page('startIndex=2&count=2')
    expect(body).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 })
    expect(list(body.Resources)).toHaveLength(2)
  })
  it('pages of any size hold each resource once, in one order', async () => {
    const all = names(await page('count=100'))
    for (const count of [1, 2, 3, 4]) {
      const pages: string[] = []
      for (let start = 1; start <= 5; start += count)
        pages.push(...names(await page(`startIndex=${start}&count=${count}`)))
      expect(pages).toEqual(all)
    }
  })
  it('a startIndex below 1 is 1', async () => {
    const first = names(await page('count=2'))
    for (const start of [0, -7]) {
      const reply = await page(`startIndex=${start}&count=2`)
      expect([names(reply), reply.body.startIndex]).toEqual([first, 1])
    }
  })
  it('a count of 0 returns the total and no resource; a negative one is 0', async () => {
    for (const count of [0, -1]) {
      const { body } = await page(`count=${count}`)
      expect([body.totalResults, list(body.Resources)]).toEqual([5, []])
    }
  })
  it('a startIndex behind the end returns the total and no resource', async () => {
    const { body } = await page('startIndex=99')
    expect([body.totalResults, list(body.Resources)]).toEqual([5, []])
  })
  it('never more than count, nor than the maximum', async () => {
    const { filter } = (await open().get('/ServiceProviderConfig')).body as {
      readonly filter: { readonly maxResults: number }
    }
    expect(list((await page('count=3')).body.Resources)).toHaveLength(3)
    expect((await page('count=1000000')).body.itemsPerPage).toBeLessThanOrEqual(filter.maxResults)
  })
  it('works beside a filter; the total is that of the filter', async () => {
    const { body } = await page(`${filterOf('title pr')}&startIndex=3&count=2`)
    expect(body).toMatchObject({ totalResults: 3, startIndex: 3, itemsPerPage: 1 })
  })
  it('what is no number is refused', async () => {
    expectError(await page('startIndex=first'), 400, 'invalidValue')
    expectError(await page('count=all'), 400, 'invalidValue')
  })
})

describe('RFC 7644 §3.4.2.5 attributes of the resources in a list', () => {
  it('attributes and excludedAttributes', async () => {
    for (const each of resources(await open().get('/Users?attributes=userName')))
      expect(Object.keys(each).sort()).toEqual(['id', 'meta', 'schemas', 'userName'])
    for (const each of resources(await open().get('/Users?excludedAttributes=name,emails')))
      expect([each.name, each.emails, typeof each.userName]).toEqual([undefined, undefined, 'string'])
  })
})

describe('RFC 7644 §3.4.3 POST /.search', () => {
  const query = { filter: 'title pr', sortBy: 'userName', sortOrder: 'descending', startIndex: 1, count: 2 }

  it('answers as the query by GET would', async () => {
    const reply = await search('/Users/.search', query)
    const same = await open().get(
      `/Users?${filterOf(query.filter)}&sortBy=userName&sortOrder=descending&startIndex=1&count=2`,
    )
    expect([reply.status, reply.body]).toEqual([200, same.body])
    expect(names(reply)).toEqual(['Dora', 'charlie'])
  })
  it('takes attributes and excludedAttributes as lists', async () => {
    const only = await search('/Users/.search', { attributes: ['userName', 'name.familyName'], count: 1 })
    expect(Object.keys(resources(only)[0] ?? {}).sort()).toEqual([
      'id',
      'meta',
      'name',
      'schemas',
      'userName',
    ])
    const without = await search('/Users/.search', { excludedAttributes: ['name'], count: 1 })
    expect(resources(without)[0]?.name).toBeUndefined()
  })
  it('a count of 0 returns the total', async () => {
    const { body } = await search('/Users/.search', { count: 0 })
    expect([body.totalResults, list(body.Resources)]).toEqual([5, []])
  })
  it('names its schema', async () => {
    expectError(await open().post('/Users/.search', { filter: 'title pr' }), 400, 'invalidSyntax')
    expectError(
      await open().post('/Users/.search', { schemas: [userUrn], filter: 'title pr' }),
      400,
      'invalidSyntax',
    )
  })
  it('refuses a filter that is none', async () => {
    expectError(await search('/Users/.search', { filter: 'title' }), 400, 'invalidFilter')
  })
  it('under /Groups', async () => {
    const reply = await search('/Groups/.search', { filter: 'displayName eq "group 1"' })
    expect(resources(reply).map((each) => each.displayName)).toEqual(['Group 1'])
  })
  it('at the root over all resource types', async () => {
    const reply = await search('/.search', { filter: 'meta.resourceType eq "Group" or userName eq "bob"' })
    expect(
      resources(reply)
        .map((each) => String((each.meta as Json).resourceType))
        .sort(),
    ).toEqual(['Group', 'Group', 'User'])
    expect(reply.body.totalResults).toBe(3)
  })
  it('is no way to another method', async () => {
    expectError(await open().get('/Users/.search'), 405)
  })
})
