import type { Assignments } from '../core/assignment.ts'
import type { Community } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import type { ClaimOutcome } from './exchange.ts'

export type RoleClaim = { readonly outcome: ClaimOutcome; readonly values: readonly string[] }

/**
 * What a claim says of somebody without a role where no role gives nothing: a value that is no role's name. The claim is never left out, for what the
 * identity provider would put there by itself may be a role.
 */
export const noRole = ({ roles }: Pick<Community, 'roles'>): string => {
  const taken = new Set(roles.map(({ name }) => fold(name)))
  return ['none', 'no-role', 'rolecall-none'].find((value) => !taken.has(value)) ?? 'rolecall-no-role'
}

/** The name by which the platform knows the role that suspends people, if there is one. */
export const fallbackName = ({ roles, fallbackRole }: Community): string | undefined =>
  roles.find(({ id }) => id === fallbackRole)?.name

/**
 * Whether the role that suspends people may be told to somebody whom the directory does not know: where it still reads, it was meant for those who
 * had a role once.
 */
const suspendsAnybody = ({ departedKeepReadAccess }: Community): boolean => departedKeepReadAccess !== true

/** Whether a hook may answer `noRole` for the community. */
export const answersNoRole = (community: Community): boolean =>
  fallbackName(community) === undefined || !suspendsAnybody(community)

/** The claim of one community, from what the rules give: the same on every way into a token. `stranger`: the directory knows nobody so. */
export const roleClaim = (
  community: Community,
  assignments: Assignments | undefined,
  stranger: boolean,
): RoleClaim => {
  const granted = new Set(assignments?.granted.map(({ role }) => role))
  const names = community.roles.filter(({ id }) => granted.has(id)).map(({ name }) => name)
  if (names.length > 0) return { outcome: 'role', values: names }
  const fallback = stranger && !suspendsAnybody(community) ? undefined : fallbackName(community)
  return fallback === undefined
    ? { outcome: 'none', values: [noRole(community)] }
    : { outcome: 'fallback', values: [fallback] }
}
