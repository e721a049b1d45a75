import type { Mode } from './configuration.ts'
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
export const policies: Readonly<Record<Mode, (plan: Plan) => PolicyResult>> = {
  enforce: (plan) => split(plan, () => true),
  upsertOnly: (plan) => split(plan, (change) => !takes(change)),
  report: (plan) => split(plan, () => false),
}
