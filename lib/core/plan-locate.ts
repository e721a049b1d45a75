import type { Target } from './assignment.ts'
import { fold } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Bound, Problem } from './plan.ts'
import { personKey, type Scene, subjectOf } from './plan-scene.ts'
import { adoptionRefusal, isLeftBehind, mayTakeOver, seesEverybody } from './plan-takeover.ts'
import type { Account } from './snapshot.ts'

/** Where a member is on the platform, as far as this snapshot can tell. */
export type Location =
  | { readonly kind: 'ours'; readonly account: Account }
  /** Not recorded as ours yet and may be: what we began to invite, or what may be adopted. */
  | {
      readonly kind: 'claimable'
      readonly account: Account
      /** It was somebody's who departed. */
      readonly from?: Ownership
    }
  /** Ours, and no longer there. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'absent' }
  /** The snapshot does not say: nothing may be concluded. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly problem: Problem }

export const bound = (target: Target, account: Account): Bound => ({
  ...subjectOf(target),
  email: account.email === undefined ? target.email : fold(account.email),
  account: account.id,
})

const whose = (target: Target, account: Account, owner: Ownership): Problem =>
  owner.connection === target.connection
    ? { kind: 'duplicateEmail', subject: subjectOf(target), with: owner.member }
    : { kind: 'ownedElsewhere', subject: bound(target, account), owner: owner.connection }

/** An account that holds no more than we asked for is what our invitation made; any other needs consent, as if we had never begun. */
const asInvited = (account: Account, begun: Ownership | undefined): boolean =>
  begun !== undefined &&
  !account.service &&
  account.roles.every((role) => begun.grants.some(({ platformRole }) => platformRole === role))

const needed = (
  subject: Bound,
  why: Extract<Problem, { readonly kind: 'adoptionNeeded' }>['why'],
  from: Ownership | undefined,
): Location => {
  const person = from && { from: { connection: from.connection, member: from.member } }
  return { kind: 'refused', problem: { kind: 'adoptionNeeded', subject, ...person, why } }
}

const judgeFound = (
  scene: Scene,
  target: Target,
  accounts: readonly Account[],
  begun: Ownership | undefined,
): Location => {
  const [account, ...more] = accounts
  if (account === undefined) return { kind: 'absent' }
  if (more.length > 0) {
    const ids = accounts.map(({ id }) => id)
    return {
      kind: 'refused',
      problem: { kind: 'duplicateAccounts', subject: subjectOf(target), accounts: ids },
    }
  }
  const owner = scene.owners.get(account.id)
  if (owner !== undefined && personKey(owner.ownership) === personKey(target))
    return { kind: 'claimable', account }
  if (owner !== undefined && !(isLeftBehind(owner, account) && mayTakeOver(scene, target)))
    return { kind: 'refused', problem: whose(target, account, owner.ownership) }
  const from = owner?.ownership
  const invited = from === undefined && asInvited(account, begun)
  const why = invited ? undefined : adoptionRefusal(scene, target.connection, account, from)
  if (why !== undefined) return needed(bound(target, account), why, from)
  return { kind: 'claimable', account, ...(from === undefined ? {} : { from }) }
}

const rival = (scene: Scene, target: Target): Problem | undefined => {
  const claimant = scene.claims.get(target.email)
  if (claimant === undefined || personKey(claimant) === personKey(target)) return undefined
  return { kind: 'duplicateEmail', subject: subjectOf(target), with: claimant.member }
}

/** Looks for somebody we have no account of. `begun`: an ownership stands without its account, so an invitation may have been sent. */
export const locateByEmail = (scene: Scene, target: Target, begun: Ownership | undefined): Location => {
  if (!seesEverybody(scene)) return { kind: 'unknown' }
  const invited = begun === undefined ? [] : (scene.byEmail.get(fold(begun.email)) ?? [])
  if (invited.length > 0) return judgeFound(scene, target, invited, begun)
  if (target.granted.length === 0) return { kind: 'absent' }
  const problem = rival(scene, target)
  if (problem !== undefined) return { kind: 'refused', problem }
  return judgeFound(scene, target, scene.byEmail.get(target.email) ?? [], undefined)
}

type Leave = { readonly kind: 'yes' | 'unknown' } | { readonly kind: 'refused'; readonly problem: Problem }

const sharing = (target: Target, accounts: readonly Account[]): Leave => ({
  kind: 'refused',
  problem: {
    kind: 'duplicateAccounts',
    subject: subjectOf(target),
    accounts: accounts.map(({ id }) => id),
  },
})

/** Whether an unanswered invitation may be cleared and sent again: nobody else may have come in under the e-mail meanwhile. */
export const mayInviteAgain = (scene: Scene, target: Target, account: Account): Leave => {
  if (!seesEverybody(scene)) return { kind: 'unknown' }
  const problem = rival(scene, target)
  if (problem !== undefined) return { kind: 'refused', problem }
  const others = (scene.byEmail.get(target.email) ?? []).filter(({ id }) => id !== account.id)
  return others.length === 0 ? { kind: 'yes' } : sharing(target, [account, ...others])
}

/** Whether somebody may have a second account under their new address: an account that stands there already is never taken in its place. */
export const mayFollow = (scene: Scene, target: Target, account: Account): Leave => {
  if (!seesEverybody(scene)) return { kind: 'unknown' }
  const problem = rival(scene, target)
  if (problem !== undefined) return { kind: 'refused', problem }
  const place = judgeFound(scene, target, scene.byEmail.get(target.email) ?? [], undefined)
  if (place.kind === 'claimable') return sharing(target, [account, place.account])
  return place.kind === 'refused' ? place : { kind: 'yes' }
}

export const locate = (scene: Scene, target: Target, ownership: Ownership | undefined): Location => {
  if (ownership?.account === undefined) return locateByEmail(scene, target, ownership)
  const account = scene.accounts.get(ownership.account)
  if (account !== undefined) return { kind: 'ours', account }
  return scene.snapshot.complete ? { kind: 'gone' } : { kind: 'unknown' }
}
