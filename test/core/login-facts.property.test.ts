import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignmentsFor } from '../../lib/core/assignments.ts'
import type { Configuration, Connection, Matcher, Rule, SamlSettings } from '../../lib/core/configuration.ts'
import { mayAdminister } from '../../lib/core/constraints.ts'
import { groupId, type Instant, later, roleId, ruleId } from '../../lib/core/ids.ts'
import { afterLogin, type GroupStatement, type Login, type LoginStatement } from '../../lib/core/login.ts'
import { createConcerning, factsOf, sameFacts } from '../../lib/core/login-facts.ts'
import type { MemberGroup, Patterns } from '../../lib/core/matching.ts'
import type { Member } from '../../lib/core/member.ts'
import { groupsFor } from '../../lib/core/member-groups.ts'
import { acme, community, definitions, member, noon, plain, soc } from '../support/examples.ts'

const patterns: Patterns = { regex: () => () => false }
const day = 86_400
const saml: SamlSettings = {
  metadata: { kind: 'stored' },
  attributes: {},
  createMembers: true,
  idpInitiated: false,
  returnTo: [],
  wait: 3,
}
const connection: Connection = {
  id: acme,
  domains: [],
  saml,
  groups: { from: ['scim', 'saml'], samlAttribute: 'groups', maximumAge: 30 * day },
}
/** A platform that never lets one role stand in another's way: what rules say is what is granted. */
const { maximumRoles: _limit, ...traits } = plain

const names = ['alpha', 'beta', 'gamma', 'delta']
const name = fc.constantFrom(...names)
const some = fc.uniqueArray(name, { maxLength: 4 })
const values = fc.uniqueArray(fc.constantFrom('audit', 'soc', 'it'), { maxLength: 2 })

const leaf: fc.Arbitrary<Matcher> = fc.oneof(
  name.map((equals): Matcher => ({ group: { equals } })),
  fc.constantFrom('audit', 'soc').map((equals): Matcher => ({ attribute: 'department', test: { equals } })),
)
const matcher = (negations: boolean): fc.Arbitrary<Matcher> =>
  fc.letrec<{ any: Matcher }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((all): Matcher => ({ all })),
      fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((any): Matcher => ({ any })),
      ...(negations ? [tie('any').map((not): Matcher => ({ not }))] : []),
    ),
  })).any

const rulesOf = (whens: readonly Matcher[]): readonly Rule[] =>
  whens.map((when, place) => ({
    id: ruleId(`rule-${place}`),
    when,
    grant: [{ community: soc, role: definitions[place % definitions.length]?.id ?? roleId('none') }],
  }))
const rules = (negations: boolean) =>
  fc.array(matcher(negations), { minLength: 1, maxLength: 6 }).map((all) => rulesOf(all))

const statement: fc.Arbitrary<Omit<LoginStatement, 'at'>> = fc.record({
  groups: fc.oneof(
    some.map((shown): GroupStatement => ({ kind: 'present', names: shown })),
    fc.constantFrom<GroupStatement>({ kind: 'absent' }, { kind: 'overflow' }),
  ),
  attributes: fc
    .option(values, { nil: undefined })
    .map((shown) => (shown === undefined ? {} : { department: shown })),
})
const present = some.map((shown): GroupStatement => ({ kind: 'present', names: shown }))

const ada = member('ada')
const pushed = (held: readonly string[]): readonly MemberGroup[] =>
  held.map((displayName) => ({
    reference: { id: groupId(`id-${displayName}`), displayName },
    source: 'scim',
  }))

type Asked = {
  readonly rules: readonly Rule[]
  readonly groups: readonly MemberGroup[]
  readonly login: Login | undefined
  readonly now?: Instant
  readonly who?: Member
}
const assigned = ({ rules: given, groups, login, now = noon, who = ada }: Asked) => {
  const configuration: Configuration = {
    number: 1,
    webhooks: [],
    connections: [connection],
    communities: [community],
    rules: given,
  }
  const facts = factsOf(connection, who, login, now)
  const found = assignmentsFor({
    member: who,
    groups: groupsFor(connection.groups, groups, facts),
    shown: facts?.attributes,
    configuration,
    traits: () => traits,
    patterns,
  }).get(soc)
  const granted = found?.granted ?? []
  const bySource = (source: string) =>
    granted.filter(({ because }) => because.some((one) => one.source === source)).map(({ role }) => role)
  return { all: granted.map(({ role }) => role).toSorted(), scim: bySource('scim').toSorted(), granted }
}
const person = { connection: acme, member: ada.id, life: ada.incarnation }
const shownBy = (all: readonly Omit<LoginStatement, 'at'>[], from: Instant = noon): Login | undefined =>
  all.reduce<Login | undefined>(
    (before, one, place) => afterLogin(before, person, { ...one, at: later(from, place) }),
    undefined,
  )
