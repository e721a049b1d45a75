import { connectionId, instant, milliseconds } from '../../../lib/core/ids.ts'
import type { AccessReads } from '../../../lib/core/ports/access.ts'
import type { Directory } from '../../../lib/core/ports/directory.ts'
import { createScimEndpoint } from '../../../lib/scim/endpoint.ts'
import type { Observed } from '../../../lib/scim/exchange.ts'
import type { ResourceType } from '../../../lib/scim/resource-type.ts'
import { createMemoryDirectory } from '../../support/memory-directory.ts'
import type { Json, Reply } from './service.ts'

export type MemoryReply = Reply & { readonly observed: Observed }
export type Caller = { readonly connection?: string; readonly secret?: string }
type Send = (
  method: string,
  path: string,
  body?: object,
  more?: Caller & { readonly headers?: Readonly<Record<string, string>> },
) => Promise<MemoryReply>
export type MemoryScim = {
  readonly directory: Directory
  readonly send: Send
  /** With a body that is no JSON. */
  readonly raw: (method: string, path: string, body: string) => Promise<MemoryReply>
  readonly get: (path: string, caller?: Caller) => Promise<MemoryReply>
  readonly post: (path: string, body: object) => Promise<MemoryReply>
  readonly patch: (path: string, ...operations: readonly object[]) => Promise<MemoryReply>
  /** Seconds from here on. */
  readonly advance: (seconds: number) => void
}
export type Listed = {
  readonly totalResults?: number
  readonly itemsPerPage: number
  readonly startIndex?: number
  readonly nextCursor?: string
  readonly Resources: readonly (Json & { readonly id: string })[]
}
export const listed = ({ status, body }: Reply): Listed => {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body as never
}

/** The endpoint behind authentication, over a directory in memory: for what takes thousands of resources, or other resource types. */
export const openMemory = (
  options: { readonly access?: AccessReads; readonly resourceTypes?: readonly ResourceType[] } = {},
): MemoryScim => {
  const { directory } = createMemoryDirectory()
  let now = milliseconds(instant(Date.UTC(2026, 4, 1, 8)))
  const clock = {
    now: () => instant(now),
    sleep: async (seconds: number) => {
      now += seconds * 1000
    },
  }
  const endpoint = createScimEndpoint({ directory, clock, ...options })
  const send: Send = (method, target, body, more) =>
    sendText(method, target, body === undefined ? undefined : JSON.stringify(body), more)
  const sendText = async (
    method: string,
    target: string,
    body: string | undefined,
    more: Parameters<Send>[3] = {},
  ): Promise<MemoryReply> => {
    const [path = '', query] = target.split('?')
    const { connection = 'acme', secret = 'a'.repeat(64), headers = {} } = more
    const request = {
      connection: connectionId(connection),
      baseUrl: 'https://scim.example.test/acme/scim/v2',
      method,
      path,
      query: new URLSearchParams(query),
      headers,
      body: body === undefined ? undefined : Buffer.from(body),
      requestId: 'request-1',
    }
    const response = await endpoint(request, { actor: { kind: 'credential', label: 'test' }, secret })
    const text = response.body ?? ''
    return { ...response, text, body: text === '' ? {} : JSON.parse(text) }
  }
  return {
    directory,
    send,
    raw: sendText,
    get: (path, caller) => send('GET', path, undefined, caller),
    post: (path, body) => send('POST', path, body),
    patch: (path, ...operations) =>
      send('PATCH', path, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: operations,
      }),
    advance: (seconds) => {
      now += seconds * 1000
    },
  }
}

/** All pages by cursor, one behind the other. `between` runs after each. */
export const walked = async (
  scim: MemoryScim,
  path: string,
  between: (page: Listed) => Promise<unknown> = async () => undefined,
): Promise<readonly Listed[]> => {
  const pages: Listed[] = []
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const page = listed(await scim.get(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`))
    pages.push(page)
    await between(page)
    cursor = page.nextCursor
  }
  return pages
}
export const idsOn = (pages: readonly Listed[]): readonly string[] =>
  pages.flatMap(({ Resources }) => Resources.map(({ id }) => id))
