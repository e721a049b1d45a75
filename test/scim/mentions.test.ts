import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConnectionId, later, memberId } from '../../lib/core/ids.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import type { ScimRequest } from '../../lib/scim/exchange.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createMentions } from '../../lib/store/member-mentions.ts'
import { freshConnection, type Opened, openStore } from '../store/opened.ts'
import { firstOfMay } from '../support/clock.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const day = 86_400
const caller = { actor: { kind: 'credential', label: 'test' }, secret: 'secret' } as const

/** One person, made on the first of May, and a client that speaks of them. */
const spokenOf = async (mentions = createMentions(opened.table)) => {
  const { table, clock } = opened
  clock.setTo(firstOfMay)
  const connection: ConnectionId = freshConnection()
  const directory = createDirectory(table)
  const endpoint = createScimEndpoint({ directory, mentions, clock })
  const send = async (method: string, path: string, query = '', body?: object) => {
    const request: ScimRequest = {
      connection,
      baseUrl: 'https://scim.example.test/acme/scim/v2',
      method,
      path,
      query: new URLSearchParams(query),
      headers: {},
      body: body && Buffer.from(JSON.stringify(body)),
      requestId: 'request-1',
    }
    const answer = await endpoint(request, caller)
    return { ...answer, body: JSON.parse(answer.body ?? '{}') }
  }
  const made = await send('POST', '/Users', '', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ann@acme.test',
    externalId: 'ext-ann',
    emails: [{ value: 'ann@acme.test', primary: true }],
  })
  const id = memberId(made.body.id)
  const member = async () => {
    const found = await directory.member(connection, id)
    if (found === undefined) throw new Error('no such member')
    return found
  }
  return { send, id, path: `/Users/${id}`, etag: made.headers.etag, member, directory }
}
const filter = (text: string): string => `filter=${encodeURIComponent(text)}`
const patch = (value: unknown) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'active', value }],
})

it.each([
  ['is read by id', 'GET', '', ''],
  ['is looked for by userName', 'GET', 'list', 'userName eq "ANN@acme.test"'],
  ['is looked for by externalId', 'GET', 'list', 'externalId eq "ext-ann"'],
  ['is looked for by e-mail', 'GET', 'list', 'emails.value eq "ann@acme.test"'],
  ['is sent what they are already', 'PATCH', '', ''],
])('who %s was spoken of, and is the same person in the same version', async (_, method, where, by) => {
  const { send, path, etag, member } = await spokenOf()
  const before = await member()
  expect(before.mentionedAt).toBeUndefined()
  opened.clock.setTo(later(firstOfMay, 3 * day))
  const body = method === 'PATCH' ? patch(true) : undefined
  const answer = await send(method, where === 'list' ? '/Users' : path, by && filter(by), body)
  expect(answer.status).toBe(200)
  const { mentionedAt, ...after } = await member()
  expect(mentionedAt).toBe(later(firstOfMay, 3 * day))
  expect(after).toEqual(before)
  const read = await send('GET', path)
  expect([read.headers.etag, read.body.meta.lastModified]).toEqual([etag, before.lastModified])
  expect(JSON.stringify(read.body)).not.toContain('mentioned')
})

it('a list that names nobody is no word about anybody', async () => {
  const { send, member } = await spokenOf()
  opened.clock.setTo(later(firstOfMay, 3 * day))
  await send('GET', '/Users')
  await send('GET', '/Users', filter('userName sw "ann"'))
  expect((await member()).mentionedAt).toBeUndefined()
})

it('is written once a day at most, and not on a day of a change', async () => {
  const { send, path, member } = await spokenOf()
  const wrote = async (seconds: number): Promise<number> => {
    opened.clock.setTo(later(firstOfMay, seconds))
    const before = opened.test.requests.length
    await send('GET', path)
    return opened.test.requests.slice(before).filter(({ operation }) => operation === 'UpdateItem').length
  }
  expect([await wrote(60), await wrote(2 * day), await wrote(2 * day + 60), await wrote(3 * day)]).toEqual([
    0, 1, 0, 1,
  ])
  // Two at once, each of whom read it before the other wrote: the second finds it done.
  const before = await member()
  const later4 = later(firstOfMay, 4 * day)
  const mentions = createMentions(opened.table)
  await mentions.mention(before, later4)
  await mentions.mention(before, later(later4, 5))
  expect((await member()).mentionedAt).toBe(later4)
  // A change is a word of its own, and the one before goes with the record.
  opened.clock.setTo(later(firstOfMay, 5 * day))
  expect((await send('PATCH', path, '', patch(false))).status).toBe(200)
  const changed = await member()
  expect([changed.lastModified, changed.mentionedAt]).toEqual([later(firstOfMay, 5 * day), undefined])
})

it('that cannot be put down fails no request, and is told', async () => {
  const { send, path } = await spokenOf({
    mention: () => Promise.reject(new Error('the table is away')),
  })
  opened.clock.setTo(later(firstOfMay, 2 * day))
  const answer = await send('GET', path)
  expect([answer.status, answer.observed.unnotedMentions, answer.observed.code]).toEqual([200, 1, undefined])
})
