import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mapBounded } from '../../../lib/scim/bounded.ts'
import {
  enterpriseUrn,
  filterOf,
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
const found = async (type: 'Users' | 'Groups', filter: string): Promise<readonly string[]> => {
  const { status, body } = await scim.get(`/${type}?${filterOf(filter)}`)
  expect({ filter, status }).toEqual({ filter, status: 200 })
  const { totalResults, Resources } = body as never as {
    readonly totalResults: number
    readonly Resources: readonly { readonly id: string }[]
  }
  expect(totalResults).toBe(Resources.length)
  return Resources.map(({ id }) => id)
}

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
  const long = 'x'.repeat(60_000)
  const grown = (count: number): object => ({
    'urn:acme:params:scim:schemas:extension:notes:1.0:User': Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`note${n}`, long]),
    ),
  })

  it('a user too large to be stored is refused by 413 with the limit, created or grown, and stays as it was', async () => {
    const refused = await scim.post('/Users', { ...user('huge@acme.test'), ...grown(6) })
    expect(refused).toMatchObject({ status: 413, body: { status: '413' } })
    expect(refused.body.detail).toMatch(/larger than 300000 bytes/)
    expect(await found('Users', 'userName eq "huge@acme.test"')).toEqual([])
    const created = await scim.post('/Users', { ...user('growing@acme.test'), ...grown(4) })
    expect(created.status).toBe(201)
    const more = await scim.patch(`/Users/${idOf(created)}`, { op: 'add', value: grown(6) })
    expect(more.status).toBe(413)
    expect((await scim.get(`/Users/${idOf(created)}`)).body).toEqual(created.body)
  })

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

describe('pain 6: reactivation answers 409', () => {
  it.each([
    ['deactivated', false],
    ['deleted', true],
  ] as const)('somebody %s who is created again comes back under their id', async (how, deleted) => {
    const body = user(`${how}@acme.test`, { externalId: `6-${how}` })
    const id = idOf(await scim.post('/Users', body))
    if (deleted) await scim.remove(`/Users/${id}`)
    else await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false })
    for (const again of [body, user(`${how}@acme.test`.toUpperCase(), { externalId: `6-${how}` })]) {
      const reply = await scim.post('/Users', again)
      if (reply.status === 409) expect((await scim.get(`/Users/${id}`)).body.active).toBe(true)
      else expect([reply.status, idOf(reply), reply.body.active]).toEqual([201, id, true])
    }
    expect(await found('Users', `userName eq "${how}@acme.test"`)).toEqual([id])
  })

  it('but somebody who is active is not taken over by a second one of the name', async () => {
    await scim.post('/Users', user('present@acme.test', { externalId: '6-a' }))
    for (const externalId of ['6-a', '6-b'])
      expect((await scim.post('/Users', user('present@acme.test', { externalId }))).status).toBe(409)
  })
})

describe('pain 7: tombstone renames corrupt identities', () => {
  const objectId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
  it('the deactivation counts and the name stays; what only looks similar is a rename', async () => {
    const id = idOf(
      await scim.post(
        '/Users',
        user('tomb@acme.test', { emails: [{ value: 'tomb@acme.test', type: 'work', primary: true }] }),
      ),
    )
    const replies = await Promise.all([
      scim.patch(`/Users/${id}`, {
        op: 'replace',
        value: { active: false, userName: `${objectId}tomb@acme.test` },
      }),
    ])
    expect(replies[0]?.body).toMatchObject({
      active: false,
      userName: 'tomb@acme.test',
      emails: [{ value: 'tomb@acme.test' }],
    })
    expect(await found('Users', 'userName eq "tomb@acme.test"')).toEqual([id])
    expect(await found('Users', `userName eq "${objectId}tomb@acme.test"`)).toEqual([])
    // By PUT, as well.
    await scim.put(`/Users/${id}`, user('tomb@acme.test', { active: true }))
    await scim.put(`/Users/${id}`, user(`${objectId}tomb@acme.test`, { active: false }))
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject({ active: false, userName: 'tomb@acme.test' })
    // An active person who is given such a name is meant to have it, and 31 digits are no object id.
    await scim.put(`/Users/${id}`, user(`${objectId}tomb@acme.test`, { active: true }))
    expect((await scim.get(`/Users/${id}`)).body.userName).toBe(`${objectId}tomb@acme.test`)
    const short = `${objectId.slice(1)}other@acme.test`
    const other = idOf(await scim.post('/Users', user('other@acme.test')))
    await scim.patch(`/Users/${other}`, { op: 'replace', value: { active: false, userName: short } })
    expect((await scim.get(`/Users/${other}`)).body.userName).toBe(short)
  })
})

