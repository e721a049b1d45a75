import { beforeAll, describe, expect, it } from 'vitest'
import { idsOn, type Listed, listed, type MemoryScim, openMemory, walked } from './support/memory.ts'
import { filterOf, group, idOf, user } from './support/service.ts'

let scim: MemoryScim
let people: readonly string[]
let teams: readonly string[]
beforeAll(async () => {
  scim = openMemory()
  const users: string[] = []
  for (let n = 0; n < 1_000; n += 1) users.push(idOf(await scim.post('/Users', user(`u${n}`))))
  const groups: string[] = []
  for (let n = 0; n < 30; n += 1) groups.push(idOf(await scim.post('/Groups', group(`Team ${n}`, users))))
  people = users.toSorted()
  teams = groups.toSorted()
})

/** Page by page as a client does it that believes `itemsPerPage`. */
const paged = async (path: string): Promise<readonly Listed[]> => {
  const pages: Listed[] = []
  let startIndex = 1
  for (let total = 1; startIndex <= total; ) {
    const page = listed(await scim.get(`${path}&startIndex=${startIndex}`))
    expect(page.itemsPerPage).toBe(page.Resources.length)
    expect(page.itemsPerPage).toBeGreaterThan(0)
    pages.push(page)
    startIndex += page.itemsPerPage
    total = page.totalResults ?? 0
  }
  return pages
}

describe('pages of groups with a thousand members each', () => {
  it.each([
    '/Groups?count=200',
    `/Groups?count=200&${filterOf('displayName sw "Team"')}`,
    '/Groups?count=200&sortBy=displayName',
  ])('end before they are too large for an answer, and lose nothing: %s', async (path) => {
    for (const pages of [await paged(path), await walked(scim, path)]) {
      expect(pages.length).toBeGreaterThan(1)
      expect(idsOn(pages).toSorted()).toEqual(teams)
      for (const page of pages) {
        expect(Buffer.byteLength(JSON.stringify(JSON.stringify(page)))).toBeLessThan(6 * 1024 * 1024 - 10_000)
        for (const { members } of page.Resources) expect(members).toHaveLength(1_000)
      }
    }
  })

  it('hold as many as asked for when nobody asks for members', async () => {
    expect(listed(await scim.get('/Groups?excludedAttributes=members'))).toMatchObject({ itemsPerPage: 30 })
  })

  it('lose nothing at the root either', async () => {
    for (const pages of [await paged('/?count=200'), await walked(scim, '/?count=200')])
      expect(idsOn(pages)).toEqual([...people, ...teams])
  })
})

describe('a User in more groups than an answer can hold', () => {
  it('is shown without them, keeps nobody behind from being listed, and is found by them', async () => {
    const crowd = openMemory()
    const ids: string[] = []
    for (let n = 0; n < 10; n += 1) ids.push(idOf(await crowd.post('/Users', user(`c${n}`))))
    ids.sort()
    const [popular = ''] = ids
    const names = Array.from({ length: 1_500 }, (_, n) => `${n}${'"'.repeat(1_000)}`)
    const joined: string[] = []
    for (const [n, name] of names.entries()) {
      if (n === 1_000) expect((await crowd.get(`/Users/${popular}`)).body.groups).toHaveLength(1_000)
      joined.push(idOf(await crowd.post('/Groups', group(name, [popular]))))
    }
    const alone = await crowd.get(`/Users/${popular}`)
    expect([alone.status, alone.body.groups, alone.text.length < 1_000]).toEqual([200, undefined, true])
    expect(idsOn(await walked(crowd, '/Users?count=50'))).toEqual(ids)
    const found = listed(
      await crowd.get(`/Users?${filterOf(`groups.display eq ${JSON.stringify(names[1_200])}`)}`),
    )
    expect(idsOn([found])).toEqual([popular])
    const groups = await walked(crowd, `/Groups?attributes=id&${filterOf(`members.value eq "${popular}"`)}`)
    expect(idsOn(groups)).toEqual(joined.toSorted())
  })
})
