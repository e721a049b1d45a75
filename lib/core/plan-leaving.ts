import type { Target } from './assignment.ts'
import { removeId, suspendId } from './change-ids.ts'
import type { Leaving } from './configuration.ts'
import { type Instant, later, type RoleId, roleId } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Bound, Change, Drift, Problem, Reason } from './plan.ts'
import { planGrants } from './plan-grants.ts'
import { bound } from './plan-locate.ts'
import { type Part, part, type Scene } from './plan-scene.ts'
import { isDropped, stateOf } from './plan-wishes.ts'
import { isManaged } from './role-contents.ts'
import type { Account } from './snapshot.ts'

type LeavingReason = Exclude<Reason, 'readdressed'>

export const leavingReason = ({ standing }: Target): LeavingReason =>
  standing === 'departed' ? 'departed' : 'unassigned'

type Dropped = { readonly dropped?: readonly RoleId[] }

/** Whom the identity provider sent away goes whatever the configuration says of roles. */
const withDropped = (reason: Reason, roles: readonly RoleId[]): Dropped =>
  reason === 'departed' || roles.length === 0 ? {} : { dropped: roles }

export const removal = (
  subject: Bound,
  reason: Reason,
  roles: readonly RoleId[] = [],
  suspendedAt?: Instant,
): Change => ({
  id: removeId(subject.account, reason),
  kind: 'remove',
  subject,
  reason,
  ...(suspendedAt === undefined ? {} : { suspendedAt }),
  ...withDropped(reason, roles),
})

/** Roles of ours on the account that the configuration no longer knows, and whether there are others. */
export const droppedOn = (
  scene: Scene,
  account: Account,
  ownership: Ownership | undefined,
): { readonly roles: readonly RoleId[]; readonly among: boolean } => {
  const held = (ownership?.grants ?? []).filter(({ platformRole }) => account.roles.includes(platformRole))
  const dropped = held.filter((grant) => isDropped(scene, grant))
  return {
    roles: [...new Set(dropped.map(({ role }) => role))].toSorted(),
    among: dropped.length > 0 && dropped.length < held.length,
  }
}

/** Why nobody can be put into the fallback role: it is not there, or it still lets in. */
const unfit = (scene: Scene): Problem | undefined => {
  const { fallbackRole, roles, departedKeepReadAccess } = scene.community
  const role = fallbackRole ?? roleId('fallbackRole')
  const state = stateOf(scene, role)
  if (state.kind === 'blocked') return { kind: 'fallbackRoleUnfit', role, why: 'missing' }
  const definition = roles.find(({ id }) => id === role)
  const live = state.kind === 'present' ? state.role.permissions : []
  // What was added to a managed one by hand is repaired by this very plan.
  const permissions =
    definition !== undefined && isManaged(definition) ? definition.contents.permissions : live
  return permissions.length > 0 && departedKeepReadAccess !== true
    ? { kind: 'fallbackRoleUnfit', role, why: 'grantsAccess' }
    : undefined
}

const suspension = (
  scene: Scene,
  account: Account,
  subject: Bound,
  reason: LeavingReason,
  ownership: Ownership | undefined,
  roles: readonly RoleId[],
): Part => {
  const problem = scene.traits.suspension === 'fallbackRole' ? unfit(scene) : undefined
  if (problem !== undefined) return part({ problems: [problem] })
  const suspended = ownership?.suspended
  const byHand = suspended !== undefined && suspended.unconfirmed !== true
  const drift: readonly Drift[] = byHand ? [{ kind: 'reenabled', subject }] : []
  const change: Change = {
    id: suspendId(account.id, reason),
    kind: 'suspend',
    subject,
    reason,
    ...withDropped(reason, roles),
  }
  return part({ changes: [change], drift })
}

const graceOver = ({ now }: Scene, { removeAfter }: Leaving, since: Instant | undefined): boolean =>
  since !== undefined && removeAfter !== undefined && later(since, removeAfter) <= now

/**
 * An account whose person left, or lost the last role here. Grants stay recorded, so that coming back restores them. Who lost only our roles
 * and holds one given by hand is not without a role: ours go, the account stays. So it does while it is open whether a role the configuration
 * dropped is to be taken, and the others are lost for a reason.
 */
export const planLeaving = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part => {
  const subject = bound(target, account)
  const reason = leavingReason(target)
  const ours = new Set((ownership?.grants ?? []).map(({ platformRole }) => platformRole))
  const { roles, among } = droppedOn(scene, account, ownership)
  const keeps = account.roles.some((id) => !ours.has(id)) || (among && account.status === 'enabled')
  if (reason === 'unassigned' && keeps) return planGrants(scene, target, account, ownership)
  const leaving = reason === 'departed' ? scene.community.onDeparture : scene.community.onUnassigned
  if (account.status === 'pending' || leaving.then === 'remove' || scene.traits.suspension === 'none')
    return part({ changes: [removal(subject, reason, roles)] })
  if (account.status === 'enabled') return suspension(scene, account, subject, reason, ownership, roles)
  const since = ownership?.suspended?.at ?? target.departedAt
  return part({
    changes: graceOver(scene, leaving, since) ? [removal(subject, reason, roles, since)] : [],
  })
}
