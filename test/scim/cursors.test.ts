import { beforeAll, describe, expect, it } from 'vitest'
import { idsOn, listed, type MemoryScim, openMemory, walked } from './support/memory.ts'
import { filterOf, group, idOf, user } from './support/service.ts'

let scim: MemoryScim
let ids: readonly string[]
let team: string
beforeAll(async () => {
  scim = openMemory()
  const created: string[] = []
  for (let n = 0; n < 57; n += 1)
    created.push(
      idOf(
        await scim.post(
          '/Users',
          user(`user${n}`, { title: `t${n % 3}`, ...(n % 4 > 0 && { nickName: `n${n}` }) }),
        ),
      ),
    )
  ids = created.toSorted()
  team = idOf(await scim.post('/Groups', group('Team', created)))
})

const refusal = async (path: string, caller = {}): Promise<unknown> => {
  const { status, body } = await scim.get(path, caller)
  return [status, body.scimType]
}

describe('a list by cursor (RFC 9865)', () => {
  it('is every resource once, in pages of the size asked for, without startIndex, with the total where it is known', async () => {
    const pages = await walked(scim, '/Users?count=10')
    expect(idsOn(pages)).toEqual(ids)
    expect(pages.map(({ itemsPerPage }) => itemsPerPage)).toEqual([10, 10, 10, 10, 10, 7])
    for (const page of pages) expect(page).toMatchObject({ totalResults: 57 })
    for (const page of pages) expect(page).not.toHaveProperty('startIndex')
    expect(pages.map(({ nextCursor }) => nextCursor === undefined)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ])
    for (const { nextCursor = 'x' } of pages) expect(nextCursor).toMatch(/^[A-Za-z0-9._~-]+$/)
  })

  it('starts with an empty cursor and needs none when everything fits', async () => {
    expect(listed(await scim.get('/Users?cursor&count=60'))).not.toHaveProperty('nextCursor')
  })

  it('over all types is one type behind the other, sorted or not, with the whole total or none', async () => {
    for (const path of [
      '/?count=19',
      '/?count=19&sortBy=externalId',
      '/?count=19&sortBy=externalId&sortOrder=descending',
    ]) {
      const pages = await walked(scim, path)
      expect(idsOn(pages)).toEqual([...ids, team])
      for (const { totalResults = 58 } of pages) expect(totalResults).toBe(58)
    }
  })

  it('may change its page size on the way', async () => {
    const first = listed(await scim.get('/Users?cursor=&count=5'))
    const second = listed(await scim.get(`/Users?count=7&cursor=${first.nextCursor}`))
    expect(idsOn([first, second])).toEqual(ids.slice(0, 12))
  })

  it.each([
    ['title eq "t1"', undefined],
    ['userName eq "user3" or userName eq "user4" or userName eq "user5"', 3],
    ['title eq "t1" and nickName pr', undefined],
  ])('walks the matches of %s', async (filter, total) => {
    const pages = await walked(scim, `/Users?count=2&${filterOf(filter)}`)
    const whole = listed(await scim.get(`/Users?${filterOf(filter)}`))
    expect(idsOn(pages)).toEqual(whole.Resources.map(({ id }) => id))
    // Without a look-up nobody knows how many there are before the end.
    expect(pages[0]?.totalResults).toBe(total)
  })

  it.each([
    'sortBy=userName',
    'sortBy=title&sortOrder=descending',
    'sortBy=nickName',
    'sortBy=id&sortOrder=descending',
  ])('keeps the order of %s', async (sort) => {
    const pages = await walked(scim, `/Users?count=8&${sort}`)
    const whole = listed(await scim.get(`/Users?${sort}`))
    expect(idsOn(pages)).toEqual(whole.Resources.map(({ id }) => id))
    expect(pages.map(({ totalResults }) => totalResults)).toEqual(pages.map(() => 57))
  })

  it('goes over the members of a group, Users and Groups alike', async () => {
    const inner = idOf(await scim.post('/Groups', group('Inner')))
    await scim.patch(`/Groups/${team}`, { op: 'add', path: 'members', value: [{ value: inner }] })
    const pages = await walked(scim, `/Groups/${team}/members?count=20`)
    const members = pages.flatMap(({ Resources }) => Resources)
    expect(members.map(({ value }) => value)).toEqual([...ids, inner].toSorted())
    expect(members.find(({ value }) => value === inner)).toEqual({
      value: inner,
      $ref: `https://scim.example.test/acme/scim/v2/Groups/${inner}`,
      type: 'Group',
    })
  })
})

