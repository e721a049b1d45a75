import type { Change, Drift, Problem, Warning } from './plan.ts'
import type { PlatformRole } from './snapshot.ts'

/** How a configured role stands on the platform, for those who want to give it. */
export type RoleState =
  | { readonly kind: 'present'; readonly role: PlatformRole }
  /** This plan creates it. */
  | { readonly kind: 'creatable' }
  /** A problem says why it is neither given nor taken. */
  | { readonly kind: 'blocked' }

/** What the plan says of one configured role. */
export type RoleVerdict = {
  readonly state: RoleState
  readonly changes?: readonly Change[]
  readonly problems?: readonly Problem[]
  readonly drift?: readonly Drift[]
  readonly warnings?: readonly Warning[]
}

export const blocked = (...problems: readonly Problem[]): RoleVerdict => ({
  state: { kind: 'blocked' },
  problems,
})
