import type { Community, Mode } from './configuration.ts'
import { createKeptRoles } from './judge-kept.ts'
import type { Change, Plan } from './plan.ts'

export type PolicyResult = { readonly allowed: readonly Change[]; readonly withheld: readonly Change[] }

/** A repair overwrites what somebody added to the role by hand, and the change does not say what that was. */
const takesAway: readonly Change['kind'][] = ['suspend', 'remove', 'revoke', 'repairRole', 'deleteRole']

/** Nothing is lost with the fallback role. */
const takes = (change: Change): boolean =>
  takesAway.includes(change.kind) ||
  (change.kind === 'grant' && change.replaces !== undefined && change.resumes !== true)

const split = (plan: Plan, passes: (change: Change) => boolean): PolicyResult => ({
  allowed: plan.changes.filter(passes),
  withheld: plan.changes.filter((change) => !passes(change)),
})

/** What a community's mode lets through, before anything is judged. Withheld is not held: nobody is asked, nothing is alarmed. */
const policies: Readonly<Record<Mode, (plan: Plan) => PolicyResult>> = {
  enforce: (plan) => split(plan, () => true),
  upsertOnly: (plan) => split(plan, (change) => !takes(change)),
  report: (plan) => split(plan, () => false),
}

/**
 * What the mode lets through. Where it keeps an old role, the one that replaces it is not given: the platform would take the old one away. Nor is
 * anybody let in again to what they are not to have.
 */
export const letThrough = ({
  plan,
  community,
}: {
  readonly plan: Plan
  readonly community: Community
}): PolicyResult => {
  const { allowed, withheld } = policies[community.mode](plan)
  const kept = createKeptRoles<true>()
  for (const change of withheld) kept.keep(change, true)
  const passing = new Set(allowed.filter((change) => kept.stops(change) === undefined))
  return { allowed: [...passing], withheld: plan.changes.filter((change) => !passing.has(change)) }
}
