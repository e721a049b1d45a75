import { expect } from 'vitest'
import type { Json } from '../support/service.ts'

/** One request of an identity provider as its documentation shows it, and the answer it can work with. `<name>` stands for a saved id. */
export type Step = {
  readonly says: string
  readonly send: readonly [method: string, path: string, body?: unknown]
  /** Beside the credential and the content type. */
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** Keeps the answer's id under this name. */
  readonly saves?: string
  /** Must be contained in the answer. */
  readonly answer?: unknown
  /** What is read afterwards, whole but for `schemas`, `id`, `meta` and what only we know. Members and groups in any order. */
  readonly stored?: readonly [path: string, resource: object]
}

/** An identity provider at its connection: sends a request and gets what it would get. */
export type Party = {
  readonly baseUrl: string
  readonly send: (sent: {
    readonly method: string
    readonly path: string
    readonly body?: unknown
    readonly headers: Readonly<Record<string, string>>
  }) => Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Json
  }>
}

export const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})

/** A list request with a filter; saved ids may stand in it. */
export const find = (path: string, filter: string, more = ''): string =>
  `${path}?filter=${encodeURIComponent(filter).replaceAll('%3C', '<').replaceAll('%3E', '>')}${more}`

/** A member of a group, and a group of a user, as they are read. */
export const memberOf = (name: string, type: 'User' | 'Group' = 'User'): object => ({
  value: `<${name}>`,
  $ref: `<base>/${type}s/<${name}>`,
  type,
})
export const groupOf = (name: string, display: string): object => ({
  value: `<${name}>`,
  $ref: `<base>/Groups/<${name}>`,
  display,
  type: 'direct',
})

const filledText = (text: string, ids: ReadonlyMap<string, string>): string =>
  text.replace(/<(\w+)>/g, (whole, name: string) => ids.get(name) ?? whole)

/** The same with ids for names; matchers of the test library stay what they are. */
export const filled = <T>(value: T, ids: ReadonlyMap<string, string>): T => {
  if (typeof value === 'string') return filledText(value, ids) as T
  if (Array.isArray(value)) return value.map((each) => filled(each, ids)) as T
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, ids)])) as T
}

const inOrder = (list: unknown): unknown =>
  Array.isArray(list) ? [...list].sort((a, b) => (a.value < b.value ? -1 : 1)) : list

/** Everything a client put there, comparable. */
const contents = ({ members, groups, ...rest }: Json): object => {
  const own = Object.entries(rest).filter(([name]) => !/^(?:schemas|id|meta|urn:rolecall:.*)$/.test(name))
  return {
    ...Object.fromEntries(own),
    ...(members === undefined ? {} : { members: inOrder(members) }),
    ...(groups === undefined ? {} : { groups: inOrder(groups) }),
  }
}

const check = async (party: Party, step: Step, ids: ReadonlyMap<string, string>): Promise<void> => {
  if (step.stored === undefined) return
  const [path, resource] = filled(step.stored, ids)
  const { status, body } = await party.send({ method: 'GET', path, headers: {} })
  expect({ says: step.says, status, stored: contents(body) }).toEqual({
    says: step.says,
    status: 200,
    stored: contents(resource as Json),
  })
}

/** Plays the steps in order; returns the saved ids, together with those from before. */
export const play = async (
  party: Party,
  steps: readonly Step[],
  headers: Readonly<Record<string, string>> = { accept: 'application/scim+json' },
  before: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map([...before, ['base', party.baseUrl]])
  for (const step of steps) {
    const [method, path, body] = filled(step.send, ids)
    const reply = await party.send({
      method,
      path,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': headers['content-type'] ?? 'application/scim+json' }),
        ...step.headers,
      },
    })
    const { says, status } = step
    expect({
      says,
      status: reply.status,
      ...(reply.status === status ? {} : reply.body),
    }).toEqual({ says, status })
    const type = reply.headers['content-type'] ?? `${headers.accept}; charset=utf-8`
    if (headers.accept !== undefined)
      expect({ says, type }).toEqual({ says, type: `${headers.accept}; charset=utf-8` })
    if (step.answer !== undefined) expect(reply.body, says).toMatchObject(filled(step.answer, ids) as object)
    if (step.saves !== undefined) ids.set(step.saves, String(reply.body.id))
    await check(party, step, ids)
  }
  return ids
}
