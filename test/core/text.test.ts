import { describe, expect, test } from 'vitest'
import { exitFor } from '../../lib/cli/exits.ts'
import type { Evidence } from '../../lib/core/assignment.ts'
import type { Rule } from '../../lib/core/configuration.ts'
import { explain } from '../../lib/core/explanation.ts'
import { explanationText } from '../../lib/core/explanation-text.ts'
import { groupId, roleId, ruleId } from '../../lib/core/ids.ts'
import { judge } from '../../lib/core/judgement.ts'
import { planMarkdown, planText } from '../../lib/core/plan-text.ts'
import { whyOf } from '../../lib/core/why.ts'
import {
  account,
  acme,
  builtins,
  community,
  emptyWorld,
  left,
  member,
  noon,
  owned,
  soc,
  target,
} from '../support/examples.ts'
import { planOf, snapshotOf, type World } from '../support/world.ts'

const world: World = {
  ...emptyWorld,
  community: { ...community, safety: { ...community.safety, protected: ['bea@acme.test'] } },
  accounts: [account('ada', ['tier1']), account('bea', ['tier1']), account('owner', ['admin'])],
  ownership: [owned('ada', ['tier1']), owned('bea', ['tier1'])],
  targets: [
    target('ada', ['tier2']),
    left('bea'),
    target('cid', ['tier1'], { email: 'c_*d@acme.test' }),
    target('owner', ['tier1']),
  ],
}
const plan = planOf(world)
const verdict = judge({
  plan,
  community: world.community,
  history: { ownedAtStart: 2, departures: [], revocations: [] },
  approvals: [],
  snapshot: snapshotOf(world),
  owned: 2,
  desired: 3,
  now: noon,
})

describe('a plan in words', () => {
  test('what was rejected asks nothing of anybody', () => {
    const held = verdict.held.map(({ change }) => ({ change, reason: { kind: 'rejected' as const } }))
    const text = planText(plan, { ...verdict, held })
    expect(text).toContain('soc: 3 to do, 0 held, 1 rejected, 0 withheld (configuration 1)')
    expect(text).toContain('  Rejected, left undone\n    suspend bea@acme.test (departed)\n')
    expect(text).not.toContain('waiting for approval')
    expect(exitFor([{ ...verdict, allowed: [], held }])).toBe(0)
    expect(exitFor([verdict])).toBe(3)
  })

  test('says what is done, what waits and why, what is wrong and what is left alone', () => {
    expect(planText(plan, verdict)).toBe(
      [
        'soc: 3 to do, 1 held, 0 withheld (configuration 1)',
        '  Changes',
        '    give ada@acme.test tier2 (rule rule-tier2)',
        '    take tier1 from ada@acme.test (keeps or gets another)',
        '    invite c_*d@acme.test as tier1 (rule rule-tier1)',
        '  Held, waiting for approval',
        '    suspend bea@acme.test (departed) — the account is protected',
        '  Problems',
        '    owner@acme.test: account a-owner exists and is not ours: it is an administrator; adopt it explicitly, or remove it on the platform',
        '  Warnings',
        '    role tier2 can do what an administrator can: the platform counts its holders as administrators',
        '  Unmanaged, left alone',
        '    account owner@acme.test (administrator)',
      ].join('\n'),
    )
  })

  test('a name from a platform stays on its line, whatever is in it', () => {
    const [one] = plan.unmanaged
    if (one?.kind !== 'account') throw new Error('no account is unmanaged')
    const forged = { ...one, email: 'x@acme.test\n  Changes\r\n\u2028    suspend owner@acme.test' }
    for (const text of [planText, planMarkdown].map((print) =>
      print({ ...plan, unmanaged: [forged] }, verdict),
    ))
      expect(text.split(/[\n\r\u2028]/).at(-1)).toMatch(
        /^ *-? *account x@acme\.test Changes suspend owner@acme\.test \(administrator\)$/,
      )
  })

  test('in Markdown shows names as text', () => {
    expect(planMarkdown(plan, verdict)).toContain('- invite c\\_\\*d@acme.test as tier1 (rule rule-tier1)\n')
  })

  test('names the rules behind what is given, a few of them, each with what it matched', () => {
    const because = (name: string, ...evidence: readonly Evidence[]) => ({
      rule: ruleId(name),
      source: 'scim' as const,
      configuration: 1,
      evidence,
    })
    const group = (displayName: string): Evidence => ({ kind: 'group', id: groupId('g'), displayName })
    const [given] = plan.changes.filter((one) => one.kind === 'grant')
    if (given === undefined) throw new Error('the plan gives nothing')
    const why = (...reasons: readonly ReturnType<typeof because>[]) =>
      whyOf({ ...given, grant: { ...given.grant, because: reasons } })
    expect(why(because('a', group('SOC'), { kind: 'attribute', path: 'title' }), because('b'))).toBe(
      ' (rule a: group "SOC", attribute title; rule b)',
    )
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => because(name, { kind: 'absence' }))
    expect(why(...many)).toBe(' (rule a; rule b; rule c; 2 more)')
    expect(plan.changes.filter(({ kind }) => kind === 'suspend').map(whyOf)).toEqual([''])
  })
})

