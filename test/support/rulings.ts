import type { Safety } from '../../lib/core/configuration.ts'
import { type JudgeInput, judge } from '../../lib/core/judgement.ts'
import { account, emptyWorld, left, noon, owned, target } from './examples.ts'
import { planOf, snapshotOf, type World } from './world.ts'

export const people = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `p${String(n).padStart(2, '0')}`)

/** `count` people with a role, of whom the first `leaving` have left; somebody stays, so that it is no empty directory. */
export const house = (count: number, leaving: number, role = 'tier1'): World => ({
  ...emptyWorld,
  accounts: people(count).map((name) => account(name, [role])),
  ownership: people(count).map((name) => owned(name, [role])),
  targets: people(count).map((name, n) => (n < leaving ? left(name) : target(name, [role]))),
})

export const input = (
  world: World,
  more: Partial<JudgeInput> = {},
  safety: Partial<Safety> = {},
): JudgeInput => ({
  plan: planOf(world),
  community: { ...world.community, safety: { ...world.community.safety, ...safety } },
  history: { ownedAtStart: world.ownership.length, departures: [], revocations: [] },
  approvals: [],
  snapshot: snapshotOf(world),
  owned: world.ownership.length,
  desired: world.targets.filter(({ granted }) => granted.length > 0).length,
  now: noon,
  ...more,
})
export const ruling = (given: JudgeInput) => {
  const { allowed, held, withheld } = judge(given)
  return {
    allowed: allowed.map(({ id }) => id),
    held: held.map(({ change, reason }) => [change.id, reason.kind]),
    withheld: withheld.map(({ id }) => id),
  }
}
export const departure = (name: string) => `suspend/a-${name}/departed`