describe('a cursor while others come and go', () => {
  it('neither repeats nor skips whoever was there all the time', async () => {
    const world = openMemory()
    const stay: string[] = []
    const leave: string[] = []
    for (let n = 0; n < 40; n += 1)
      (n % 2 === 0 ? stay : leave).push(idOf(await world.post('/Users', user(`u${n}`, { title: 'x' }))))
    for (const path of [
      '/Users?count=3',
      `/Users?count=3&${filterOf('title eq "x"')}`,
      '/Users?count=3&sortBy=userName',
    ]) {
      let n = 0
      const pages = await walked(world, path, async () => {
        n += 1
        await world.post('/Users', user(`${path}${n}`, { title: 'x' }))
        const gone = leave.pop()
        if (gone !== undefined) await world.send('DELETE', `/Users/${gone}`)
      })
      const seen = idsOn(pages)
      expect(new Set(seen).size).toBe(seen.length)
      expect(stay.filter((id) => !seen.includes(id))).toEqual([])
    }
  })
})

describe('a cursor', () => {
  const all = 'meta.created pr'
  let cursor: string
  beforeAll(async () => {
    cursor = listed(await scim.get(`/Users?cursor=&count=5&${filterOf(all)}`)).nextCursor ?? ''
  })
  const path = (text: string): string => `/Users?count=5&${filterOf(all)}&cursor=${text}`

  it.each<[string, () => string]>([
    ['another filter', () => `/Users?count=5&${filterOf('nickName pr')}&cursor=${cursor}`],
    ['no filter', () => `/Users?count=5&cursor=${cursor}`],
    ['a sort', () => `${path(cursor)}&sortBy=userName`],
    ['another endpoint', () => `/Groups?${filterOf(all)}&cursor=${cursor}`],
    ['the root', () => `/?${filterOf(all)}&cursor=${cursor}`],
    ['the members of a group', () => `/Groups/${team}/members?cursor=${cursor}`],
    ['its end missing', () => path(cursor.slice(0, -4))],
    ['its beginning missing', () => path(cursor.slice(4))],
    ['one character changed', () => path(cursor.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))],
    ['something behind it', () => path(`${cursor}A`)],
    ['padding behind it', () => path(`${cursor}=`)],
    ['a blank in it', () => path(`${cursor.slice(0, 9)}%20${cursor.slice(9)}`)],
    ['garbage', () => path('x'.repeat(80))],
    ['too little', () => path('abc')],
    ['too much', () => path('A'.repeat(50_000))],
    ['no such characters', () => path('%7B%22%7D')],
  ])('with %s is invalid', async (_, make) => {
    expect(await refusal(make())).toEqual([400, 'invalidCursor'])
  })

  it('of another connection or credential is invalid', async () => {
    expect(await refusal(path(cursor), { connection: 'other' })).toEqual([400, 'invalidCursor'])
    expect(await refusal(path(cursor), { secret: 'b'.repeat(64) })).toEqual([400, 'invalidCursor'])
    expect((await scim.get(path(cursor))).status).toBe(200)
  })

  it('shows nothing of the value it was sorted by', async () => {
    const { nextCursor = '' } = listed(await scim.get('/Users?cursor=&count=5&sortBy=userName'))
    expect(Buffer.from(nextCursor, 'base64url').toString('latin1')).not.toContain('user')
  })

  it('goes on behind a value longer than any address', async () => {
    const world = openMemory()
    const titles = ['b', 'a', 'c'].map((first) => `${first}${'x'.repeat(20_000)}`)
    for (const [n, title] of titles.entries()) await world.post('/Users', user(`u${n}`, { title }))
    const pages = await walked(world, '/Users?count=1&sortBy=title')
    expect(pages.map(({ nextCursor = '' }) => nextCursor.length < 6_000)).toEqual([true, true, true])
    expect(pages.flatMap(({ Resources }) => Resources.map(({ title }) => title))).toEqual(titles.toSorted())
  })

  it('lives an hour', async () => {
    const world = openMemory()
    for (let n = 0; n < 3; n += 1) await world.post('/Users', user(`u${n}`))
    const next = `/Users?count=1&cursor=${listed(await world.get('/Users?cursor=&count=1')).nextCursor}`
    world.advance(3_599)
    expect((await world.get(next)).status).toBe(200)
    world.advance(2)
    expect((await world.get(next)).body).toMatchObject({ status: '400', scimType: 'expiredCursor' })
  })

  it.each(['0', '-1', 'ten', '1.5'])('with count=%s is refused', async (count) => {
    expect(await refusal(`/Users?cursor=&count=${count}`)).toEqual([400, 'invalidCount'])
    expect(await refusal(`/Groups/${team}/members?count=${count}`)).toEqual([400, 'invalidCount'])
  })

  it('with startIndex is refused: a page cannot start in two places', async () => {
    expect(await refusal('/Users?cursor=&startIndex=1')).toEqual([400, 'invalidValue'])
  })
})
