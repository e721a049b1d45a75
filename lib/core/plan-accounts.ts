import type { Target } from './assignment.ts'
import { adoptId, forgetAccountId, inviteId, removeId, resumeId, suspendId } from './change-ids.ts'
import { type Instant, later } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Bound, Change, Drift, Reason } from './plan.ts'
import { grantable, planGrants } from './plan-grants.ts'
import { bound, locate, locateByEmail, mayInviteAgain } from './plan-locate.ts'
import { join, type Part, part, type Scene, subjectOf } from './plan-scene.ts'
import type { Account } from './snapshot.ts'

const removal = (subject: Bound, reason: Reason, suspendedAt?: Instant): Change => ({
  id: removeId(subject.account, reason),
  kind: 'remove',
  subject,
  reason,
  ...(suspendedAt === undefined ? {} : { suspendedAt }),
})

/**
 * An account whose person left, or lost the last role here. Grants stay recorded, so that coming back restores them. Who lost only our roles
 * and holds one given by hand is not without a role: ours go, the account stays.
 */
const planLeaving = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership | undefined,
): Part => {
  const subject = bound(target, account)
  const reason: Reason = target.standing === 'departed' ? 'departed' : 'unassigned'
  const ours = new Set((ownership?.grants ?? []).map(({ platformRole }) => platformRole))
  if (reason === 'unassigned' && account.roles.some((id) => !ours.has(id)))
    return planGrants(scene, target, account, ownership)
  const leaving = reason === 'departed' ? scene.community.onDeparture : scene.community.onUnassigned
  if (account.status === 'pending' || leaving.then === 'remove' || scene.traits.suspension === 'none')
    return part({ changes: [removal(subject, reason)] })
  const suspended = ownership?.suspended
  if (account.status === 'enabled') {
    const byHand = suspended !== undefined && suspended.unconfirmed !== true
    const drift: readonly Drift[] = byHand ? [{ kind: 'reenabled', subject }] : []
    return part({
      changes: [{ id: suspendId(account.id, reason), kind: 'suspend', subject, reason }],
      drift,
    })
  }
  const since = suspended?.at ?? target.departedAt
  const over =
    since !== undefined && leaving.removeAfter !== undefined && later(since, leaving.removeAfter) <= scene.now
  return part({ changes: over ? [removal(subject, reason, since)] : [] })
}

const invitation = (scene: Scene, target: Target, attempt: number, replaces?: Account): Part => {
  const roles = grantable(scene, target)
  if (roles.length === 0) return part({})
  const change: Change = {
    id: inviteId(target.connection, target.member, attempt),
    kind: 'invite',
    subject: subjectOf(target),
    givenName: target.givenName,
    familyName: target.familyName,
    roles,
    attempt,
    ...(replaces === undefined ? {} : { replaces: replaces.id }),
  }
  return part({ changes: [change] })
}

const expired = (scene: Scene, account: Account, ownership: Ownership): boolean => {
  const lifetime = scene.traits.invitationLifetime
  const sent = [account.invitedAt, ownership.invitation?.sentAt]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1)
  return lifetime !== undefined && sent !== undefined && later(sent, lifetime) <= scene.now
}

const exhausted = (scene: Scene, attempts: number): boolean =>
  scene.traits.invitationLifetime !== undefined && attempts >= scene.traits.maximumInvitations

const none = part({})

/** The account itself shows that the attempt was sent which a record without account only announces. */
const attemptsOf = ({ account, invitation: sent }: Ownership): number =>
  account === undefined ? (sent?.attempts ?? 0) + 1 : Math.max(1, sent?.attempts ?? 1)

/** Only an invitation of ours that ran out is cleared and sent again. */
const resend = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  if (ownership.origin !== 'created' || !expired(scene, account, ownership)) return none
  const attempts = attemptsOf(ownership)
  const subject = bound(target, account)
  if (exhausted(scene, attempts))
    return part({ problems: [{ kind: 'invitationsExhausted', subject, attempts }] })
  const leave = mayInviteAgain(scene, target, account)
  if (leave.kind === 'refused') return part({ problems: [leave.problem] })
  return leave.kind === 'yes' ? invitation(scene, target, attempts + 1, account) : none
}

/** Asked and not come yet. */
const planPending = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const again = resend(scene, target, account, ownership)
  if (again.changes.length > 0) return again
  return join([planGrants(scene, target, account, ownership), again])
}

const planStaying = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const subject = bound(target, account)
  if (account.status === 'pending') return planPending(scene, target, account, ownership)
  if (account.status === 'disabled' && ownership.suspended === undefined)
    return part({
      problems: [{ kind: 'disabledByOthers', subject }],
      drift: [{ kind: 'disabled', subject }],
    })
  const resume: Change = { id: resumeId(account.id), kind: 'resume', subject }
  const changes = ownership.suspended === undefined ? [] : [resume]
  return join([part({ changes }), planGrants(scene, target, account, ownership)])
}

const planClaim = (scene: Scene, target: Target, account: Account, begun: Ownership | undefined): Part => {
  if (target.granted.length === 0) return planLeaving(scene, target, account, begun)
  const subject = bound(target, account)
  if (account.status === 'disabled') return part({ problems: [{ kind: 'disabledByOthers', subject }] })
  const again =
    account.status === 'pending' && begun !== undefined ? resend(scene, target, account, begun) : none
  if (again.changes.length > 0) return again
  const adopt: Change = {
    id: adoptId(account.id, target.connection, target.member),
    kind: 'adopt',
    subject,
  }
  return join([part({ changes: [adopt] }), again, planGrants(scene, target, account, begun)])
}

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
  if (place.kind === 'claimable') return planClaim(scene, target, place.account, begun)
  if (place.kind === 'refused') return part({ problems: [place.problem] })
  if (place.kind !== 'absent') return part({})
  if (target.granted.length > 0) return invitation(scene, target, attempt)
  return part({ changes: begun === undefined ? [] : [forgetting(target, begun)] })
}

/** What has to happen for one member in this community. */
export const planMember = (scene: Scene, target: Target, ownership: Ownership | undefined): Part => {
  if (ownership === undefined)
    return target.granted.length === 0 ? part({}) : planAway(scene, target, undefined, 1)
  const place = locate(scene, target, ownership)
  if (place.kind === 'gone') return planGone(scene, target, ownership)
  if (place.kind !== 'ours')
    return planAway(scene, target, ownership, (ownership.invitation?.attempts ?? 0) + 1)
  const { account } = place
  if (account.service) return part({})
  if (target.standing === 'departed' || target.granted.length === 0)
    return planLeaving(scene, target, account, ownership)
  return planStaying(scene, target, account, ownership)
}
