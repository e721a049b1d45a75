import type { Assignment, Target } from './assignment.ts'
import { forgetGrantId, grantId, revokeId } from './change-ids.ts'
import type { RoleKind } from './configuration.ts'
import type { PlatformRoleId, RoleId } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Bound, Change, Drift, Problem, RoleGrant } from './plan.ts'
import { bound } from './plan-locate.ts'
import type { RoleState } from './plan-roles.ts'
import { type Part, part, type Scene } from './plan-scene.ts'
import type { Account, PlatformRole } from './snapshot.ts'

type Wanted = { readonly assignment: Assignment; readonly kind: RoleKind; readonly role?: PlatformRole }
type Wishes = {
  readonly wanted: readonly Wanted[]
  readonly wantedRoles: ReadonlySet<PlatformRoleId>
  /** Wanted, and neither to be given nor taken: a problem says why. */
  readonly blocked: ReadonlySet<RoleId>
}

const stateOf = (scene: Scene, role: RoleId): RoleState => scene.states.get(role) ?? { kind: 'blocked' }

const kindOf = (scene: Scene, role: RoleId): RoleKind =>
  scene.community.roles.find(({ id }) => id === role)?.kind ?? 'custom'

const wishesOf = (scene: Scene, target: Target): Wishes => {
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

/** The platform would take the one away for the other (platform traits). `held` is undefined for a role the platform does not list. */
const clash = (scene: Scene, wanted: RoleKind, held: RoleKind | undefined): boolean => {
  const { singleKinds, exclusiveKinds, customReplacesBuiltin } = scene.traits
  if (exclusiveKinds.includes(wanted)) return true
  if (held === undefined) return false
  if (exclusiveKinds.includes(held) || (wanted === held && singleKinds.includes(wanted))) return true
  return customReplacesBuiltin && (wanted === 'builtin') !== (held === 'builtin')
}

/** No ownership, no write: a role somebody gave by hand is not to be lost by what we give. */
const inTheWay = (
  scene: Scene,
  wishes: Wishes,
  unmanaged: readonly PlatformRoleId[],
  one: Wanted,
): PlatformRoleId | undefined => {
  const clashing = unmanaged.find((id) => clash(scene, one.kind, scene.roles.get(id)?.kind))
  if (clashing !== undefined || scene.traits.maximumRoles === undefined) return clashing
  const room = scene.traits.maximumRoles - unmanaged.length
  return wishes.wanted.indexOf(one) < room ? undefined : unmanaged[0]
}

const planGiving = (
  scene: Scene,
  wishes: Wishes,
  account: Account,
  subject: Bound,
  ownership: Ownership | undefined,
): Part => {
  const owned = ownership?.grants ?? []
  const unmanaged = account.roles
    .filter((id) => !wishes.wantedRoles.has(id) && !owned.some(({ platformRole }) => platformRole === id))
    .toSorted()
  const changes: Change[] = []
  const problems: Problem[] = []
  const drift: Drift[] = []
  for (const one of wishes.wanted) {
    const { assignment, role } = one
    if (role !== undefined && account.roles.includes(role.id)) continue
    const obstacle = inTheWay(scene, wishes, unmanaged, one)
    if (obstacle !== undefined) {
      problems.push({ kind: 'unmanagedRoleInTheWay', subject, role: assignment.role, unmanaged: obstacle })
      continue
    }
    const lost = owned.some((grant) => grant.platformRole === role?.id && grant.unconfirmed !== true)
    if (lost && ownership?.account !== undefined)
      drift.push({ kind: 'grantLost', subject, role: assignment.role })
    changes.push({
      id: grantId(subject.account, assignment.role),
      kind: 'grant',
      subject,
      grant: { role: assignment.role, because: assignment.because },
      admin: role?.admin === true,
    })
  }
  return { changes, problems, drift }
}

const planTaking = (
  wishes: Wishes,
  account: Account,
  subject: Bound,
  owned: readonly OwnedGrant[],
  replaced: boolean,
): { readonly revokes: readonly Change[]; readonly forgets: readonly Change[] } => {
  const surplus = owned.filter(
    ({ role, platformRole }) => !wishes.wantedRoles.has(platformRole) && !wishes.blocked.has(role),
  )
  const revokes = surplus
    .filter(({ platformRole }) => account.roles.includes(platformRole))
    .map(({ role, platformRole }): Change => {
      const id = revokeId(account.id, role, platformRole)
      return { id, kind: 'revoke', subject, role, platformRole, replaced }
    })
  const forgets = surplus
    .filter(({ platformRole }) => !account.roles.includes(platformRole))
    .map(({ role, platformRole }): Change => {
      const id = forgetGrantId(account.id, role, platformRole)
      return { id, kind: 'forget', subject, role, platformRole }
    })
  return { revokes, forgets }
}

/** Where the platform allows only one such role, the old one must be gone before the new one is given. */
const takesFirst = (scene: Scene, wishes: Wishes, revokes: readonly Change[]): boolean => {
  const { singleKinds, exclusiveKinds, maximumRoles } = scene.traits
  const kinds = [
    ...wishes.wanted.map(({ kind }) => kind),
    ...revokes.flatMap((change) =>
      change.kind === 'revoke' ? [scene.roles.get(change.platformRole)?.kind] : [],
    ),
  ]
  const narrow: readonly (RoleKind | undefined)[] = [...singleKinds, ...exclusiveKinds]
  return maximumRoles !== undefined || kinds.some((kind) => narrow.includes(kind))
}

/** The difference between wanted and held roles of one present account: only grants of ours are ever taken. */
export const planGrants = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part => {
  const wishes = wishesOf(scene, target)
  const subject = bound(target, account)
  const giving = planGiving(scene, wishes, account, subject, ownership)
  const keeps = account.roles.some((id) => wishes.wantedRoles.has(id))
  const replaced = keeps || giving.changes.length > 0
  const { revokes, forgets } = planTaking(wishes, account, subject, ownership?.grants ?? [], replaced)
  const moves = takesFirst(scene, wishes, revokes)
    ? [...revokes, ...giving.changes]
    : [...giving.changes, ...revokes]
  return part({ ...giving, changes: [...forgets, ...moves] })
}
