import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Evidence } from '../../lib/core/assignment.ts'
import { assignmentsFor } from '../../lib/core/assignments.ts'
import type { Configuration, Matcher, Rule } from '../../lib/core/configuration.ts'
import { becauseText } from '../../lib/core/explanation-text.ts'
import { groupId, type RoleId, roleId, ruleId } from '../../lib/core/ids.ts'
import type { GroupReference, Memberships } from '../../lib/core/member.ts'
import { pushedGroups } from '../../lib/core/member-groups.ts'
import { createNesting } from '../../lib/core/nesting.ts'
import { acme, community, definitions, member, plain, soc } from '../support/examples.ts'

/** Any platform that takes any roles together: what is granted is the union of the rules. */
const { maximumRoles: _limit, ...unlimited } = plain
const size = 8
const names = Array.from({ length: size }, (_, n) => `g${n}`)
const roles = definitions.map(({ id }) => id as string)

/** `[inner, outer]`: any of them, cycles and self-containment included. */
type Edge = readonly [inner: string, outer: string]
const name = fc.constantFrom(...names)
const edges: fc.Arbitrary<readonly Edge[]> = fc.array(fc.tuple(name, name), { maxLength: 16 })
const direct = fc.subarray(names)

const reference = (id: string): GroupReference => ({ id: groupId(id), displayName: `Group ${id}` })
const follow = (graph: readonly Edge[], groups: readonly string[]): Memberships => {
  const containers = new Map(
    names.map((inner) => [
      groupId(inner),
      [...new Set(graph.filter(([from]) => from === inner).map(([, outer]) => outer))].map(reference),
    ]),
  )
  return createNesting(containers)(groups.map(reference))
}
/** As slowly as it can be said: whoever contains one of them is one of them, until nobody is left. */
const reachable = (graph: readonly Edge[], groups: readonly string[]): ReadonlySet<string> => {
  const all = new Set(groups)
  for (let before = -1; before !== all.size; ) {
    before = all.size
    for (const [inner, outer] of graph) if (all.has(inner)) all.add(outer)
  }
  return all
}

/** In how many steps outwards it is reached first. */
const distanceTo = (graph: readonly Edge[], groups: readonly string[], wanted: string): number => {
  let ring = new Set(groups)
  let distance = 0
  for (; !ring.has(wanted); distance += 1)
    ring = new Set(graph.filter(([inner]) => ring.has(inner)).map(([, outer]) => outer))
  return distance
}

const leaf = fc.oneof(
  fc.subarray(names, { minLength: 1, maxLength: 3 }).map((anyOf): Matcher => ({ group: { anyOf } })),
  name.map((id): Matcher => ({ group: { equals: `Group ${id}` } })),
)
const positive: fc.Arbitrary<Matcher> = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all): Matcher => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any): Matcher => ({ any })),
)
const rulesOf = (matchers: fc.Arbitrary<Matcher>): fc.Arbitrary<readonly Rule[]> =>
  fc.array(fc.tuple(matchers, fc.constantFrom(...roles)), { minLength: 1, maxLength: 6 }).map((given) =>
    given.map(([when, role], n) => ({
      id: ruleId(`rule-${n}`),
      when,
      grant: [{ community: soc, role: roleId(role) }],
    })),
  )

const assigned = (rules: readonly Rule[], memberships: Memberships) => {
  const configuration: Configuration = {
    number: 1,
    webhooks: [],
    connections: [{ id: acme, domains: [] }],
    communities: [community],
    rules,
  }
  const assignments = assignmentsFor({
    member: member('ada'),
    groups: pushedGroups(memberships.groups),
    configuration,
    traits: () => unlimited,
    patterns: { regex: () => () => false },
  }).get(soc)
  return assignments?.granted ?? []
}
const rolesOf = (rules: readonly Rule[], memberships: Memberships): readonly RoleId[] =>
  assigned(rules, memberships)
    .map(({ role }) => role)
    .toSorted()

test('being in a group is being in every group around it, for any rule', () => {
  fc.assert(
    fc.property(edges, direct, rulesOf(positive), (graph, groups, rules) => {
      const everywhere = follow([], [...reachable(graph, groups)])
      expect(rolesOf(rules, follow(graph, groups))).toEqual(rolesOf(rules, everywhere))
    }),
  )
})

test('a group put into another takes no role from anybody, unless a rule says "not"', () => {
  fc.assert(
    fc.property(edges, direct, rulesOf(positive), name, name, (graph, groups, rules, inner, outer) => {
      const before = rolesOf(rules, follow(graph, groups))
      const after = rolesOf(rules, follow([...graph, [inner, outer]], groups))
      expect(after).toEqual(expect.arrayContaining([...before]))
    }),
  )
  const [role = ''] = roles
  const barred: readonly Rule[] = [
    {
      id: ruleId('barred'),
      when: { all: [{ group: { equals: 'g0' } }, { not: { group: { equals: 'g1' } } }] },
      grant: [{ community: soc, role: roleId(role) }],
    },
  ]
  expect(rolesOf(barred, follow([], ['g0']))).toEqual([role])
  expect(rolesOf(barred, follow([['g0', 'g1']], ['g0']))).toEqual([])
})

test('the way that is shown is one that is there, and there is no shorter one', () => {
  fc.assert(
    fc.property(edges, direct, rulesOf(positive), (graph, groups, rules) => {
      const evidence = assigned(rules, follow(graph, groups)).flatMap(({ because }) =>
        because.flatMap((one): readonly Evidence[] => one.evidence),
      )
      for (const one of evidence) {
        if (one.kind !== 'group') throw new Error('only groups are asked for')
        const way = [...(one.through ?? []), one]
        expect(groups).toContain(way[0]?.id)
        for (const [place, { id, displayName }] of way.entries()) {
          expect(displayName).toBe(`Group ${id}`)
          const next = way[place + 1]?.id
          if (next !== undefined) expect(graph).toContainEqual([id, next])
        }
        expect(way.length - 1).toBe(distanceTo(graph, groups, one.id))
      }
    }),
  )
})

test('a way of any length is told by its two ends, and of many groups the nearest are', () => {
  const chain = Array.from({ length: 40 }, (_, n) => `c${String(n).padStart(2, '0')}`)
  const containers = new Map(
    chain.slice(0, -1).map((inner, n) => [groupId(inner), [reference(chain[n + 1] ?? '')]]),
  )
  const memberships = createNesting(containers)([reference('c00')])
  const ruleFor = (when: Matcher): Rule => ({
    id: ruleId('chain'),
    when,
    grant: [{ community: soc, role: roleId(roles[0] ?? '') }],
  })
  const [last] = assigned([ruleFor({ group: { equals: 'c39' } })], memberships)
  const [proof] = last?.because[0]?.evidence ?? []
  expect(proof).toMatchObject({ kind: 'group', id: 'c39', leftOut: 31 })
  expect(proof?.kind === 'group' && proof.through?.map(({ id }) => id)).toEqual([
    ...['c00', 'c01', 'c02', 'c03'],
    ...['c35', 'c36', 'c37', 'c38'],
  ])
  expect(last?.because.map(becauseText).join()).toContain(
    'through group "Group c35" (c35) through 31 more through group "Group c03" (c03)',
  )
  const [all] = assigned([ruleFor({ group: { glob: 'c*' } })], memberships)
  const ids = all?.because[0]?.evidence.map((one) => one.kind === 'group' && one.id)
  expect(ids).toEqual(chain.slice(0, 20))
})
