import { accountId, fold, type Instant, instant, later } from '../../core/ids.ts'
import type { Account, AccountStatus } from '../../core/snapshot.ts'
import type { Survey } from './access.ts'
import { heldId } from './listing.ts'
import type { UserShape } from './shapes.ts'

/** The shortest expiration there is, and what two clocks may differ by. */
const shortest = 3600 + 300

/** Later than a suspension would have it. */
export const expiresLate = (user: UserShape, now: Instant): boolean => {
  const expiry = expiryOf(user)
  return user.isExpired !== true && expiry !== undefined && expiry > later(now, shortest)
}

const instantOf = (text: string): Instant | undefined => {
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(at) ? undefined : instant(at)
}

export const expiryOf = (user: UserShape): Instant | undefined =>
  user.expirationDateUTC ? instantOf(user.expirationDateUTC) : undefined

/**
 * There is no switch. Expired is without access; and so is who expires within the hour and holds nothing of ours, as a suspension leaves people. A
 * later date is somebody's own wish and changes nothing.
 */
export const statusOf = (user: UserShape, keeps: boolean, now: Instant): AccountStatus => {
  const expiry = expiryOf(user)
  if (user.isExpired === true || (expiry !== undefined && expiry <= now)) return 'disabled'
  return expiry !== undefined && expiry <= later(now, shortest) && !keeps ? 'disabled' : 'enabled'
}

/** Integrations and services are users, too; so are we. */
export const isService = (user: UserShape, ownUser: number): boolean => {
  if (user.id === ownUser) return true
  if (typeof user.type === 'string' && user.type !== '') return fold(user.type) !== 'person'
  return typeof user.personId !== 'number'
}

export const accountOf = (user: UserShape, survey: Survey, ownUser: number, now: Instant): Account => {
  const status = statusOf(user, survey.keeps(user.id), now)
  const held = survey.heldBy(user.id).filter(({ inherent }) => inherent !== true || status === 'enabled')
  return {
    id: accountId(String(user.id)),
    ...(user.email ? { email: fold(user.email) } : {}),
    status,
    service: isService(user, ownUser),
    roles: [...new Set(held.map(heldId))].toSorted(),
  }
}
