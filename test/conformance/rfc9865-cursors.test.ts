import { beforeAll, describe, expect, it } from 'vitest'
import { filterOf, group, type Json, user } from '../scim/support/service.ts'
import { expectError, list, made, messages, resources, useScim } from './support.ts'

const open = useScim()
const everybody = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7']

beforeAll(async () => {
  for (const [n, name] of everybody.entries())
    await made(open(), '/Users', user(name, { title: n % 2 ? 'odd' : 'even' }))
  for (const name of ['g1', 'g2', 'g3']) await made(open(), '/Groups', group(name))
})

const names = (body: Json): readonly string[] =>
  list(body.Resources).map((each) => String(each.userName ?? each.displayName))

/** Every page from the first to the one without `nextCursor`. */
const walk = async (path: string, query: string): Promise<readonly Json[]> => {
  const pages: Json[] = []
  let cursor = ''
  do {
    const reply = await open().get(`${path}?cursor=${encodeURIComponent(cursor)}&${query}`)
    expect(reply.status, reply.text).toBe(200)
    pages.push(reply.body)
    cursor = String(reply.body.nextCursor ?? '')
  } while (cursor !== '' && pages.length < 20)
  return pages
}

describe('RFC 9865 §2 cursors', () => {
  it('an empty cursor asks for the first page; nextCursor leads on until the last, which has none', async () => {
    const pages = await walk('/Users', 'count=3')
    expect(pages.map((each) => names(each).length)).toEqual([3, 3, 1])
    expect(pages.flatMap(names).sort()).toEqual(everybody)
    expect(pages.map((each) => typeof each.nextCursor)).toEqual(['string', 'string', 'undefined'])
  })
  it('are made of characters that need no encoding in an address', async () => {
    const [first] = await walk('/Users', 'count=3')
    expect(String(first?.nextCursor)).toMatch(/^[A-Za-z0-9\-._~]+$/)
  })
  it('a page holds at most count resources', async () => {
    for (const page of await walk('/Users', 'count=2')) expect(names(page).length).toBeLessThanOrEqual(2)
  })
  it('totalResults, where it is told, is that of the whole query', async () => {
    for (const page of await walk('/Users', 'count=3'))
      if (page.totalResults !== undefined) expect(page.totalResults).toBe(7)
  })
  it('work beside a filter', async () => {
    const pages = await walk('/Users', `count=1&${filterOf('title eq "odd"')}`)
    expect(pages.flatMap(names).sort()).toEqual(['u2', 'u4', 'u6'])
  })
  it('work beside sorting', async () => {
    const pages = await walk('/Users', 'count=2&sortBy=userName&sortOrder=descending')
    expect(pages.flatMap(names)).toEqual([...everybody].reverse())
  })
  it('work for Groups', async () => {
    expect((await walk('/Groups', 'count=2')).flatMap(names).sort()).toEqual(['g1', 'g2', 'g3'])
  })
  it('work beside attributes', async () => {
    for (const page of await walk('/Users', 'count=3&attributes=userName'))
      for (const each of list(page.Resources)) expect(each.title).toBeUndefined()
  })
  it('a query without a cursor is paged by index, as the configuration says', async () => {
    const { pagination } = (await open().get('/ServiceProviderConfig')).body as { readonly pagination: Json }
    expect(pagination.defaultPaginationMethod).toBe('index')
    expect((await open().get('/Users?count=2')).body).toMatchObject({
      totalResults: 7,
      startIndex: 1,
      itemsPerPage: 2,
    })
  })
})

