import { groupWith } from '../pains/desk.ts'
import { type Json, userUrn } from '../support/service.ts'
import type { Party } from './dialogue.ts'

/** What a bridge reads of the directory behind it: Google Workspace has no SCIM client for most applications, so bridges poll and push. */
export type Upstream = {
  readonly people: readonly string[]
  readonly groups: Readonly<Record<string, readonly string[]>>
}
/** Finished, or given up at an answer that says "later". */
export type Run = 'done' | { readonly gaveUp: number; readonly retryAfter: string | undefined }

type Resource = Json & { readonly id: string }
type Page = { readonly totalResults: number; readonly Resources: readonly Resource[] }

const account = (name: string): object => ({
  schemas: [userUrn],
  userName: `${name}@acme.test`,
  externalId: `google-${name}`,
  name: { givenName: name, familyName: 'Example' },
  emails: [{ value: `${name}@acme.test`, type: 'work', primary: true }],
  active: true,
})

const isLater = (status: number): boolean => status === 429 || status >= 500

/** One run: everything there is read, and everything upstream is pushed whole, people by PUT and groups with all their members. */
export const pushFullState = async (party: Party, upstream: Upstream): Promise<Run> => {
  let refusal: Run | undefined
  const send: Send = async (method, path, body) => {
    if (refusal !== undefined) return {}
    const reply = await party.send({ method, path, headers: {}, ...(body === undefined ? {} : { body }) })
    if (isLater(reply.status)) refusal = { gaveUp: reply.status, retryAfter: reply.headers['retry-after'] }
    else if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status}`)
    return reply.body
  }
  const users = await pushPeople(send, upstream.people)
  const groups = new Map((await all(send, '/Groups')).map((each) => [String(each.displayName), each.id]))
  for (const [displayName, names] of Object.entries(upstream.groups)) {
    const members = names.map((name) => users.get(name) ?? '')
    await write(send, '/Groups', groups.get(displayName), groupWith(displayName, members))
  }
  return refusal ?? 'done'
}

/** Resolves to an empty object once a request was refused: nothing more is sent. */
type Send = (method: string, path: string, body?: object) => Promise<Json>

const all = async (send: Send, path: string): Promise<readonly Resource[]> => {
  const found: Resource[] = []
  for (;;) {
    const page = await send('GET', `${path}?startIndex=${found.length + 1}&count=4`)
    const { totalResults = 0, Resources = [] } = page as Partial<Page>
    found.push(...Resources)
    if (found.length >= totalResults) return found
  }
}

const write = (send: Send, path: string, id: string | undefined, body: object): Promise<Json> =>
  id === undefined ? send('POST', path, body) : send('PUT', `${path}/${id}`, { ...body, id })

/** Ids by name, of everybody there now. */
const pushPeople = async (send: Send, people: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const there = await all(send, '/Users')
  const users = new Map(there.map((each) => [String(each.userName).split('@')[0] ?? '', each.id]))
  for (const name of people) {
    const { id } = await write(send, '/Users', users.get(name), account(name))
    if (typeof id === 'string') users.set(name, id)
  }
  for (const [name, id] of users)
    if (!people.includes(name)) await write(send, '/Users', id, { ...account(name), active: false })
  return users
}
