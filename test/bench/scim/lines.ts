import type { Call } from './client.ts'
import { few, idOf, many, resourceOf, userNameOf, type World } from './people.ts'

export type Line = {
  readonly name: string
  /** The n-th request of this line to one side, counted over the whole run; a removal has the number of its addition. */
  readonly call: (n: number) => Call
  /** Throws when the answer is not what was asked for. */
  readonly check: (text: string, n: number) => void
  /** What this line adds, this one removes again: both are timed with the same requests. */
  readonly back?: Line
  /** The size that decides what it costs. */
  readonly size: number
}

type Json = Readonly<Record<string, unknown>>
const parsed = (text: string): Json => JSON.parse(text)
const must = (truth: boolean, what: string): void => {
  if (!truth) throw new Error(`a wrong answer: ${what}`)
}

const base = (tenant: string): string => `/${tenant}/scim/v2`
const patch = (path: string, operation: object): Call => ({
  method: 'PATCH',
  path,
  status: [200, 204],
  body: JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [operation],
  }),
})

/** Spread over all, and each in its turn. */
const scattered = (n: number, count: number): number => (n * 7_919) % count

/** Among so many; asked for are those in exactly one group, as in the other directory. */
const lookUp = (tenant: string, count: number, from: number): Line => {
  const asked = (n: number): number => from + scattered(n, count - from)
  return {
    name: `look-up by userName among ${count.toLocaleString('en')}`,
    size: count,
    call: (n) => {
      const filter = encodeURIComponent(`userName eq "${userNameOf(asked(n))}"`)
      const path = `${base(tenant)}/Users?filter=${filter}&startIndex=1&count=100`
      return { method: 'GET', path, status: [200] }
    },
    check: (text, n) => {
      const { totalResults, Resources } = parsed(text) as { totalResults: number; Resources: readonly Json[] }
      const [user] = Resources
      must(totalResults === 1 && Resources.length === 1, 'one User')
      must(
        user?.userName === userNameOf(asked(n)) && user?.id === idOf('user', asked(n)),
        'the one asked for',
      )
      must(groupsIn(JSON.stringify(user)).length === 1, 'with the group it is in')
    },
  }
}

/** Far from everybody who is there. */
const fresh = 10_000_000
const create: Line = {
  name: 'create',
  size: 1,
  call: (n) => ({
    method: 'POST',
    path: `${base(many)}/Users`,
    status: [201],
    body: JSON.stringify(resourceOf(fresh + n)),
  }),
  check: (text, n) => {
    const { userName, active, id } = parsed(text)
    must(userName === userNameOf(fresh + n) && active === true && typeof id === 'string', 'the new User')
  },
}

/** Each person is switched off in one round and on in the next. */
const patchActive = (users: number): Line => ({
  name: 'PATCH active',
  size: 1,
  call: (n) => {
    const value = Math.floor(n / users) % 2 === 1
    return patch(`${base(many)}/Users/${idOf('user', scattered(n, users))}`, {
      op: 'replace',
      path: 'active',
      value,
    })
  },
  check: (text, n) => {
    const { active, id } = parsed(text)
    must(active === false && id === idOf('user', scattered(n, users)), 'the User, inactive')
  },
})

const membership = ({ users, groups }: World, size: number): Line => {
  const group = `${base(many)}/Groups/${idOf('group', groups.indexOf(size))}`
  const user = (n: number): string => idOf('user', users + n)
  const among = `${size.toLocaleString('en')} members`
  return {
    name: `add one member at ${among}`,
    size,
    call: (n) => patch(group, { op: 'add', path: 'members', value: [{ value: user(n) }] }),
    check: () => undefined,
    back: {
      name: `remove one member at ${among}`,
      size,
      call: (n) => patch(group, { op: 'remove', path: `members[value eq "${user(n)}"]` }),
      check: () => undefined,
    },
  }
}

const page = (world: World, row: number): Line => ({
  name: row === 0 ? 'page of 100 at the front' : `page of 100 at row ${row.toLocaleString('en')}`,
  size: row,
  call: () => ({
    method: 'GET',
    path: `${base(many)}/Users?startIndex=${row + 1}&count=100`,
    status: [200],
  }),
  check: (text) => {
    const { totalResults, startIndex, Resources } = parsed(text) as {
      totalResults: number
      startIndex: number
      Resources: readonly Json[]
    }
    must(totalResults >= world.users + world.extra && startIndex === row + 1, 'the exact total and the place')
    must(new Set(Resources.map(({ id }) => id)).size === 100, '100 different Users')
  },
})

export const linesOf = (world: World): readonly Line[] => [
  lookUp(few, world.few, 0),
  lookUp(many, world.users, world.groups.at(-2) ?? 0),
  create,
  patchActive(world.users),
  ...world.groups.map((size) => membership(world, size)),
  page(world, 0),
  page(world, world.row),
]

/** That what was added or removed really was: asked of the user's side, which is small. */
export const memberships = (world: World, n: number): Call => ({
  method: 'GET',
  path: `${base(many)}/Users/${idOf('user', world.users + n)}`,
  status: [200],
})
export const groupsIn = (text: string): readonly string[] => {
  const { groups = [] } = parsed(text) as { groups?: readonly { readonly value: string }[] }
  return groups.map(({ value }) => value).sort()
}
export const groupIdOf = (world: World, size: number): string => idOf('group', world.groups.indexOf(size))
