import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignmentsFor } from '../../lib/core/assignments.ts'
import type { Community, Configuration, ConflictResolution, Rule } from '../../lib/core/configuration.ts'
import { connectionId, groupId, roleId, ruleId } from '../../lib/core/ids.ts'
import type { MemberGroup, Patterns } from '../../lib/core/matching.ts'
import type { PlatformTraits } from '../../lib/core/snapshot.ts'
import { acme, community, definitions, member, noon, plain, sekoiaLike, soc } from '../support/examples.ts'

const patterns: Patterns = { regex: () => () => false }
const all = definitions.map(({ id }) => id as string)

/** One rule per role: whoever is in group `x` is wanted as `x`. */
const rules: readonly Rule[] = all.map((role) => ({
  id: ruleId(`rule-${role}`),
  when: { group: { equals: role } },
  grant: [{ community: soc, role: roleId(role) }],
}))
const configuration = (more: Partial<Community> = {}, some: readonly Rule[] = rules): Configuration => ({
  number: 4,
  webhooks: [],
  connections: [{ id: acme, domains: [] }],
  communities: [{ ...community, ...more }],
  rules: some,
})
const inGroup = (name: string, source: MemberGroup['source'] = 'scim'): MemberGroup => ({
  reference: { id: groupId(`id-${name}`), displayName: name },
  source,
})

type Options = { readonly onConflict?: ConflictResolution; readonly traits?: PlatformTraits }
const outcome = (
  groups: readonly string[],
  { onConflict = 'priority', traits = sekoiaLike }: Options = {},
) => {
  const assignments = assignmentsFor({
    member: member('ada'),
    groups: groups.map((name) => inGroup(name)),
    configuration: configuration({ onConflict }),
    traits: () => traits,
    patterns,
  }).get(soc)
  return {
    granted: (assignments?.granted ?? []).map(({ role }) => role),
    suppressed: (assignments?.suppressed ?? []).map(({ role, by, winners }) => [role, by, winners]),
  }
}

describe('rules', () => {
  test('an assignment carries every rule that wanted it', () => {
    const twice: readonly Rule[] = [
      ...rules,
      {
        id: ruleId('also'),
        when: { not: { group: { equals: 'x' } } },
        grant: [{ community: soc, role: roleId('tier1') }],
      },
    ]
    const assignments = assignmentsFor({
      member: member('ada'),
      groups: [inGroup('tier1', 'sso')],
      configuration: configuration({}, twice),
      traits: () => sekoiaLike,
      patterns,
    })
    expect(assignments.get(soc)?.granted).toEqual([
      {
        community: soc,
        role: 'tier1',
        because: [
          {
            rule: 'rule-tier1',
            source: 'sso',
            evidence: [{ kind: 'group', id: 'id-tier1', displayName: 'tier1', shown: true }],
            configuration: 4,
          },
          { rule: 'also', source: 'scim', evidence: [{ kind: 'absence' }], configuration: 4 },
        ],
      },
    ])
  })

  test('a group known by SCIM and shown at login counts as pushed', () => {
    const assignments = assignmentsFor({
      member: member('ada'),
      groups: [inGroup('tier1', 'sso'), inGroup('tier1', 'scim')],
      configuration: configuration(),
      traits: () => sekoiaLike,
      patterns,
    })
    expect(assignments.get(soc)?.granted[0]?.because[0]?.source).toBe('scim')
  })

  test.each([
    ['inactive', { active: false }],
    ['deleted', { deletedAt: noon }],
  ])('an %s member is assigned nothing', (_, more) => {
    const input = {
      groups: [inGroup('tier1')],
      configuration: configuration(),
      traits: () => sekoiaLike,
      patterns,
    }
    expect(assignmentsFor({ ...input, member: member('ada', more) })).toEqual(new Map())
  })

  test('a rule for one connection does not speak for another', () => {
    const elsewhere = rules.map((rule) => ({ ...rule, connection: connectionId('globex') }))
    const input = { member: member('ada'), groups: [inGroup('tier1')], traits: () => sekoiaLike, patterns }
    expect(assignmentsFor({ ...input, configuration: configuration({}, elsewhere) })).toEqual(new Map())
  })
})

