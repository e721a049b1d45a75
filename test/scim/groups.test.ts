import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectionId, type GroupMemberId, groupId, memberId } from '../../lib/core/ids.ts'
import { group, groupUrn, idOf, openScim, type Scim, user } from './support/service.ts'

let scim: Scim
let people: readonly string[]
beforeAll(async () => {
  scim = await openScim()
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, n) => scim.post('/Users', user(`p${n}@acme.test`))),
  )
  people = replies.map(idOf)
})
afterAll(() => scim.close())

const acme = connectionId('acme')
const stored = async (id: string): Promise<readonly string[]> => {
  const ids: string[] = []
  let after: GroupMemberId | undefined
  do {
    const page = await scim.directory.membersOf(acme, groupId(id), 100, after)
    ids.push(...page.items.map((each) => each.id))
    after = page.next
  } while (after !== undefined)
  return ids
}
const sorted = (ids: readonly string[]): readonly string[] => [...ids].sort()
const nobody = '00000000-0000-4000-8000-000000000000'

describe('a group', () => {
  let id: string
  beforeEach(async () => {
    id = idOf(await scim.post('/Groups', group('Team', people.slice(0, 3))))
  })

  it('lists its members, and each member lists the group', async () => {
    const { body } = await scim.get(`/Groups/${id}`)
    const base = 'https://scim.example.test/acme/scim/v2'
    expect(body).toMatchObject({
      schemas: [groupUrn],
      displayName: 'Team',
      members: sorted(people.slice(0, 3)).map((value) => ({
        value,
        $ref: `${base}/Users/${value}`,
        type: 'User',
      })),
      meta: { resourceType: 'Group', location: `${base}/Groups/${id}` },
    })
    const { groups } = (await scim.get(`/Users/${people[0]}`)).body as { readonly groups: readonly object[] }
    expect(groups).toContainEqual({
      value: id,
      $ref: `${base}/Groups/${id}`,
      display: 'Team',
      type: 'direct',
    })
    expect((await scim.get(`/Users/${people[0]}?excludedAttributes=groups`)).body.groups).toBeUndefined()
  })

  it('answers a PATCH with 204, and with the resource when attributes are named', async () => {
    const add = { op: 'add', path: 'members', value: [{ value: people[5] }] }
    expect(await scim.patch(`/Groups/${id}`, add)).toMatchObject({ status: 204, text: '' })
    const reply = await scim.patch(`/Groups/${id}?attributes=members`, add)
    expect([reply.status, (reply.body.members as readonly object[]).length]).toEqual([200, 4])
  })

  it('keeps members a PATCH does not mention', async () => {
    await scim.patch(`/Groups/${id}`, { op: 'replace', value: { displayName: 'Renamed' } })
    await scim.patch(`/Groups/${id}?excludedAttributes=members`, {
      op: 'remove',
      path: `members[value eq "${people[0]}"]`,
    })
    expect(await stored(id)).toEqual(sorted(people.slice(1, 3)))
    expect((await scim.get(`/Groups/${id}`)).body.displayName).toBe('Renamed')
  })

  it('is emptied by an empty list, kept by a PUT without one', async () => {
    expect((await scim.put(`/Groups/${id}`, { schemas: [groupUrn], displayName: 'Other' })).status).toBe(200)
    expect(await stored(id)).toHaveLength(3)
    expect((await scim.put(`/Groups/${id}`, group('Other', []))).status).toBe(200)
    expect(await stored(id)).toEqual([])
  })

  it('is not emptied by a PATCH with null, which is told what to send instead', async () => {
    for (const operation of [
      { op: 'replace', path: 'members', value: null },
      { op: 'replace', value: { members: null } },
      { op: 'add', path: 'members', value: null },
      { op: 'add', value: { members: null } },
      { op: 'remove', path: 'members', value: null },
    ]) {
      const { status, body } = await scim.patch(`/Groups/${id}`, operation)
      expect([status, body.scimType]).toEqual([400, 'invalidValue'])
      expect(body.detail).toContain('"remove" without a value to empty the group')
    }
    expect(await stored(id)).toHaveLength(3)
    expect((await scim.patch(`/Groups/${id}`, { op: 'remove', path: 'members' })).status).toBe(204)
    expect(await stored(id)).toEqual([])
  })

  it('is replaced by PUT as a difference', async () => {
    const { body } = await scim.put(`/Groups/${id}`, group('Team', people.slice(2, 40)))
    expect((body.members as readonly object[]).length).toBe(38)
    expect(await stored(id)).toEqual(sorted(people.slice(2, 40)))
  })

  it('refuses members nobody knows, as a whole', async () => {
    for (const value of [nobody, 'not-an-id']) {
      const reply = await scim.patch(`/Groups/${id}`, {
        op: 'add',
        path: 'members',
        value: [{ value: people[9] }, { value }],
      })
      expect([reply.status, reply.body.scimType]).toEqual([400, 'invalidValue'])
    }
    expect((await scim.post('/Groups', group('New', [nobody]))).status).toBe(400)
    expect(await stored(id)).toEqual(sorted(people.slice(0, 3)))
  })

  it('takes a removal of nobody as done, and stays as it is', async () => {
    const before = (await scim.get(`/Groups/${id}`)).body
    for (const value of [nobody, people[30], 'x" or value pr or value eq "'])
      expect(
        (await scim.patch(`/Groups/${id}`, { op: 'Remove', path: 'members', value: [{ value }] })).status,
      ).toBe(204)
    expect(
      (await scim.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: people[0] }] }))
        .status,
    ).toBe(204)
    expect((await scim.get(`/Groups/${id}`)).body).toEqual(before)
  })

  it('has its version raised by a membership, and refuses If-Match on an older one', async () => {
    const version = (await scim.get(`/Groups/${id}`)).headers.etag ?? ''
    await scim.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: people[8] }] })
    expect((await scim.get(`/Groups/${id}`)).headers.etag).not.toBe(version)
    expect(
      (await scim.send({ method: 'DELETE', path: `/Groups/${id}`, headers: { 'if-match': version } })).status,
    ).toBe(412)
  })

  it('is gone everywhere after DELETE', async () => {
    expect((await scim.remove(`/Groups/${id}`)).status).toBe(204)
    expect((await scim.get(`/Groups/${id}`)).status).toBe(404)
    expect((await scim.get(`/Groups/${id}/members`)).status).toBe(404)
    expect(
      (await scim.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: people[0] }] }))
        .status,
    ).toBe(404)
    const groups = await scim.directory.groupsWith(acme, memberId(people[0] ?? ''))
    expect(groups.map((each) => each.id)).not.toContain(id)
  })

  it('has one holder of an externalId', async () => {
    const named = { ...group('A'), externalId: `e-${id}` }
    expect((await scim.post('/Groups', named)).status).toBe(201)
    expect(await scim.post('/Groups', { ...named, displayName: 'B' })).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    })
  })
})

