import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { inParallel } from '../../lib/store/batches.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'
import { dues, written } from '../store/directory-world.ts'
import { calm, disturb, created as make, patchOf, pause, insist as send } from './support/races.ts'
import {
  filterOf,
  group,
  type Json,
  openScim,
  type Reply,
  type Scim,
  type Sent,
  user,
} from './support/service.ts'

const many = 200
let scim: Scim
let table: Table
let people: readonly string[]
let tokens: readonly string[]
beforeAll(async () => {
  scim = await openScim()
  const { client, name } = scim.table
  table = createTable({ client, name, clock: systemClock, ids: createIds() })
  const stamp = {
    connection: connectionId('acme'),
    actor: { kind: 'system', part: 'sweep' },
    requestId: 'setup',
  } as const
  people = await inParallel(
    Array.from({ length: many }, (_, n) => ({
      userName: `racer${n}@acme.test`,
      active: true,
      attributes: {},
    })),
    16,
    async (draft) =>
      written(await scim.directory.createMember({ ...stamp, at: systemClock.now() }, draft)).id,
  )
  tokens = (await Promise.all([scim.credential({}), scim.credential({})])).map(({ token }) => token)
})
afterEach(() => calm(scim))
afterAll(() => scim.close())

const insist = (sent: Sent): Promise<Reply> => send(scim, sent)
const created = (path: string, body: object): Promise<string> => make(scim, path, body)
const patch = (path: string, token: string | undefined, ...Operations: readonly object[]): Sent => ({
  method: 'PATCH',
  path,
  body: patchOf(...Operations),
  ...(token === undefined ? {} : { token }),
})

const membersOf = async (id: string): Promise<readonly string[]> => {
  const all: string[] = []
  let cursor = ''
  do {
    const { body } = await scim.get(`/Groups/${id}/members?count=90&cursor=${cursor}`)
    all.push(...(body.Resources as readonly Json[]).map((each) => String(each.value)))
    cursor = String(body.nextCursor ?? '')
  } while (cursor !== '')
  return all
}
/** Those of the people who say that they are in the group. */
const holdersOf = async (team: string, ids: readonly string[]): Promise<readonly string[]> => {
  const seen = await Promise.all(ids.map((id) => scim.get(`/Users/${id}?attributes=groups`)))
  const groupsOf = (reply: Reply | undefined) => (reply?.body.groups ?? []) as readonly Json[]
  return sorted(ids.filter((_, n) => groupsOf(seen[n]).some((each) => each.value === team)))
}
const sorted = (ids: Iterable<string>): readonly string[] => [...ids].sort()
const versionOf = (body: Json): number =>
  Number(/^W\/"(\d+)"$/.exec(String((body.meta as Json | undefined)?.version))?.[1])