const rule = (id: string, when: Rule['when'], role: string, more: Partial<Rule> = {}): Rule => ({
  id: ruleId(id),
  when,
  grant: [{ community: soc, role: roleId(role) }],
  ...more,
})
const rules: readonly Rule[] = [
  rule('by-group', { group: { equals: 'SOC' } }, 'tier2'),
  rule('by-department', { attribute: 'department', test: { anyOf: ['SOC', 'CERT'] } }, 'tier2'),
  rule('elsewhere', { group: { equals: 'Staff' } }, 'tier2', {
    connection: 'globex' as Rule['connection'] & string,
  }),
  rule('unrelated', { group: { equals: 'Staff' } }, 'guest'),
]
const question = (role: string) => ({
  role: roleId(role),
  rules,
  subject: {
    member: member('ada'),
    groups: [{ reference: { id: groupId('g'), displayName: 'Staff' }, source: 'scim' as const }],
  },
  patterns: { regex: () => () => false },
})

describe('an explanation', () => {
  test('names for each role its state, rule and source', () => {
    const explained = explain({
      community,
      target: target('ada', ['tier2', 'tier1', 'analyst']),
      ownership: owned('ada', ['tier1', 'guest']),
      snapshotRoles: builtins.filter(({ name }) => name === 'Analyst'),
      hold: {
        community: soc,
        digest: 'd',
        held: verdict.held,
        since: noon,
        state: 'waiting',
        version: 1,
      },
    })
    expect(explained.roles.map(({ role, state }) => [role, state])).toEqual([
      ['tier2', 'waiting'],
      ['tier1', 'given'],
      ['analyst', 'byHand'],
      ['guest', 'leaving'],
    ])
    expect(explained.held).toEqual([])
    expect(explanationText(explained)).toContain(
      '  tier1 "Role tier1": given by us since 2026-01-15T12:00:00.000Z\n    rule rule-tier1 (configuration 1): nothing that speaks against it, pushed by SCIM',
    )
  })

  test('shows what is held for this member only', () => {
    const hold = {
      community: soc,
      digest: 'd',
      held: verdict.held,
      since: noon,
      state: 'waiting' as const,
      version: 1,
    }
    const explained = explain({ community, target: left('bea'), hold })
    expect(explained.held.map(({ change }) => change.id)).toEqual(['suspend/a-bea/departed'])
    expect(explanationText(explained)).toContain(
      'held: suspend bea@acme.test (departed) — the account is protected',
    )
  })

  test('says why not: every rule that names the role and what failed in it', () => {
    const { answer } = explain({ community, target: target('ada', []), question: question('tier2') })
    expect(answer).toEqual({
      role: 'tier2',
      known: true,
      obstacles: [],
      state: 'notWanted',
      rules: [
        {
          rule: 'by-group',
          matches: false,
          elsewhere: false,
          against: ['in no group whose name or id equals "SOC"'],
        },
        {
          rule: 'by-department',
          matches: false,
          elsewhere: false,
          against: ['no attribute department that is one of "SOC", "CERT"'],
        },
        { rule: 'elsewhere', matches: false, elsewhere: true, against: [] },
      ],
    })
  })

  test.each([
    ['tier1', 'no rule grants it at all'],
    ['nonsense', 'nonsense: the configuration knows no such role here'],
    ['guest', 'rule unrelated grants it and matches'],
  ])('of %s says: %s', (role, text) => {
    const explained = explain({ community, target: target('ada', []), question: question(role) })
    expect(explanationText(explained)).toContain(text)
    expect(explained.connection).toBe(acme)
  })
})
