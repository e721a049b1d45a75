import type { Assignment, Target } from './assignment.ts'
import { forgetGrantId } from './change-ids.ts'
import type { RoleKind } from './configuration.ts'
import type { PlatformRoleId, RoleId } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Bound, Change, RoleGrant } from './plan.ts'
import type { Scene } from './plan-scene.ts'
import type { RoleState } from './role-verdict.ts'
import type { Account, PlatformRole } from './snapshot.ts'

export type Wanted = {
  readonly assignment: Assignment
  readonly kind: RoleKind
  readonly role?: PlatformRole
}
/** What somebody should hold, as far as the platform has it. */
export type Wishes = {
  readonly wanted: readonly Wanted[]
  readonly wantedRoles: ReadonlySet<PlatformRoleId>
  /** Wanted, and neither to be given nor taken: a problem says why. */
  readonly blocked: ReadonlySet<RoleId>
}

export const stateOf = (scene: Scene, role: RoleId): RoleState =>
  scene.states.get(role) ?? { kind: 'blocked' }

const kindOf = (scene: Scene, role: RoleId): RoleKind =>
  scene.community.roles.find(({ id }) => id === role)?.kind ?? 'custom'

export const wishesOf = (scene: Scene, target: Target): Wishes => {
  const wanted: Wanted[] = []
  const wantedRoles = new Set<PlatformRoleId>()
  const blocked = new Set<RoleId>()
  for (const assignment of target.granted) {
    const state = stateOf(scene, assignment.role)
    const kind = kindOf(scene, assignment.role)
    if (state.kind === 'blocked') blocked.add(assignment.role)
    else if (state.kind === 'creatable') wanted.push({ assignment, kind })
    else if (!wantedRoles.has(state.role.id)) {
      wantedRoles.add(state.role.id)
      wanted.push({ assignment, kind, role: state.role })
    }
  }
  return { wanted, wantedRoles, blocked }
}

/** The roles an invitation can carry. */
export const grantable = (scene: Scene, target: Target): readonly RoleGrant[] =>
  wishesOf(scene, target).wanted.map(({ assignment: { role, because } }) => ({ role, because }))

/** Roles of an account that are neither wanted nor given by us. */
export const givenByHand = (
  { wantedRoles }: Wishes,
  account: Account,
  ownership: Ownership | undefined,
): readonly PlatformRoleId[] => {
  const ours = new Set((ownership?.grants ?? []).map(({ platformRole }) => platformRole))
  return account.roles.filter((id) => !wantedRoles.has(id) && !ours.has(id)).toSorted()
}

/** What the configuration calls it today. */
const roleOf = ({ managed }: Scene, { role, platformRole }: OwnedGrant): RoleId =>
  managed.get(platformRole) ?? role

/** Ours, and wanted no longer. */
export const surplusOf = (
  scene: Scene,
  { wantedRoles, blocked }: Wishes,
  ownership: Ownership | undefined,
): readonly OwnedGrant[] =>
  (ownership?.grants ?? []).filter(
    (grant) => !wantedRoles.has(grant.platformRole) && !blocked.has(roleOf(scene, grant)),
  )

/** The configuration knows neither the role's id nor, under another id, the role itself. */
export const isDropped = (scene: Scene, grant: OwnedGrant): boolean =>
  !scene.community.roles.some(({ id }) => id === roleOf(scene, grant)) &&
  ![...scene.states.values()].some(
    (state) => state.kind === 'present' && state.role.id === grant.platformRole,
  )

/** What the suspension itself took from the account was lost by nobody's hand. */
export const lostByHand = (scene: Scene, ownership: Ownership | undefined, one: Wanted): boolean =>
  ownership?.account !== undefined &&
  (ownership.suspended === undefined || scene.traits.suspension === 'status') &&
  ownership.grants.some((grant) => grant.platformRole === one.role?.id && grant.unconfirmed !== true)

/** Ours under an id that the configuration has given up for another: it is put down under that one. */
export const renamed = (scene: Scene, ownership: Ownership | undefined, one: Wanted): boolean => {
  const grants = (ownership?.grants ?? []).filter(({ platformRole }) => platformRole === one.role?.id)
  const known = ({ role }: OwnedGrant) => scene.community.roles.some(({ id }) => id === role)
  return grants.length > 0 && !grants.some(known)
}

/** Grants of ours that are not there: only our record is corrected. */
export const forgettingGrants = (subject: Bound, grants: readonly OwnedGrant[]): readonly Change[] =>
  grants.map(({ role, platformRole }): Change => {
    const id = forgetGrantId(subject.account, role, platformRole)
    return { id, kind: 'forget', subject, role, platformRole }
  })