const bare = { groups: { kind: 'absent' }, attributes: {} } as const
const withGroups = (groups: GroupStatement) => ({ groups, attributes: {} })

describe('what logins show', () => {
  test('without groups never changes what rules make of groups', () => {
    fc.assert(
      fc.property(
        rules(true),
        some,
        fc.array(statement, { maxLength: 3 }),
        fc.boolean(),
        (given, held, before, much) => {
          const groups = pushed(held)
          const last = much ? withGroups({ kind: 'overflow' }) : bare
          const was = assigned({ rules: given, groups, login: shownBy(before) })
          expect(assigned({ rules: given, groups, login: shownBy([...before, last]) }).all).toEqual(was.all)
        },
      ),
    )
  })

  test('takes nothing of the directory’s away, where no rule says not', () => {
    fc.assert(
      fc.property(
        rules(false),
        some,
        fc.array(statement, { minLength: 1, maxLength: 4 }),
        (given, held, all) => {
          const groups = pushed(held)
          const alone = assigned({ rules: given, groups, login: undefined })
          const also = assigned({ rules: given, groups, login: shownBy(all) })
          for (const role of alone.all) expect(also.scim).toContain(role)
        },
      ),
    )
  })

  test('is replaced by what the next login shows: of the one before nothing is left', () => {
    fc.assert(
      fc.property(rules(true), some, present, present, (given, held, first, second) => {
        const groups = pushed(held)
        const both = shownBy([withGroups(first), withGroups(second)])
        const alone = shownBy([withGroups(second)])
        expect(assigned({ rules: given, groups, login: both }).granted).toEqual(
          assigned({ rules: given, groups, login: alone }).granted,
        )
      }),
    )
  })

  test('comes to the same whether a push or a login was first', () => {
    type Step = { readonly push: readonly string[] } | { readonly login: Omit<LoginStatement, 'at'> }
    fc.assert(
      fc.property(rules(true), some, statement, (given, held, login) => {
        const play = (steps: readonly Step[]) => {
          let state: { readonly groups: readonly MemberGroup[]; readonly login: Login | undefined } = {
            groups: [],
            login: undefined,
          }
          for (const step of steps)
            state =
              'push' in step
                ? { ...state, groups: pushed(step.push) }
                : { ...state, login: afterLogin(state.login, person, { ...step.login, at: noon }) }
          return assigned({ rules: given, ...state }).granted
        }
        expect(play([{ push: held }, { login }])).toEqual(play([{ login }, { push: held }]))
      }),
    )
  })

  test('counts as nothing once it is too old, or was shown in another life', () => {
    fc.assert(
      fc.property(rules(true), some, fc.array(statement, { maxLength: 3 }), (given, held, all) => {
        const groups = pushed(held)
        const login = shownBy(all)
        const none = assigned({ rules: given, groups, login: undefined })
        expect(assigned({ rules: given, groups, login, now: later(noon, 31 * day) }).granted).toEqual(
          none.granted,
        )
        const restored = { ...ada, incarnation: 2 }
        expect(assigned({ rules: given, groups, login, who: restored }).granted).toEqual(none.granted)
      }),
    )
  })

  test('gives a member whom a login created no role that may administer, unless the rule says so', () => {
    const created: Member = { ...ada, createdAtLogin: true }
    let withheld = 0
    fc.assert(
      fc.property(rules(true), some, fc.array(statement, { maxLength: 3 }), (given, held, all) => {
        const asked = { groups: pushed(held), login: shownBy(all), who: created }
        const roles = assigned({ rules: given, ...asked }).all
        for (const id of roles) {
          const definition = definitions.find((one) => one.id === id)
          expect(definition !== undefined && mayAdminister(definition, traits)).toBe(false)
        }
        const known = assigned({ rules: given, ...asked, who: ada }).all
        if (known.length > roles.length) withheld += 1
        const included = given.map((rule) => ({ ...rule, includeCreatedAtLogin: true as const }))
        expect(assigned({ rules: included, ...asked }).all).toEqual(known)
      }),
      { numRuns: 300 },
    )
    expect(withheld).toBeGreaterThan(0)
  })

  test('comes to the same when only what concerns the rules is kept of it', () => {
    fc.assert(
      fc.property(rules(true), some, statement, (given, held, one) => {
        const login = shownBy([one])
        const facts = factsOf(connection, ada, login, noon)
        const concerning = createConcerning(connection, given, patterns)
        const kept = concerning(facts)
        const of = (some: typeof facts) =>
          assignmentsFor({
            member: ada,
            groups: groupsFor(connection.groups, pushed(held), some),
            shown: some?.attributes,
            configuration: {
              number: 1,
              webhooks: [],
              connections: [connection],
              communities: [community],
              rules: given,
            },
            traits: () => traits,
            patterns,
          })
        expect(of(kept)).toEqual(of(facts))
        expect(sameFacts(kept, concerning(kept))).toBe(true)
      }),
    )
  })
})