describe('RFC 9865 §2.1 errors', () => {
  const cursorOf = async (query: string): Promise<string> =>
    String((await walk('/Users', query))[0]?.nextCursor)

  it.each(['nonsense', 'AAAA', '%00', 'e30'])(
    'a cursor that is none of ours: invalidCursor (%s)',
    async (cursor) => {
      expectError(await open().get(`/Users?cursor=${cursor}&count=2`), 400, 'invalidCursor')
    },
  )
  it('a cursor that was tampered with: invalidCursor', async () => {
    const cursor = await cursorOf('count=2')
    const middle = Math.floor(cursor.length / 2)
    const other = `${cursor.slice(0, middle)}${cursor[middle] === 'A' ? 'B' : 'A'}${cursor.slice(middle + 1)}`
    expectError(await open().get(`/Users?cursor=${other}&count=2`), 400, 'invalidCursor')
  })
  it('a cursor of another query: invalidCursor', async () => {
    const cursor = await cursorOf('count=2')
    expectError(await open().get(`/Groups?cursor=${cursor}&count=2`), 400, 'invalidCursor')
    expectError(
      await open().get(`/Users?cursor=${cursor}&count=2&${filterOf('title eq "odd"')}`),
      400,
      'invalidCursor',
    )
    expectError(await open().get(`/Users?cursor=${cursor}&count=2&sortBy=title`), 400, 'invalidCursor')
  })
  it('a cursor of another connection: invalidCursor', async () => {
    const cursor = await cursorOf('count=2')
    const { token } = await open().credential({ connection: 'other' })
    const reply = await open().send({
      method: 'GET',
      path: `/Users?cursor=${cursor}&count=2`,
      connection: 'other',
      token,
    })
    expectError(reply, 400, 'invalidCursor')
  })
  it.each(['0', '-1', 'many', '1.5'])('a count that makes no page: invalidCount (%s)', async (count) => {
    expectError(await open().get(`/Users?cursor&count=${count}`), 400, 'invalidCount')
  })
})

describe('RFC 9865 §3 cursors with POST /.search', () => {
  it('begin with an empty cursor and go on with nextCursor', async () => {
    const ask = (cursor: string) =>
      open().post('/Users/.search', { schemas: [`${messages}:SearchRequest`], cursor, count: 4 })
    const first = await ask('')
    const second = await ask(String(first.body.nextCursor))
    expect([...resources(first), ...resources(second)].map((each) => String(each.userName)).sort()).toEqual(
      everybody,
    )
    expect(second.body.nextCursor).toBeUndefined()
  })
})

describe('RFC 9865 §2.3 two methods', () => {
  it('startIndex asks for a page by index, cursor for one by cursor', async () => {
    const byIndex = (await open().get('/Users?startIndex=1&count=2')).body
    expect([byIndex.startIndex, byIndex.nextCursor]).toEqual([1, undefined])
    const byCursor = (await open().get('/Users?cursor=&count=2')).body
    expect([byCursor.startIndex, typeof byCursor.nextCursor]).toEqual([undefined, 'string'])
  })
  it('no page is larger than the maximum, whatever count says', async () => {
    const { pagination } = (await open().get('/ServiceProviderConfig')).body as {
      readonly pagination: { readonly maxPageSize: number }
    }
    const reply = await open().get(`/Users?cursor=&count=${pagination.maxPageSize + 1}`)
    if (reply.status === 400) expectError(reply, 400, 'invalidCount')
    else expect(names(reply.body).length).toBeLessThanOrEqual(pagination.maxPageSize)
  })
})

describe('RFC 9865 §4 configuration', () => {
  it('tells the limits that hold', async () => {
    const { pagination } = (await open().get('/ServiceProviderConfig')).body as {
      readonly pagination: {
        readonly defaultPageSize: number
        readonly maxPageSize: number
        readonly cursorTimeout: number
      }
    }
    expect(pagination.defaultPageSize).toBeGreaterThan(0)
    expect(pagination.maxPageSize).toBeGreaterThanOrEqual(pagination.defaultPageSize)
    expect(pagination.cursorTimeout).toBeGreaterThan(0)
  })
})

describe('the members of a Group, paged by cursor', () => {
  it('are listed page by page at /Groups/{id}/members', async () => {
    const ids = resources(await open().get('/Users?attributes=id')).map((each) => String(each.id))
    const { id } = await made(open(), '/Groups', group('Paged', ids))
    const pages = await walk(`/Groups/${id}/members`, 'count=3')
    expect(pages.map((each) => list(each.Resources).length)).toEqual([3, 3, 1])
    expect(pages.flatMap((each) => list(each.Resources).map((one) => String(one.value))).sort()).toEqual(
      [...ids].sort(),
    )
  })
})
