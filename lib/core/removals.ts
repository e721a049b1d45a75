import type { Safety } from './configuration.ts'
import type { RoleId } from './ids.ts'
import type { Change, ChangeId } from './plan.ts'
import type { RemovalHistory, RemovalKind } from './verdict.ts'

/** What a change takes away, if it is a removal: an account suspended or removed, or a grant lost without a replacement in the same plan. */
export const removalKind = (change: Change): RemovalKind | undefined => {
  if (change.kind === 'suspend' || change.kind === 'remove')
    return change.reason === 'readdressed'
      ? undefined
      : change.reason === 'departed'
        ? 'departure'
        : 'revocation'
  return change.kind === 'revoke' && !change.replaced ? 'revocation' : undefined
}

/** What only a list that is certainly whole may cause: removals, and an account that another one follows. */
export const takesAway = (change: Change): boolean =>
  removalKind(change) !== undefined || change.kind === 'remove'

/** What is lost because the configuration no longer knows the role. */
export const droppedRoles = (change: Change): readonly RoleId[] => {
  if (change.kind === 'revoke') return change.dropped === true ? [change.role] : []
  return change.kind === 'suspend' || change.kind === 'remove' ? (change.dropped ?? []) : []
}

const counted = (history: RemovalHistory, kind: RemovalKind): ReadonlySet<ChangeId> =>
  new Set(kind === 'departure' ? history.departures : history.revocations)

export type Allowance = {
  readonly limit: number
  readonly used: number
  readonly counted: ReadonlySet<ChangeId>
}

/** The rolling window's budget of one kind, and what is used of it. A removal already counted is free: it is the same one, tried again. */
export const allowance = (safety: Safety, history: RemovalHistory, kind: RemovalKind): Allowance => {
  const { fraction, floor } = kind === 'departure' ? safety.departures : safety.revocations
  const ids = counted(history, kind)
  const limit = Math.max(floor, Math.floor(fraction * history.ownedAtStart))
  return { limit, used: ids.size, counted: ids }
}