describe('two hundred membership changes at once, from two clients, with conflicts', () => {
  // One sends as Entra ID does, the other as Okta does; each is responsible for every other person.
  const join = (n: number, id: string): object =>
    n % 2 === 0
      ? { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] }
      : { op: 'add', path: 'members', value: [{ value: id, display: 'Somebody' }] }
  const leave = (n: number, id: string): object =>
    n % 2 === 0
      ? { op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }
      : { op: 'remove', path: `members[value eq "${id}"]` }

  it('lose nothing: members, counts, version, both directions, due items', async () => {
    const isIn = (n: number): boolean => n % 4 < 2
    const before = people.filter((_, n) => isIn(n))
    const team = await created('/Groups', group('Race', before))
    const start = versionOf((await scim.get(`/Groups/${team}`)).body)
    const known = new Set((await dues(table)).map((due) => due.position))

    disturb(scim, 11)
    const replies = await Promise.all(
      people.map((id, n) =>
        insist(patch(`/Groups/${team}`, tokens[n % 2], isIn(n) ? leave(n, id) : join(n, id))),
      ),
    )
    calm(scim)
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([204]))

    const expected = sorted(people.filter((_, n) => !isIn(n)))
    expect(await membersOf(team)).toEqual(expected)
    const { body } = await scim.get(`/Groups/${team}`)
    expect((body.members as readonly Json[]).map((each) => each.value)).toEqual(expected)
    expect((await scim.get(`/Groups/${team}/members?count=1`)).body.totalResults).toBe(expected.length)
    // Each change counts once, whatever it took to get it through.
    expect(versionOf(body) - start).toBe(many)

    expect(await holdersOf(team, people)).toEqual(expected)

    const fresh = (await dues(table)).filter((due) => !known.has(due.position))
    expect(sorted(fresh.flatMap((due) => (due.kind === 'member' ? [due.member] : [])))).toEqual(
      sorted(people),
    )
  })

  it('that undo each other end as each person’s last answer says', async () => {
    const team = await created('/Groups', group('Back and forth', people.slice(0, 20)))
    disturb(scim, 12)
    // A person's own changes follow each other; everybody's at once.
    const wishes = people.slice(0, 40).map((id, n) => ({ id, n, steps: (n % 4) + 2 }))
    await Promise.all(
      wishes.map(async ({ id, n, steps }) => {
        for (let step = 0; step < steps; step += 1) {
          const operation = step % 2 === 0 ? join(n, id) : leave(n, id)
          expect((await insist(patch(`/Groups/${team}`, tokens[n % 2], operation))).status).toBe(204)
        }
      }),
    )
    calm(scim)
    const expected = sorted(wishes.filter(({ steps }) => steps % 2 === 1).map(({ id }) => id))
    expect(await membersOf(team)).toEqual(expected)
    expect((await scim.get(`/Groups/${team}/members?count=1`)).body.totalResults).toBe(expected.length)
  })

  it('beside a rename and a large addition all arrive', async () => {
    const [first, second, third] = [people.slice(0, 30), people.slice(30, 60), people.slice(60, 90)]
    const team = await created('/Groups', group('List', first))
    disturb(scim, 13)
    const value = third.map((each) => ({ value: each }))
    const replies = await Promise.all([
      ...second.map((id, n) => insist(patch(`/Groups/${team}`, tokens[n % 2], join(n, id)))),
      insist(patch(`/Groups/${team}`, tokens[0], { op: 'replace', path: 'displayName', value: 'Renamed' })),
      insist(patch(`/Groups/${team}`, tokens[1], { op: 'add', path: 'members', value })),
    ])
    calm(scim)
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([204]))
    expect(await membersOf(team)).toEqual(sorted([...first, ...second, ...third]))
    expect((await scim.get(`/Groups/${team}?attributes=displayName`)).body.displayName).toBe('Renamed')
  })

  it('beside whole lists: a list counts from its moment, and counts and directions agree', async () => {
    const listed = people.slice(0, 50)
    const others = people.slice(50, 80)
    const team = await created('/Groups', group('Lists', people.slice(100, 140)))
    disturb(scim, 14)
    const replies = await Promise.all([
      ...others.map((id, n) => insist(patch(`/Groups/${team}`, tokens[n % 2], join(n, id)))),
      insist({ method: 'PUT', path: `/Groups/${team}`, body: group('Lists', listed) }),
    ])
    calm(scim)
    expect(replies.filter(({ status }) => status !== 204).map(({ status }) => status)).toEqual([200])
    const now = await membersOf(team)
    expect(now.filter((id) => listed.includes(id))).toEqual(sorted(listed))
    // Who joined beside the list is in or not, by who was first; nobody else is.
    expect(now.filter((id) => !listed.includes(id) && !others.includes(id))).toEqual([])
    expect((await scim.get(`/Groups/${team}/members?count=1`)).body.totalResults).toBe(now.length)
    expect(await holdersOf(team, people)).toEqual(now)
  })
})

describe('bulk requests of two clients at once', () => {
  const operation = (op: string, id: string, team: string): object => ({
    method: 'PATCH',
    path: `/Groups/${team}`,
    data: patch(
      '',
      undefined,
      op === 'add'
        ? { op, path: 'members', value: [{ value: id }] }
        : { op, path: `members[value eq "${id}"]` },
    ).body,
  })
  const send = async (
    token: string | undefined,
    Operations: readonly object[],
  ): Promise<readonly string[]> => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
    const reply = await insist({
      method: 'POST',
      path: '/Bulk',
      body: { schemas, Operations },
      ...(token && { token }),
    })
    return (reply.body.Operations as readonly Json[]).map(({ status }) => String(status))
  }

  it('on one group lose nothing, and one of them creates who both create', async () => {
    const team = await created('/Groups', group('Bulks', people.slice(0, 30)))
    const newcomer = { method: 'POST', path: '/Users', bulkId: 'new', data: user('Newcomer@acme.test') }
    disturb(scim, 15)
    const statuses = await Promise.all([
      send(tokens[0], [...people.slice(0, 15).map((id) => operation('remove', id, team)), newcomer]),
      send(tokens[1], [newcomer, ...people.slice(30, 50).map((id) => operation('add', id, team))]),
    ])
    calm(scim)
    expect([statuses[0].slice(0, -1), statuses[1].slice(1)].flat()).toEqual(
      Array.from({ length: 35 }, () => '204'),
    )
    expect([statuses[0].at(-1), statuses[1][0]].sort()).toEqual(['201', '409'])
    const expected = sorted(people.slice(15, 50))
    expect(await membersOf(team)).toEqual(expected)
    expect((await scim.get(`/Groups/${team}/members?count=1`)).body.totalResults).toBe(expected.length)
  })
})

