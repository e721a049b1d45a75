/** Random configurations of roles, one after the other, over a platform on which people edit by hand, with a death possible at every write. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Change, Plan } from '../../lib/core/plan.ts'
import type { PlatformRole } from '../../lib/core/snapshot.ts'
import { account, builtins, community, emptyWorld } from '../support/examples.ts'
import { applyAll, applyChange, planOf, type Stage, type World } from '../support/world.ts'

const runs = { numRuns: Number(process.env.FUZZ_BUDGET ?? 300) }
type Step = (world: World) => World

const ids = ['a', 'b', 'c', 'd']
const names = ['North', 'South', 'East', 'West']
const permissions = fc.subarray(['READ', 'WRITE', 'DELETE'], { minLength: 1 })
const stage = fc.constantFrom<Stage>('writtenAhead', 'onPlatform', 'recorded')

/** Ids and names are unique, as the configuration check demands. */
const configurations: fc.Arbitrary<readonly RoleDefinition[]> = fc
  .tuple(
    fc.shuffledSubarray(ids),
    fc.shuffledSubarray(names, { minLength: 4 }),
    fc.array(
      fc.record({
        managed: fc.constantFrom(true, true, true, false),
        previously: fc.shuffledSubarray([...ids, ...names], { maxLength: 2 }),
        permissions,
      }),
      { minLength: 4, maxLength: 4 },
    ),
  )
  .map(([chosen, called, wishes]) =>
    chosen.map((id, n): RoleDefinition => {
      const { managed, previously, permissions: granted } = wishes[n] ?? wishes[0] ?? never()
      const role = { id: roleId(id), kind: 'custom' as const, name: called[n] ?? id }
      if (!managed) return role
      return { ...role, previously, contents: { description: 'ours', permissions: granted, intakes: [] } }
    }),
  )
const never = (): never => {
  throw new Error('nothing was drawn')
}

const configure =
  (roles: readonly RoleDefinition[]): Step =>
  (world) => ({ ...world, community: { ...world.community, roles } })

const byHand =
  (number: number, edit: (role: PlatformRole, world: World) => World): Step =>
  (world) => {
    const made = world.roles.filter(({ kind }) => kind !== 'builtin')
    const role = made[number % Math.max(1, made.length)]
    return role === undefined ? world : edit(role, world)
  }
const hold: (role: PlatformRole, world: World) => World = (role, world) => ({
  ...world,
  accounts: [
    ...world.accounts,
    account('x', [], {
      id: accountId(`holder-${world.made}`),
      email: `x${world.made}@x.test`,
      roles: [role.id],
    }),
  ],
  made: world.made + 1,
})
const discard: (role: PlatformRole, world: World) => World = (role, world) => ({
  ...world,
  roles: world.roles.filter(({ id }) => id !== role.id),
  accounts: world.accounts.map((one) => ({ ...one, roles: one.roles.filter((id) => id !== role.id) })),
})
const make =
  (name: string): Step =>
  (world) => {
    if (world.roles.some((role) => role.name === name)) return world
    const id = platformRoleId(`hand-${world.made}`)
    const description = 'made by hand'
    const role: PlatformRole = {
      id,
      name,
      kind: 'custom',
      description,
      permissions: [],
      intakes: [],
      admin: false,
    }
    return { ...world, roles: [...world.roles, role], made: world.made + 1 }
  }
const work =
  (count: number, last: Stage): Step =>
  (world) => {
    const { changes } = planOf(world)
    const cut = changes[count]
    const done = applyAll(world, changes.slice(0, count))
    return cut === undefined ? done : applyChange(done, cut, last)
  }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: configurations.map(configure) },
  { weight: 6, arbitrary: fc.tuple(fc.nat(4), stage).map(([count, last]) => work(count, last)) },
  { weight: 4, arbitrary: fc.constant(work(99, 'recorded')) },
  { weight: 2, arbitrary: fc.nat(9).map((n) => byHand(n, hold)) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => ({ ...world, accounts: [] })) },
  { weight: 1, arbitrary: fc.nat(9).map((n) => byHand(n, discard)) },
  {
    weight: 1,
    arbitrary: fc.nat(9).map((n) =>
      byHand(n, (role, world) => ({
        ...world,
        roles: world.roles.map((one) => (one === role ? { ...one, untouchable: 'ownKey' as const } : one)),
      })),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...names).map(make) },
)
const script = fc.array(step, { maxLength: 14 })
const empty: World = {
  ...emptyWorld,
  roles: builtins,
  roleOwnership: [],
  community: { ...community, roles: [] },
}

const everyWorld = (check: (world: World) => void): void =>
  fc.assert(
    fc.property(script, (steps) => {
      check(steps.reduce((world, one) => one(world), empty))
    }),
    runs,
  )
