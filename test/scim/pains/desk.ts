import { randomUUID } from 'node:crypto'
import { connectionId } from '../../../lib/core/ids.ts'
import type { Clock } from '../../../lib/core/ports/clock.ts'
import type { Directory } from '../../../lib/core/ports/directory.ts'
import { createScimEndpoint } from '../../../lib/scim/endpoint.ts'
import type { ScimResponse } from '../../../lib/scim/exchange.ts'
import type { Party } from '../dialogues/dialogue.ts'
import { patch } from '../dialogues/dialogue.ts'
import { groupUrn, idOf, type Reply, userUrn } from '../support/service.ts'

export type Desk = Party & {
  /** Tolerances that the last request needed. */
  readonly quirks: () => ScimResponse['observed']['quirks']
  readonly get: (path: string) => Promise<Reply>
  readonly put: (path: string, body: object) => Promise<Reply>
  readonly patch: (path: string, ...operations: readonly object[]) => Promise<Reply>
  readonly remove: (path: string) => Promise<Reply>
  /** Their ids. */
  readonly person: (name: string, more?: object) => Promise<string>
  readonly group: (displayName: string, members?: readonly string[], more?: object) => Promise<string>
}

/** A person as most identity providers send one. */
export const personNamed = (name: string, more: object = {}): object => ({
  schemas: [userUrn],
  userName: `${name}@demo.test`,
  externalId: `ext-${name}`,
  name: { givenName: name, familyName: 'Demo' },
  emails: [{ value: `${name}@demo.test`, type: 'work', primary: true }],
  active: true,
  ...more,
})
export const groupWith = (displayName: string, members: readonly string[], more: object = {}): object => ({
  schemas: [groupUrn],
  displayName,
  members: members.map((value) => ({ value })),
  ...more,
})

/** The SCIM endpoint over a directory at hand, behind authentication: where the clock, or what stands below, is the test's. */
export const openDesk = (deps: {
  readonly directory: () => Directory
  readonly clock: Clock
  readonly connection: string
}): Desk => {
  const baseUrl = `https://scim.example.test/${deps.connection}/scim/v2`
  let quirks: ScimResponse['observed']['quirks'] = {}
  const send = async (sent: Parameters<Party['send']>[0]): Promise<Reply> => {
    const [path = '', query] = sent.path.split('?')
    const endpoint = createScimEndpoint({ directory: deps.directory(), clock: deps.clock })
    const response = await endpoint(
      {
        connection: connectionId(deps.connection),
        baseUrl,
        method: sent.method,
        path,
        query: new URLSearchParams(query),
        headers: sent.headers,
        body: sent.body === undefined ? undefined : Buffer.from(JSON.stringify(sent.body)),
        requestId: randomUUID(),
      },
      { actor: { kind: 'credential', label: 'test' }, secret: 'secret of the test' },
    )
    quirks = response.observed.quirks
    const text = response.body ?? ''
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : JSON.parse(text),
      text,
    }
  }
  const ask = (method: string, path: string, body?: object): Promise<Reply> =>
    send({ method, path, headers: {}, ...(body === undefined ? {} : { body }) })
  const created = async (path: string, body: object): Promise<string> => {
    const reply = await ask('POST', path, body)
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`)
    return idOf(reply)
  }
  return {
    baseUrl,
    send,
    quirks: () => quirks,
    get: (path) => ask('GET', path),
    put: (path, body) => ask('PUT', path, body),
    patch: (path, ...operations) => ask('PATCH', path, patch(...operations)),
    remove: (path) => ask('DELETE', path),
    person: (name, more) => created('/Users', personNamed(name, more)),
    group: (displayName, members = [], more = {}) =>
      created('/Groups', groupWith(displayName, members, more)),
  }
}

export const adding = (...ids: readonly string[]): object => ({
  op: 'add',
  path: 'members',
  value: ids.map((value) => ({ value })),
})
export const removing = (id: string): object => ({ op: 'remove', path: `members[value eq "${id}"]` })