describe('a PUT and a PATCH of one user at once', () => {
  const round = fc.record({
    putMatches: fc.boolean(),
    patchMatches: fc.boolean(),
    putWaits: fc.nat(6),
    patchWaits: fc.nat(6),
    seed: fc.nat(),
    conflicts: fc.boolean(),
  })
  let id: string
  let n = 0
  beforeAll(async () => {
    id = await created('/Users', user('contested@acme.test'))
  })

  type Look = { readonly title: unknown; readonly nickName: unknown; readonly displayName: unknown }
  const lookOf = ({ title, nickName, displayName }: Json): Look => ({ title, nickName, displayName })
  /** What the user looks like after either alone, and after first the PUT and then the PATCH. */
  const looks = (mark: string): Readonly<Record<'put' | 'patch' | 'both', Look>> => ({
    put: { title: `put ${mark}`, nickName: `put ${mark}`, displayName: undefined },
    patch: { title: `patch ${mark}`, nickName: undefined, displayName: `patch ${mark}` },
    both: { title: `patch ${mark}`, nickName: `put ${mark}`, displayName: `patch ${mark}` },
  })
  type Round = typeof round extends fc.Arbitrary<infer T> ? T : never

  /** An If-Match that was accepted was there first. */
  const possible = (statuses: string, { putMatches, patchMatches }: Round, mark: string): readonly Look[] => {
    const { put, patch, both } = looks(mark)
    const bothAccepted = [...(putMatches ? [] : [put]), ...(patchMatches ? [] : [both])]
    const after = new Map([
      ['412,200', putMatches ? [patch] : []],
      ['200,412', patchMatches ? [put] : []],
      ['200,200', bothAccepted],
    ])
    return after.get(statuses) ?? []
  }

  const both = (round: Round, mark: string, version: number): Promise<readonly Reply[]> => {
    const match = (matches: boolean): object => (matches ? { headers: { 'if-match': `W/"${version}"` } } : {})
    const whole = user('contested@acme.test', { title: `put ${mark}`, nickName: `put ${mark}` })
    const part = { op: 'replace', value: { title: `patch ${mark}`, displayName: `patch ${mark}` } }
    const put: Sent = { method: 'PUT', path: `/Users/${id}`, body: whole, ...match(round.putMatches) }
    const change = { ...patch(`/Users/${id}`, tokens[1], part), ...match(round.patchMatches) }
    return Promise.all([
      pause(round.putWaits).then(() => insist(put)),
      pause(round.patchWaits).then(() => insist(change)),
    ])
  }

  it('one wins, the other is told or comes after; never a mixture', { timeout: 60_000 }, async () => {
    const seen = new Set<string>()
    const property = fc.asyncProperty(round, async (each) => {
      n += 1
      const mark = String(n)
      const clean = await scim.put(`/Users/${id}`, user('contested@acme.test', { locale: `x-${mark}` }))
      const version = versionOf(clean.body)
      if (each.conflicts) disturb(scim, each.seed)
      const replies = await both(each, mark, version)
      calm(scim)
      const statuses = replies.map((reply) => reply.status).join()
      seen.add(statuses)

      const { body } = await scim.get(`/Users/${id}`)
      expect(possible(statuses, each, mark)).toContainEqual(lookOf(body))
      expect(versionOf(body) - version).toBe(statuses === '200,200' ? 2 : 1)
      // Each was answered with the resource as its own write left it.
      for (const reply of replies)
        if (reply.status === 200) expect(Object.values(looks(mark))).toContainEqual(lookOf(reply.body))
    })
    await fc.assert(property, { numRuns: Math.min(2_000, Number(process.env.FUZZ_BUDGET ?? 20)) })
    expect(sorted(seen)).toEqual(['200,200', '200,412', '412,200'])
  })
})

