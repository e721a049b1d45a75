import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mapBounded } from '../../../lib/scim/bounded.ts'
import {
  enterpriseUrn,
  filterOf,
  foundBy,
  group,
  groupUrn,
  idOf,
  openScim,
  type Reply,
  type Scim,
  user,
} from '../support/service.ts'
import { adding, removing } from './desk.ts'

let scim: Scim
let people: readonly string[]
beforeAll(async () => {
  scim = await openScim()
  const names = Array.from({ length: 160 }, (_, n) => `p${n}@acme.test`)
  const replies = await mapBounded(names, 20, (name) => scim.post('/Users', user(name)))
  expect(statuses(replies)).toEqual([201])
  people = replies.map(idOf)
})
afterEach(() => scim.table.engine?.inject({}))
afterAll(() => scim.close())

const someone = (n: number): string => people[n] ?? ''
const sorted = (ids: readonly string[]): readonly string[] => [...ids].sort()
const membersOf = async (id: string): Promise<readonly string[]> => {
  const { body } = await scim.get(`/Groups/${id}`)
  const members = (body.members ?? []) as readonly { readonly value: string }[]
  return sorted(members.map(({ value }) => value))
}
const statuses = (replies: readonly Reply[]): readonly number[] => [
  ...new Set(replies.map(({ status }) => status)),
]
const found = (type: 'Users' | 'Groups', filter: string) => foundBy(scim, type, filter)

describe('pain 2: a group PATCH deletes members it did not mention', () => {
  it('not in a group longer than any page, whatever the PATCH says and however it asks for its answer', async () => {
    const id = idOf(await scim.post('/Groups', group('Long', people.slice(0, 150))))
    await scim.patch(`/Groups/${id}`, adding(someone(155)))
    await scim.patch(`/Groups/${id}?excludedAttributes=members`, removing(someone(0)))
    await scim.patch(`/Groups/${id}?attributes=displayName`, {
      op: 'replace',
      value: { displayName: 'Renamed' },
    })
    await scim.patch(`/Groups/${id}`, { op: 'replace', path: 'externalId', value: 'another-attribute' })
    expect(await membersOf(id)).toEqual(sorted([...people.slice(1, 150), someone(155)]))
    expect((await scim.get(`/Groups/${id}`)).body).toMatchObject({
      displayName: 'Renamed',
      externalId: 'another-attribute',
    })
  })

  // Nothing is seen of another engine.
  it.runIf(process.env.DYNAMODB_ENDPOINT === undefined)(
    'and it never decides on a stale read: every one of them is consistent',
    async () => {
      const before = scim.table.requests.length
      const id = idOf(await scim.post('/Groups', group('Consistent', people.slice(0, 3))))
      await scim.patch(`/Groups/${id}`, adding(someone(7)), removing(someone(0)))
      await scim.put(`/Groups/${id}`, group('Consistent', people.slice(2, 6)))
      await scim.get(`/Groups?${filterOf(`members.value eq "${someone(5)}"`)}`)
      const reads = scim.table.requests
        .slice(before)
        .filter(({ operation }) => ['GetItem', 'Query', 'BatchGetItem'].includes(operation))
      expect(reads.length).toBeGreaterThan(10)
      const asked = reads.flatMap(({ body }) =>
        'RequestItems' in body ? Object.values(body.RequestItems as object) : [body],
      )
      expect(asked.every((each) => each.ConsistentRead === true)).toBe(true)
    },
  )
})

describe('pain 3: concurrent PATCHes lose updates', () => {
  it('forty at once on one group, from two clients and through conflicts: every one of them counts', async () => {
    const id = idOf(await scim.post('/Groups', group('Busy', people.slice(0, 20))))
    scim.table.engine?.inject({
      seed: 3,
      rules: [{ fault: 'conflict', probability: 0.1, operations: ['TransactWriteItems'] }],
    })
    const { token } = await scim.credential({})
    /** As identity providers do: what is told to come back later comes back. */
    const send = async (n: number, operation: object): Promise<Reply> => {
      for (;;) {
        const reply = await scim.send({
          method: 'PATCH',
          path: `/Groups/${id}`,
          body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] },
          ...(n % 2 === 0 ? {} : { token }),
        })
        if (reply.status !== 503 && reply.status !== 429) return reply
      }
    }
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => [
        send(n, adding(someone(100 + n))),
        send(n + 1, removing(someone(n))),
      ]).flat(),
    )
    expect(statuses(replies)).toEqual([204])
    expect(await membersOf(id)).toEqual(sorted(people.slice(100, 120)))
  })

  it('two at once on one user, each with an attribute of its own: both are there', async () => {
    const id = idOf(await scim.post('/Users', user('both@acme.test')))
    const replies = await Promise.all([
      scim.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' }),
      scim.patch(`/Users/${id}`, { op: 'replace', path: 'nickName', value: 'Doc' }),
    ])
    expect(statuses(replies)).toEqual([200])
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject({ title: 'Dr', nickName: 'Doc' })
  })
})

