import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createPlatformSide, type PlatformSide } from '../../infra/local/demo/platform.ts'
import { type House, type HouseOptions, openHouse } from '../../infra/local/house.ts'

/** A whole house on free ports, an identity provider's hand on its front door, and a view of the simulated platform. */
export type Town = {
  readonly house: House
  /** Where its data is: the command line finds the house by it. */
  readonly data: string
  readonly idp: IdentityProvider
  readonly platform: PlatformSide
  readonly close: () => Promise<void>
}
export type Answer<T = Json> = {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}
export type Json = { readonly [name: string]: unknown }
export type Resource = Json & {
  readonly id: string
  readonly userName?: string
  readonly displayName?: string
}
export type IdentityProvider = {
  readonly send: <T = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer<T>>
  readonly createUser: (userName: string, more?: object) => Promise<Resource>
  readonly createGroup: (displayName: string, members?: readonly string[]) => Promise<Resource>
  readonly addMember: (group: string, member: string) => Promise<Answer>
  readonly removeMember: (group: string, member: string) => Promise<Answer>
  readonly setActive: (user: string, active: boolean) => Promise<Answer>
}

export const demoToken = 'demo-token-for-tests'
const core = 'urn:ietf:params:scim:schemas:core:2.0'

export const createIdentityProvider = (url: string, token = demoToken): IdentityProvider => {
  const base = `${url}/demo/scim/v2`
  const send: IdentityProvider['send'] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as T,
    }
  }
  const created = async (path: string, body: object): Promise<Resource> => {
    const answer = await send<Resource>('POST', path, body)
    if (answer.status !== 201)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const patch = (path: string, operations: readonly object[]) =>
    send('PATCH', path, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: operations,
    })
  return {
    send,
    createUser: (userName, more = {}) =>
      created('/Users', {
        schemas: [`${core}:User`],
        userName,
        externalId: `ext-${userName}`,
        active: true,
        name: { givenName: userName.split('@')[0], familyName: 'Test' },
        emails: [{ value: userName, type: 'work', primary: true }],
        ...more,
      }),
    createGroup: (displayName, members = []) =>
      created('/Groups', {
        schemas: [`${core}:Group`],
        displayName,
        members: members.map((value) => ({ value })),
      }),
    addMember: (group, member) =>
      patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: member }] }]),
    removeMember: (group, member) =>
      patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "${member}"]` }]),
    setActive: (user, active) => patch(`/Users/${user}`, [{ op: 'replace', path: 'active', value: active }]),
  }
}

export const openTown = async (options: Partial<HouseOptions> = {}): Promise<Town> => {
  const data = await mkdtemp(join(tmpdir(), 'rolecall-town-'))
  const house = await openHouse({
    data,
    port: 0,
    simulatorsPort: 0,
    reconcileEvery: 3600,
    demoToken,
    logLevel: 'SILENT',
    ...options,
  })
  return {
    house,
    data,
    idp: createIdentityProvider(house.url),
    platform: createPlatformSide(house.simulators.url),
    close: async () => {
      await house.close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** Waits for a state of the world; fails with what it saw instead. */
export const until = async <T>(
  read: () => Promise<T>,
  wanted: T | ((seen: T) => boolean),
  patience = 40_000,
): Promise<T> => {
  const started = Date.now()
  const reached = (seen: T): boolean =>
    typeof wanted === 'function' ? (wanted as (seen: T) => boolean)(seen) : isDeepStrictEqual(seen, wanted)
  let seen = await read()
  while (!reached(seen)) {
    if (Date.now() - started > patience)
      throw new Error(
        `still ${JSON.stringify(seen, null, 1)}${typeof wanted === 'function' ? '' : `, wanted ${JSON.stringify(wanted, null, 1)}`}`,
      )
    await pause(50)
    seen = await read()
  }
  return seen
}

/** Nothing on its way any more: stream and queue empty for a moment. */
export const quiet = async (house: House): Promise<void> => {
  let calm = 0
  await until(
    async () => (calm = house.idle() ? calm + 1 : 0),
    (times) => times > 6,
  )
}
