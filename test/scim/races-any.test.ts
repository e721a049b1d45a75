import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { calm, created, disturb, insist, patchOf, pause } from './support/races.ts'
import { group, type Json, openScim, type Scim, type Sent, user } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterEach(() => calm(scim))
afterAll(() => scim.close())

const wish = fc.record({
  kind: fc.constantFrom(
    'add',
    'remove',
    'list',
    'delete',
    'return',
    'close',
    'deactivate',
    'rename',
    'nest',
    'unnest',
  ),
  person: fc.nat(2),
  team: fc.nat(2),
  other: fc.nat(2),
  waits: fc.nat(8),
})
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never
type Scene = { readonly mark: string; readonly people: readonly string[]; readonly teams: readonly string[] }

const nameOf = ({ mark }: Scene, n: number): string => `any${n}-${mark}@acme.test`
const requestOf = (scene: Scene, { kind, person, team, other }: Wish): Sent => {
  const { people, teams, mark } = scene
  const inTeam = (operation: object): Sent => ({
    method: 'PATCH',
    path: `/Groups/${teams[team]}`,
    body: patchOf(operation),
  })
  const value = [{ value: people[person] }]
  switch (kind) {
    case 'add':
      return inTeam({ op: 'add', path: 'members', value })
    case 'remove':
      return inTeam({ op: 'remove', path: `members[value eq "${people[person]}"]` })
    case 'nest':
      return inTeam({ op: 'add', path: 'members', value: [{ value: teams[other] }] })
    case 'unnest':
      return inTeam({ op: 'remove', path: `members[value eq "${teams[other]}"]` })
    case 'list':
      return {
        method: 'PUT',
        path: `/Groups/${teams[team]}`,
        body: group(`t${team}-${mark}`, [String(people[person])]),
      }
    case 'rename':
      return inTeam({ op: 'replace', path: 'displayName', value: `x${other}-${mark}` })
    case 'delete':
      return { method: 'DELETE', path: `/Users/${people[person]}` }
    case 'return':
      return { method: 'POST', path: '/Users', body: user(nameOf(scene, person)) }
    case 'close':
      return { method: 'DELETE', path: `/Groups/${teams[team]}` }
    default:
      return {
        method: 'PATCH',
        path: `/Users/${people[person]}`,
        body: patchOf({ op: 'replace', path: 'active', value: false }),
      }
  }
}

type Held = { readonly value: string; readonly type: string }
const held = (list: unknown): readonly Held[] => (list ?? []) as readonly Held[]
const values = (list: unknown): readonly string[] =>
  held(list)
    .map(({ value }) => value)
    .sort()

/** Those that are still there. */
const live = async (path: string, ids: readonly string[]): Promise<ReadonlyMap<string, Json>> => {
  const replies = await Promise.all(ids.map((id) => scim.get(`${path}/${id}`)))
  return new Map(ids.flatMap((id, n) => (replies[n]?.status === 200 ? [[id, replies[n].body] as const] : [])))
}

const checkTeams = async ({ people, teams }: Scene): Promise<void> => {
  const [users, groups] = [await live('/Users', people), await live('/Groups', teams)]
  for (const team of teams) {
    const own = groups.get(team)
    const members = values(own?.members)
    expect(members.filter((id) => !users.has(id) && !groups.has(id))).toEqual([])
    const direct = (id: string): boolean =>
      held(users.get(id)?.groups).some((each) => each.value === team && each.type === 'direct')
    expect(people.filter(direct).sort()).toEqual(members.filter((id) => people.includes(id)))
    const paged = await scim.get(`/Groups/${team}/members?count=100`)
    expect([paged.status, values(paged.body.Resources)]).toEqual(own ? [200, members] : [404, []])
  }
}

/** Totals are counted apart from the resources: whatever failed halfway would leave them behind. */
const checkTotals = async (path: string): Promise<void> => {
  const seen = new Set<unknown>()
  let total = 0
  do {
    const { body } = await scim.get(`${path}?startIndex=${seen.size + 1}&count=200&attributes=id`)
    for (const { id } of body.Resources as readonly Json[]) seen.add(id)
    total = Number(body.totalResults)
    if ((body.Resources as readonly Json[]).length === 0) break
  } while (seen.size < total)
  expect(seen.size).toBe(total)
}

it('whatever meets: who is in a group says so, the group says so of them, and totals are right', async () => {
  let n = 0
  const wishes = fc.array(wish, { minLength: 2, maxLength: 8 })
  const property = fc.asyncProperty(wishes, fc.nat(), async (all, seed) => {
    n += 1
    const mark = String(n)
    const three = [0, 1, 2]
    const people = await Promise.all(
      three.map((each) => created(scim, '/Users', user(`any${each}-${mark}@acme.test`))),
    )
    const teams = await Promise.all(
      three.map((each) => created(scim, '/Groups', group(`t${each}-${mark}`, people.slice(0, each)))),
    )
    const scene = { mark, people, teams }
    disturb(scim, seed)
    const replies = await Promise.all(
      all.map((each) => pause(each.waits).then(() => insist(scim, requestOf(scene, each)))),
    )
    calm(scim)
    for (const { status } of replies) expect([200, 201, 204, 400, 404, 409]).toContain(status)
    await checkTeams(scene)
  })
  await fc.assert(property, { numRuns: Math.min(500, Number(process.env.FUZZ_BUDGET ?? 15)) })
  await checkTotals('/Users')
  await checkTotals('/Groups')
})
