import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Community, RoleContents } from '../../lib/core/configuration.ts'
import { type Present, stillPresent } from '../../lib/core/departed.ts'
import { type Above, childrenOf, holdsBelow, inheritedFrom, parentsOf } from '../../lib/core/effective.ts'
import { accountId, communityId, roleId } from '../../lib/core/ids.ts'
import type { PlatformTraits } from '../../lib/core/snapshot.ts'
import { assignment, community, noon, owned, sekoiaLike } from '../support/examples.ts'

const runs = { numRuns: Number(process.env.FUZZ_BUDGET ?? 300) }
const all: PlatformTraits = { ...sekoiaLike, inherited: 'allRoles' }
const admins: PlatformTraits = {
  ...sekoiaLike,
  inherited: 'adminRoles',
  builtinPower: ['guest', 'analyst', 'admin'],
  adminPermissions: ['ADMIN'],
}
const named = (id: string, parent?: string): Community => ({
  ...community,
  id: communityId(id),
  ...(parent === undefined ? {} : { parent: communityId(parent) }),
})
const contents = (...permissions: readonly string[]): RoleContents => ({
  description: '',
  permissions,
  intakes: [],
})
const suspended = (unconfirmed?: true) => ({
  suspended: { at: noon, reason: 'departed' as const, ...(unconfirmed ? { unconfirmed } : {}) },
})
const above = (more: Partial<Above> = {}): Above => ({
  community: named('main'),
  traits: all,
  granted: [],
  ownership: undefined,
  applied: new Map(),
  ...more,
})
const idsOf = (communities: readonly Community[]) => communities.map(({ id }) => id)

describe('communities', () => {
  const tree = [
    named('paris', 'france'),
    named('main'),
    named('france', 'main'),
    named('lyon', 'france'),
    named('far', 'unknown'),
  ]
  test('stand above and below each other', () => {
    expect(idsOf(parentsOf(tree, communityId('paris')))).toEqual(['france', 'main'])
    expect(idsOf(childrenOf(tree, communityId('main')))).toEqual(['paris', 'france', 'lyon'])
    expect(parentsOf(tree, communityId('far'))).toEqual([])
  })

  test('that stand above themselves are followed once', () => {
    const circle = [named('a', 'b'), named('b', 'c'), named('c', 'a')]
    expect(idsOf(parentsOf(circle, communityId('a')))).toEqual(['b', 'c'])
  })
})

describe('whether a role holds below', () => {
  const applied = new Map([
    [roleId('tier1'), contents('READ')],
    [roleId('edr'), contents('ADMIN')],
  ])
  test.each([
    ['admin', 'yes'],
    ['guest', 'no'],
    ['tier1', 'no'],
    ['edr', 'yes'],
    ['tier2', 'yes'],
    ['paris', 'unknown'],
    ['gone', 'unknown'],
  ])('where administrators’ do: %s, %s', (role, expected) => {
    expect(holdsBelow(above({ traits: admins, applied }), roleId(role))).toBe(expected)
  })

  test('where all do, or none', () => {
    expect(holdsBelow(above(), roleId('guest'))).toBe('yes')
    expect(holdsBelow(above({ traits: sekoiaLike }), roleId('admin'))).toBe('no')
  })

  test('is unknown where nobody says which built-in role is the strongest', () => {
    const { builtinPower: _power, ...traits } = admins
    expect(holdsBelow(above({ traits }), roleId('admin'))).toBe('unknown')
  })
})

describe('what is given above', () => {
  const ownership = owned('ada', ['analyst', 'tier1'])
  test('is inherited as it stands there', () => {
    const granted = [assignment('analyst'), assignment('tier2')]
    expect(inheritedFrom([above({ granted, ownership })])).toEqual([
      {
        community: 'main',
        roles: [
          { role: 'analyst', name: 'Analyst', state: 'given' },
          { role: 'tier2', name: 'Role tier2', state: 'waiting' },
          { role: 'tier1', name: 'Role tier1', state: 'leaving' },
        ],
      },
    ])
  })

  test('lets nobody in while they are suspended there; only announced, it still does', () => {
    expect(inheritedFrom([above({ ownership: { ...ownership, ...suspended() } })])).toEqual([])
    const announced = inheritedFrom([above({ ownership: { ...ownership, ...suspended(true) } })])
    expect(announced[0]?.roles).toHaveLength(2)
  })

  test('is nothing where only administrators’ roles hold, and perhaps something where nobody knows', () => {
    const given = { traits: admins, ownership: owned('ada', ['guest', 'paris']) }
    expect(inheritedFrom([above(given)])).toEqual([
      { community: 'main', roles: [{ role: 'paris', name: 'Role paris', state: 'leaving', perhaps: true }] },
    ])
  })
})

