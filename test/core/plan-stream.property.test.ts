import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../../lib/core/ids.ts'
import { accountsOf } from '../../lib/core/ownership.ts'
import type { PlanFacts } from '../../lib/core/plan-members.ts'
import { type AccountRow, compareAccounts, comparePeople, type Owner } from '../../lib/core/plan-rows.ts'
import { personKey } from '../../lib/core/plan-scene.ts'
import { type Pages, type PlanStreams, planStreams } from '../../lib/core/plan-stream.ts'
import { type PlanInput, planChanges } from '../../lib/core/planning.ts'
import type { Account } from '../../lib/core/snapshot.ts'
import { identityWorlds, type Step, script, walk, worlds } from '../support/script.ts'
import { snapshotOf, type World } from '../support/world.ts'

const runs = { numRuns: Math.ceil(Number(process.env.FUZZ_BUDGET ?? 150) / 2) }

type Lists = {
  readonly [Name in keyof PlanStreams]: PlanStreams[Name] extends Pages<infer Item> ? readonly Item[] : never
}

/** Of each account, under whom it stands: looked for the long way, one person after the other. */
const accountRows = ({ targets, ownership, snapshot }: PlanInput, scope: string): readonly AccountRow[] => {
  const ownerOf = ({ id }: Account): Owner | undefined => {
    const record = ownership.find((one) => accountsOf(one).includes(id))
    const target = record && targets.find((one) => personKey(one) === personKey(record))
    const standing = target?.standing ?? (scope === 'community' ? ('departed' as const) : undefined)
    return record && { ownership: record, ...(standing === undefined ? {} : { standing }) }
  }
  const people = new Map([...targets, ...ownership].map((one) => [personKey(one), one]))
  return [...people.values()].flatMap(({ connection, member }) => {
    const same = (one: { readonly connection: string; readonly member: string }) =>
      one.connection === connection && one.member === member
    const [target, record] = [targets.find(same), ownership.find(same)]
    const addresses = [target?.email, record && fold(record.email)]
    return snapshot.accounts.flatMap((account): AccountRow[] => {
      const own = record !== undefined && accountsOf(record).includes(account.id)
      if (!own && (account.email === undefined || !addresses.includes(fold(account.email)))) return []
      const owner = own ? undefined : ownerOf(account)
      return [{ connection, member, account, ...(owner === undefined ? {} : { owner }) }]
    })
  })
}

const listsOf = (input: PlanInput, scope: PlanFacts['scope']): Lists => {
  const accounts = accountRows(input, scope).toSorted(compareAccounts)
  const shown = new Set(accounts.map(({ account }) => account.id))
  return {
    targets: input.targets.toSorted(comparePeople),
    ownership: input.ownership.toSorted(comparePeople),
    accounts,
    others: input.snapshot.accounts.filter(({ id }) => !shown.has(id)),
  }
}

/** Pages as long as the sizes say, over and over; an empty one is a page, too. */
async function* paged<Item>(list: readonly Item[], sizes: readonly number[]): Pages<Item> {
  let from = 0
  for (let number = 0; from < list.length; number += 1) {
    const size = sizes[number % sizes.length] ?? 1
    yield list.slice(from, from + size)
    from += size
  }
}

type Sizes = { readonly [Name in keyof PlanStreams]: readonly number[] }
const streamsOf = (lists: Lists, sizes: Sizes): PlanStreams => ({
  targets: paged(lists.targets, sizes.targets),
  ownership: paged(lists.ownership, sizes.ownership),
  accounts: paged(lists.accounts, sizes.accounts),
  others: paged(lists.others, sizes.others),
})
const some = fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }).filter((sizes) => sizes.some((n) => n > 0))
const sizes: fc.Arbitrary<Sizes> = fc.record({ targets: some, ownership: some, accounts: some, others: some })
const atOnce: Sizes = { targets: [99], ownership: [99], accounts: [99], others: [99] }

const looks = ['everybody', 'everybody', 'a few', 'a few in view', 'half a list'] as const
type Look = (typeof looks)[number]

