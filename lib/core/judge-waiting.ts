import type { Community, Safety } from './configuration.ts'
import type { RoleId } from './ids.ts'
import type { Change, ChangeId, Person, Plan } from './plan.ts'
import { personKey } from './plan-scene.ts'
import { removalKind } from './removals.ts'
import type { HeldChange, Hold } from './verdict.ts'

/** While something waits for a person, a community may want less than everything else to go on (`Safety.whileHeld`). */

/** Nobody is asked about a list the platform could not vouch for: it is read again. */
const asks = ({ reason }: HeldChange): boolean =>
  reason.kind !== 'rejected' && reason.kind !== 'incompleteSnapshot'

type Waiting = {
  readonly plan: Pick<Plan, 'scope'>
  readonly hold?: Hold | undefined
  /** Whom a targeted plan speaks for. */
  readonly lookedAt?: readonly Person[] | undefined
  /** Of whom a whole plan says nothing. */
  readonly untold?: readonly Person[] | undefined
}

/** A whole plan says anew what waits; a targeted one knows nothing of roles and of other people, for whom the hold speaks. */
const waitsElsewhere = ({ plan, hold, lookedAt = [], untold = [] }: Waiting): boolean => {
  if (hold?.state !== 'waiting') return false
  const whole = plan.scope === 'community'
  const named = new Set((whole ? untold : lookedAt).map(personKey))
  const isNamed = ({ change }: HeldChange) => 'subject' in change && named.has(personKey(change.subject))
  return hold.held.some((one) => asks(one) && isNamed(one) === whole)
}

export const waitsForDecision = (
  input: Waiting & { readonly community: { readonly safety: Pick<Safety, 'whileHeld'> } },
  held: readonly HeldChange[],
): boolean => input.community.safety.whileHeld !== 'goOn' && (held.some(asks) || waitsElsewhere(input))

const rolesNeeded = (change: Change, fallbackRole: RoleId | undefined): readonly RoleId[] => {
  if (change.kind === 'grant') return [change.grant.role]
  if (change.kind === 'invite') return change.roles.map(({ role }) => role)
  return change.kind === 'suspend' && fallbackRole !== undefined ? [fallbackRole] : []
}

/** What goes on all the same: what a person approved, departures where the community wants them, and the roles these need. */
export const meanwhile = (
  { safety, fallbackRole }: Pick<Community, 'safety' | 'fallbackRole'>,
  approved: ReadonlySet<ChangeId>,
  changes: readonly Change[],
): readonly Change[] => {
  const goes = (change: Change): boolean =>
    approved.has(change.id) || (safety.whileHeld === 'departuresOnly' && removalKind(change) === 'departure')
  const needed = new Set(changes.filter(goes).flatMap((change) => rolesNeeded(change, fallbackRole)))
  const makes = (change: Change): boolean =>
    (change.kind === 'createRole' || change.kind === 'repairRole') && needed.has(change.role.id)
  return changes.filter((change) => goes(change) || makes(change))
}
