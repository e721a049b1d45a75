import type { Target } from './assignment.ts'
import { grantId, revokeId } from './change-ids.ts'
import type { RoleKind } from './configuration.ts'
import type { PlatformRoleId } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Bound, Change, Drift, Problem } from './plan.ts'
import { bound } from './plan-locate.ts'
import { planOneRole } from './plan-one-role.ts'
import { type Part, part, type Scene } from './plan-scene.ts'
import {
  forgettingGrants,
  givenByHand,
  isDropped,
  lostByHand,
  renamed,
  surplusOf,
  type Wanted,
  type Wishes,
  wishesOf,
} from './plan-wishes.ts'
import type { Account } from './snapshot.ts'

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
  const changes: Change[] = []
  const problems: Problem[] = []
  const drift: Drift[] = []
  for (const one of wishes.wanted) {
    const { assignment, role } = one
    const held = role !== undefined && account.roles.includes(role.id)
    if (held && !renamed(scene, ownership, one)) continue
    const obstacle = held ? undefined : inTheWay(scene, wishes, givenByHand(wishes, account, ownership), one)
    if (obstacle !== undefined) {
      problems.push({ kind: 'unmanagedRoleInTheWay', subject, role: assignment.role, unmanaged: obstacle })
      continue
    }
    if (!held && lostByHand(scene, ownership, one))
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

const isGiven = ({ changes }: Part, account: Account, { assignment, role }: Wanted): boolean =>
  (role === undefined || !account.roles.includes(role.id)) &&
  changes.some((one) => one.kind === 'grant' && one.grant.role === assignment.role)

const revocation = (scene: Scene, subject: Bound, grant: OwnedGrant, replaced: boolean): Change => {
  const { role, platformRole } = grant
  return {
    id: revokeId(subject.account, role, platformRole),
    kind: 'revoke',
    subject,
    role,
    platformRole,
    replaced,
    ...(isDropped(scene, grant) ? { dropped: true } : {}),
  }
}

/** Where the platform allows only one such role, the old one must be gone before the new one is given. */
const takesFirst = (scene: Scene, wishes: Wishes, revoked: readonly OwnedGrant[]): boolean => {
  const { singleKinds, exclusiveKinds, maximumRoles } = scene.traits
  const kinds = [
    ...wishes.wanted.map(({ kind }) => kind),
    ...revoked.map(({ platformRole }) => scene.roles.get(platformRole)?.kind),
  ]
  const narrow: readonly (RoleKind | undefined)[] = [...singleKinds, ...exclusiveKinds]
  return maximumRoles !== undefined || kinds.some((kind) => narrow.includes(kind))
}

const planSeveral = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part => {
  const wishes = wishesOf(scene, target)
  const subject = bound(target, account)
  const giving = planGiving(scene, wishes, account, subject, ownership)
  const surplus = surplusOf(scene, wishes, ownership)
  if (surplus.length === 0) return giving
  // A role that is kept replaces none: whoever loses one of two has lost it.
  const replaced = wishes.wanted.some((one) => isGiven(giving, account, one))
  const taken = surplus.filter(({ platformRole }) => account.roles.includes(platformRole))
  const revokes = taken.map((grant) => revocation(scene, subject, grant, replaced))
  const gone = surplus.filter(({ platformRole }) => !account.roles.includes(platformRole))
  const forgets = forgettingGrants(subject, gone)
  const moves = takesFirst(scene, wishes, taken)
    ? [...revokes, ...giving.changes]
    : [...giving.changes, ...revokes]
  return part({ ...giving, changes: [...forgets, ...moves] })
}

/** The difference between wanted and held roles of one present account: only grants of ours are ever taken. */
export const planGrants = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part =>
  scene.traits.alwaysOneRole === true
    ? planOneRole(scene, target, account, ownership)
    : planSeveral(scene, target, account, ownership)