/** All the ways the worker looks at a community; another stands below it, into which administrators' roles reach. */
const inputOf = (world: World, look: Look, first: number): PlanInput => {
  const whole = snapshotOf(world)
  const few = look === 'a few' || look === 'a few in view'
  return {
    ...world,
    traits: { ...world.traits, inherited: 'adminRoles' },
    targets: few ? world.targets.slice(first, first + 2) : world.targets,
    configuration: 1,
    directoryAt: world.now,
    scope: few ? 'targeted' : 'community',
    snapshot: {
      ...whole,
      scope: look === 'a few in view' ? 'targeted' : 'community',
      complete: look !== 'half a list',
      accounts: look === 'half a list' ? whole.accounts.slice(1) : whole.accounts,
      children: [{ tenant: 'below', name: 'Below' }],
    },
  }
}

const factsOf = ({ targets: _targets, ownership: _ownership, ...rest }: PlanInput): PlanFacts => {
  const { accounts: _accounts, ...snapshot } = rest.snapshot
  return { ...rest, snapshot, scope: rest.scope ?? 'community' }
}

const visited = (start: World, steps: readonly Step[]): readonly World[] => {
  const seen: World[] = []
  walk(start, steps, (world) => seen.push(world))
  return seen
}
const anyWorld = fc.oneof(worlds, identityWorlds)

/** Two neighbours change places, or one of them comes twice. */
const disturbed = <Item>(list: readonly Item[], at: number, twice: boolean): readonly Item[] => {
  const [before, here, next] = [list.slice(0, at), list[at], list[at + 1]]
  if (here === undefined || (next === undefined && !twice)) return list
  return twice || next === undefined
    ? [...before, here, ...list.slice(at)]
    : [...before, next, here, ...list.slice(at + 2)]
}

describe('a plan from streams', () => {
  test('is the plan from lists, however the streams are cut into pages', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        anyWorld,
        script,
        sizes,
        fc.constantFrom(...looks),
        fc.nat(3),
        async (start, steps, cut, look, first) => {
          for (const world of visited(start, steps)) {
            const input = inputOf(world, look, first)
            const facts = factsOf(input)
            const lists = listsOf(input, facts.scope)
            const plan = await planStreams(facts, streamsOf(lists, cut))
            expect(plan).toEqual(planChanges(input))
            for (const { kind } of [...plan.problems, ...plan.unmanaged]) seen.add(kind)
            if (plan.reach !== undefined) seen.add('reach')
          }
        },
      ),
      runs,
    )
    for (const kind of ['duplicateEmail', 'duplicateAccounts', 'account', 'grant', 'reach'])
      expect(seen).toContain(kind)
  })

  test('is refused when a stream is not sorted, names a member twice, or shows an account under nobody', async () => {
    const places = fc.tuple(fc.constantFrom('targets', 'ownership', 'accounts'), fc.nat(6), fc.boolean())
    let refused = 0
    await fc.assert(
      fc.asyncProperty(anyWorld, script, sizes, places, async (start, steps, cut, [name, at, twice]) => {
        const world = steps.reduce((state, step) => step(state), start)
        const input = inputOf(world, 'everybody', 0)
        const lists = listsOf(input, 'community')
        const wrong = {
          ...lists,
          ...(name === 'targets' ? { targets: disturbed(lists.targets, at, twice) } : {}),
          ...(name === 'ownership' ? { ownership: disturbed(lists.ownership, at, twice) } : {}),
          ...(name === 'accounts' ? { accounts: disturbed(lists.accounts, at, twice) } : {}),
        }
        if (wrong[name] === lists[name]) return
        refused += 1
        await expect(planStreams(factsOf(input), streamsOf(wrong, cut))).rejects.toMatchObject({
          code: 'internal',
          message: expect.stringContaining(`the stream of ${name}`),
        })
        const [orphan] = lists.accounts
        if (orphan === undefined) return
        const without = {
          ...lists,
          targets: lists.targets.filter((one) => comparePeople(one, orphan) !== 0),
          ownership: lists.ownership.filter((one) => comparePeople(one, orphan) !== 0),
        }
        await expect(planStreams(factsOf(input), streamsOf(without, atOnce))).rejects.toMatchObject({
          message: 'the stream of accounts names somebody who is neither wanted nor known',
        })
      }),
      runs,
    )
    expect(refused).toBeGreaterThan(runs.numRuns / 4)
  })
})
