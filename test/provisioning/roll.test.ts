import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { monotonicFactory } from 'ulid'
import { expect, test } from 'vitest'
import { createPatterns } from '../../lib/config/patterns.ts'
import type { Stamp } from '../../lib/core/audit.ts'
import type { Configuration, Rule } from '../../lib/core/configuration.ts'
import {
  type ConnectionId,
  connectionId,
  type GroupMemberId,
  instant,
  roleId,
  ruleId,
} from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { Directory, DirectoryReads } from '../../lib/core/ports/directory.ts'
import { takeCensus } from '../../lib/provisioning/census.ts'
import { type Reads, readStandings } from '../../lib/provisioning/standing.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { testClock } from '../platforms/clock.ts'
import { createTestClock } from '../support/clock.ts'
import { community, definitions, plain, soc } from '../support/examples.ts'
import { createMemoryDirectory } from '../support/memory-directory.ts'
import { openTestTable } from '../support/table.ts'

/** Places in lists; `nested` may well lead back to where it came from. */
type House = {
  readonly groups: readonly boolean[]
  readonly nested: readonly (readonly [inner: number, outer: number])[]
  /** `again`: deleted, and back under their id, in the first of their groups only. */
  readonly people: readonly {
    readonly active: boolean
    readonly groups: readonly number[]
    readonly again?: boolean
  }[]
  readonly deleted: readonly number[]
}
const place = fc.nat(6)
const house: fc.Arbitrary<House> = fc.record({
  groups: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  nested: fc.array(fc.tuple(place, place), { maxLength: 12 }),
  people: fc.array(
    fc.record({
      active: fc.constantFrom(true, true, true, false),
      again: fc.constantFrom(false, false, false, true),
      groups: fc.array(place, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  deleted: fc.array(place, { maxLength: 1 }),
})

const stamp = (connection: ConnectionId): Stamp => ({
  connection,
  actor: { kind: 'credential', label: 'test' },
  requestId: randomUUID(),
  at: instant(0),
})
const attributes = {}

/** Another life: what they were in before is nobody's. */
const comeBack = async (
  directory: Directory,
  { connection, id, ...draft }: Member,
  join: () => Promise<void>,
): Promise<void> => {
  await directory.deleteMember(stamp(connection), { connection, id, ...draft })
  const gone = await directory.memberOrTombstone(connection, id)
  if (gone !== undefined) await directory.updateMember(stamp(connection), gone, draft)
  await join()
}

const makeGroups = async (
  directory: Directory,
  connection: ConnectionId,
  given: House,
): Promise<readonly Group[]> => {
  const groups: Group[] = []
  for (const [n, counts] of given.groups.entries()) {
    // Rules ask for names that begin with "Role".
    const draft = { displayName: `${counts ? 'Role' : 'Team'} ${n}`, attributes }
    const made = await directory.createGroup(stamp(connection), draft, [])
    if (made.kind === 'written') groups.push(made.group)
  }
  return groups
}

const build = async (
  directory: Directory,
  connection: ConnectionId,
  given: House,
): Promise<readonly Member[]> => {
  const groups = await makeGroups(directory, connection, given)
  const put = async (outer: number | undefined, id: GroupMemberId | undefined): Promise<void> => {
    const before = outer === undefined ? undefined : groups[outer]
    if (before === undefined || id === undefined) return
    const members = { kind: 'delta', add: [id], remove: [] } as const
    await directory.changeGroup(stamp(connection), before, { members })
  }
  const people: Member[] = []
  for (const [n, { active, groups: wanted, again }] of given.people.entries()) {
    const draft = { userName: `p${n}`, active, attributes }
    const made = await directory.createMember(stamp(connection), draft)
    if (made.kind !== 'written') throw new Error(made.kind)
    people.push(made.member)
    for (const group of wanted) await put(group, made.member.id)
    if (again === true) await comeBack(directory, made.member, () => put(wanted[0], made.member.id))
  }
  for (const [inner, outer] of given.nested) await put(outer, groups[inner]?.id)
  for (const n of given.deleted) {
    const doomed = groups[n] && (await directory.group(connection, groups[n].id))
    if (doomed !== undefined) await directory.deleteGroup(stamp(connection), doomed)
  }
  return people
}

const rules: readonly Rule[] = Array.from({ length: 7 }, (_, n) => ({
  id: ruleId(`rule-${n}`),
  when: { group: { equals: `Role ${n}` } },
  grant: [{ community: soc, role: definitions[n]?.id ?? roleId('admin') }],
}))
const configurationFor = (connection: ConnectionId): Configuration => ({
  number: 1,
  webhooks: [],
  connections: [{ id: connection, domains: [] }],
  communities: [community],
  rules,
})
const { maximumRoles: _limit, ...unlimited } = plain
/** Nobody of these connections logs in. */
const noLogins: Reads['logins'] = {
  login: async () => undefined,
  logins: async () => new Map(),
  scanLogins: async () => ({ items: [] }),
}
const readsOf = (directory: DirectoryReads): Reads => ({
  directory,
  logins: noLogins,
  clock: createTestClock(),
  platforms: { traits: () => unlimited },
  patterns: createPatterns(),
})

const everybody = async (directory: Directory, connection: ConnectionId, given: House) => {
  const people = await build(directory, connection, given)
  const configuration = configurationFor(connection)
  const deps = readsOf(directory)
  const census = await takeCensus(
    deps,
    configuration,
    connection,
    () => {},
    (standing) => standing,
  )
  const ids = people.map(({ id }) => id)
  const single = await readStandings(deps, configuration, connection, ids)
  const byId = new Map(census.map((standing) => [standing.id, standing]))
  return single.map((one) => ({ one, other: byId.get(one.id) }))
}

test('a look at everybody and one at each come to the same assignments, for the same reasons', async () => {
  let nested = 0
  const { directory } = createMemoryDirectory()
  await fc.assert(
    fc.asyncProperty(house, async (given) => {
      const connection = connectionId(randomUUID())
      for (const { one, other } of await everybody(directory, connection, given)) {
        expect(other?.assignments).toEqual(one.assignments)
        expect(one.cycles).toEqual(expect.arrayContaining([...(other?.cycles ?? [])]))
        const because = [...one.assignments.values()].flatMap(({ granted }) =>
          granted.flatMap((g) => g.because),
        )
        nested += because.filter(({ evidence }) =>
          evidence.some((proof) => proof.kind === 'group' && (proof.through?.length ?? 0) > 1),
        ).length
      }
    }),
  )
  expect(nested).toBeGreaterThan(10)
})

test('and so they do on the table', async () => {
  const opened = await openTestTable()
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  const table = createTable({ client: opened.client, name: opened.name, clock: testClock(), ids })
  const directory = createDirectory(table)
  await fc.assert(
    fc.asyncProperty(house, async (given) => {
      const connection = connectionId(`c-${randomUUID()}`)
      for (const { one, other } of await everybody(directory, connection, given))
        expect(other?.assignments).toEqual(one.assignments)
    }),
    { numRuns: 8 },
  )
  await opened.close()
})

test('a connection without nested groups is read as ever: only the groups that matter, each once', async () => {
  const { directory } = createMemoryDirectory()
  const connection = connectionId('flat')
  const flat: House = {
    groups: [true, false, true, false, false, false, false],
    nested: [],
    people: [
      { active: true, groups: [0, 1] },
      { active: true, groups: [2, 3, 4] },
    ],
    deleted: [],
  }
  await build(directory, connection, flat)
  const read: string[] = []
  const watched: DirectoryReads = {
    ...directory,
    membershipRows: async (c, id, limit, after) => {
      read.push((await directory.group(c, id))?.displayName ?? '')
      return directory.membershipRows(c, id, limit, after)
    },
  }
  const census = takeCensus(
    readsOf(watched),
    configurationFor(connection),
    connection,
    () => {},
    (standing) => standing,
  )
  expect((await census).map(({ assignments }) => assignments.get(soc)?.granted.length)).toEqual([1, 1])
  expect(read.toSorted()).toEqual(['Role 0', 'Role 2'])
})
