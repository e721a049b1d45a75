import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPatterns } from '../../lib/config/patterns.ts'
import type { Stamp } from '../../lib/core/audit.ts'
import type { Configuration, Connection, Matcher } from '../../lib/core/configuration.ts'
import { type ConnectionId, connectionId, later, type MemberId, roleId, ruleId } from '../../lib/core/ids.ts'
import { afterLogin, type GroupStatement, type Login } from '../../lib/core/login.ts'
import type { Directory } from '../../lib/core/ports/directory.ts'
import type { LoginStore } from '../../lib/core/ports/logins.ts'
import { takeCensus } from '../../lib/provisioning/census.ts'
import { createAssignmentReads } from '../../lib/provisioning/sign-in.ts'
import { type Reads, readStandings } from '../../lib/provisioning/standing.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { type Opened, openStore } from '../store/opened.ts'
import { community, definitions, plain, soc } from '../support/examples.ts'

let opened: Opened
let directory: Directory
let logins: LoginStore
beforeAll(async () => {
  opened = await openStore()
  directory = createDirectory(opened.table)
  logins = createLoginStore(opened.table)
})
afterAll(() => opened.test.close())

const day = 86_400
const names = ['alpha', 'beta', 'gamma', 'Nobody asks']
const { maximumRoles: _limit, ...traits } = plain

const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.constantFrom('alpha', 'beta', 'gamma').map((equals): Matcher => ({ group: { equals } })),
  fc.constantFrom('alpha', 'beta').map((equals): Matcher => ({ not: { group: { equals } } })),
  fc.constantFrom('audit', 'soc').map((equals): Matcher => ({ attribute: 'department', test: { equals } })),
)
const some = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 })
const shown = fc.record({
  /** Days ago: some of them are too old. */
  age: fc.constantFrom(0, 1, 5, 29, 30, 40),
  groups: fc.oneof(
    some.map((all): GroupStatement => ({ kind: 'present', names: all })),
    fc.constantFrom<GroupStatement>({ kind: 'absent' }, { kind: 'overflow' }),
  ),
  department: fc.option(fc.constantFrom('audit', 'soc', 'it'), { nil: undefined }),
})
const person = fc.record({
  pushed: some,
  active: fc.constantFrom(true, true, true, false),
  createdAtLogin: fc.constantFrom(false, false, true),
  logins: fc.array(shown, { maxLength: 3 }),
})
const from = fc.constantFrom<readonly ('scim' | 'saml')[]>(
  ['scim'],
  ['saml'],
  ['scim', 'saml'],
  ['scim', 'saml'],
)
const house = fc.record({
  people: fc.array(person, { minLength: 2, maxLength: 5 }),
  rules: fc.array(matcher, { minLength: 1, maxLength: 4 }),
  from,
})
type House = typeof house extends fc.Arbitrary<infer Value> ? Value : never

const configurationFor = (id: ConnectionId, given: House): Configuration => {
  const connection: Connection = {
    id,
    domains: [],
    groups: { from: given.from, samlAttribute: 'groups', maximumAge: 30 * day },
    hooks: { okta: { claims: [] } },
  }
  return {
    number: 1,
    webhooks: [],
    connections: [connection],
    communities: [community],
    rules: given.rules.map((when, n) => ({
      id: ruleId(`rule-${n}`),
      when,
      grant: [{ community: soc, role: definitions[n]?.id ?? roleId('admin') }],
    })),
  }
}

const build = async (id: ConnectionId, { people }: House): Promise<readonly MemberId[]> => {
  const now = opened.clock.now()
  const stamp: Stamp = {
    connection: id,
    actor: { kind: 'login', by: 'okta' },
    requestId: randomUUID(),
    at: now,
  }
  const ids: MemberId[] = []
  const inside = new Map<string, MemberId[]>(names.map((name) => [name, []]))
  for (const one of people) {
    const { pushed, active, createdAtLogin } = one
    const write = await directory.createMember(stamp, {
      userName: randomUUID(),
      active,
      attributes: {},
      ...(createdAtLogin ? { createdAtLogin } : {}),
    })
    if (write.kind !== 'written') throw new Error(write.kind)
    const { member } = write
    ids.push(member.id)
    for (const name of pushed) inside.get(name)?.push(member.id)
    let before: Login | undefined
    for (const login of one.logins.toSorted((a, b) => b.age - a.age)) {
      const { age, groups, department } = login
      const attributes = department === undefined ? {} : { department: [department] }
      const statement = { at: later(now, -age * day), groups, attributes }
      const after = afterLogin(
        before,
        { connection: id, member: member.id, life: member.incarnation },
        statement,
      )
      await logins.saveLogin(stamp, before, after)
      before = after
    }
  }
  for (const [displayName, members] of inside)
    await directory.createGroup(stamp, { displayName, attributes: {} }, members)
  return ids
}

test('a look at everybody, a look at one, and whoever asks for a token come to the same roles for the same reasons', async () => {
  let bySso = 0
  await fc.assert(
    fc.asyncProperty(house, async (given) => {
      const id = connectionId(randomUUID())
      const configuration = configurationFor(id, given)
      const ids = await build(id, given)
      const deps: Reads = {
        directory,
        logins,
        clock: opened.clock,
        platforms: { traits: () => traits },
        patterns: createPatterns(),
      }
      const census = await takeCensus(
        deps,
        configuration,
        id,
        () => {},
        (standing) => standing,
      )
      const single = await readStandings(deps, configuration, id, ids)
      const { assignmentsOf } = createAssignmentReads({ ...deps, configuration: async () => configuration })
      const seen = new Map(census.map((standing) => [standing.id, standing.assignments]))
      for (const one of single) {
        expect(seen.get(one.id)).toEqual(one.assignments)
        expect(await assignmentsOf(id, one.id)).toEqual(one.assignments)
        const granted = one.assignments.get(soc)?.granted ?? []
        bySso += granted.filter(({ because }) => because.some(({ source }) => source === 'sso')).length
      }
    }),
    { numRuns: 25 },
  )
  expect(bySso).toBeGreaterThan(0)
}, 60_000)

test('a connection without logins is asked for none', async () => {
  const id = connectionId(randomUUID())
  const given: House = { people: [], rules: [{ group: { equals: 'alpha' } }], from: ['scim'] }
  const { connections, ...rest } = configurationFor(id, given)
  const configuration = { ...rest, connections: connections.map(({ hooks: _, ...one }) => one) }
  const never = (): never => {
    throw new Error('asked for logins')
  }
  const deps: Reads = {
    directory,
    logins: { login: never, logins: never, scanLogins: never },
    clock: opened.clock,
    platforms: { traits: () => traits },
    patterns: createPatterns(),
  }
  const ids = await build(id, {
    ...given,
    people: [{ pushed: ['alpha'], active: true, createdAtLogin: false, logins: [] }],
  })
  expect(await readStandings(deps, configuration, id, ids)).toHaveLength(1)
  const census = await takeCensus(
    deps,
    configuration,
    id,
    () => {},
    ({ assignments }) => assignments.size,
  )
  expect(census).toEqual([1])
})
