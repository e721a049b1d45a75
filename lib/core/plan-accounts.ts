import type { Target } from './assignment.ts'
import { forgetAccountId } from './change-ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change, Drift } from './plan.ts'
import { exhausted, invitation } from './plan-inviting.ts'
import { locate, locateByEmail } from './plan-locate.ts'
import { planBetween, planOurs } from './plan-readdress.ts'
import { join, type Part, part, type Scene, subjectOf } from './plan-scene.ts'
import { planClaim } from './plan-staying.ts'
import { isTakenOver } from './plan-takeover.ts'
import type { Account } from './snapshot.ts'

const forgetting = (target: Target, ownership: Ownership): Change => ({
  id: forgetAccountId(target.connection, target.member),
  kind: 'forget',
  subject: {
    ...subjectOf(target),
    email: ownership.email,
    ...(ownership.account === undefined ? {} : { account: ownership.account }),
  },
})

/** Ours and no longer on the platform. Somebody still wanted there is invited again, within the limit of invitations. */
const planGone = (scene: Scene, target: Target, ownership: Ownership): Part => {
  const forget = forgetting(target, ownership)
  if (target.granted.length === 0) return part({ changes: [forget] })
  const drift: readonly Drift[] = [
    { kind: 'accountGone', subject: { ...subjectOf(target), email: ownership.email } },
  ]
  const attempts = ownership.invitation?.attempts ?? 0
  if (exhausted(scene, attempts) && ownership.account !== undefined) {
    const subject = { ...subjectOf(target), account: ownership.account }
    return part({ problems: [{ kind: 'invitationsExhausted', subject, attempts }], drift })
  }
  const next = planAway(scene, target, undefined, attempts + 1)
  return join([part({ changes: [forget], drift }), next])
}

/** Somebody of whom we have no account: join them, or clear what is left of a beginning. */
const planAway = (scene: Scene, target: Target, begun: Ownership | undefined, attempt: number): Part => {
  const place = locateByEmail(scene, target, begun)
  if (place.kind === 'claimable') return planClaim(scene, target, place.account, begun, place.from)
  if (place.kind === 'refused') return part({ problems: [place.problem] })
  if (place.kind !== 'absent') return part({})
  if (target.granted.length > 0) return invitation(scene, target, attempt)
  return part({ changes: begun === undefined ? [] : [forgetting(target, begun)] })
}

const planPresent = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part =>
  account.service || isTakenOver(scene, target, account, ownership)
    ? part({})
    : planOurs(scene, target, account, ownership)

/** What has to happen for one member in this community. */
export const planMember = (scene: Scene, target: Target, ownership: Ownership | undefined): Part => {
  if (ownership === undefined)
    return target.granted.length === 0 ? part({}) : planAway(scene, target, undefined, 1)
  const place = locate(scene, target, ownership)
  if (place.kind === 'ours') return planPresent(scene, target, place.account, ownership)
  const former = ownership.former === undefined ? undefined : scene.accounts.get(ownership.former)
  if (former !== undefined && (place.kind === 'gone' || ownership.account === undefined))
    return former.service ? part({}) : planBetween(scene, target, ownership, former)
  if (place.kind === 'gone') return planGone(scene, target, ownership)
  return planAway(scene, target, ownership, (ownership.invitation?.attempts ?? 0) + 1)
}
