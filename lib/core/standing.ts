import type { Target } from './assignment.ts'
import type { Member } from './member.ts'

/** The identity provider says this person is gone: switched off, deleted, or no longer there at all. */
export const departed = (member: Member | undefined): boolean =>
  member === undefined || !member.active || member.deletedAt !== undefined

/** Active, but no role is left for them in this community. */
export const unassigned = (target: Target): boolean =>
  target.standing === 'active' && target.granted.length === 0