describe('pain 4: large groups time out', () => {
  /** Operations at the engine, and the items they name. */
  const asked = async (work: () => Promise<Reply>): Promise<readonly string[]> => {
    const before = scim.table.requests.length
    const { status } = await work()
    expect([200, 204]).toContain(status)
    return scim.table.requests
      .slice(before)
      .map(({ operation, body }) => {
        const { TransactItems = [], RequestItems = {} } = body as {
          readonly TransactItems?: readonly object[]
          readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly object[] }>>
        }
        const keys = Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys)
        return `${operation} ${TransactItems.length} ${keys.length}`
      })
      .sort()
  }
  // Nothing is seen of another engine; test/store/capacity.test.ts asks that one what it charges.
  it.runIf(process.env.DYNAMODB_ENDPOINT === undefined)(
    'adding, adding again, removing, renaming: as many requests and items at 140 members as at 2',
    async () => {
      const work = async (size: number): Promise<readonly (readonly string[])[]> => {
        const id = idOf(await scim.post('/Groups', group(`Of ${size}`, people.slice(0, size))))
        const path = `/Groups/${id}`
        return [
          await asked(() => scim.patch(path, adding(someone(150)))),
          await asked(() => scim.patch(path, adding(someone(150)))),
          await asked(() =>
            scim.patch(path, { op: 'replace', value: { id, displayName: 'x' } }, adding(someone(151))),
          ),
          await asked(() => scim.patch(path, removing(someone(150)))),
          await asked(() => scim.patch(path, removing(someone(151)), adding(someone(150)))),
          await asked(() => scim.get(`${path}?excludedAttributes=members`)),
          await asked(() =>
            scim.get(
              `/Groups?${filterOf(`id eq "${id}" and members eq "${someone(1)}"`)}&excludedAttributes=members`,
            ),
          ),
        ]
      }
      const small = await work(2)
      expect(small.every((each) => each.length > 0)).toBe(true)
      expect(await work(140)).toEqual(small)
    },
  )

  it('answers a PATCH with 204 and nothing, leaves members out where they are not wanted, and pages them', async () => {
    const id = idOf(await scim.post('/Groups', group('Paged', people.slice(0, 60))))
    expect(await scim.patch(`/Groups/${id}`, adding(someone(70)))).toMatchObject({ status: 204, text: '' })
    expect((await scim.get(`/Groups/${id}?excludedAttributes=members`)).body.members).toBeUndefined()
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await scim.get(`/Groups/${id}/members?count=25&cursor=${cursor}`)
      seen.push(...(body.Resources as readonly { readonly value: string }[]).map(({ value }) => value))
      cursor = String(body.nextCursor ?? '')
    } while (cursor !== '')
    expect(seen).toHaveLength(61)
    expect(sorted(seen)).toEqual(sorted([...people.slice(0, 60), someone(70)]))
  })
})

describe('pain 5: item size limits', () => {
  it('a group does not grow with its members: its own item is as large after 140 as after 1', async () => {
    const id = idOf(await scim.post('/Groups', group('Slim', people.slice(0, 1))))
    const before = await scim.directory.group('acme' as never, id as never)
    await scim.patch(`/Groups/${id}`, adding(...people.slice(1, 140)))
    const after = await scim.directory.group('acme' as never, id as never)
    expect(after?.memberCount).toBe(140)
    expect({ ...after, version: 0, memberCount: 0, lastModified: '' }).toEqual({
      ...before,
      version: 0,
      memberCount: 0,
      lastModified: '',
    })
  })
})

