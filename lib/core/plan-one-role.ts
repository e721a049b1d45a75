import type { Target } from './assignment.ts'
import { grantId } from './change-ids.ts'
import type { PlatformRoleId } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change, Drift } from './plan.ts'
import { bound } from './plan-locate.ts'
import { type Part, part, type Scene } from './plan-scene.ts'
import {
  forgettingGrants,
  givenByHand,
  lostByHand,
  renamed,
  stateOf,
  surplusOf,
  wishesOf,
} from './plan-wishes.ts'
import type { Account } from './snapshot.ts'

type Grant = Extract<Change, { readonly kind: 'grant' }>
type Giving = Pick<Grant, 'replaces' | 'resumes'>

/** What goes when the suspension ends. */
const fallback = (scene: Scene): Giving => {
  const { fallbackRole } = scene.community
  const state = fallbackRole === undefined ? undefined : stateOf(scene, fallbackRole)
  const replaces = state?.kind === 'present' ? { replaces: { platformRole: state.role.id } } : {}
  return { ...replaces, resumes: true }
}

/** The role that the account holds until then: ours, or the one that took the place of ours. */
const held = (
  account: Account,
  ownership: Ownership | undefined,
  instead: PlatformRoleId | undefined,
): Giving => {
  if (instead !== undefined) return { replaces: { platformRole: instead } }
  const ours = (ownership?.grants ?? []).find(({ platformRole }) => account.roles.includes(platformRole))
  return ours === undefined ? {} : { replaces: { role: ours.role, platformRole: ours.platformRole } }
}

/** Where an account always has exactly one role: it is replaced by another in one write, and never just taken. */
export const planOneRole = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part => {
  const wishes = wishesOf(scene, target)
  const subject = bound(target, account)
  const gone = surplusOf(scene, wishes, ownership).filter(
    ({ platformRole }) => !account.roles.includes(platformRole),
  )
  const forgets = forgettingGrants(subject, gone)
  const [wanted] = wishes.wanted
  if (wanted === undefined) return part({ changes: forgets })
  const { assignment, role } = wanted
  const there = role !== undefined && account.roles.includes(role.id)
  // An account that shows the wanted role already had its suspension ended by a run that died before it could put that down.
  const resumes =
    scene.traits.suspension === 'fallbackRole' &&
    ownership?.suspended !== undefined &&
    (account.status === 'disabled' || there)
  if (there && !resumes && !renamed(scene, ownership, wanted)) return part({ changes: forgets })
  const [unmanaged] = givenByHand(wishes, account, ownership)
  const lost = !there && lostByHand(scene, ownership, wanted)
  // The one place was filled by us: another role in it took ours away. One that was there before us stays.
  if (unmanaged !== undefined && !lost) {
    const problem = { kind: 'unmanagedRoleInTheWay', subject, role: assignment.role, unmanaged } as const
    return part({ changes: forgets, problems: [problem] })
  }
  const drift: readonly Drift[] = lost ? [{ kind: 'grantLost', subject, role: assignment.role }] : []
  const giving = resumes ? fallback(scene) : there ? {} : held(account, ownership, unmanaged)
  const grant: Change = {
    id: grantId(account.id, assignment.role, giving.replaces?.platformRole),
    kind: 'grant',
    subject,
    grant: { role: assignment.role, because: assignment.because },
    admin: role?.admin === true,
    ...giving,
  }
  return part({ changes: [...forgets, grant], drift })
}
