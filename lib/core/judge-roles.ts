import type { Change } from './plan.ts'
import { droppedRoles } from './removals.ts'
import type { HoldReason } from './verdict.ts'

/** A role that can do more than it could, for those who hold it. */
export const widens = (change: Change): HoldReason | undefined => {
  if (change.kind !== 'repairRole' || change.widens.length === 0) return undefined
  const { widens: gains, holders, equalsAdmin = [] } = change
  if (holders === 0 && equalsAdmin.length === 0) return undefined
  return { kind: 'roleWidened', gains, holders, ...(equalsAdmin.length === 0 ? {} : { equalsAdmin }) }
}

/** Only a person can say whether a role the configuration no longer knows was dropped on purpose. */
export const dropsRole = (change: Change): HoldReason | undefined => {
  const roles = droppedRoles(change)
  return roles.length > 0 ? { kind: 'roleDropped', roles } : undefined
}
