import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { idsOn, type MemoryScim, openMemory, walked } from './support/memory.ts'
import { errorUrn, filterOf, group, groupUrn, idOf, user, userUrn } from './support/service.ts'

// What costs the square of a request's size keeps a function busy for minutes; what costs its size, for a moment.
const inTime = { timeout: 15_000 }

let scim: MemoryScim
beforeAll(() => {
  scim = openMemory()
})

describe('a body of a megabyte', () => {
  it('whose text never ends is refused in one look', inTime, async () => {
    const reply = await scim.raw('POST', '/Users', `{"userName":"${'\\"'.repeat(500_000)}`)
    expect(reply).toMatchObject({ status: 400, body: { schemas: [errorUrn], scimType: 'invalidSyntax' } })
  })

  it('with an endless address of a member is refused in one look', inTime, async () => {
    const $ref = `${'a'.repeat(1_000_000)}?\n`
    const reply = await scim.post('/Groups', { schemas: [groupUrn], displayName: 'g', members: [{ $ref }] })
    expect(reply).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } })
  })

  it('with a schema for each of its extensions is read once', inTime, async () => {
    const urns = Array.from({ length: 20_000 }, (_, n) => `URN:${n}:1.0:x`)
    const body = Object.fromEntries(urns.map((urn) => [urn, { a: 1 }]))
    const schemas = [userUrn, ...urns.map((urn) => urn.toLowerCase()).toReversed()]
    const reply = await scim.post('/Users', { userName: 'ada', ...body, schemas })
    expect(reply).toMatchObject({ status: 413 })
  })

  it('that asks for a hundred thousand attributes is answered with those there are', inTime, async () => {
    const emails = Array.from({ length: 1_000 }, (_, n) => ({ value: `${n}@acme.test`, type: 'other' }))
    await scim.post('/Users', user('eve', { emails }))
    const unknown = Array.from({ length: 100_000 }, (_, n) => `x${n}`)
    const reply = await scim.post('/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName eq "eve"',
      attributes: [...unknown, 'userName', 'emails.type'],
    })
    expect(reply.body).toMatchObject({ Resources: [{ userName: 'eve', emails: { length: 1_000 } }] })
  })
})

describe('a text of nothing but marks', () => {
  const marks = '\u0301\u0316'

  it('is no name, and costs no more than one', inTime, async () => {
    const name = `a${marks.repeat(200_000)}`
    const refused = { status: 400, body: { scimType: 'invalidValue' } }
    expect(await scim.post('/Users', user(name))).toMatchObject(refused)
    const id = idOf(await scim.post('/Users', user('mark')))
    expect(await scim.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: name })).toMatchObject(
      refused,
    )
  })

  it('is compared as fast as any', inTime, async () => {
    await scim.post('/Users', user('marks', { title: `a${marks.repeat(70_000)}` }))
    const reply = await scim.get(
      `/Users?${filterOf(`title co "\u0301" or title eq "${marks.repeat(3_000)}"`)}`,
    )
    expect(reply.body).toMatchObject({ totalResults: 1, Resources: [{ userName: 'marks' }] })
  })
})

describe('a PATCH of a thousand operations', () => {
  const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
  const thousand = (operation: object): readonly object[] => Array.from({ length: 1_000 }, () => operation)
  const tooMuch = { status: 413, body: { schemas: [errorUrn], status: '413' } }

  it(
    'on a list without end is refused before it has cost what the list is long, each time',
    inTime,
    async () => {
      const list = Array.from({ length: 8_000 }, (_, n) => ({ primary: true, n }))
      const reply = await scim.post('/Users', {
        ...user('long'),
        schemas: [userUrn, badge],
        [badge]: { list },
      })
      const path = `/Users/${idOf(reply)}`
      for (const place of ['list.a', 'list[n eq 1].a', 'other'])
        expect(
          await scim.patch(path, ...thousand({ op: 'add', path: `${badge}:${place}`, value: 1 })),
        ).toMatchObject(place === 'other' ? { status: 200 } : tooMuch)
    },
  )

  it('on as many names is refused, too', inTime, async () => {
    const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`n${n}`, 1]))
    const reply = await scim.post('/Users', { ...user('names'), schemas: [userUrn, badge], [badge]: names })
    const operation = { op: 'add', path: `${badge}:other`, value: 1 }
    expect(await scim.patch(`/Users/${idOf(reply)}`, ...thousand(operation))).toMatchObject(tooMuch)
  })
})