describe('pain 8: renames create duplicates', () => {
  it('somebody renamed keeps id, groups and externalId, is found under the new name, and cannot be created a second time', async () => {
    const id = idOf(await scim.post('/Users', user('maiden@acme.test', { externalId: '8-a' })))
    const team = idOf(await scim.post('/Groups', group('Renamers', [id])))
    const renamed = await scim.patch(`/Users/${id}`, {
      op: 'replace',
      path: 'userName',
      value: 'married@acme.test',
    })
    expect(renamed.body).toMatchObject({ id, userName: 'married@acme.test', groups: [{ value: team }] })
    expect(await found('Users', 'userName eq "married@acme.test"')).toEqual([id])
    expect(await found('Users', 'externalId eq "8-a"')).toEqual([id])
    expect(await found('Users', 'userName eq "maiden@acme.test"')).toEqual([])
    // A client that has not understood its own rename and creates them: told who holds the externalId, and no second record is made.
    const second = await scim.post('/Users', user('third@acme.test', { externalId: '8-a' }))
    expect([second.status, second.body.scimType]).toEqual([409, 'uniqueness'])
    expect(await found('Users', 'userName eq "third@acme.test"')).toEqual([])
    // Nobody but their own record remembers the old name: it is free.
    expect((await scim.post('/Users', user('maiden@acme.test', { externalId: '8-b' }))).status).toBe(201)
  })
})

describe('pain 9: case differences create duplicates or miss filters', () => {
  it('one key for every way in, and the form that was sent for every way out', async () => {
    const created = await scim.post(
      '/Users',
      user('Straße.Ü@Acme.test', {
        externalId: 'Case-1',
        title: 'Nine',
        emails: [{ value: 'Straße.Ü@Acme.test', type: 'Work' }],
      }),
    )
    const id = idOf(created)
    expect(created.body.userName).toBe('Straße.Ü@Acme.test')
    expect((await scim.post('/Users', user('STRAßE.ü@ACME.TEST'))).status).toBe(409)
    const upper = 'STRAßE.ü@aCME.tEST'
    for (const filter of [
      `userName eq "${upper}"`,
      `USERNAME EQ "${upper}"`,
      `urn:ietf:params:scim:schemas:core:2.0:user:userName Eq "${upper}"`,
      `userName eq "${upper}" and title eq "nINE"`,
      `title eq "NINE" and (userName eq "${upper}")`,
      `emails.value eq "${upper}"`,
      `emails[type eq "WORK" and value eq "${upper}"]`,
      `emails[type eq "wOrk"].value eq "${upper}"`,
    ])
      expect(await found('Users', filter), filter).toEqual([id])
    // externalId is the client's own and compares exactly (RFC 7643 §3.1).
    expect(await found('Users', 'externalId eq "case-1"')).toEqual([])
    expect(await found('Users', 'externalId eq "Case-1"')).toEqual([id])
    const team = idOf(await scim.post('/Groups', group('Équipe SOC')))
    expect(await found('Groups', 'displayName eq "ÉQUIPE soc"')).toEqual([team])
  })
})

describe('pain 10: string booleans and other Entra forms rejected', () => {
  const manager = `${enterpriseUrn}:manager`
  it.each<[string, object, object]>([
    ['"False"', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    ['"false"', { op: 'replace', path: 'active', value: 'false' }, { active: false }],
    [
      'a list of one "False"',
      { op: 'Replace', path: 'active', value: [{ value: 'False' }] },
      { active: false },
    ],
    ['"False" without a path', { op: 'Replace', value: { active: 'False' } }, { active: false }],
    ['"False" by add', { op: 'Add', path: 'active', value: 'False' }, { active: false }],
    [
      '"False" under the full name',
      { op: 'Replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: 'False' },
      { active: false },
    ],
    [
      'a bare manager',
      { op: 'Add', path: manager, value: 'm-1' },
      { [enterpriseUrn]: { manager: { value: 'm-1' } } },
    ],
    [
      'a work e-mail that is not there yet',
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'x@acme.test' },
      { emails: [{ type: 'work', value: 'x@acme.test' }] },
    ],
    [
      'a role with a text for a flag',
      { op: 'Add', path: 'roles', value: [{ primary: 'True', value: 'r' }] },
      { roles: [{ primary: true, value: 'r' }] },
    ],
  ])('%s is understood', async (_, operation, expected) => {
    const id = idOf(await scim.post('/Users', user(`ten-${Math.random()}@acme.test`)))
    const reply = await scim.patch(`/Users/${id}`, operation)
    expect(reply.status, reply.text).toBe(200)
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject(expected)
  })

  it('what cannot be meant is refused, not taken for "active"', async () => {
    const id = idOf(await scim.post('/Users', user('strict@acme.test')))
    for (const value of ['no', '0', 0, {}, ['False', 'True'], 'Falsee'])
      expect((await scim.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value })).status).toBe(400)
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

describe("also frequent: Okta's active:false loop", () => {
  it('a user pushed is answered active at once, sent so or not', async () => {
    for (const more of [{ active: true }, {}, { active: null }]) {
      const reply = await scim.post('/Users', user(`loop-${Math.random()}@acme.test`, more))
      expect([reply.status, reply.body.active]).toEqual([201, true])
      const put = await scim.put(`/Users/${idOf(reply)}`, { ...reply.body, active: undefined })
      expect([put.status, put.body.active]).toEqual([200, true])
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
