import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { createPatterns } from '../../lib/config/patterns.ts'
import type { Assignments } from '../../lib/core/assignment.ts'
import type { Community, Configuration } from '../../lib/core/configuration.ts'
import { type CommunityId, communityId } from '../../lib/core/ids.ts'
import { claimOf } from '../../lib/core/login-claim.ts'
import type { Member } from '../../lib/core/member.ts'
import type { SignInClaim } from '../../lib/core/ports/logins.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { acceptLogin } from '../../lib/provisioning/login-accept.ts'
import { previewOf } from '../../lib/provisioning/preview-login.ts'
import { replayEverybody } from '../../lib/provisioning/replay.ts'
import { readStanding } from '../../lib/provisioning/standing.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { openTestTable, type TestTable } from '../support/table.ts'
import { acme, stampFor, yaml } from './stage.ts'

let opened: TestTable | undefined
afterEach(() => opened?.close())

const soc = communityId('soc')
const names = ['A', 'B', 'C', 'D'] as const
const leaf = fc.oneof(
  fc.constantFrom(...names).map((name) => `{ group: { equals: ${name} } }`),
  fc.constantFrom('North', 'South').map((value) => `{ attribute: department, equals: ${value} }`),
)
const when = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: leaf.map((one) => `{ not: ${one} }`) },
  { weight: 1, arbitrary: fc.tuple(leaf, leaf).map((both) => `{ all: [${both.join(', ')}] }`) },
)
const ruleSet = fc
  .array(fc.record({ when, role: fc.constantFrom('tier1', 'analyst', 'guest') }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((list) =>
    list
      .map(
        (one, n) => `  - { id: r${n}, when: ${one.when}, grant: [{ community: soc, role: ${one.role} }] }\n`,
      )
      .join(''),
  )
const shownGroups = fc.option(fc.uniqueArray(fc.constantFrom(...names)), { nil: undefined })
const login = fc.record({
  groups: shownGroups,
  dept: fc.option(fc.uniqueArray(fc.constantFrom('North', 'South'), { maxLength: 1 }), { nil: undefined }),
  overflow: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
})
type Login = typeof login extends fc.Arbitrary<infer Value> ? Value : never
const person = fc.record({
  pushed: fc.uniqueArray(fc.constantFrom(...names)),
  active: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
  logins: fc.array(login, { maxLength: 3 }),
})
const world = fc.record({
  rules: ruleSet,
  next: ruleSet,
  creates: fc.boolean(),
  people: fc.array(person, { minLength: 1, maxLength: 4 }),
  /** Whose, past the end: a stranger's. */
  who: fc.integer({ min: 0, max: 4 }),
  way: fc.constantFrom('externalId', 'email'),
  login,
})

const configurationFrom = (rules: string, creates: boolean, number: number): Configuration => ({
  ...parseConfiguration(yaml(rules, `, createMembers: ${creates}`), { traits: platformTraits }).configuration,
  number,
})

const rolesOf = (all: ReadonlyMap<CommunityId, Assignments>) => {
  const here = all.get(soc)
  return {
    granted: (here?.granted ?? []).map(({ role }) => role).toSorted(),
    suppressed: (here?.suppressed ?? []).map(({ role, by }) => `${role} ${by}`).toSorted(),
  }
}

/** A house of its own for each turn. */
const openHouse = async (configuration: Configuration) => {
  await opened?.close()
  opened = await openTestTable()
  const { client, name } = opened
  const table = createTable({ client, name, clock: systemClock, ids: createIds() })
  return {
    clock: systemClock,
    random: Math.random,
    patterns: createPatterns(),
    configuration: async () => configuration,
    platforms: { traits: ({ platform }: Pick<Community, 'platform'>) => platformTraits(platform) },
    directory: createDirectory(table),
    logins: createLoginStore(table),
  }
}
type House = Awaited<ReturnType<typeof openHouse>>

let turn = 0
const settle = async (
  house: House,
  people: readonly (typeof person extends fc.Arbitrary<infer V> ? V : never)[],
) => {
  turn += 1
  const members: Member[] = []
  for (const [n, { active }] of people.entries()) {
    const userName = `p${turn}-${n}@acme.test`
    const write = await house.directory.createMember(stampFor(), {
      userName,
      externalId: `x${turn}-${n}`,
      active,
      attributes: { emails: [{ value: userName, primary: true }] },
    })
    if (write.kind === 'written') members.push(write.member)
  }
  for (const name of names) {
    const inside = members.filter((_, n) => people[n]?.pushed.includes(name)).map(({ id }) => id)
    await house.directory.createGroup(stampFor(), { displayName: name, attributes: {} }, inside)
  }
  return members
}

const claimFrom = (
  configuration: Configuration,
  subject: string,
  email: string | undefined,
  { groups, dept, overflow }: Login,
) => {
  const attributes = {
    ...(groups === undefined ? {} : { groups }),
    ...(dept === undefined ? {} : { dept }),
    ...(overflow ? { 'groups.link': ['https://graph.example'] } : {}),
    ...(email === undefined ? {} : { email: [email] }),
  }
  const connection = configuration.connections.find(({ id }) => id === acme)
  if (connection === undefined) throw new Error('no connection')
  const nameId = { value: subject, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' }
  const shown = { issuer: 'https://idp.test', nameId, attributes }
  const claiming = claimOf(connection, shown, systemClock.now(), (text) => `hash of ${text}`)
  if (claiming.kind === 'rejected') throw new Error(claiming.code)
  return { attributes, claiming }
}
const signIn = (house: House, claim: SignInClaim) => acceptLogin(house, stampFor(), claim)

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never
const sorted = (roles: readonly { readonly role: string }[] = []) => roles.map(({ role }) => role).toSorted()

/** Everybody with their logins so far. */
const inhabited = async ({ rules, creates, people }: World) => {
  const current = configurationFrom(rules, creates, 1)
  const house = await openHouse(current)
  const members = await settle(house, people)
  for (const [n, member] of members.entries())
    for (const one of people[n]?.logins ?? [])
      await signIn(house, claimFrom(current, member.externalId ?? '', undefined, one).claiming.claim)
  return { current, house, members }
}

const standingOf = async (house: House, configuration: Configuration, { id }: Pick<Member, 'id'>) =>
  rolesOf((await readStanding(house, configuration, acme, id)).assignments)

/** What is shown to the directory: a member's own id or address, or a stranger's. */
const subjectOf = ({ way }: World, target: Member | undefined) => ({
  subject: way === 'externalId' && target !== undefined ? (target.externalId ?? '') : `new-${turn}`,
  email: way === 'email' ? (target?.userName ?? `new${turn}@acme.test`) : undefined,
})

const asPreviewed = async (given: World): Promise<void> => {
  const { current, house, members } = await inhabited(given)
  const target = members[given.who]
  const { subject, email } = subjectOf(given, target)
  const { attributes, claiming } = claimFrom(current, subject, email, given.login)
  const preview = await previewOf(house, {
    connection: acme,
    configuration: current,
    current,
    subject: { kind: 'login', attributes, claiming },
  })
  const before = target && (await standingOf(house, current, target))
  const done = await signIn(house, claiming.claim)
  if (done.kind === 'refused') {
    expect(preview.person).toMatchObject({ kind: 'refused', code: done.code })
    return
  }
  expect(preview.person.kind).toBe(done.created ? 'created' : 'member')
  const after = await standingOf(house, current, done.member)
  const here = preview.communities.find(({ community }) => community === soc)
  expect(sorted(here?.granted)).toEqual(after.granted)
  expect((here?.suppressed ?? []).map(({ role, by }) => `${role} ${by}`).toSorted()).toEqual(after.suppressed)
  const kept = (here?.granted ?? []).filter(({ change }) => change === 'kept')
  const had = done.member.id === target?.id ? (before?.granted ?? []) : []
  expect(sorted([...kept, ...(here?.taken ?? [])])).toEqual(had)
}

const asReplayed = async (given: World): Promise<void> => {
  const { current, house, members } = await inhabited(given)
  const candidate = configurationFrom(given.next, given.creates, 0)
  const found = new Map<string, object>()
  await replayEverybody(house, { candidate, current }, [acme], {
    found: ({ member, gains, loses }) => {
      found.set(member, { gains: sorted(gains), loses: sorted(loses) })
    },
    inTime: () => undefined,
  })
  for (const member of members) {
    const had = (await standingOf(house, current, member)).granted
    const gets = (await standingOf(house, candidate, member)).granted
    const gains = gets.filter((role) => !had.includes(role))
    const loses = had.filter((role) => !gets.includes(role))
    expect(found.get(member.id)).toEqual(gains.length + loses.length === 0 ? undefined : { gains, loses })
  }
}

const runs = 12
test('a preview of a login is what the login then does', { timeout: 120_000 }, () =>
  fc.assert(fc.asyncProperty(world, asPreviewed), { numRuns: runs }),
)
test('a replay is the difference of two evaluations', { timeout: 120_000 }, () =>
  fc.assert(fc.asyncProperty(world, asReplayed), { numRuns: runs }),
)
