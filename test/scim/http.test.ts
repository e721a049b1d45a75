import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { group, idOf, openScim, type Scim, user, userUrn } from './support/service.ts'

const base = 'https://scim.example.test/acme/scim/v2'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

describe('an answer about one resource', () => {
  it('says where it is and which version it is', async () => {
    const created = await scim.post('/Users', user('ada'))
    const place = `${base}/Users/${idOf(created)}`
    const path = `/Users/${idOf(created)}`
    const title = { op: 'replace', path: 'title', value: 'Dr' }
    for (const [reply, status, etag] of [
      [created, 201, 'W/"1"'],
      [await scim.get(path), 200, 'W/"1"'],
      [await scim.patch(path, title), 200, 'W/"2"'],
      [await scim.put(path, user('ada')), 200, 'W/"3"'],
    ] as const) {
      expect([reply.status, reply.headers]).toEqual([
        status,
        expect.objectContaining({ location: place, 'content-location': place, etag }),
      ])
      expect(reply.body.meta).toMatchObject({ location: place, version: etag })
    }
    const team = await scim.post('/Groups', group('Team'))
    const renamed = await scim.patch(`/Groups/${idOf(team)}`, {
      op: 'replace',
      path: 'displayName',
      value: 'T',
    })
    expect(renamed).toMatchObject({
      status: 204,
      text: '',
      headers: { location: `${base}/Groups/${idOf(team)}`, etag: 'W/"2"' },
    })
    expect((await scim.get(`/Schemas/${userUrn}`)).headers).toMatchObject({
      'content-location': `${base}/Schemas/${userUrn}`,
    })
  })

  it('of a write shows what was asked for, and stores everything', async () => {
    const sent = { method: 'POST', path: '/Users?attributes=userName', body: user('bob', { title: 'Sir' }) }
    const created = await scim.send(sent)
    expect(Object.keys(created.body).toSorted()).toEqual(['id', 'meta', 'schemas', 'userName'])
    const path = `/Users/${idOf(created)}`
    expect((await scim.get(path)).body).toMatchObject({ title: 'Sir' })
    const replaced = await scim.put(`${path}?excludedAttributes=title`, user('bob', { title: 'Lord' }))
    expect(replaced.body).not.toHaveProperty('title')
    expect((await scim.get(path)).body).toMatchObject({ title: 'Lord' })
  })
})

describe('HEAD', () => {
  it('is GET without the body', async () => {
    const id = idOf(await scim.post('/Users', user('head')))
    for (const path of [`/Users/${id}`, '/Users', '/ServiceProviderConfig']) {
      const [head, get] = [await scim.send({ method: 'HEAD', path }), await scim.get(path)]
      const { 'x-request-id': _, ...headers } = get.headers
      expect([head.status, head.text, head.headers]).toEqual([200, '', expect.objectContaining(headers)])
    }
    expect((await scim.send({ method: 'HEAD', path: '/Users/nobody' })).status).toBe(404)
    expect((await scim.send({ method: 'OPTIONS', path: '/Users' })).headers.allow).toBe('GET, HEAD, POST')
  })
})

describe('If-Match', () => {
  it('with * asks for a resource that is there, whatever its version', async () => {
    const id = idOf(await scim.post('/Users', user('star')))
    const send = (path: string) =>
      scim.send({ method: 'PUT', path, body: user('star', { title: 'x' }), headers: { 'if-match': '*' } })
    expect((await send(`/Users/${id}`)).status).toBe(200)
    expect((await send('/Users/00000000-0000-4000-8000-000000000000')).status).toBe(404)
  })

  it('may name several versions, and is compared weakly', async () => {
    const id = idOf(await scim.post('/Users', user('several')))
    const headers = { 'if-match': '"9", "1"' }
    expect((await scim.send({ method: 'DELETE', path: `/Users/${id}`, headers })).status).toBe(204)
  })
})

describe('the attribute "active"', () => {
  const created = async (name: string, more: object = {}): Promise<string> =>
    `/Users/${idOf(await scim.post('/Users', user(name, more)))}`
  const shown = async (path: string): Promise<unknown> => (await scim.get(path)).body.active
  const take = { op: 'remove', path: 'active' }

  it.each([true, false])(
    'that is taken away is not shown, and leaves the person as they were: %s',
    async (active) => {
      const path = await created(`taken-${active}`, { active })
      const reply = await scim.patch(path, take)
      expect([reply.status, 'active' in reply.body]).toEqual([200, false])
      const [member] = await scim.directory.findMembers('acme' as never, {
        by: 'userName',
        value: `taken-${active}`,
      })
      expect(member).toMatchObject({ active, activeUnassigned: true })
      // Another change, and a PUT that does not mention it, leave it so.
      await scim.patch(path, { op: 'replace', path: 'title', value: 'x' })
      await scim.put(path, user(`taken-${active}`))
      expect(await shown(path)).toBeUndefined()
      const same = await scim.patch(path, take)
      expect(same.body.meta).toEqual((await scim.get(path)).body.meta)
    },
  )

  it('is back as soon as it is set', async () => {
    const path = await created('back', { active: false })
    for (const set of [
      () => scim.patch(path, { op: 'add', path: 'active', value: false }),
      () => scim.put(path, user('back', { active: true })),
    ]) {
      await scim.patch(path, take)
      expect(await shown(path)).toBeUndefined()
      expect(typeof (await set()).body.active).toBe('boolean')
      expect(await shown(path)).toBeDefined()
    }
    expect(await shown(path)).toBe(true)
  })

  it('of a departed person who is created again is set', async () => {
    const path = await created('again', { active: false })
    await scim.patch(path, take)
    const reply = await scim.post('/Users', user('again'))
    expect([reply.status, `/Users/${idOf(reply)}`, reply.body.active]).toEqual([201, path, true])
  })

  it('is found by its absence', async () => {
    const path = await created('absent')
    await scim.patch(path, take)
    const filter = encodeURIComponent('userName eq "absent" and not (active pr)')
    expect((await scim.get(`/Users?filter=${filter}`)).body).toMatchObject({ totalResults: 1 })
  })
})
