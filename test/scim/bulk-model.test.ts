import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { createScimEndpoint } from '../../lib/scim/endpoint.ts'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { type BulkResult, bulkUrn, create } from './support/bulk.ts'
import { enterpriseUrn, groupUrn, type Json, user } from './support/service.ts'

/** A service provider of its own, on a directory that starts empty. */
const openProvider = () => {
  const endpoint = createScimEndpoint({ directory: createMemoryDirectory().directory, clock: systemClock })
  return async (method: string, path: string, body?: object): Promise<Json> => {
    const [bare = '', query] = path.split('?')
    const response = await endpoint(
      {
        connection: connectionId('acme'),
        baseUrl: 'https://scim.example.test/acme/scim/v2',
        method,
        path: bare,
        query: new URLSearchParams(query),
        headers: {},
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        requestId: 'request',
      },
      { actor: { kind: 'credential', label: 'test' }, secret: 'secret' },
    )
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`)
    return response.body === undefined ? {} : (JSON.parse(response.body) as Json)
  }
}
type Provider = ReturnType<typeof openProvider>

// Everything is called by a name; what a name stands for is an id, or a reference to one.
const users = ['ada', 'bob', 'eve', 'kim']
const groups = ['red', 'green', 'blue']
const user$ = fc.constantFrom(...users)
const group$ = fc.constantFrom(...groups)
const anybody = fc.uniqueArray(fc.constantFrom(...users, ...groups), { maxLength: 4 })

type Wish =
  | { readonly kind: 'join' | 'leave' | 'list'; readonly group: string; readonly members: readonly string[] }
  | { readonly kind: 'rename'; readonly user: string; readonly title: string }
  | { readonly kind: 'switch'; readonly user: string; readonly active: boolean }
  | { readonly kind: 'manager'; readonly user: string; readonly manager: string }

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('join' as const, 'leave' as const, 'list' as const),
    group: group$,
    members: anybody,
  }),
  fc.record({ kind: fc.constant('rename' as const), user: user$, title: fc.constantFrom('Dr', 'Countess') }),
  fc.record({ kind: fc.constant('switch' as const), user: user$, active: fc.boolean() }),
  fc.record({ kind: fc.constant('manager' as const), user: user$, manager: user$ }),
)

type Scenario = {
  readonly managers: Readonly<Record<string, string | null>>
  readonly members: Readonly<Record<string, readonly string[]>>
  readonly wishes: readonly Wish[]
  /** Where the creations stand among the changes. */
  readonly order: readonly number[]
}
const total = users.length + groups.length
const scenario: fc.Arbitrary<Scenario> = fc.record({
  managers: fc.record(Object.fromEntries(users.map((name) => [name, fc.option(user$)]))),
  members: fc.record(Object.fromEntries(groups.map((name) => [name, anybody]))),
  wishes: fc.array(wish, { maxLength: 10 }),
  order: fc.array(fc.nat(100), { minLength: total, maxLength: total }),
})

const patchOf = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
type Called = (name: string) => string
const asMembers = (called: Called, names: readonly string[]): readonly object[] =>
  names.map((name) => ({ value: called(name) }))

const change = (
  each: Wish,
  called: Called,
): { readonly method: string; readonly path: string; readonly data: object } => {
  switch (each.kind) {
    case 'join':
      return {
        method: 'PATCH',
        path: `/Groups/${called(each.group)}`,
        data: patchOf({ op: 'add', path: 'members', value: asMembers(called, each.members) }),
      }
    case 'leave':
      return {
        method: 'PATCH',
        path: `/Groups/${called(each.group)}`,
        data: patchOf(
          ...each.members.map((name) => ({ op: 'remove', path: `members[value eq "${called(name)}"]` })),
          { op: 'replace', path: 'displayName', value: each.group },
        ),
      }
    case 'list':
      return {
        method: 'PUT',
        path: `/Groups/${called(each.group)}`,
        data: { schemas: [groupUrn], displayName: each.group, members: asMembers(called, each.members) },
      }
    case 'rename':
      return {
        method: 'PATCH',
        path: `/Users/${called(each.user)}`,
        data: patchOf({ op: 'replace', path: 'title', value: each.title }),
      }
    case 'switch':
      return {
        method: 'PATCH',
        path: `/Users/${called(each.user)}`,
        data: patchOf({ op: 'replace', path: 'active', value: each.active }),
      }
    case 'manager':
      return {
        method: 'PATCH',
        path: `/Users/${called(each.user)}`,
        data: patchOf({ op: 'replace', path: `${enterpriseUrn}:manager.value`, value: called(each.manager) }),
      }
  }
}

const personOf = (name: string, manager: string | null | undefined): object =>
  user(
    name,
    manager === null || manager === undefined ? {} : { [enterpriseUrn]: { manager: { value: manager } } },
  )

/** All in one request: creations anywhere among the changes, everything called by bulkId. */
const atOnce = async (provider: Provider, { managers, members, wishes, order }: Scenario) => {
  const called: Called = (name) => `bulkId:${name}`
  const creations = [
    ...users.map((name) => create('/Users', name, personOf(name, managers[name] && called(managers[name])))),
    ...groups.map((name) =>
      create('/Groups', name, {
        schemas: [groupUrn],
        displayName: name,
        members: asMembers(called, members[name] ?? []),
      }),
    ),
  ]
  const places: { readonly at: number; readonly operation: object }[] = [
    ...wishes.map((each, index) => ({ at: index * 10, operation: change(each, called) })),
    ...creations.map((operation, index) => ({ at: order[index] ?? 0, operation })),
  ]
  const operations = places.toSorted((a, b) => a.at - b.at).map(({ operation }) => operation)
  const answer = await provider('POST', '/Bulk', { schemas: [bulkUrn], Operations: operations })
  return { operations, results: answer.Operations as unknown as readonly BulkResult[] }
}

/** The same by a client that knows no bulk: bare resources, what they refer to, and then each change. */
const oneByOne = async (provider: Provider, { managers, members, wishes }: Scenario): Promise<void> => {
  const ids = new Map<string, string>()
  const called: Called = (name) => ids.get(name) ?? name
  for (const name of users) ids.set(name, String((await provider('POST', '/Users', user(name))).id))
  for (const name of groups)
    ids.set(name, String((await provider('POST', '/Groups', { schemas: [groupUrn], displayName: name })).id))
  for (const name of users) {
    const manager = managers[name]
    if (manager) await provider('PUT', `/Users/${called(name)}`, personOf(name, called(manager)))
  }
  const lists = groups.map((group): Wish => ({ kind: 'list', group, members: members[group] ?? [] }))
  for (const each of [...lists, ...wishes]) {
    const { method, path, data } = change(each, called)
    await provider(method, path, data)
  }
}

/** Everything there is, by name. */
const pictureOf = async (provider: Provider): Promise<object> => {
  const people = (await provider('GET', '/Users?count=200')).Resources as readonly Json[]
  const teams = (await provider('GET', '/Groups?count=200')).Resources as readonly Json[]
  const names = new Map([...people, ...teams].map((each) => [each.id, each.userName ?? each.displayName]))
  const named = (list: unknown): readonly unknown[] =>
    ((list ?? []) as readonly Json[]).map(({ value, type }) => `${names.get(value)} ${type}`).sort()
  return {
    people: people
      .map((each) => {
        const manager = (each[enterpriseUrn] as Json | undefined)?.manager as Json | undefined
        const { userName, title, active, groups } = each
        return {
          userName,
          title,
          active,
          groups: named(groups),
          manager: manager && names.get(manager.value),
        }
      })
      .toSorted((a, b) => String(a.userName).localeCompare(String(b.userName))),
    teams: teams
      .map(({ displayName, members }) => ({ displayName, members: named(members) }))
      .toSorted((a, b) => String(a.displayName).localeCompare(String(b.displayName))),
  }
}

it('a bulk request does what its operations do one by one', async () => {
  const property = fc.asyncProperty(scenario, async (each) => {
    const [bulk, single] = [openProvider(), openProvider()]
    const { operations, results } = await atOnce(bulk, each)
    expect(results.map(({ status }) => status[0])).toEqual(operations.map(() => '2'))
    expect(results.map(({ method, bulkId }) => ({ method, bulkId }))).toEqual(
      operations
        .map((sent) => ({ method: undefined, bulkId: undefined, ...(sent as object) }))
        .map(({ method, bulkId }) => ({ method, bulkId })),
    )
    await oneByOne(single, each)
    expect(await pictureOf(bulk)).toEqual(await pictureOf(single))
  })
  await fc.assert(property, { numRuns: Math.min(5_000, Number(process.env.FUZZ_BUDGET ?? 150)) })
})