describe('constraints', () => {
  test('several custom roles stand together', () => {
    expect(outcome(['tier1', 'tier2', 'edr'])).toEqual({ granted: ['tier1', 'tier2', 'edr'], suppressed: [] })
  })

  test('custom roles switch built-in ones off, however the community resolves conflicts', () => {
    for (const onConflict of ['priority', 'leastPrivilege', 'deny'] as const)
      expect(outcome(['admin', 'tier1'], { onConflict })).toEqual({
        granted: ['tier1'],
        suppressed: [['admin', 'customReplacesBuiltin', ['tier1']]],
      })
  })

  test('of two built-in roles the one of higher priority is given', () => {
    expect(outcome(['guest', 'analyst'])).toEqual({
      granted: ['analyst'],
      suppressed: [['guest', 'maximumRoles', ['analyst']]],
    })
  })

  test('clashing roles are all denied where the community says so', () => {
    expect(outcome(['guest', 'analyst'], { onConflict: 'deny' })).toEqual({
      granted: [],
      suppressed: [
        ['analyst', 'conflictDenied', ['guest']],
        ['guest', 'conflictDenied', ['analyst']],
      ],
    })
  })

  test('an exclusive role stands alone: by priority it loses, by least privilege it wins', () => {
    expect(outcome(['tier1', 'paris'])).toEqual({
      granted: ['tier1'],
      suppressed: [['paris', 'exclusiveRole', ['tier1']]],
    })
    expect(outcome(['tier1', 'paris'], { onConflict: 'leastPrivilege' })).toEqual({
      granted: ['paris'],
      suppressed: [['tier1', 'exclusiveRole', ['paris']]],
    })
    expect(outcome(['paris', 'lyon']).granted).toEqual(['paris'])
  })

  test('one role per account: least privilege counts permissions', () => {
    const traits = plain
    expect(outcome(['tier1', 'tier2', 'admin'], { traits })).toEqual({
      granted: ['admin'],
      suppressed: [
        ['tier1', 'maximumRoles', ['admin']],
        ['tier2', 'maximumRoles', ['admin']],
      ],
    })
    expect(outcome(['tier1', 'tier2', 'admin'], { traits, onConflict: 'leastPrivilege' }).granted).toEqual([
      'tier1',
    ])
  })
})

describe('least privilege knows', () => {
  const traits: PlatformTraits = {
    ...plain,
    builtinPower: ['guest', 'analyst', 'admin'],
    adminPermissions: ['ADMIN'],
    roleAliases: { visitor: ['Guest'] },
  }
  const least = (...groups: readonly string[]) => outcome(groups, { traits, onConflict: 'leastPrivilege' })

  test('the order of built-in roles', () => {
    expect(least('admin', 'analyst').granted).toEqual(['analyst'])
    expect(least('analyst', 'guest').granted).toEqual(['guest'])
  })

  test('a role that can do what an administrator can as the most powerful', () => {
    expect(least('tier2', 'analyst').granted).toEqual(['analyst'])
    expect(least('tier2', 'tier1', 'guest').granted).toEqual(['tier1'])
    expect(least('tier2', 'admin').granted).toEqual(['admin'])
  })

  test('a built-in role by a name it had before, and a strange one as large', () => {
    const named = (name: string): Configuration => {
      const roles = community.roles.map((role) => (role.id === 'guest' ? { ...role, name } : role))
      return configuration({ roles, onConflict: 'leastPrivilege' })
    }
    const granted = (name: string) =>
      assignmentsFor({
        member: member('ada'),
        groups: ['guest', 'analyst'].map((one) => inGroup(one)),
        configuration: named(name),
        traits: () => traits,
        patterns,
      })
        .get(soc)
        ?.granted.map(({ role }) => role)
    expect(granted('Visitor')).toEqual(['guest'])
    for (const name of ['Something new', 'constructor', '__proto__'])
      expect(granted(name)).toEqual(['analyst'])
  })
})

describe('laws', () => {
  const wishes = fc.subarray(all)
  const options = fc.record({
    onConflict: fc.constantFrom<ConflictResolution>('priority', 'leastPrivilege', 'deny'),
    traits: fc.constantFrom(sekoiaLike, plain, { ...plain, maximumRoles: 2 }),
  })

  test('granted and suppressed together are the union of the rules, each role once', () => {
    fc.assert(
      fc.property(wishes, options, (groups, given) => {
        const { granted, suppressed } = outcome(groups, given)
        expect([...granted, ...suppressed.map(([role]) => role)].toSorted()).toEqual(groups.toSorted())
      }),
    )
  })

  test('what is granted fits the platform', () => {
    fc.assert(
      fc.property(wishes, options, (groups, { onConflict, traits }) => {
        const { granted } = outcome(groups, { onConflict, traits })
        const kinds = granted.map((role) => definitions.find(({ id }) => id === role)?.kind)
        for (const kind of traits.singleKinds)
          expect(kinds.filter((one) => one === kind).length).toBeLessThanOrEqual(1)
        if (kinds.some((kind) => kind !== undefined && traits.exclusiveKinds.includes(kind)))
          expect(kinds).toHaveLength(1)
        if (traits.customReplacesBuiltin && kinds.some((kind) => kind !== 'builtin'))
          expect(kinds).not.toContain('builtin')
        expect(kinds.length).toBeLessThanOrEqual(traits.maximumRoles ?? Number.POSITIVE_INFINITY)
      }),
    )
  })

  test('somebody wanted keeps at least one role unless conflicts are denied', () => {
    fc.assert(
      fc.property(wishes, options, (groups, given) => {
        fc.pre(groups.length > 0 && given.onConflict !== 'deny')
        expect(outcome(groups, given).granted.length).toBeGreaterThan(0)
      }),
    )
  })

  test('one more group wants one more role and unwants none; the order of groups does not matter', () => {
    fc.assert(
      fc.property(wishes, fc.constantFrom(...all), options, (groups, more, given) => {
        const wanted = (list: readonly string[]) => {
          const { granted, suppressed } = outcome(list, given)
          return new Set([...granted, ...suppressed.map(([role]) => role as string)])
        }
        expect(wanted([...groups, more])).toEqual(new Set([...wanted(groups), more]))
        expect(outcome(groups.toReversed(), given)).toEqual(outcome(groups, given))
      }),
    )
  })
})