describe('pain 13: membership sent only by PUT or inside user and group bodies is ignored', () => {
  it('a POST and a PUT with members store them, as a difference', async () => {
    const id = idOf(await scim.post('/Groups', group('By PUT', people.slice(0, 5))))
    expect(await membersOf(id)).toEqual(sorted(people.slice(0, 5)))
    const version = async (): Promise<unknown> =>
      (await scim.get(`/Groups/${id}?attributes=meta.version`)).headers.etag
    await scim.put(`/Groups/${id}`, group('By PUT', people.slice(3, 9)))
    expect(await membersOf(id)).toEqual(sorted(people.slice(3, 9)))
    const before = await version()
    await scim.put(`/Groups/${id}`, group('By PUT', people.slice(3, 9).reverse()))
    expect(await version()).toBe(before)
    await scim.put(`/Groups/${id}`, {
      schemas: [groupUrn],
      displayName: 'By PUT',
      Members: [{ value: someone(7) }],
    })
    expect(await membersOf(id)).toEqual([someone(7)])
  })

  it('groups inside a user are read-only (RFC 7643 §4.1.2): they put nobody into a group, nor out of one', async () => {
    const id = idOf(await scim.post('/Groups', group('Derived', [someone(0)])))
    const reply = await scim.put(`/Users/${someone(1)}`, user('p1@acme.test', { groups: [{ value: id }] }))
    expect(reply.status).toBe(200)
    await scim.put(`/Users/${someone(0)}`, user('p0@acme.test', { groups: [] }))
    expect(await membersOf(id)).toEqual([someone(0)])
    const patched = await scim.patch(`/Users/${someone(1)}`, {
      op: 'add',
      path: 'groups',
      value: [{ value: id }],
    })
    expect([patched.status, patched.body.scimType]).toEqual([400, 'mutability'])
  })

  it('a filter is honoured or refused, never passed over', async () => {
    expect(await found('Groups', 'displayName eq "no such group"')).toEqual([])
    for (const query of [
      'filter=displayName',
      'filter=displayName%20is%20%22x%22',
      'filter=displayNames%20eq%20%22x%22',
      'Filter=displayName%20eq%20%22x%22',
      'filter=displayName%20eq%20%22x%22&filter=id%20pr',
    ]) {
      const { status, body } = await scim.get(`/Groups?${query}`)
      expect([query, status]).toEqual([query, 400])
      expect(body.Resources).toBeUndefined()
    }
  })
})

describe('pain 14: changes do not reach the target, and nobody knows: list and get disagree', () => {
  it('one resource is the same by id, by filter, in a list and by search', async () => {
    const id = idOf(await scim.post('/Users', user('same@acme.test', { title: 'Same', active: false })))
    const team = idOf(await scim.post('/Groups', group('Same', [id, someone(0)])))
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Other' })
    await scim.patch(`/Groups/${team}`, adding(someone(1)), removing(someone(0)))
    const first = (reply: Reply): unknown => (reply.body.Resources as readonly unknown[])[0]
    for (const [type, of, filter] of [
      ['Users', id, 'userName eq "same@acme.test"'],
      ['Groups', team, 'displayName eq "Same"'],
    ] as const) {
      const { body } = await scim.get(`/${type}/${of}`)
      expect(first(await scim.get(`/${type}?${filterOf(filter)}`))).toEqual(body)
      expect(first(await scim.get(`/${type}?${filterOf(`id eq "${of}" and ${filter}`)}`))).toEqual(body)
      const search = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        filter,
      }
      expect(first(await scim.post(`/${type}/.search`, search))).toEqual(body)
      let found: unknown
      for (let startIndex = 1; found === undefined && startIndex < 1_000; startIndex += 100) {
        const page = await scim.get(`/${type}?startIndex=${startIndex}&count=100`)
        found = (page.body.Resources as readonly { readonly id: string }[]).find((each) => each.id === of)
      }
      expect(found).toEqual(body)
    }
  })
})

describe('also frequent: a delete blocked by references becomes a 500 and disables the connection', () => {
  it('somebody who is manager of one and member of many is deleted like anybody else', async () => {
    const id = idOf(await scim.post('/Users', user('boss@acme.test')))
    await scim.post('/Users', user('report@acme.test', { [enterpriseUrn]: { manager: { value: id } } }))
    const teams = await Promise.all(
      Array.from({ length: 30 }, (_, n) => scim.post('/Groups', group(`Of the boss ${n}`, [id, someone(0)]))),
    )
    expect((await scim.remove(`/Users/${id}`)).status).toBe(204)
    for (const team of teams) expect(await membersOf(idOf(team))).toEqual([someone(0)])
    expect((await scim.remove(`/Users/${id}`)).status).toBe(404)
    // An identity provider that has not noticed removes them from their groups one by one.
    expect((await scim.patch(`/Groups/${idOf(teams[0] as Reply)}`, removing(id))).status).toBe(204)
  })

  it('a group with many members is deleted at once', async () => {
    const id = idOf(await scim.post('/Groups', group('Deleted', people.slice(0, 140))))
    expect((await scim.remove(`/Groups/${id}`)).status).toBe(204)
    expect((await scim.get(`/Groups/${id}`)).status).toBe(404)
    const { body } = await scim.get(`/Users/${someone(139)}`)
    expect(
      (body.groups as readonly { readonly value: string }[] | undefined)?.map(({ value }) => value) ?? [],
    ).not.toContain(id)
  })
})
