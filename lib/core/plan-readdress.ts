import type { Target } from './assignment.ts'
import { forgetFormerId } from './change-ids.ts'
import { fold } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change } from './plan.ts'
import { exhausted, invitation } from './plan-inviting.ts'
import { droppedOn, leavingReason, planLeaving, removal } from './plan-leaving.ts'
import { bound, locateByEmail, mayFollow } from './plan-locate.ts'
import { hasMoved, join, type Part, part, personKey, type Scene, subjectOf } from './plan-scene.ts'
import { adoption, planClaim, planStaying } from './plan-staying.ts'
import { givenByHand, type Wishes, wishesOf } from './plan-wishes.ts'
import type { Account } from './snapshot.ts'

const leaves = ({ standing, granted }: Target): boolean => standing === 'departed' || granted.length === 0

/** Everything wanted can be given to the new account, and nothing is lost with the old one that is not ours. */
const obstacle = (
  wishes: Wishes,
  target: Target,
  account: Account,
  ownership: Ownership,
): Part | undefined => {
  const [wanted] = wishes.wanted
  if (wanted === undefined || wishes.blocked.size > 0) return part({})
  const [unmanaged] = givenByHand(wishes, account, ownership)
  if (unmanaged === undefined) return undefined
  const subject = bound(target, account)
  const role = wanted.assignment.role
  return part({ problems: [{ kind: 'unmanagedRoleInTheWay', subject, role, unmanaged }] })
}

/** Whether somebody else is known under the address of this account by now; a look at a few people does not say. */
const mayBeAnothers = ({ snapshot, claims }: Scene, target: Target, { email = '' }: Account): boolean => {
  const claimant = claims.get(fold(email))
  return (
    snapshot.scope === 'targeted' || (claimant !== undefined && personKey(claimant) !== personKey(target))
  )
}

/** What stands in the way goes with the same plan: it took the place of what we gave. */
const isCorrected = ({ changes, drift }: Part): boolean =>
  drift.some(({ kind }) => kind === 'grantLost') &&
  changes.some((one) => one.kind === 'grant' && one.replaces !== undefined)

/** Nothing more is given to an account that another person gets in by. */
const keeping = (staying: Part): Part => ({
  ...staying,
  changes: staying.changes.filter(({ kind }) => kind !== 'grant' && kind !== 'resume'),
})

/**
 * The person is known under another address, which on this platform is another account: that one is invited first, and the old one stays until it
 * stands. While it cannot be, the old account is looked after as ever, unless somebody else has its address.
 */
const planMove = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const asEver = planStaying(scene, target, account, ownership)
  const staying = mayBeAnothers(scene, target, account) ? keeping(asEver) : asEver
  const stays = (more: Part) => join([staying, more])
  if (account.status === 'disabled' && ownership.suspended === undefined) return stays(part({}))
  const hindered = obstacle(wishesOf(scene, target), target, account, ownership)
  if (hindered !== undefined) return stays(isCorrected(staying) ? part({}) : hindered)
  const leave = mayFollow(scene, target, account)
  if (leave.kind === 'refused') return stays(part({ problems: [leave.problem] }))
  return leave.kind === 'yes' ? invitation(scene, target, 1, { follows: account.id }) : stays(part({}))
}

/** It can take the place of the one before: its person can get in and holds what they should hold. */
const stands = (scene: Scene, target: Target, account: Account): boolean => {
  const held = wishesOf(scene, target).wanted.every(
    ({ role }) => role !== undefined && account.roles.includes(role.id),
  )
  return account.status === 'enabled' && held
}

/** The account under the address before: it goes once the new one stands, and with its person whenever that one leaves. */
const planFormer = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  if (ownership.former === undefined) return part({})
  const former = scene.accounts.get(ownership.former)
  const subject = { ...subjectOf(target), email: ownership.email, account: ownership.former }
  if (former === undefined) {
    const id = forgetFormerId(ownership.former, target.connection, target.member)
    const forget: Change = { id, kind: 'forget', subject }
    return part({ changes: scene.snapshot.complete ? [forget] : [] })
  }
  const whose = { ...subject, email: fold(former.email ?? ownership.email) }
  if (stands(scene, target, account)) return part({ changes: [removal(whose, 'readdressed')] })
  const { roles } = droppedOn(scene, former, ownership)
  return part({ changes: leaves(target) ? [removal(whose, leavingReason(target), roles)] : [] })
}

/** The new account is announced, and nobody has seen it: it is there, or has to be asked for again, or is no longer wanted. */
export const planBetween = (scene: Scene, target: Target, ownership: Ownership, former: Account): Part => {
  const { account: _gone, ...begun } = ownership
  const place = locateByEmail(scene, target, begun)
  switch (place.kind) {
    case 'ours':
    case 'claimable':
      // Known under the old address again before the new account was made.
      return place.account.id === former.id
        ? join([part({ changes: [adoption(target, former)] }), planStaying(scene, target, former, ownership)])
        : join([
            planClaim(scene, target, place.account, begun),
            planFormer(scene, target, place.account, ownership),
          ])
    case 'refused':
      return leaves(target)
        ? planLeaving(scene, target, former, ownership)
        : part({ problems: [place.problem] })
    case 'gone':
    case 'absent': {
      if (leaves(target)) return planLeaving(scene, target, former, ownership)
      const attempts = ownership.invitation?.attempts ?? 0
      if (exhausted(scene, attempts)) {
        const subject = bound(target, former)
        return part({ problems: [{ kind: 'invitationsExhausted', subject, attempts }] })
      }
      return invitation(scene, target, attempts + 1, { follows: former.id })
    }
    case 'unknown':
      return part({})
  }
}

/** What has to happen with an account of ours that is there. */
export const planOurs = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const before = planFormer(scene, target, account, ownership)
  if (leaves(target)) return join([planLeaving(scene, target, account, ownership), before])
  // One move after the other: somebody known under a third address meanwhile first leaves the first.
  const moves = ownership.former === undefined && hasMoved(scene.traits, target, account)
  return moves
    ? planMove(scene, target, account, ownership)
    : join([planStaying(scene, target, account, ownership), before])
}