const idsOf = ({ changes }: Plan): readonly string[] => changes.map(({ id }) => id)
const settle = (world: World, rounds = 4): World =>
  rounds === 0 ? world : settle(applyAll(world, planOf(world).changes), rounds - 1)
const deleted = ({ changes }: Plan): readonly string[] =>
  changes.flatMap((change) => (change.kind === 'deleteRole' ? [change.platformRole] : []))
const held = ({ accounts }: World): ReadonlySet<string> => new Set(accounts.flatMap(({ roles }) => roles))
/** As people see it: what there is, by name. */
const sight = ({ roles }: World) =>
  Object.fromEntries(
    roles.map(({ name, permissions: granted, description }) => [name, [description, granted]]),
  )

describe('roles over a changing configuration', () => {
  test('come to rest', () => {
    everyWorld((world) => {
      expect(idsOf(planOf(settle(world)))).toEqual([])
    })
  })

  test('come to rest in the same state, whichever change dies at whichever stage', () => {
    fc.assert(
      fc.property(script, fc.nat(6), stage, (steps, count, last) => {
        const world = steps.reduce((state, one) => one(state), empty)
        const died = settle(work(count, last)(world))
        expect(idsOf(planOf(died))).toEqual([])
        expect(sight(died)).toEqual(sight(settle(world)))
      }),
      runs,
    )
  })

  test('are deleted only when ours, held by nobody, touchable, and not named as existing', () => {
    everyWorld((world) => {
      const named = new Set(
        world.community.roles.filter((role) => !('contents' in role)).map(({ name }) => name),
      )
      const records = new Set(world.roleOwnership.map(({ role }): string => role))
      for (const change of planOf(world).changes) {
        if (change.kind !== 'deleteRole') continue
        const role = world.roles.find(({ id }) => id === change.platformRole)
        expect(records).toContain(change.role)
        expect(change.platformRole).toMatch(/^role-/)
        expect(held(world)).not.toContain(change.platformRole)
        expect(role?.untouchable).toBeUndefined()
        expect(named).not.toContain(role?.name)
      }
    })
  })

  test('never lose a holder, and no holder their role, to a new name or id', () => {
    everyWorld((world) => {
      const settled = settle(world)
      expect(settled.accounts).toEqual(world.accounts)
      const left = new Set(settled.roles.map(({ id }): string => id))
      for (const role of held(world)) expect(left).toContain(role)
    })
  })

  test('made by hand, or by which our own key lives, stay as they are', () => {
    everyWorld((world) => {
      const spared = ({ id, untouchable }: PlatformRole) =>
        id.startsWith('hand-') || untouchable !== undefined
      expect(settle(world).roles.filter(spared)).toEqual(world.roles.filter(spared))
    })
  })

  test('every record left belongs to a role of ours that is there, or is on its way', () => {
    everyWorld((world) => {
      const settled = settle(world)
      // Whose role somebody deleted and replaced by one of the same name waits for that one to go.
      const blocked = new Set(planOf(settled).problems.map((one) => ('role' in one ? one.role : '')))
      const records = settled.roleOwnership.filter(({ role }) => !blocked.has(role))
      const bound = records.map(({ platformRole }) => platformRole)
      expect(new Set(bound).size).toBe(bound.length)
      for (const id of bound) if (id !== undefined) expect(settled.roles.map((role) => role.id)).toContain(id)
    })
  })

  test('say the same in whatever order they are read, and under ids of their own', () => {
    everyWorld((world) => {
      const plan = planOf(world)
      expect(new Set(idsOf(plan)).size).toBe(plan.changes.length)
      const other = {
        ...world,
        roles: world.roles.toReversed(),
        roleOwnership: world.roleOwnership.toReversed(),
        accounts: world.accounts.toReversed(),
      }
      expect(planOf(other)).toMatchObject({ changes: plan.changes, warnings: plan.warnings })
    })
  })

  test('the generator reaches what this is about', () => {
    const seen = new Set<string>()
    const note = (change: Change) => {
      seen.add(change.kind)
      if (change.kind === 'repairRole' && change.takesOver !== undefined) seen.add('takesOver')
      if (change.kind === 'repairRole' && change.formerly !== undefined) seen.add('formerly')
    }
    fc.assert(
      fc.property(script, (steps) => {
        const plan = planOf(steps.reduce((world, one) => one(world), empty))
        plan.changes.forEach(note)
        for (const { kind } of [...plan.warnings, ...plan.problems]) seen.add(kind)
        if (deleted(plan).length > 1) seen.add('several')
      }),
      { numRuns: 1500, seed: 3 },
    )
    expect([...seen].toSorted()).toEqual([
      'createRole',
      'deleteRole',
      'droppedRoleHeld',
      'forgetRole',
      'formerly',
      'repairRole',
      'roleMissing',
      'roleNotOurs',
      'roleOfOwnKey',
      'several',
      'takesOver',
    ])
  })
})