describe('who departed', () => {
  const tree = [named('main'), named('paris', 'main'), named('lyon', 'main')]
  const there = (id: string, more: Partial<Present> = {}): Present => ({
    community: named(id),
    traits: all,
    ownership: owned('ada', ['guest']),
    applied: new Map(),
    ...more,
  })
  const shut = { ownership: owned('ada', ['guest'], suspended()) }
  test('is gone when shut out above and in each community below', () => {
    expect(stillPresent(tree, [there('main', shut), there('paris', shut)])).toEqual([])
  })

  test('shut out above, is present below by what they have there', () => {
    expect(stillPresent(tree, [there('main', shut), there('paris')])).toEqual([
      { community: 'paris', by: ['paris'] },
    ])
  })

  test('shut out below, is present everywhere by what they have above', () => {
    expect(stillPresent(tree, [there('main'), there('paris', shut)])).toEqual([
      { community: 'main', by: ['main'] },
      { community: 'paris', by: ['main'] },
      { community: 'lyon', by: ['main'] },
    ])
  })

  test('is present where a suspension is not read back, or an invitation not answered', () => {
    const { account: _none, ...invited } = owned('ada', ['guest'])
    const present = [
      there('main', { ownership: owned('ada', [], suspended(true)) }),
      there('lyon', { ownership: invited }),
    ]
    expect(stillPresent(tree, present).map(({ community: id }) => id)).toEqual(['main', 'lyon'])
  })

  test('is present while the account under the address before is not gone', () => {
    const both = owned('ada', ['guest'], { ...suspended(), former: accountId('before') })
    expect(stillPresent(tree, [there('paris', { ownership: both })])).toEqual([
      { community: 'paris', by: ['paris'] },
    ])
    const { account: _none, ...before } = both
    expect(stillPresent(tree, [there('paris', { ownership: before })])).toEqual([])
  })

  const state = fc.constantFrom<Partial<Present> | undefined>(undefined, shut, {}, { traits: admins })
  const scenes = fc
    .tuple(
      fc.array(fc.constantFrom(undefined, 0, 1, 2, 3, 4), { minLength: 5, maxLength: 5 }),
      fc.array(state, { minLength: 5, maxLength: 5 }),
    )
    .map(([parents, states]) => ({
      communities: parents.map((parent, n) =>
        named(`c${n}`, parent === undefined ? undefined : `c${parent}`),
      ),
      known: states.flatMap((more, n) => (more === undefined ? [] : [there(`c${n}`, more)])),
    }))

  test('is present exactly where an account of theirs is open, or one above whose roles may hold', () => {
    fc.assert(
      fc.property(scenes, ({ communities, known }) => {
        const open = known.filter(({ ownership }) => ownership?.suspended === undefined)
        const reaching = new Set(open.filter(({ traits }) => traits === all).map((one) => one.community.id))
        const own = new Set(open.map((one) => one.community.id))
        const found = new Map(stillPresent(communities, known).map(({ community: id, by }) => [id, by]))
        for (const { id } of communities) {
          const upwards = parentsOf(communities, id)
            .map((one) => one.id)
            .filter((one) => reaching.has(one))
          const expected = [...(own.has(id) ? [id] : []), ...upwards]
          expect(found.get(id) ?? []).toEqual(expected)
        }
      }),
      runs,
    )
  })

  test('is gone everywhere once every account is shut, and never present in more places by one more shut', () => {
    fc.assert(
      fc.property(scenes, fc.nat(4), ({ communities, known }, which) => {
        const places = (list: readonly Present[]) =>
          stillPresent(communities, list).map(({ community: id }) => id)
        expect(places(known.map((one) => ({ ...one, ...shut })))).toEqual([])
        const fewer = known.map((one, n) => (n === which ? { ...one, ...shut } : one))
        expect(places(known)).toEqual(expect.arrayContaining([...places(fewer)]))
      }),
      runs,
    )
  })
})