describe('a filter that is much work for each of the people', () => {
  const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
  const heavy = openMemory()
  const people: string[] = []
  beforeAll(async () => {
    const doors = Array.from({ length: 1_500 }, (_, n) => n)
    for (let n = 0; n < 60; n += 1) {
      const body = { ...user(`h${n}`), schemas: [userUrn, badge], [badge]: { doors } }
      people.push(idOf(await heavy.post('/Users', { ...body, title: 'a'.repeat(200_000) })))
    }
  })

  it('is answered by cursor in parts, of which none takes long', { timeout: 30_000 }, async () => {
    const filter = Array.from({ length: 60 }, (_, n) => `${badge}:doors eq -${n + 1}`)
    const tests = filterOf(`${filter.join(' or ')} or userName sw "h"`)
    const pages = await walked(heavy, `/Users?count=200&${tests}`)
    expect(pages.length).toBeGreaterThan(1)
    expect(idsOn(pages)).toEqual(people.toSorted())
  })

  it('counts for what there is to be read, and to be tried', { timeout: 30_000 }, async () => {
    for (const tests of [
      `title co "${'a'.repeat(100)}b${'a'.repeat(4_000)}"`,
      Array.from({ length: 300 }, () => 'title eq "b"').join(' or '),
    ])
      expect(await heavy.get(`/Users?${filterOf(tests)}`)).toMatchObject({
        status: 400,
        body: { scimType: 'tooMany' },
      })
  })
})

it('a filter that asks every group for many members counts what it reads', async () => {
  const world = openMemory()
  const ids: string[] = []
  for (let n = 0; n < 100; n += 1) ids.push(idOf(await world.post('/Groups', group(`Team ${n}`))))
  const people = Array.from({ length: 120 }, () => `members.value eq "${randomUUID()}"`)
  const asked = filterOf(`not (${people.join(' or ')})`)
  const refused = { status: 400, body: { scimType: 'tooMany' } }
  expect(await world.get(`/Groups?attributes=id&${asked}`)).toMatchObject(refused)
  expect(idsOn(await walked(world, `/Groups?attributes=id&count=200&${asked}`))).toEqual(ids.toSorted())
})

it('an object of many names is completed in the time it takes to read it', inTime, async () => {
  const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
  const id = idOf(await scim.post('/Users', user('object')))
  const named = (first: string): object =>
    Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`${first}${n}`, n]))
  await scim.patch(`/Users/${id}`, { op: 'add', path: `${badge}:doors`, value: named('d') })
  const reply = await scim.patch(`/Users/${id}`, { op: 'replace', path: `${badge}:doors`, value: named('D') })
  expect(reply).toMatchObject({
    status: 200,
    body: { meta: { version: 'W/"2"' }, [badge]: { doors: named('d') } },
  })
})

it(
  'one value that is sent ten thousand times is completed in the time it takes to read it',
  inTime,
  async () => {
    const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
    const large = Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`n${n}`, n]))
    const doors = [{ value: 'a', ...large }]
    const sent = { ...user('again'), schemas: [userUrn, badge], [badge]: { doors } }
    const id = idOf(await scim.post('/Users', sent))
    const value = Array.from({ length: 10_000 }, (_, n) => ({ value: 'a', last: n }))
    const reply = await scim.patch(`/Users/${id}`, { op: 'add', path: `${badge}:doors`, value })
    expect(reply).toMatchObject({ status: 200, body: { [badge]: { doors: [{ ...large, last: 9_999 }] } } })
  },
)

it('what an undeclared attribute calls primary is a word like any other', async () => {
  const badge = 'urn:acme:params:scim:schemas:extension:badge:1.0:User'
  const id = idOf(await scim.post('/Users', user('badge')))
  const doors = [
    { door: 1, primary: true },
    { door: 2, primary: true },
  ]
  for (const door of doors)
    await scim.patch(`/Users/${id}`, { op: 'add', path: `${badge}:doors`, value: [door] })
  expect((await scim.get(`/Users/${id}`)).body).toMatchObject({ [badge]: { doors } })
})
