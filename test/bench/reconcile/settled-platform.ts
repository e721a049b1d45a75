import { builtinRoles, demoCommunity, demoWorld } from '../../../infra/local/simulators/sekoia/demo.ts'
import { createSekoia } from '../../../infra/local/simulators/sekoia/sekoia.ts'
import { showAvatar } from '../../../infra/local/simulators/sekoia/show.ts'
import type { Avatar, User, World } from '../../../infra/local/simulators/sekoia/world.ts'
import type { Exchange, Transport } from '../../../lib/platforms/transport.ts'
import { person } from '../scim/people.ts'
import { accountIdOf } from './settled-rows.ts'

const born = '2026-02-01T08:00:00.000000+00:00'
const userIdOf = (n: number): string => `05000000-0000-4000-9000-${String(n).padStart(12, '0')}`

const worldOf = (members: number): World => {
  const users: User[] = []
  const avatars: Avatar[] = []
  for (let n = 0; n < members; n += 1) {
    users.push({
      uuid: userIdOf(n),
      email: person(n).userName,
      firstname: 'Given',
      lastname: `Family${n}`,
      confirmed: true,
      lastActivity: null,
      createdAt: born,
    })
    avatars.push({
      uuid: accountIdOf(n),
      community: demoCommunity,
      user: userIdOf(n),
      status: 'enabled',
      statusChangedAt: born,
      createdAt: born,
      updatedAt: born,
      builtin: builtinRoles.analyst,
      roles: [],
    })
  }
  return { ...demoWorld(), users, avatars }
}

const json = (status: number, body: string): Exchange => ({
  kind: 'answered',
  status,
  contentType: 'application/json',
  retryAfter: undefined,
  body,
})

export type SettledPlatform = {
  readonly transport: Transport
  /** Method and path of each request, in order. */
  readonly requests: () => readonly string[]
  readonly forget: () => void
}

/**
 * The simulated platform without a network. It copies and sorts all its members for each page of them; pages are cut from a sorted list instead,
 * in the same words, for what is measured is what we do with them.
 */
export const settledPlatform = (members: number, now: () => number): SettledPlatform => {
  const world = worldOf(members)
  const simulator = createSekoia({ now, state: { ...world, users: [], avatars: [] } })
  const membersPath = `/v1/communities/${demoCommunity}/avatars/`
  let requests: string[] = []
  const page = (query: URLSearchParams): Exchange => {
    const [offset, limit] = ['offset', 'limit'].map((name) => Number(query.get(name)))
    const items = world.avatars.slice(offset, (offset ?? 0) + (limit ?? 0))
    const body = { total: members, items: items.map((avatar) => showAvatar(world, avatar)) }
    return json(200, JSON.stringify(body))
  }
  const transport: Transport = async ({ method, url, headers, body = '' }) => {
    const path = url.pathname.slice('/sekoia'.length)
    requests.push(`${method} ${path}`)
    if (method === 'GET' && path === membersPath && url.searchParams.get('sort') === 'uuid')
      return page(url.searchParams)
    const answer = simulator.handle({ method, path, query: url.searchParams, headers, body })
    return json(answer.status, answer.body)
  }
  return {
    transport,
    requests: () => requests,
    forget: () => {
      requests = []
    },
  }
}