describe('two clients that create the same person at once', () => {
  it.each([0, 1, 2, 3, 4, 5])('in different case: one is created, the others are told (%i)', async (n) => {
    disturb(scim, 100 + n)
    const names = [`Twin${n}@acme.test`, `twin${n}@ACME.test`, `TWIN${n}@ACME.TEST`]
    const replies = await Promise.all(
      names.map((name, index) =>
        insist({ method: 'POST', path: '/Users', body: user(name), token: tokens[index % 2] }),
      ),
    )
    calm(scim)
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 409, 409])
    for (const reply of replies.filter(({ status }) => status === 409))
      expect(reply.body.scimType).toBe('uniqueness')
    const winner = replies.findIndex((reply) => reply.status === 201)
    const found = await scim.get(`/Users?${filterOf(`userName eq "tWiN${n}@acme.TEST"`)}`)
    expect(found.body).toMatchObject({
      totalResults: 1,
      Resources: [{ id: replies[winner]?.body.id, userName: names[winner] }],
    })
  })

  it('by one externalId under two names: one is created', async () => {
    disturb(scim, 120)
    const replies = await Promise.all(
      ['one', 'two'].map((name) =>
        insist({
          method: 'POST',
          path: '/Users',
          body: user(`${name}@ext.test`, { externalId: 'same-person' }),
        }),
      ),
    )
    calm(scim)
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 409])
    const found = await scim.get(`/Users?${filterOf('externalId eq "same-person"')}`)
    expect(found.body.totalResults).toBe(1)
  })

  it('and one who renames onto the name another creates: one has it', async () => {
    const id = await created('/Users', user('before@rename.test'))
    disturb(scim, 121)
    const replies = await Promise.all([
      insist(
        patch(`/Users/${id}`, tokens[0], { op: 'replace', path: 'userName', value: 'after@rename.test' }),
      ),
      insist({ method: 'POST', path: '/Users', body: user('AFTER@rename.test') }),
    ])
    calm(scim)
    expect([
      [200, 409],
      [409, 201],
    ]).toContainEqual(replies.map((reply) => reply.status))
    const found = await scim.get(`/Users?${filterOf('userName eq "after@rename.test"')}`)
    expect(found.body.totalResults).toBe(1)
  })
})

describe('groups put into each other at once', () => {
  const value = (id: string): object => ({
    op: 'add',
    path: 'members',
    value: [{ value: id, type: 'Group' }],
  })
  const groupsOf = async (id: string | undefined): Promise<readonly (readonly unknown[])[]> => {
    const { body } = await scim.get(`/Users/${id}?attributes=groups`)
    return ((body.groups ?? []) as readonly Json[]).map((each) => [each.value, each.type]).sort()
  }

  it('are both accepted; who is in one is in both, and nothing runs in circles', async () => {
    const [ada, bob] = people
    const a = await created('/Groups', group('Circle A', [String(ada)]))
    const b = await created('/Groups', group('Circle B', [String(bob)]))
    disturb(scim, 200)
    const replies = await Promise.all([
      insist(patch(`/Groups/${a}`, tokens[0], value(b))),
      insist(patch(`/Groups/${b}`, tokens[1], value(a))),
      insist(patch(`/Groups/${a}`, tokens[1], value(a))),
    ])
    calm(scim)
    expect(replies.map((reply) => reply.status)).toEqual([204, 204, 204])
    expect(await membersOf(a)).toEqual(sorted([String(ada), a, b]))
    expect(await membersOf(b)).toEqual(sorted([String(bob), a]))
    const direct = (id: string): readonly unknown[] => [id, 'direct']
    const indirect = (id: string): readonly unknown[] => [id, 'indirect']
    expect((await groupsOf(ada)).filter(([id]) => id === a || id === b)).toEqual(
      [direct(a), indirect(b)].sort(),
    )
    expect((await groupsOf(bob)).filter(([id]) => id === a || id === b)).toEqual(
      [indirect(a), direct(b)].sort(),
    )
    // Taken apart at once again, each stands for itself.
    disturb(scim, 201)
    const apart = (id: string): object => ({ op: 'remove', path: `members[value eq "${id}"]` })
    await Promise.all([
      insist(patch(`/Groups/${a}`, tokens[0], apart(b), apart(a))),
      insist(patch(`/Groups/${b}`, tokens[1], apart(a))),
    ])
    calm(scim)
    expect((await groupsOf(ada)).filter(([id]) => id === a || id === b)).toEqual([direct(a)])
    expect((await groupsOf(bob)).filter(([id]) => id === a || id === b)).toEqual([direct(b)])
  })
})
