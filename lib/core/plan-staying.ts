import type { Target } from './assignment.ts'
import { adoptId, resumeId } from './change-ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change } from './plan.ts'
import { planGrants } from './plan-grants.ts'
import { resend } from './plan-inviting.ts'
import { planLeaving } from './plan-leaving.ts'
import { bound } from './plan-locate.ts'
import { join, type Part, part, type Scene } from './plan-scene.ts'
import type { Account } from './snapshot.ts'

/** Asked and not come yet. */
const planPending = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const again = resend(scene, target, account, ownership)
  if (again.changes.length > 0) return again
  return join([planGrants(scene, target, account, ownership), again])
}

/** An account of ours whose person is wanted. Where the suspension is a role, the role that replaces it ends it. */
export const planStaying = (scene: Scene, target: Target, account: Account, ownership: Ownership): Part => {
  const subject = bound(target, account)
  if (account.status === 'pending') return planPending(scene, target, account, ownership)
  if (account.status === 'disabled' && ownership.suspended === undefined)
    return part({
      problems: [{ kind: 'disabledByOthers', subject }],
      drift: [{ kind: 'disabled', subject }],
    })
  const resume: Change = { id: resumeId(account.id), kind: 'resume', subject }
  const byRole = scene.traits.suspension === 'fallbackRole'
  const changes = ownership.suspended === undefined || byRole ? [] : [resume]
  return join([part({ changes }), planGrants(scene, target, account, ownership)])
}

export const adoption = (target: Target, account: Account, from?: Ownership): Change => ({
  id: adoptId(account.id, target.connection, target.member),
  kind: 'adopt',
  subject: bound(target, account),
  ...(from === undefined ? {} : { from: { connection: from.connection, member: from.member } }),
})

/** What is ours of it stays ours, for the one who is back: our suspension ends, and what they are not to have is taken. */
const planTakeover = (scene: Scene, target: Target, account: Account, from: Ownership): Part => {
  const { connection, member } = target
  const staying = planStaying(scene, target, account, { ...from, connection, member })
  return join([part({ changes: [adoption(target, account, from)] }), staying])
}

/** An account that is theirs for the taking: what we began to invite, or what may be adopted. */
export const planClaim = (
  scene: Scene,
  target: Target,
  account: Account,
  begun: Ownership | undefined,
  from?: Ownership,
): Part => {
  if (target.granted.length === 0) return planLeaving(scene, target, account, begun)
  if (from !== undefined) return planTakeover(scene, target, account, from)
  const subject = bound(target, account)
  if (account.status === 'disabled') return part({ problems: [{ kind: 'disabledByOthers', subject }] })
  const again =
    account.status === 'pending' && begun !== undefined ? resend(scene, target, account, begun) : part({})
  if (again.changes.length > 0) return again
  const changes = [adoption(target, account)]
  return join([part({ changes }), again, planGrants(scene, target, account, begun)])
}
