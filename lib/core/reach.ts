import type { Community } from './configuration.ts'
import { unreachable } from './errors.ts'
import type { AccountId, PlatformRoleId, RoleId } from './ids.ts'
import type { Change, Reach } from './plan.ts'
import { adminPower, type PowerInput } from './role-power.ts'

type ReachInput = PowerInput & {
  readonly community: Community
  readonly changes: readonly Change[]
  /** Whether the account holds a role of administrators now. */
  readonly administers: (account: AccountId) => boolean
}

/** A change of somebody's access, or of what a role lets its holders do. */
const changesAccess = (change: Change): boolean => {
  switch (change.kind) {
    case 'invite':
    case 'grant':
    case 'revoke':
    case 'suspend':
    case 'resume':
    case 'remove':
    case 'repairRole':
      return true
    case 'createRole':
    case 'deleteRole':
    case 'forgetRole':
    case 'forget':
    case 'adopt':
      return false
    default:
      return unreachable(change)
  }
}

/** Whether it gives or takes a role whose holders are administrators. */
const createAdminTest = ({ community, administers, ...input }: ReachInput) => {
  const { snapshot, states } = input
  const adminRoles = new Set(snapshot.roles.filter(({ admin }) => admin).map(({ id }) => id))
  const isAdminRole = (id: PlatformRoleId | undefined): boolean => id !== undefined && adminRoles.has(id)
  const givesAdmin = (id: RoleId): boolean => {
    const state = states.get(id)
    const definition = community.roles.find((one) => one.id === id)
    const present = state?.kind === 'present' && state.role.admin
    return present || (definition !== undefined && adminPower(definition, input).length > 0)
  }
  return (change: Change): boolean => {
    switch (change.kind) {
      case 'invite':
        return change.roles.some(({ role }) => givesAdmin(role))
      case 'grant':
        return change.admin || givesAdmin(change.grant.role) || isAdminRole(change.replaces?.platformRole)
      case 'revoke':
        return isAdminRole(change.platformRole)
      case 'suspend':
      case 'resume':
      case 'remove':
        return administers(change.subject.account)
      case 'repairRole':
        return isAdminRole(change.platformRole) || givesAdmin(change.role.id)
      default:
        return false
    }
  }
}

/** The blast radius: what of this plan takes effect in communities below this one, too. */
export const reachOf = (input: ReachInput): Reach | undefined => {
  const { snapshot, traits, changes } = input
  const communities = snapshot.children ?? []
  if (communities.length === 0 || traits.inherited === undefined) return undefined
  const test = traits.inherited === 'allRoles' ? () => true : createAdminTest(input)
  const reaching = changes.filter((change) => changesAccess(change) && test(change)).map(({ id }) => id)
  return reaching.length === 0 ? undefined : { communities, changes: reaching }
}
