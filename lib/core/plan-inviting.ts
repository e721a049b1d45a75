import type { Target } from './assignment.ts'
import { followId, inviteId } from './change-ids.ts'
import { later } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change } from './plan.ts'
import { bound, mayInviteAgain } from './plan-locate.ts'
import { type Part, part, type Scene, subjectOf } from './plan-scene.ts'
import { grantable } from './plan-wishes.ts'
import type { Account } from './snapshot.ts'

/** `instead`: the account it clears, or the one it takes the place of. */
export const invitation = (
  scene: Scene,
  target: Target,
  attempt: number,
  instead: Pick<Extract<Change, { readonly kind: 'invite' }>, 'replaces' | 'follows'> = {},
): Part => {
  const roles = grantable(scene, target)
  if (roles.length === 0) return part({})
  const { connection, member, givenName, familyName, externalId } = target
  const ids = roles.map(({ role }) => role)
  const id =
    instead.follows === undefined
      ? inviteId(connection, member, attempt, ids)
      : followId(instead.follows, connection, member, ids)
  const change: Change = {
    id,
    kind: 'invite',
    subject: subjectOf(target),
    givenName,
    familyName,
    ...(externalId === undefined ? {} : { externalId }),
    roles,
    attempt,
    ...instead,
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

export const exhausted = (scene: Scene, attempts: number): boolean =>
  scene.traits.invitationLifetime !== undefined && attempts >= scene.traits.maximumInvitations

/** The account itself shows that the attempt was sent which a record without account only announces. */
const attemptsOf = ({ account, invitation: sent }: Ownership): number =>
  account === undefined ? (sent?.attempts ?? 0) + 1 : Math.max(1, sent?.attempts ?? 1)

/** Only an invitation of ours that ran out is cleared and sent again. */
export const resend = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  if (ownership.origin !== 'created' || !expired(scene, account, ownership)) return part({})
  const attempts = attemptsOf(ownership)
  const subject = bound(target, account)
  if (exhausted(scene, attempts))
    return part({ problems: [{ kind: 'invitationsExhausted', subject, attempts }] })
  const leave = mayInviteAgain(scene, target, account)
  if (leave.kind === 'refused') return part({ problems: [leave.problem] })
  return leave.kind === 'yes' ? invitation(scene, target, attempts + 1, { replaces: account.id }) : part({})
}
