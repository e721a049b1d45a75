import type { Target } from './assignment.ts'
import { type ConnectionId, fold } from './ids.ts'
import { accountsOf, type Ownership } from './ownership.ts'
import type { Problem } from './plan.ts'
import type { Owner } from './plan-rows.ts'
import { isAdmin, personKey, type Scene } from './plan-scene.ts'
import type { Account } from './snapshot.ts'

/**
 * An account of ours whose person departed, and a newcomer with the same address: the person is back under another id. The newcomer's row takes the
 * account over and the departed one's row lets go of it, each planned alone; so both ask the same question here.
 */

type Refusal = Extract<Problem, { readonly kind: 'adoptionNeeded' }>['why']

/** Whether the connection declares the domain of the address, folded. */
export const speaksFor = (domains: Scene['domains'], connection: ConnectionId, email: string): boolean => {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return (domains.get(connection) ?? []).some((one) => fold(one) === domain)
}

/** Design, security rules: administrators, protected and service accounts are adopted by an explicit act only. */
export const adoptionRefusal = (
  scene: Scene,
  connection: ConnectionId,
  account: Account,
  from?: Ownership,
): Refusal | undefined => {
  const { community, domains, roles } = scene
  const email = fold(account.email ?? '')
  if (account.service) return 'service'
  if (community.safety.protected.some((one) => fold(one) === email)) return 'protected'
  // Where a suspension takes the roles from the account, the record still says whose it is.
  const led = from?.grants.some(({ platformRole }) => roles.get(platformRole)?.admin === true)
  if (isAdmin(scene, account) || led === true) return 'admin'
  if (community.adopt !== 'domain') return 'explicit'
  return speaksFor(domains, connection, email) ? undefined : 'domain'
}

/** Only a whole list says that nobody else has an e-mail. */
export const seesEverybody = ({ snapshot }: Scene): boolean =>
  snapshot.scope === 'community' && snapshot.complete

/** Has no account, nor any begun under another address. */
export const isFree = (target: Target, ownership: Ownership | undefined): boolean =>
  ownership === undefined || (accountsOf(ownership).length === 0 && fold(ownership.email) === target.email)

/** Left behind by somebody who departed, in the state in which we left it. */
export const isLeftBehind = ({ ownership, standing }: Owner, account: Account): boolean =>
  standing === 'departed' &&
  ownership.account === account.id &&
  account.email !== undefined &&
  fold(ownership.email) === fold(account.email) &&
  (account.status !== 'disabled' || ownership.suspended !== undefined)

/** Who has a record yet, be it of an account that is gone, takes nothing over by the plan that ends it: the one who departed is not told of that. */
export const mayTakeOver = ({ claims }: Scene, target: Target): boolean => {
  const claimant = claims.get(target.email)
  return claimant?.free === true && personKey(claimant) === personKey(target)
}

/** Somebody takes the account over by this very plan: whoever departed has nothing to lose any more. */
export const isTakenOver = (
  scene: Scene,
  target: Target,
  account: Account,
  ownership: Ownership,
): boolean => {
  const { standing } = target
  if (!seesEverybody(scene) || !isLeftBehind({ ownership, standing }, account)) return false
  const email = fold(account.email ?? '')
  if (scene.byEmail.get(email)?.length !== 1) return false
  const claimant = scene.claims.get(email)
  if (claimant === undefined || !claimant.free || personKey(claimant) === personKey(target)) return false
  return adoptionRefusal(scene, claimant.connection, account, ownership) === undefined
}
