import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { samlMappers } from '../../lib/cli/saml-mappers.ts'
import type { Community } from '../../lib/core/configuration.ts'
import { communityId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { noRole } from '../../lib/hooks/role-claim.ts'
import { createAssignmentReads } from '../../lib/provisioning/sign-in.ts'
import { readMembers } from '../../lib/provisioning/state.ts'
import { type Acs, openAcs } from './support/acs.ts'
import { audience, claimsOf, entraEvent, oktaEvent, patchesOf, tenant } from './support/examples.ts'
import { readsOver } from './support/reads.ts'
import { acme, type HookStage, openHooks } from './support/stage.ts'
import { openTokenService } from './support/token-service.ts'

/** Whichever way a role goes to the platform, in a token, by a login or by the reconciler: it is the same role. */
const groups = ['A', 'B', 'C', 'D', 'E'] as const
const accounts = ['net0', 'net1', 'net2', 'net3'] as const
const roles = ['boss', 'operator', 'custom', 'reader'] as const
const named = { boss: 'admin', operator: 'operational_manager', custom: 'none', reader: 'readonly' } as const

type Leaf =
  | { readonly group: { readonly equals: string } }
  | { readonly attribute: 'division'; readonly equals: string }
type Rule = {
  readonly when:
    | Leaf
    | { readonly all: readonly Leaf[] }
    | { readonly any: readonly Leaf[] }
    | { readonly not: Leaf }
  readonly role: (typeof roles)[number]
  readonly community: (typeof accounts)[number]
}
type Call = {
  /** Absent: Okta says nothing of groups. */
  readonly groups: readonly string[] | undefined
  readonly overflow: boolean
  readonly division: readonly string[] | undefined
}
type Person = {
  readonly pushed: readonly string[]
  readonly active: boolean
  readonly calls: readonly Call[]
}
type Universe = {
  readonly from: readonly ('scim' | 'saml')[]
  readonly fallback: boolean
  readonly rules: readonly Rule[]
  readonly people: readonly Person[]
}

const someGroups = fc.uniqueArray(fc.constantFrom(...groups), { maxLength: 4 })
const divisions = fc.constantFrom('North', 'South')
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...groups).map((equals) => ({ group: { equals } })) },
  { weight: 1, arbitrary: divisions.map((equals) => ({ attribute: 'division' as const, equals })) },
)
const rule: fc.Arbitrary<Rule> = fc.record({
  when: fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
    { weight: 2, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: leaf.map((not) => ({ not })) },
  ),
  role: fc.constantFrom(...roles),
  community: fc.constantFrom(...accounts),
})
const call: fc.Arbitrary<Call> = fc.record({
  groups: fc.option(someGroups, { nil: undefined }),
  overflow: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  division: fc.option(fc.array(divisions, { maxLength: 1 }), { nil: undefined }),
})
const universe: fc.Arbitrary<Universe> = fc.record({
  from: fc.constantFrom<Universe['from'][]>(['scim'], ['saml'], ['saml', 'scim']),
  fallback: fc.boolean(),
  rules: fc.array(rule, { minLength: 4, maxLength: 14 }),
  people: fc.array(
    fc.record({
      pushed: someGroups,
      active: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 6, maxLength: 6 },
  ),
})

const yaml = ({ from, fallback, rules }: Universe, authority: string): string => {
  const claims = accounts.map((id) => ({ name: `role-${id}`, community: id }))
  return JSON.stringify({
    version: 1,
    connections: [
      {
        id: 'acme',
        domains: ['acme.test'],
        groups: { from },
        saml: { metadata: 'stored', idpInitiated: true, wait: 0, attributes: { division: 'urn:division' } },
        hooks: { okta: { claims }, entra: { tenant, audience, authority, claims } },
      },
    ],
    communities: accounts.map((id) => ({
      id,
      platform: 'netography',
      tenant: id,
      baseUrl: 'https://api.netography.com',
      credentials: `ssm:/rolecall/${id}`,
      ...(fallback
        ? { onDeparture: { then: 'fallbackRole' }, fallbackRole: 'gone' }
        : { onDeparture: { then: 'delete' } }),
      roles: [
        { id: 'boss', builtin: named.boss },
        { id: 'operator', builtin: named.operator },
        { id: 'custom', custom: named.custom },
        { id: 'reader', builtin: named.reader },
        { id: 'gone', custom: 'rolecall_gone' },
      ],
    })),
    rules: rules.map(({ when, role, community }, n) => ({ id: `r${n}`, when, grant: [{ community, role }] })),
  })
}

// What the rules mean, told apart from how they are worked out: with words of this file only.
type Seen = { readonly groups: ReadonlySet<string>; readonly division: readonly string[] }
const holds = (when: Rule['when'], seen: Seen): boolean => {
  if ('all' in when) return when.all.every((one) => holds(one, seen))
  if ('any' in when) return when.any.some((one) => holds(one, seen))
  if ('not' in when) return !holds(when.not, seen)
  return 'group' in when ? seen.groups.has(when.group.equals) : seen.division.includes(when.equals)
}
/** The first in the order of roles, which is their priority; undefined: none. */
const expected = (
  { rules }: Universe,
  community: string,
  { active }: Person,
  seen: Seen,
): string | undefined => {
  const given = rules.filter((one) => active && one.community === community && holds(one.when, seen))
  const first = roles.find((role) => given.some((one) => one.role === role))
  return first === undefined ? undefined : named[first]
}
const seenAfter = ({ from }: Universe, { pushed, active }: Person, calls: readonly Call[]): Seen => {
  const shown = calls.findLast((one) => active && one.groups !== undefined && !one.overflow)?.groups ?? []
  const division = calls.findLast((one) => active && one.division !== undefined)?.division ?? []
  const all = [...(from.includes('scim') ? pushed : []), ...(from.includes('saml') ? shown : [])]
  return { groups: new Set(all), division }
}

const claimsIn = ({ groups: names, overflow, division }: Call): Record<string, readonly string[]> => ({
  ...(names === undefined ? {} : { groups: names }),
  ...(overflow && names !== undefined ? { 'groups.link': ['https://graph.example'] } : {}),
  ...(division === undefined ? {} : { 'urn:division': division }),
})

const closers: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

type Doors = {
  readonly stage: HookStage
  readonly reads: ReturnType<typeof readsOver>
  readonly acs: Acs
  readonly token: string
}

/** The role by each way; `undefined`: none. */
const waysOf = async (
  { stage, reads, acs, token }: Doors,
  { pair: [member, twin], number }: { readonly pair: readonly [Member, Member]; readonly number: number },
  one: Call,
) => {
  const configuration = await reads.configuration()
  const id = `00u${String(number).padStart(17, '0')}`
  const okta = await stage.call({
    path: '/acme/hooks/okta',
    body: oktaEvent({ id, login: 'somebody@elsewhere.test', nameId: id }, claimsIn(one)),
  })
  const entra = await stage.call({
    path: '/acme/hooks/entra',
    body: entraEvent({ id }),
    authorization: `Bearer ${token}`,
  })
  // The twin is in the same groups, and shows the same by SAML.
  expect(await acs.logIn(twin.externalId ?? '', claimsIn(one))).toBe(twin.active ? 200 : 403)
  const atLogin = await createAssignmentReads(reads).assignmentsOf(acme, twin.id)
  const fromOkta = new Map(patchesOf(okta.body).map(([, path, values]) => [path, values]))
  const fromEntra = claimsOf(entra.body)
  return Promise.all(
    accounts.map(async (account) => {
      const community = configuration.communities.find((each) => each.id === account) as Community
      const nameOf = (role: string | undefined) => community.roles.find((each) => each.id === role)?.name
      const person = { connection: acme, member: member.id }
      const { targets } = await readMembers(reads, configuration, communityId(account), [person])
      return {
        configuration,
        community,
        okta: fromOkta.get(`/claims/role-${account}`),
        entra: fromEntra[`role-${account}`],
        login: atLogin.get(communityId(account))?.granted.map(({ role }) => nameOf(role)) ?? [],
        reconciler: targets.flatMap(({ granted }) => granted.map(({ role }) => nameOf(role))),
      }
    }),
  )
}

/** Two members for each person, in the same groups: one the hooks answer for, one who logs in. */
const populate = async (
  stage: HookStage,
  { people }: Universe,
): Promise<readonly (readonly [Member, Member])[]> => {
  const born: (readonly [Member, Member])[] = []
  for (const [n, { active }] of people.entries()) {
    const id = `00u${String(n).padStart(17, '0')}`
    born.push([
      await stage.person(`p${n}@acme.test`, { externalId: id, active }),
      await stage.person(`t${n}@acme.test`, { externalId: `twin-${n}`, active }),
    ])
  }
  for (const group of groups)
    await stage.team(group, ...born.flatMap((pair, n) => (people[n]?.pushed.includes(group) ? pair : [])))
  return born
}

type Way = Awaited<ReturnType<typeof waysOf>>[number]

/** Values that came out, so that no case is forgotten. */
const outcomes: string[] = []

const compare = (world: Universe, person: Person, seen: Seen, way: Way): void => {
  const role = expected(world, way.community.id, person, seen)
  const assigned = role === undefined ? [] : [role]
  const value = role ?? (world.fallback ? 'rolecall_gone' : noRole(way.community))
  expect(way).toMatchObject({ okta: [value], entra: [value], login: assigned, reconciler: assigned })
  const { mappers, defaultRole } = samlMappers(way.configuration, way.community)
  const claim = `role-${way.community.id}`
  const lines = mappers.filter((one) => 'claim' in one && one.claim === claim && one.value === value)
  // Without a role it is the line of the role that gives nothing, or none at all.
  expect(lines.map((one) => one.role)).toEqual(role === undefined ? [defaultRole ?? []].flat() : assigned)
  outcomes.push(value)
}

const live = async (world: Universe, authority: string, token: string): Promise<void> => {
  const text = yaml(world, authority)
  const stage = await openHooks(text)
  const acs = await openAcs(stage)
  try {
    const doors = { stage, acs, token, reads: readsOver(stage, text) }
    for (const [number, pair] of (await populate(stage, world)).entries()) {
      const person = world.people[number]
      for (const [turn, one] of (person?.calls ?? []).entries()) {
        if (person === undefined) throw new Error('nobody')
        const seen = seenAfter(world, person, person.calls.slice(0, turn + 1))
        for (const way of await waysOf(doors, { pair, number }, one)) compare(world, person, seen, way)
      }
    }
  } finally {
    await acs.close()
    await stage.close()
  }
}

test('hooks, logins, the reconciler and the platform’s own mappers agree on the role, which is what the rules mean', async () => {
  const service = await openTokenService()
  closers.push(service.close)
  const token = await service.token()
  await fc.assert(
    fc.asyncProperty(universe, (world) => live(world, service.url, token)),
    { numRuns: Math.ceil(Number(process.env.FUZZ_BUDGET ?? 120) / 20) },
  )
  expect(outcomes.length).toBeGreaterThan(200)
  expect([...new Set(outcomes)].toSorted()).toEqual(
    ['admin', 'no-role', 'none', 'operational_manager', 'readonly', 'rolecall_gone'].toSorted(),
  )
})