describe('membership', () => {
  it('of 50 concurrent PATCHes with injected conflicts loses none', async () => {
    const id = idOf(await scim.post('/Groups', group('Busy')))
    scim.table.engine?.inject({
      seed: 7,
      rules: [{ fault: 'conflict', probability: 0.2, operations: ['TransactWriteItems'] }],
    })
    const replies = await Promise.all(
      people
        .slice(0, 50)
        .map((value) =>
          retried(() => scim.patch(`/Groups/${id}`, { op: 'Add', path: 'members', value: [{ value }] })),
        ),
    )
    scim.table.engine?.inject({})
    expect(new Set(replies)).toEqual(new Set([204]))
    expect(await stored(id)).toEqual(sorted(people.slice(0, 50)))
  })

  it('of a new person in 50 groups at once arrives in all', async () => {
    const person = idOf(await scim.post('/Users', user('everywhere@acme.test')))
    const groups = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => idOf(await scim.post('/Groups', group(`G${n}`)))),
    )
    const replies = await Promise.all(
      groups.map((id) =>
        retried(() =>
          scim.patch(`/Groups/${id}`, { op: 'Add', path: 'members', value: [{ value: person }] }),
        ),
      ),
    )
    expect(new Set(replies)).toEqual(new Set([204]))
    const found = await scim.directory.groupsWith(acme, memberId(person))
    expect(sorted(found.map((each) => each.id))).toEqual(sorted(groups))
  })
})

/** An identity provider sends again what was answered 429 or 503. */
const retried = async (
  send: () => Promise<{ readonly status: number; readonly headers: object }>,
): Promise<number> => {
  for (let n = 0; n < 5; n += 1) {
    const { status, headers } = await send()
    if (status !== 503 && status !== 429) return status
    expect(headers).toHaveProperty('retry-after')
  }
  return 503
}

describe('a large group', () => {
  it('leaves its members out whole, says how many there are, and pages them', async () => {
    const replies: string[] = []
    for (let at = 0; at < 1_010; at += 101)
      replies.push(
        ...(
          await Promise.all(Array.from({ length: 101 }, (_, n) => scim.post('/Users', user(`big${at + n}`))))
        ).map(idOf),
      )
    const created = await scim.post('/Groups', group('Everybody', replies.slice(0, 1_000)))
    expect([created.status, (created.body.members as readonly object[]).length]).toEqual([201, 1_000])
    const id = idOf(created)
    await scim.patch(`/Groups/${id}`, {
      op: 'add',
      path: 'members',
      value: replies.slice(1_000).map((value) => ({ value })),
    })
    const { body } = await scim.get(`/Groups/${id}`)
    const urn = 'urn:rolecall:params:scim:schemas:extension:membership:2.0:Group'
    expect(body.members).toBeUndefined()
    expect(body.schemas).toEqual([groupUrn, urn])
    expect(body[urn]).toEqual({
      memberCount: 1_010,
      members: `https://scim.example.test/acme/scim/v2/Groups/${id}/members`,
    })
    const paged: string[] = []
    let cursor = ''
    do {
      const page = (await scim.get(`/Groups/${id}/members?count=200${cursor}`)).body as never as {
        readonly totalResults: number
        readonly nextCursor?: string
        readonly Resources: readonly { readonly value: string }[]
      }
      expect(page.totalResults).toBe(1_010)
      paged.push(...page.Resources.map((each) => each.value))
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(paged).toEqual(sorted(replies))
    expect((await scim.get(`/Groups/${id}/members?cursor=abc`)).status).toBe(400)
    expect((await scim.remove(`/Groups/${id}`)).status).toBe(204)
  })
})
